"""An HTML page -> its title, its address and its sections; menus, headers, footers and scripts are left aside.

Pure. Only the main part counts where the page marks one (`main`, `article`). Knows no file and no length limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from vectorstore.reading.markdown import Section, slug

_DROPPED = {"script", "style", "nav", "footer", "aside", "form", "noscript", "template", "svg", "button", "iframe"}
_DROPPED |= {"select", "object", "dialog", "menu"}
_BLOCKS = {
    "p",
    "div",
    "section",
    "blockquote",
    "pre",
    "dl",
    "dt",
    "dd",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "figure",
    "br",
}
_BLOCKS |= {"address", "fieldset", "details", "summary", "figcaption", "hr", "article", "main", "header"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_VOID = {"br", "hr", "img", "input", "link", "meta", "area", "base", "col", "embed", "source", "track", "wbr"}
_MAIN = {"main", "article"}
_SITE = re.compile(r"\s+[|–—·»]\s+[^|–—·»]*$|\s+-\s+[^-]*$")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: ``sections`` under their headings; ``title`` and ``url`` are "" where it does not tell."""

    title: str
    sections: tuple[Section, ...]
    url: str = ""
    topic: str = ""


def html_page(text: str) -> Page:
    """The page that an HTML text holds; tag soup is read as browsers do, as far as that matters for its words."""
    reader = _Reader()
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError):  # malformed declarations; what came before them is kept
        pass
    reader.finish()
    sections = _sections(reader.main if any(kind == "text" for kind, _, _ in reader.main) else reader.whole)
    first = next((section.heading for section in sections if section.level == 1), "")
    return Page(first or _SITE.sub("", reader.title).strip() or reader.title, sections, reader.url)


def _sections(parts: list[tuple[str, str, str]]) -> tuple[Section, ...]:
    """Headings and the texts under them, in order; anchors are the page's own ids, else slugs, unique."""
    found: list[Section] = []
    taken: dict[str, int] = {}
    level, heading, anchor = 0, "", ""
    blocks: list[str] = []
    for kind, text, id in [*parts, ("h0", "", "")]:
        if kind == "text":
            blocks.append(text)
            continue
        if level or blocks:
            found.append(Section(level, heading, anchor, tuple(_joined(blocks))))
        level, heading, blocks = int(kind[1]), text, []
        anchor = id or _unique(slug(text), taken)
    return tuple(found)


def _joined(blocks: list[str]) -> list[str]:
    """Entries of one list, and rows of one table, are one block."""
    joined: list[str] = []
    before = ""
    for block in blocks:
        kind = "list" if block.lstrip().startswith("- ") else "table" if " | " in block else ""
        if joined and kind and kind == before:
            joined[-1] += f"\n{block}"
        else:
            joined.append(block)
        before = kind
    return joined


def _unique(anchor: str, taken: dict[str, int]) -> str:
    taken[anchor] = taken.get(anchor, -1) + 1
    return f"{anchor}-{taken[anchor]}" if taken[anchor] else anchor


class _Reader(HTMLParser):
    """Collects ("text", words, "") and ("h2", words, id) of the whole page, and of its main part."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.whole: list[tuple[str, str, str]] = []
        self.main: list[tuple[str, str, str]] = []
        self.title = self.url = ""
        self._dropping: list[str] = []
        self._mains = 0
        self._heading = self._id = self._waiting = ""
        self._lists = 0
        self._entry = self._in_title = False
        self._words: list[str] = []

    def finish(self) -> None:
        """The last block ends where the page ends."""
        self._flush()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        if tag == "title" and not self._dropping:
            self._in_title = True
        elif tag in ("link", "meta"):
            self._address(tag, told)
        elif self._is_dropped(tag, told) and tag not in _VOID:
            self._dropping.append(tag)
        elif self._dropping:
            return
        elif tag in _HEADINGS:
            self._flush()
            self._heading, self._id = tag, told.get("id", "") or self._waiting
            self._waiting = ""
        elif tag in _BLOCKS:
            self._flush()
            self._open(tag, told)
        elif tag in ("td", "th"):
            self._words.append(" | " if "".join(self._words).strip() else "")
        elif tag == "a" and self._heading and not self._id:
            self._id = told.get("id", "") or told.get("name", "")
        elif tag == "a" and not told.get("href"):
            self._waiting = told.get("id", "") or told.get("name", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag in self._dropping:
            del self._dropping[self._dropping.index(tag) :]
        elif self._dropping:
            return
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._flush()
            self._heading = ""
            self._lists -= tag in ("ul", "ol") and self._lists > 0
            self._mains -= tag in _MAIN and self._mains > 0

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = " ".join(f"{self.title} {data}".split())
        elif not self._dropping:
            self._words.append(data)

    def _open(self, tag: str, told: dict[str, str]) -> None:
        self._lists += tag in ("ul", "ol")
        self._entry = tag == "li"
        self._mains += tag in _MAIN or told.get("role") == "main"

    def _is_dropped(self, tag: str, told: dict[str, str]) -> bool:
        """Menus and the like, and a header that is the site's, not the article's; and what is hidden."""
        roles = ("navigation", "banner", "contentinfo", "search", "complementary")
        outside = tag == "header" and not self._mains
        return tag in _DROPPED or outside or told.get("role") in roles or ("hidden" in told and tag != "details")

    def _address(self, tag: str, told: dict[str, str]) -> None:
        if tag == "link" and told.get("rel", "").lower() == "canonical":
            self.url = told.get("href", "") or self.url
        elif tag == "meta" and told.get("property") == "og:url":
            self.url = self.url or told.get("content", "")

    def _flush(self) -> None:
        text = " ".join("".join(self._words).split())
        self._words = []
        if not text:
            return
        if self._heading:
            part = (self._heading, text.strip("¶# ").strip(), self._id)
        else:
            part = ("text", f"{'  ' * (self._lists - 1)}- {text}" if self._entry and self._lists else text, "")
            self._entry = False
        self.whole.append(part)
        if self._mains:
            self.main.append(part)
