"""A folder of Markdown pages -> passages with headings and anchors: the units that are found and cited.

Knows no search. A page may begin with YAML between `---` lines: ``title``, ``topic`` and ``url`` are used, the rest is
left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from vectorstore.base import Passage
from vectorstore.errors import CatalogError, HelpError
from vectorstore.markdown import Section, sections, slug
from vectorstore.tables import decode

MAX_WORDS = 220
"""Words of a passage: more would be cut by the embedder and bury the sentence that answers."""
_SUFFIXES = (".md", ".markdown")
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n")


def read_help(folder: Path) -> tuple[Passage, ...]:
    """Every Markdown page under ``folder``, cut into one passage per section and at most `MAX_WORDS` words.

    A page's name is its path without ending and without a last "index"; an id is ``page#anchor``, with ".2" and so on
    for the further pieces of a long section. Raises `HelpError` when there is no page or one cannot be read.
    """
    root = folder if folder.is_dir() else folder.parent
    files = (
        sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES) if folder.is_dir() else [folder]
    )
    if not folder.exists() or not files:
        raise HelpError(f"there is no Markdown page in {folder}", hint="Give a folder that holds .md files.")
    passages = tuple(_numbered(passage for path in files for passage in read_page(path, page=_page_name(path, root))))
    if not passages:
        raise HelpError(f"the pages in {folder} hold no text", hint="Write at least one paragraph under a heading.")
    return passages


def read_page(path: Path, *, page: str) -> tuple[Passage, ...]:
    """The passages of one Markdown file. Raises `HelpError` when it cannot be read or its front matter is no YAML."""
    try:
        text, _ = decode(path.read_bytes(), path.name)
    except OSError as error:
        raise HelpError(f"{path} cannot be read: {error.strerror}", hint="Check the path and its rights.") from error
    except CatalogError as error:
        raise HelpError(str(error), hint=error.hint) from error
    front, body = _front_matter(text.replace("\r\n", "\n").replace("\r", "\n"), path)
    parts = sections(body)
    title = str(front.get("title") or _first_heading(parts) or _words(page))
    about = {
        "title": title,
        "topic": str(front.get("topic") or ""),
        "url": str(front["url"]) if front.get("url") else None,
    }
    return tuple(_passages(parts, page=page, about=about))


def _passages(parts: Sequence[Section], *, page: str, about: Mapping[str, Any]) -> Iterator[Passage]:
    trail: list[Section] = []
    for part in parts:
        trail = [*[above for above in trail if above.level < part.level], part]
        heading = " › ".join(above.heading for above in trail if above.level > 1 and above.heading) or about["title"]
        anchor = part.anchor or slug(about["title"])
        for text in _pieces(part.blocks):
            yield Passage(f"{page}#{anchor}", page, about["title"], heading, anchor, text, about["url"], about["topic"])


def _numbered(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Ids that occur again get ".2", ".3"...: further pieces of a section, and pages of the same name."""
    seen: Counter[str] = Counter()
    for passage in passages:
        seen[passage.id] += 1
        again = seen[passage.id]
        yield replace(passage, id=f"{passage.id}.{again}") if again > 1 else passage


def _pieces(blocks: Sequence[str]) -> Iterator[str]:
    """Blocks joined up to `MAX_WORDS` words; a longer block is cut between its lines and sentences."""
    held: list[str] = []
    for piece in (piece for block in blocks for piece in _cut(block)):
        if held and _length("\n\n".join([*held, piece])) > MAX_WORDS:
            yield "\n\n".join(held)
            held = []
        held.append(piece)
    if held:
        yield "\n\n".join(held)


def _cut(block: str) -> Iterator[str]:
    if _length(block) <= MAX_WORDS:
        yield block
        return
    start, end = 0, 0
    for match in [*_SENTENCE.finditer(block), None]:
        stop = match.start() if match else len(block)
        if end > start and _length(block[start:stop]) > MAX_WORDS:
            yield block[start:end].strip()
            start = end
        end = stop
    yield block[start:].strip()


def _length(text: str) -> float:
    """Words; two characters of a script without spaces count as one."""
    wide = sum(ord(character) > 0x2E7F for character in text)
    return len(text.split()) + wide / 2


def _front_matter(text: str, path: Path) -> tuple[Mapping[str, Any], str]:
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    try:
        front = yaml.safe_load(match[1]) or {}
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise HelpError(
            f"the front matter of {path} is no YAML: {reason}", hint="Correct the lines between ---."
        ) from error
    return (front if isinstance(front, dict) else {}), text[match.end() :]


def _page_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    kept = parts[:-1] if len(parts) > 1 and parts[-1] == "index" else parts
    return "/".join(kept)


def _first_heading(parts: Sequence[Section]) -> str:
    return next((part.heading for part in parts if part.level == 1), "")


def _words(page: str) -> str:
    words = re.sub(r"[-_]+", " ", page.rpartition("/")[2]).strip()
    return words[:1].upper() + words[1:]
