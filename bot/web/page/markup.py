"""HTML from Python values: every text is escaped, and Markdown becomes a handful of harmless tags.

Raw HTML, links, images and headings in Markdown stay text. Knows nothing of what is drawn.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markupsafe import Markup

Child = str | None
"""Text is escaped, `Markup` is not, None is nothing."""

_VOID = frozenset({"br", "hr", "img", "input"})
_REFERENCE = re.compile(r"\[(\d{1,2})\]")
_AFTER_LIST = re.compile(r"^([-*] .+)\n(?=[^-*\s])", re.MULTILINE)  # a line below a list is not part of it


def el(name: str, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """One element. ``class_`` is ``class``, ``aria_label`` is ``aria-label``; True is bare, None is none."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """The children one after another."""
    return Markup("".join(_safe(child) for child in children if child is not None))


def hidden(text: str) -> Markup:
    """Words for screen readers alone."""
    return el("span", text, class_="st-sr")


def icon(name: str) -> Markup:
    """A decorative picture that the style sheet draws."""
    return el("span", class_=f"st-icon st-icon-{name}", aria_hidden="true")


def prose(markdown: str, *, sources: str = "", count: int = 0) -> Markup:
    """Markdown as paragraphs, lists, emphasis and code. ``[n]`` up to ``count`` links to the element ``sources-n``."""
    rendered = _reader().render(_AFTER_LIST.sub(r"\1\n\n", markdown))
    if not count:
        return Markup(rendered)

    def link(found: re.Match[str]) -> str:
        number = int(found.group(1))
        if not 1 <= number <= count:
            return found.group(0)
        return str(el("a", found.group(0), class_="st-ref", href=f"#{sources}-{number}", data_act="source"))

    return Markup(_REFERENCE.sub(link, rendered))


@cache
def _reader() -> MarkdownIt:
    """A Markdown reader that knows no HTML, no links and no images."""
    return MarkdownIt("zero", {"breaks": True}).enable(["emphasis", "list", "escape", "newline", "backticks"])


def _attribute(key: str, value: str | int | bool | None) -> str:
    """`` key="value"``, or nothing."""
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{_safe(str(value))}"'


def _safe(text: str) -> str:
    """Escaped, unless it is markup already."""
    return text if isinstance(text, Markup) else escape(text)
