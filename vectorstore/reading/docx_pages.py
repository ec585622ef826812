"""A Word document (.docx) -> its title and sections, by the headings' styles. The only file that needs mammoth."""

from __future__ import annotations

import io
import zipfile

from vectorstore.errors import HelpError
from vectorstore.reading.html_pages import Page, html_page

LARGEST = 200_000_000
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def docx_page(data: bytes, name: str) -> Page:
    """The text of a Word document. Raises `HelpError` when it is damaged, locked, or grows too large."""
    import mammoth

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
        if size <= LARGEST:
            no_pictures = mammoth.images.img_element(lambda image: {})
            found = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=no_pictures)
            return html_page(found.value)
    except Exception as error:  # zip, XML and style faults of many kinds
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        hint = "Open it and save it as .docx again, without a password."
        raise HelpError(f"{name} is no Word document that can be read: {reason}", hint=hint) from error
    raise HelpError(f"{name} unpacks to more than {LARGEST // 10**6} MB", hint="Split it into several documents.")
