"""The widget's scripts and style sheets, read from the files beside this one and joined in their order."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_SCRIPTS = (
    *("dom.js", "icons.js", "options.js", "words.js", "store.js"),
    *("api.js", "stream.js", "prose.js", "turn.js", "reply_text.js"),
    *("theme.js", "card.js", "votes.js", "sources.js", "reply.js", "log.js"),
    *("composer.js", "panel.js", "keeping.js", "menu.js", "screen.js", "person.js", "talk.js", "widget.js", "start.js"),
)
_STYLES = ("tokens.css", "base.css", "panel.css", "talk.css", "cards.css", "composer.css")


@cache
def scripts() -> str:
    """All scripts as the body of one function."""
    return "\n".join(_text(name) for name in _SCRIPTS)


@cache
def style() -> str:
    """All style sheets as one."""
    return "\n".join(_text(name) for name in _STYLES)


def _text(name: str) -> str:
    """One file."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
