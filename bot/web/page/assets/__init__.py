"""The page's style sheets, scripts and fixed markup, read from the files beside this one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_PAGE_STYLES = ("tokens.css", "page.css")
_STYLES = ("frame.css", "top.css", "chat.css", "cards.css", "composer.css", "panel.css", "icons.css")
_ROOT = "body .gradio-container" + 3 * ".gradio-container"  # outweighs Gradio's own rules
_SCRIPTS = ("core.js", "votes.js", "talk.js", "follow.js", "panel.js", "start.js")


@cache
def style() -> str:
    """All style sheets as one; those of the parts are nested in the page's root."""
    page, parts = ("\n".join(_text(name) for name in names) for names in (_PAGE_STYLES, _STYLES))
    return f"{page}\n{_ROOT} {{\n{parts}\n}}"


@cache
def script() -> str:
    """All scripts as the body of one function; Gradio passes ``element``, ``trigger``, ``props`` and ``watch``."""
    return "\n".join(_text(name) for name in _SCRIPTS)


@cache
def composer() -> str:
    """The message box."""
    return _text("composer.html")


@cache
def bridge() -> str:
    """The status line and what else the bridge holds."""
    return _text("bridge.html")


@cache
def head() -> str:
    """What goes into the page's head."""
    return _text("head.html")


def _text(name: str) -> str:
    """One file."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
