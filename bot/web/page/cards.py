"""Recommended items as cards: title, facts, the reason, what is met and what is not, and the buttons.

A list of cards is drawn once and stays the same to the byte; what was pressed since is painted over it in the browser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from bot.web.page.face import Face
from bot.web.page.markup import el, icon
from bot.web.page.presses import presses
from bot.web.page.stored import read_constraint
from bot.web.page.why import why
from bot.wording import condition

_FACTS = 4
_LONGEST_FACT = 44
_NO_UNIT = re.compile(r"[\d\s.,:%/+-]+")


def cards(items: Sequence[Mapping[str, Any]], face: Face, *, name: str) -> Markup:
    """The ``items`` of a `recommended` event as a labelled list; ``name`` makes ids unique on the page."""
    drawn = [_card(item, face, place=f"{name}-{number}") for number, item in enumerate(items)]
    return el(
        "ul", *drawn, class_="st-cards", role="list", aria_label=face.ui("cards"), lang=face.lang, data_count=len(items)
    )


def heading(item: Mapping[str, Any], face: Face) -> tuple[str, str]:
    """The title and the year, ``""`` where the record has none."""
    facet = face.schema.of_role("year")
    year = item["facets"].get(facet.name) if facet else None
    return str(item["title"]), "" if year is None or not facet else face.voice.value(facet.name, year)


def _card(item: Mapping[str, Any], face: Face, *, place: str) -> Markup:
    """One card."""
    title, year = heading(item, face)
    return el(
        "li",
        el("p", item["label"], class_="st-tag") if item.get("label") else None,
        _image(item, face),
        _title(title, year, face),
        _facts(item, face, year),
        *(el("p", reason, class_="st-reason") for reason in item["reasons"]),
        _verdict(item, face),
        why(item, face, title=title),
        presses(item, face, title=title, place=place),
        class_="st-card",
        data_id=item["id"],
        data_title=title,
    )


def _title(title: str, year: str, face: Face) -> Markup:
    """The heading, the year a little quieter."""
    name = el("span", title, lang=face.foreign(title))
    return el("h3", name, el("span", f" ({year})", class_="st-year") if year else None, class_="st-title")


def _image(item: Mapping[str, Any], face: Face) -> Markup | None:
    """The record's own picture, where it stands with us or at an origin that the operator allowed."""
    address = str(item.get("image") or "")
    own = address.startswith("/") and not address.startswith("//")
    if not own and not any(address.startswith(f"{origin}/") for origin in face.images):
        return None
    alt = face.ui("image_alt", title=item["title"])
    return el("img", class_="st-image", src=address, alt=alt, loading="lazy", referrerpolicy="no-referrer")


def _facts(item: Mapping[str, Any], face: Face, year: str) -> Markup | None:
    """The short facts in one row; the label is seen where the value alone would say little, and heard everywhere."""
    rows = [(label, value) for label, value in item["facts"] if value != year and len(value) <= _LONGEST_FACT]
    if not rows:
        return None
    return el("ul", *(_fact(label, value) for label, value in rows[:_FACTS]), class_="st-facts", role="list")


def _fact(label: str, value: str) -> Markup:
    """One fact of the row."""
    bare = _NO_UNIT.fullmatch(value) is not None
    return el("li", el("span", f"{label} ", class_="st-fact-label" if bare else "st-sr"), value)


def _verdict(item: Mapping[str, Any], face: Face) -> Markup | None:
    """What the card meets and does not meet, as text."""
    met = [words for row in item["evidence"] if (words := _condition(row, face))]
    rows = []
    if met:
        words = el("span", el("strong", face.ui("meets")), " ", face.voice.listed(met))
        rows.append(el("li", icon("yes"), words, class_="st-met"))
    rows += [el("li", icon("no"), el("span", sentence), class_="st-unmet") for sentence in item["unmet"]]
    return el("ul", *rows, class_="st-verdict", role="list") if rows else None


def _condition(evidence: Mapping[str, Any], face: Face) -> str:
    """A constraint that the record meets, in words; ``""`` for other evidence."""
    constraint = evidence.get("constraint") if evidence["kind"] == "constraint" else None
    return condition(read_constraint(constraint), face.voice, face.schema) if constraint else ""
