"""The panel "What I know about you": short sentences with their source, each to delete, all to take away or erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from bot.memory import StoredTurn
from bot.types import StateChanged
from bot.web.page.face import Face
from bot.web.page.markup import el, icon, join
from bot.web.page.stored import data, read_constraint
from bot.wording import constraint_key, wish_key

_LINE = "profile/line"
_VARIABLES = {"constraint": "condition", "wish": "wish", "order": "order"}


def profile(known: StateChanged | None, turns: Sequence[StoredTurn], face: Face) -> Markup:
    """The whole panel. ``turns`` say in which message something was said first."""
    groups = _groups(known, turns, face) if known else []
    empty = el("p", face.voice.phrase(_LINE, "nothing"), class_="st-fine") if not groups else None
    title = el("h2", face.ui("profile"), id="st-profile-title", tabindex="-1")
    shut = el(
        "button", icon("close"), type="button", class_="st-icon-button", data_act="close", aria_label=face.ui("close")
    )
    return join(
        el("div", title, shut, class_="st-panel-head"),
        el("div", empty, *groups, _own_data(known, face), class_="st-panel-body"),
    )


def _groups(known: StateChanged, turns: Sequence[StoredTurn], face: Face) -> list[Markup]:
    """Wishes, likes, rejections and what was seen; empty groups are left out."""
    said = _said(turns)
    groups: dict[str, list[tuple[str, str, str, int | None]]] = {
        "conditions": [(chip.key, chip.label, chip.kind, said.get(chip.key)) for chip in known.chips],
        "likes": [(f"like:{id_}", title, "like", said.get(id_)) for id_, title in known.likes],
        "rejected": [(f"rejected:{id_}", title, "rejected", said.get(id_)) for id_, title in known.rejected],
        "seen_list": [(f"seen:{id_}", title, "seen", said.get(id_)) for id_, title in known.seen],
    }
    return [
        el(
            "section",
            el("h3", face.ui(name), class_="st-small-title"),
            el("ul", *(_line(*row, face) for row in rows), role="list"),
        )
        for name, rows in groups.items()
        if rows
    ]


def _line(key: str, label: str, kind: str, turn: int | None, face: Face) -> Markup:
    """One thing that is known as a sentence, where it comes from, and its delete button."""
    named: dict[str, Any] = {_VARIABLES.get(kind, "title"): label}
    sentence = face.voice.phrase(_LINE, kind, **named)
    source = el("span", face.voice.phrase(_LINE, "source", turn=turn), class_="st-fine") if turn else None
    delete = el(
        "button",
        icon("bin"),
        type="button",
        class_="st-icon-button",
        data_act="forget",
        data_key=key,
        aria_label=face.ui("forget", title=label),
    )
    return el("li", el("span", el("span", sentence), source, class_="st-known"), delete, class_="st-known-row")


def _own_data(known: StateChanged | None, face: Face) -> Markup:
    """Where messages are kept, the download, and erasing in two steps."""
    if known is None:
        return el("p", face.ui("privacy"), class_="st-fine st-own")
    download = el("button", icon("down"), face.ui("export"), type="button", class_="st-button", data_act="export")
    erase = el(
        "button",
        icon("bin"),
        face.ui("erase"),
        type="button",
        class_="st-button st-danger",
        data_act="ask-erase",
        aria_expanded="false",
        aria_controls="st-erase",
    )
    really = el(
        "div",
        el("p", face.ui("erase_confirm")),
        el(
            "div",
            el("button", face.ui("erase_yes"), type="button", class_="st-button st-danger-solid", data_act="erase"),
            el("button", face.ui("erase_no"), type="button", class_="st-button", data_act="keep"),
            class_="st-row",
        ),
        id="st-erase",
        class_="st-confirm",
        hidden=True,
    )
    privacy = el("p", face.ui("privacy"), class_="st-fine")
    return el("div", privacy, el("div", download, erase, class_="st-row"), really, class_="st-own")


def _said(turns: Sequence[StoredTurn]) -> dict[str, int]:
    """The key of a condition or wish, or the id of a named item -> the 1-based number of the latest message with it."""
    found: dict[str, int] = {}
    for number, turn in enumerate(turns, 1):
        intent = data(turn, "understood").get("intent", {})
        keys = [constraint_key(read_constraint(row)) for row in intent.get("constraints", ())]
        keys += [wish_key(wish) for wish in intent.get("wishes", ())]
        keys += [mention["item_id"] for mention in intent.get("mentions", ()) if mention["item_id"]]
        found |= dict.fromkeys([*keys, *(["order"] if intent.get("order") else [])], number)
    return found
