"""The sources of a service answer: each opens to the quoted section of the help page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from bot.web.page.face import Face
from bot.web.page.markup import el, join

_LONGEST = 4000


def sources(citations: Sequence[Mapping[str, Any]], face: Face, *, name: str) -> Markup | None:
    """Numbered disclosures with the ids ``name-1``, ``name-2``, ...; None without citations."""
    if not citations:
        return None
    rows = [el("li", _source(citation, face, id_=f"{name}-{n}", number=n)) for n, citation in enumerate(citations, 1)]
    title = el("h3", face.ui("sources"), class_="st-small-title")
    return el("div", title, el("ol", *rows, role="list"), class_="st-sources", lang=face.lang)


def _source(citation: Mapping[str, Any], face: Face, *, id_: str, number: int) -> Markup:
    """One source: page and heading to press, the section with its quote marked."""
    heading = citation["heading"] if citation["heading"] != citation["title"] else ""
    name = citation["title"] + (f" · {heading}" if heading else "")
    passage = face.passages.get(citation["id"])
    text = passage.text[:_LONGEST] if passage else citation["quote"]
    return el(
        "details",
        el("summary", el("span", str(number), class_="st-source-number"), name, class_="st-summary"),
        el("blockquote", _quoted(text, citation["quote"]), lang=face.foreign(text)),
        _link(citation.get("url"), face),
        id=id_,
        class_="st-source",
    )


def _quoted(text: str, quote: str) -> Markup:
    """The section in paragraphs, the quoted words marked; the quote alone where the section has changed since."""
    if quote not in text:
        return el("p", el("mark", quote))
    before, after = text.split(quote, 1)
    return el("p", join(before, el("mark", quote), after), class_="st-section")


def _link(address: str | None, face: Face) -> Markup | None:
    """The page itself, where it has an address."""
    if not address or not address.startswith(("https://", "http://", "/")):
        return None
    return el("a", face.ui("open_source"), href=address, target="_blank", rel="noopener noreferrer", class_="st-link")
