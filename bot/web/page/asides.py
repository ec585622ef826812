"""What stands beside a reply: the hand-over and its summary, notices, the chips below, errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.memory import PersonMessage
from bot.web.page.face import Face
from bot.web.page.markup import el, hidden, icon, join


def hand_over(data: Mapping[str, Any], face: Face) -> Markup:
    """The reference of a hand-over, and what was passed on."""
    summary = str(data.get("summary") or "")
    opened = el(
        "details",
        el("summary", face.ui("handover_summary"), class_="st-summary"),
        el("p", summary, class_="st-section"),
        class_="st-source",
    )
    return el(
        "div",
        el("p", icon("person"), face.ui("handover_status", id=data["id"]), class_="st-handover-line"),
        opened if summary else None,
        class_="st-handover",
        lang=face.lang,
    )


def said(message: PersonMessage, face: Face) -> Markup:
    """What a person wrote, under their name; or a note of the system that one came or left. Plain text, as all data."""
    person = message.author == "person"
    label = face.ui("speaker_person" if person else "speaker_system")
    name = f"{label}: {message.name}" if person and message.name else label
    return el(
        "div",
        speaker(name, message.created),
        el("p", message.text, class_="st-text st-bubble-person" if person else "st-notice", dir="auto"),
        class_=f"st-{message.author}",
        data_said=f"{name}: {message.text}",
        lang=face.lang if not person else None,
    )


def speaker(name: str, at: datetime) -> Markup:
    """Who speaks and when; the browser writes the time in its own zone."""
    return el("h2", name, " ", el("time", datetime=at.strftime("%Y-%m-%dT%H:%MZ")), class_="st-speaker")


def notices(messages: Sequence[str], face: Face) -> Markup | None:
    """Everything that works less well than it should, as notes."""
    if not messages:
        return None
    label = hidden(f"{face.ui('speaker_system')} ")
    rows = [el("p", icon("note"), el("span", label, message), class_="st-notice") for message in messages]
    return el("div", *rows, class_="st-notices", lang=face.lang)


def suggestions(rows: Sequence[Mapping[str, Any]], face: Face) -> Markup | None:
    """Chips that send their visible text; the count, where there is one, is only shown."""
    if not rows:
        return None
    chips = [_chip(row, face) for row in rows]
    return el("div", *chips, class_="st-chips", role="group", aria_label=face.ui("chips"), lang=face.lang)


def error(message: str, face: Face, *, again: bool = True) -> Markup:
    """A failure, with the way to try again where nothing came after it."""
    retry = el("button", icon("again"), face.ui("retry"), type="button", class_="st-button", data_act="retry")
    return el(
        "div",
        el("p", el("strong", face.ui("error_title")), class_="st-error-title"),
        el("p", message),
        retry if again else None,
        class_="st-error",
        data_said=message,
        lang=face.lang,
    )


def _chip(row: Mapping[str, Any], face: Face) -> Markup:
    """One chip."""
    text, count = str(row["text"]), row.get("count")
    name = face.ui("chip_count", label=text, count=count) if count else None
    number = el("span", str(count), class_="st-count", aria_hidden="true") if count else None
    kind = row.get("kind", "chip")
    return el(
        "button",
        join(text, number),
        type="button",
        class_=f"st-chip st-chip-{kind}",
        data_act="say",
        data_text=text,
        aria_label=name,
    )
