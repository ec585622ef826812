"""The active wishes as removable chips above the message box."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.types import Chip
from bot.web.page.face import Face
from bot.web.page.markup import el, icon


def wishes(chips: Sequence[Chip], face: Face) -> Markup:
    """One button per wish; pressing it removes the wish and searches again."""
    if not chips:
        return Markup("")
    label = face.ui("wishes")
    rows = [el("li", _chip(chip, face)) for chip in chips]
    return el(
        "div",
        el("span", label, class_="st-wishes-label", aria_hidden="true"),
        el("ul", *rows, role="list", aria_label=label),
        class_="st-wishes",
    )


def _chip(chip: Chip, face: Face) -> Markup:
    """One wish, its name read as what pressing does."""
    return el(
        "button",
        chip.label,
        icon("close"),
        type="button",
        class_="st-wish",
        data_act="unwish",
        data_key=chip.key,
        aria_label=face.ui("remove_wish", label=chip.label),
    )
