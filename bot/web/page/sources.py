"""The sources of a service answer, or the sections nearest to a question without one: each opens to its section."""

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
    rows = [_source(citation, face, number=n, id=f"{name}-{n}") for n, citation in enumerate(citations, 1)]
    return _listed(face.ui("sources"), rows, face)


def nearest(sections: Sequence[Mapping[str, Any]], face: Face) -> Markup | None:
    """Sections to read where no answer was found; None without any."""
    return _listed(face.ui("nearest_pages"), [_source(one, face) for one in sections], face) if sections else None


def _listed(title: str, rows: Sequence[Markup], face: Face) -> Markup:
    """Disclosures under a small title."""
    items = el("ol", *(el("li", row) for row in rows), role="list")
    return el("div", el("h3", title, class_="st-small-title"), items, class_="st-sources", lang=face.lang)


def _source(citation: Mapping[str, Any], face: Face, *, number: int = 0, **attributes: str) -> Markup:
    """One source: page and heading to press, the section with its quote marked."""
    heading = citation["heading"] if citation["heading"] != citation["title"] else ""
    name = citation["title"] + (f" · {heading}" if heading else "")
    passage = face.passages.get(citation["id"])
    text = passage.text[:_LONGEST] if passage else citation["quote"]
    return el(
        "details",
        el(
            "summary",
            el("span", str(number), class_="st-source-number") if number else None,
            name,
            class_="st-summary",
        ),
        el("blockquote", _quoted(text, citation["quote"]), lang=face.foreign(text)),
        _link(citation.get("url"), face),
        **attributes,
        class_="st-source",
    )


def _quoted(text: str, quote: str) -> Markup:
    """The section in paragraphs, the quoted words marked; the quote alone where the section has changed since."""
    if not quote:
        return el("p", text, class_="st-section")
    if quote not in text:
        return el("p", el("mark", quote))
    before, after = text.split(quote, 1)
    return el("p", join(before, el("mark", quote), after), class_="st-section")


def _link(address: str | None, face: Face) -> Markup | None:
    """The page itself, where it has an address."""
    if not address or not address.startswith(("https://", "http://", "/")):
        return None
    return el("a", face.ui("open_source"), href=address, target="_blank", rel="noopener noreferrer", class_="st-link")
