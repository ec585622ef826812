"""A folder of help pages -> passages with headings and anchors: the units that are found and cited.

Markdown, HTML, PDF, Word and plain text. Knows no search. A Markdown page may begin with YAML between `---` lines:
``title``, ``topic`` and ``url`` are used, the rest is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vectorstore.base import Passage
from vectorstore.errors import CatalogError, HelpError
from vectorstore.reading.docx_pages import docx_page
from vectorstore.reading.html_pages import Page, html_page
from vectorstore.reading.markdown import Section, sections
from vectorstore.reading.opening import decode, read_bytes
from vectorstore.reading.passages import MAX_WORDS, numbered, passages_of
from vectorstore.reading.pdf_pages import pdf_page
from vectorstore.reading.rows import Problem, Rejected
from vectorstore.reading.text_pages import text_page

__all__ = ["MAX_WORDS", "HelpRead", "read_help", "read_page", "read_pages"]

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_ASIDE = {".png", ".jpg", ".jpeg", ".gif", ".svg", ".css", ".js", ".ico", ".webp", ".woff", ".woff2", ".toml", ".map"}


@dataclass(frozen=True, slots=True)
class HelpRead:
    """The passages of a help centre, the pages or rows that could not be read, and notes for the operator.

    ``read`` counts the pages or rows; ``rejected`` are rows (never pages) to be corrected.
    """

    passages: tuple[Passage, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    read: int = 0
    rejected: tuple[Rejected, ...] = ()


def read_help(folder: Path) -> tuple[Passage, ...]:
    """Every page under ``folder``, all or nothing: raises `HelpError` for the first page that cannot be read."""
    found = read_pages(folder)
    if found.problems:
        first = found.problems[0]
        raise HelpError(f"{first.file}: {first.rule}", hint=first.repair)
    return found.passages


def read_pages(folder: Path) -> HelpRead:
    """Every page under ``folder`` (or one file), cut into one passage per section and at most `MAX_WORDS` words.

    A page that cannot be read is a `Problem`, the others are kept. A page's name is its path without ending and
    without a last "index"; an id is ``page#anchor``, with ".2" and so on for the further pieces of a long section.
    Raises `HelpError` when there is no page, or none of them holds text.
    """
    if not folder.exists():
        raise HelpError(f"there is no page in {folder}: it does not exist", hint="Check the path.")
    root, files, aside = _files(folder)
    if not files:
        raise HelpError(f"there is no page in {folder}", hint=f"Give a folder that holds {', '.join(_READERS)} files.")
    passages: list[Passage] = []
    problems = []
    for path, page in zip(files, _names(files, root), strict=True):
        name = path.relative_to(root).as_posix()
        try:
            found = read_page(path, page=page)
        except HelpError as error:
            problems.append(Problem(name, 0, "", "", str(error), error.hint))
            continue
        passages += found
        if not found:
            problems.append(Problem(name, 0, "", "", "no text", "write at least one paragraph under a heading"))
    if not passages:
        told = "; ".join(problem.rule for problem in problems[:3])
        raise HelpError(f"the pages in {folder} hold no text: {told}", hint=problems[0].repair)
    return HelpRead(tuple(numbered(passages)), tuple(problems), aside, len(files))


def read_page(path: Path, *, page: str) -> tuple[Passage, ...]:
    """The passages of one file, whose ids may repeat. Raises `HelpError` when it cannot be read."""
    try:
        data = read_bytes(path)
        found = _READERS[path.suffix.lower()](data, path)
    except CatalogError as error:
        raise HelpError(str(error), hint=error.hint) from error
    title = found.title or _words(page)
    return tuple(passages_of(found.sections, page=page, title=title, url=found.url or None, topic=found.topic))


def _markdown(data: bytes, path: Path) -> Page:
    front, body = _front_matter(_text(data, path), path)
    parts = sections(body)
    title = str(front.get("title") or _title(parts))
    return Page(title, parts, str(front.get("url") or ""), str(front.get("topic") or ""))


def _html(data: bytes, path: Path) -> Page:
    return html_page(_text(data, path))


def _plain(data: bytes, path: Path) -> Page:
    return text_page(_text(data, path))


def _pdf(data: bytes, path: Path) -> Page:
    return pdf_page(data, path.name)


def _docx(data: bytes, path: Path) -> Page:
    return docx_page(data, path.name)


_READERS: Mapping[str, Callable[[bytes, Path], Page]] = {
    ".md": _markdown, ".markdown": _markdown, ".html": _html, ".htm": _html, ".xhtml": _html, ".pdf": _pdf,
    ".docx": _docx, ".txt": _plain, ".text": _plain,
}  # fmt: skip


def _text(data: bytes, path: Path) -> str:
    text, _ = decode(data, path.name)
    broken = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return broken.replace("\r\n", "\n").replace("\r", "\n")


def _files(folder: Path) -> tuple[Path, tuple[Path, ...], tuple[str, ...]]:
    """The root of the names, the pages under it, and a note on files that are none."""
    if not folder.is_dir():
        if folder.suffix.lower() not in _READERS:
            raise HelpError(f"{folder.name} is no page that can be read", hint=f"Give {', '.join(_READERS)}.")
        return folder.parent, (folder,), ()
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    pages = tuple(path for path in files if path.suffix.lower() in _READERS)
    other = Counter(path.suffix.lower() or "without ending" for path in files if path not in set(pages))
    told = ", ".join(f"{count} {ending}" for ending, count in other.most_common(5) if ending not in _ASIDE)
    return folder, pages, (f"files that are no pages, left aside: {told}",) if told else ()


def _names(files: tuple[Path, ...], root: Path) -> list[str]:
    """Names of pages; of one name in several formats, "returns.pdf" beside "returns.md" is "returns-pdf"."""
    first: dict[str, str] = {}
    names = []
    for path in files:
        name, ending = _page_name(path, root), path.suffix[1:].lower()
        names.append(name if first.setdefault(name, ending) == ending else f"{name}-{ending}")
    return names


def _front_matter(text: str, path: Path) -> tuple[Mapping[str, Any], str]:
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    try:
        front = yaml.safe_load(match[1]) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise HelpError(
            f"the front matter of {path} is no YAML: {reason}", hint="Correct the lines between ---."
        ) from error
    return (front if isinstance(front, dict) else {}), text[match.end() :]


def _page_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    kept = parts[:-1] if len(parts) > 1 and parts[-1] == "index" else parts
    return "/".join(kept)


def _title(parts: tuple[Section, ...]) -> str:
    """The lone heading of the first level; "" where several stand side by side, as in a list of questions."""
    found = [part.heading for part in parts if part.level == 1 and part.heading]
    return found[0] if len(found) == 1 else ""


def _words(page: str) -> str:
    words = re.sub(r"[-_]+", " ", page.rpartition("/")[2]).strip()
    return words[:1].upper() + words[1:]
