"""The part of a card that opens on demand: the sentences of the evidence, the record, and the scores that decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.web.page.face import Face
from bot.web.page.markup import el, hidden, join

FEATURES = "labels/features"
_MOST = 6


def why(item: Mapping[str, Any], face: Face, *, title: str) -> Markup:
    """A native disclosure named "Why this?"."""
    return el(
        "details",
        el("summary", face.ui("why"), hidden(f" {title}"), class_="st-summary"),
        el(
            "div",
            _sentences(item),
            _scores(item["features"], face),
            _record(item, face),
            class_="st-why-body",
        ),
        class_="st-why",
        data_id=item["id"],
    )


def _sentences(item: Mapping[str, Any]) -> Markup:
    """Why it stands here, sentence by sentence."""
    return join(*(el("p", sentence) for sentence in item["details"]))


def _scores(features: Mapping[str, float], face: Face) -> Markup | None:
    """The signals between 0 and 1 that have a name, the strongest first, as a table with bars."""
    named = [(face.voice.word(FEATURES, name), float(value)) for name, value in features.items()]
    rows = sorted(((label, value) for label, value in named if label and 0.005 <= value <= 1), key=lambda row: -row[1])
    if not rows:
        return None
    body = [_score(label, value) for label, value in rows[:_MOST]]
    return el("table", el("caption", face.ui("features")), el("tbody", *body), class_="st-scores")


def _score(label: str, value: float) -> Markup:
    """One signal: its name, a bar, the number."""
    percent = round(value * 100)
    bar = el("span", el("span", style=f"width:{percent}%"), class_="st-meter", aria_hidden="true")
    return el("tr", el("th", label, scope="row"), el("td", bar, el("span", f"{value:.2f}", class_="st-number")))


def _record(item: Mapping[str, Any], face: Face) -> Markup | None:
    """What the catalogue's record says: the description and every fact."""
    rows = [el("div", el("dt", label), el("dd", value)) for label, value in item["facts"]]
    if not rows and not item["description"]:
        return None
    return el(
        "div",
        el("h4", face.ui("facts")),
        _described(item["description"], face),
        el("dl", *rows) if rows else None,
        class_="st-record",
    )


def _described(text: str, face: Face) -> Markup | None:
    """The description, its language marked where it is not the reply's."""
    return el("p", text, class_="st-description", lang=face.foreign(text)) if text else None
