"""The bar above the conversation: the name, that this is an AI, the catalogue, the profile, a person."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.web.page.face import Face
from bot.web.page.markup import el, icon, join


def top(catalogs: Sequence[str], current: str, face: Face) -> Markup:
    """The bar. The catalogue can be switched where there is more than one."""
    return join(
        el("a", face.ui("skip_to_chat"), href="#st-input", class_="st-skip", data_act="skip"),
        el("div", _name(face), el("div", *_tools(catalogs, current, face), class_="st-tools"), class_="st-bar"),
    )


def _name(face: Face) -> Markup:
    """The name of the place, and who answers."""
    return el(
        "div",
        el("h1", icon("brand"), face.ui("name"), class_="st-name"),
        el("span", face.ui("ai_badge"), class_="st-badge"),
        class_="st-brand",
    )


def _tools(catalogs: Sequence[str], current: str, face: Face) -> list[Markup]:
    """Everything that stays in the same place in every state."""
    known, person = face.ui("profile"), face.voice.phrase("suggest/chip", "talk_to_person")
    shared = {"type": "button", "class_": "st-tool"}
    panel = {"data_act": "profile", "aria_expanded": "false", "aria_controls": "st-profile"}
    return [
        *([_switch(catalogs, current, face)] if len(catalogs) > 1 else []),
        el("button", icon("profile"), el("span", known, class_="st-folds"), **shared, **panel, aria_label=known),
        el("button", icon("person"), el("span", person), **shared, data_act="say", data_text=person),
    ]


def _switch(catalogs: Sequence[str], current: str, face: Face) -> Markup:
    """The choice of the catalogue."""
    options = [el("option", _called(name), value=name, selected=name == current) for name in catalogs]
    label = el("span", face.ui("catalog"), class_="st-sr")
    return el("label", label, el("select", *options, data_act="catalog"), class_="st-switch")


def _called(name: str) -> str:
    """A catalogue's name as a heading."""
    return name.replace("_", " ").replace("-", " ").capitalize()
