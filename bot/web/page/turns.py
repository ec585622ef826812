"""One turn of the conversation as the parts of two chat messages: the visitor's, and the reply's.

The parts come in one order and the cards are a part of their own, so that text can grow around them without touching
them. Knows nothing of Gradio.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from bot.memory import StoredTurn
from bot.web.page import asides
from bot.web.page.cards import cards
from bot.web.page.drawings import Drawings
from bot.web.page.face import Face
from bot.web.page.markup import el, icon, join, prose
from bot.web.page.reply_text import lead_and_rest
from bot.web.page.sources import nearest, sources
from bot.web.page.stored import data, every

RUNNING = "running"
HELD = "held"
_MARKED = ("stopped", "cut")
_BROKEN = (*_MARKED, "failed")


def visitor(turn: StoredTurn, face: Face, *, last: bool) -> Markup:
    """What the visitor wrote, with a way to edit the latest."""
    name = face.ui("edit_message")
    edit = el(
        "button", icon("edit"), type="button", class_="st-icon-button", data_act="edit", aria_label=name, title=name
    )
    return el(
        "div",
        asides.speaker(face.ui("speaker_visitor"), turn.created),
        el("p", turn.message, class_="st-bubble", dir="auto"),
        edit if last and turn.status != RUNNING else None,
        class_="st-visitor",
    )


def assistant(turn: StoredTurn, face: Face, drawings: Drawings, *, number: int, last: bool) -> list[Markup]:
    """The reply's parts: the lead, the cards, the rest, what follows from it."""
    if turn.status == HELD:
        return [_held(turn, face)]
    items = data(turn, "recommended").get("items", [])
    lead, rest = lead_and_rest(turn.reply, items, finished=turn.status != RUNNING)
    marks: dict[str, Any] = {"sources": f"st-src-{number}", "count": len(data(turn, "answered").get("citations", []))}
    shown = [_lead(turn, lead and prose(lead, **marks), items, face)]
    if items:
        key = (turn.id, number, len(every(turn, "recommended")), face.voice.locale, face.page_locale)
        shown.append(drawings.of(key, partial(cards, items, face, name=str(number))))
    shown.append(_rest(turn, rest and prose(rest, **marks), face, name=marks["sources"], last=last))
    if last:
        shown.append(_tail(turn, face))
    return [part for part in shown if part]


def superseded(turn: StoredTurn, following: StoredTurn | None) -> bool:
    """Whether a broken turn was tried again by the one after it, which then stands in its place."""
    return turn.status in _BROKEN and following is not None and following.message == turn.message


def language(turn: StoredTurn, default: str) -> str:
    """The language that the turn was answered in."""
    return str(data(turn, "state").get("state", {}).get("language") or default)


def _lead(turn: StoredTurn, lead: str, items: Sequence[Any], face: Face) -> Markup:
    """Who speaks, and the first sentence or what is being done."""
    running = turn.status == RUNNING
    if lead:
        body = el("div", lead, class_="st-text st-lead")
    elif running and not (turn.reply and not items):
        body = _working(turn, face, waiting=not items)
    else:
        body = Markup("")
    return el(
        "div",
        asides.speaker(face.ui("speaker_assistant"), turn.created),
        body,
        class_="st-turn",
        data_turn=turn.id,
        data_status=turn.status,
        data_said=_announced(turn, len(items), face),
        lang=face.lang,
    )


def _held(turn: StoredTurn, face: Face) -> Markup:
    """In the place of a reply: the message is with the person who has the conversation."""
    words = face.voice.phrase("support/person", "kept")
    return el(
        "div",
        asides.speaker(face.ui("speaker_system"), turn.created),
        el("p", icon("person"), words, class_="st-notice"),
        class_="st-turn",
        data_turn=turn.id,
        data_status=HELD,
        data_said=words,
        lang=face.lang,
    )


def _working(turn: StoredTurn, face: Face, *, waiting: bool) -> Markup:
    """The named step, above the places of the cards to come."""
    step = str(data(turn, "progress").get("text") or face.ui("loading"))
    places = el("div", *(el("span") for _ in range(3)), class_="st-places", aria_hidden="true") if waiting else None
    return join(el("p", el("span", class_="st-pulse", aria_hidden="true"), step, class_="st-progress"), places)


def _rest(turn: StoredTurn, text: str, face: Face, *, name: str, last: bool) -> Markup:
    """The rest of the text, its sources, the question, the hand-over, and what went less well."""
    question, over = data(turn, "clarified").get("question"), data(turn, "handed_over")
    shown = [
        el("div", text, class_="st-text", lang=face.lang) if text else None,
        sources(data(turn, "answered").get("citations", []), face, name=name),
        nearest(data(turn, "answered").get("nearest", []), face),
        el("div", prose(question), class_="st-text st-ask", lang=face.lang) if question else None,
        asides.hand_over(over, face) if over else None,
        el("p", _mark(turn.status, face), class_="st-mark") if turn.status in _MARKED else None,
        asides.error(face.voice.phrase("notice/degraded", "failed"), face, again=last)
        if turn.status == "failed"
        else None,
        asides.notices([one["message"] for one in every(turn, "notice")], face),
    ]
    return join(*shown)


def _tail(turn: StoredTurn, face: Face) -> Markup:
    """What can be said next; after a broken turn, the same again first."""
    if turn.status == RUNNING:
        return Markup("")
    again = el("button", icon("again"), face.ui("retry"), type="button", class_="st-button", data_act="retry")
    return join(
        el("div", again, class_="st-row") if turn.status in _MARKED else None,
        asides.suggestions(data(turn, "suggested").get("suggestions", []), face),
    )


def _announced(turn: StoredTurn, count: int, face: Face) -> str:
    """The one sentence that a screen reader hears of this turn now."""
    if turn.status == RUNNING:
        return str(data(turn, "progress").get("text") or face.ui("loading"))
    if turn.status in _BROKEN:
        return face.ui("status_stopped" if turn.status in _MARKED else "status_failed")
    return face.ui("status_cards", count=count) if count else face.ui("status_done")


def _mark(status: str, face: Face) -> str:
    """How a reply that did not end is marked."""
    return face.ui("cut_mark" if status == "cut" else "stopped_mark")
