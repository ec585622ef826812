"""The buttons of a card: like, not for me with its two meanings, why not, and taking a press back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.web.page.face import Face
from bot.web.page.markup import el, icon

_REASONS = 4


def presses(item: Mapping[str, Any], face: Face, *, title: str, place: str) -> Markup:
    """All buttons. Nothing is pressed yet: that is painted in the browser. ``place`` makes ids unique."""
    more, id_ = f"st-more-{place}", str(item["id"])
    opener = {"data_act": "more", "aria_expanded": "false", "aria_controls": more}
    return el(
        "div",
        el(
            "div",
            _press("like", face, title, id_, word=icon("heart") + face.ui("like")),
            _press("dislike", face, title, None, word=icon("less") + face.ui("dislike"), **opener),
            class_="st-row",
        ),
        el(
            "div",
            _press("not_taste", face, title, id_, word=face.ui("not_taste"), data_act="dislike"),
            _press("seen", face, title, id_, word=face.ui("seen")),
            id=more,
            class_="st-row st-more",
            hidden=True,
        ),
        el(
            "div",
            el("span", class_="st-said"),
            _press("undo", face, title, id_, word=face.ui("undo"), aria_pressed=None),
            class_="st-done",
            hidden=True,
        ),
        _reasons(item, face),
        class_="st-actions",
    )


def _press(key: str, face: Face, title: str, id_: str | None, *, word: str, **attributes: str | None) -> Markup:
    """One button, named by its word and the title; one with an id stays down once pressed."""
    given: dict[str, str | None] = {
        "data_act": key,
        "data_id": id_,
        "aria_pressed": "false" if id_ else None,
        "aria_label": face.ui(f"{key}_named", title=title),
        **attributes,
    }
    return el("button", word, type="button", class_="st-button", **given)


def _reasons(item: Mapping[str, Any], face: Face) -> Markup:
    """What was wrong with it: the item's own attributes as chips; never required."""
    labels = [*dict.fromkeys(label for label, _ in item["facts"])][:_REASONS]
    chips = [_reason(label, str(item["id"])) for label in (*labels, face.ui("reason_other"))]
    question = face.ui("reason_question")
    return el(
        "div",
        el("p", question),
        el("div", *chips, class_="st-row"),
        class_="st-reasons",
        role="group",
        aria_label=question,
        hidden=True,
    )


def _reason(label: str, id_: str) -> Markup:
    """One reason."""
    shown = label[:1].upper() + label[1:]
    return el("button", shown, type="button", class_="st-chip", data_act="reason", data_id=id_, data_reason=label)
