"""The first message: that this is an AI, what it can do, and examples that work here."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.web.page.face import Face
from bot.web.page.markup import el, icon


def welcome(examples: Sequence[str], face: Face, *, notice: str = "") -> Markup:
    """The empty conversation: a question, a line of help, examples to press; above them what just happened."""
    chips = [
        el(
            "li",
            el(
                "button",
                el("span", text),
                icon("go"),
                type="button",
                class_="st-example",
                data_act="say",
                data_text=text,
            ),
        )
        for text in examples
    ]
    label = face.ui("examples")
    return el(
        "div",
        el("p", notice, class_="st-notice") if notice else None,
        el("h2", face.ui("empty_title_help" if face.help_only else "empty_title"), class_="st-hero"),
        el("p", _hello(face), class_="st-hero-text"),
        el("h3", label, class_="st-small-title"),
        el("ul", *chips, class_="st-examples", role="list", aria_label=label),
        el("p", icon("note"), el("span", face.ui("ai_notice")), class_="st-ai-notice"),
        class_="st-welcome",
        data_status="empty",
    )


def opening(face: Face) -> Markup:
    """The same first message above a conversation that has begun."""
    return el(
        "div",
        el("h2", face.ui("speaker_assistant"), class_="st-speaker"),
        el("p", _hello(face)),
        el("p", face.ui("ai_notice"), class_="st-fine"),
        class_="st-opening",
    )


def _hello(face: Face) -> str:
    """What this is and what it can do here."""
    return face.ui("welcome_help" if face.help_only else "welcome")
