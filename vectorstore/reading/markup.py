"""HTML in a cell -> plain text: entities decoded, tags gone, paragraphs and list entries as sentences.

Pure; knows no column. Text without tags and entities stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from html.parser import HTMLParser

_TAGS = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "mark",
    "meta",
    "nav",
    "noscript",
    "object",
    "ol",
    "option",
    "p",
    "param",
    "picture",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
]
_TAG = re.compile(
    rf"</?(?:{'|'.join(_TAGS)})(?:\s+[^<>]*=[^<>]*|\s+(?:async|defer|hidden|open|controls))?\s*/?>|<!--|<!doctype",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_DROPPED = {"script", "style", "template", "noscript", "iframe", "svg", "head", "object", "select", "textarea"}
_BLOCKS = set(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
_BULLET = re.compile(r"^\s*[•·▪●○‣–*-]\s+")
_CLOSED = tuple(".!?:;,…。！？：；，、")


def is_markup(text: str) -> bool:
    """Whether ``text`` holds an HTML tag or entity."""
    return ("<" in text and bool(_TAG.search(text))) or ("&" in text and bool(_ENTITY.search(text)))


def plain(text: str) -> str:
    """``text`` without HTML; what stood in blocks of its own becomes sentences, so that nothing runs together."""
    if "<" in text and _TAG.search(text):
        return _sentences(_blocks(_twice(text)))
    if "&" in text and _ENTITY.search(text):
        decoded = _ENTITY.sub(_decoded, text)
        return plain(decoded) if _TAG.search(decoded) else decoded
    if "\n" in text:
        return _sentences(_BULLET.sub("", line) for line in text.split("\n")) if _has_bullets(text) else text
    return text


def _decoded(entity: re.Match[str]) -> str:
    """The character of an entity that exists; anything else stays as it stands."""
    name = entity[0][1:]
    found = unescape(entity[0]) if name.startswith("#") else html5.get(name, entity[0])
    return found.replace("\u00a0", " ")


def _twice(text: str) -> str:
    """Some exports encode their HTML twice."""
    return unescape(text) if "&lt;" in text and not _TAG.sub("", text).strip() else text


def _has_bullets(text: str) -> bool:
    return sum(bool(_BULLET.match(line)) for line in text.split("\n")) >= 2


def _blocks(text: str) -> list[str]:
    reader = _Blocks()
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError):  # the standard parser's answer to some malformed declarations
        return [unescape(_TAG.sub(" ", text))]
    return reader.finished()


def _sentences(blocks: Iterator[str] | list[str]) -> str:
    """The blocks in one line, each closed by a mark where another follows."""
    filled = [line for block in blocks if (line := " ".join(block.split()))]
    closed = [line if line.endswith(_CLOSED) else f"{line}." for line in filled[:-1]]
    return " ".join([*closed, *filled[-1:]])


class _Blocks(HTMLParser):
    """Collects the text of a page fragment, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[str] = []
        self._open: list[str] = []
        self._dropping: list[str] = []

    def finished(self) -> list[str]:
        """The blocks in order."""
        self._break()
        return self._done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropping.append(tag)
        elif tag in _BLOCKS:
            self._break()
        elif tag == "br":
            self._line()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._dropping:
            del self._dropping[self._dropping.index(tag) :]
        elif tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._open.append(data)

    def _line(self) -> None:
        """A line break ends a sentence only where a new one can begin: at least three words, or a mark, before it."""
        text = "".join(self._open)
        if text.rstrip().endswith(_CLOSED) or len(text.split()) > 2:
            self._break()
        else:
            self._open.append(" ")

    def _break(self) -> None:
        text = "".join(self._open)
        if text.strip():
            self._done.append(text)
        self._open = []
