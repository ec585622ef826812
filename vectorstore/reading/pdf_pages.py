"""A PDF -> its title and sections: headings by the size of their letters, else page by page. The only file with pypdf.

An anchor is the page on which a section begins, as "page-3". Knows no length limit.
"""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vectorstore.errors import HelpError
from vectorstore.reading.html_pages import Page
from vectorstore.reading.markdown import Section

MOST_PAGES = 3_000
_BIGGER = 1.15
_LONGEST_HEADING = 120


@dataclass(frozen=True, slots=True)
class _Line:
    page: int
    text: str
    size: float
    gap: bool
    """Whether white space stands above it."""


def pdf_page(data: bytes, name: str) -> Page:
    """The text of a PDF. Raises `HelpError` when it is damaged, locked by a password, or holds pictures alone."""
    title, lines = _read(data, name)
    lines = _without_running_heads(lines)
    if sum(len(line.text) for line in lines) < 20:
        raise HelpError(f"{name} holds no text, only pictures", hint="Run a text recognition (OCR) over it first.")
    sections = _sections(lines, _body_size(lines))
    first = next((section.heading for section in sections if section.level == 1), "")
    return Page(title or first, sections)


def _read(data: bytes, name: str) -> tuple[str, list[_Line]]:
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
        if not locked:
            title = str((reader.metadata.title if reader.metadata else "") or "").strip()
            pages = list(reader.pages)[:MOST_PAGES]
            return title, [line for number, page in enumerate(pages, start=1) for line in _lines(page, number)]
    except Exception as error:  # a damaged file fails in ever new ways
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise HelpError(f"{name} is a PDF that cannot be read: {reason}", hint="Export it again.") from error
    raise HelpError(f"{name} is locked by a password", hint="Save it without one.")


def _lines(page: Any, number: int) -> list[_Line]:
    """The lines of one page with the size of their letters, from the top."""
    pieces: list[tuple[str, float]] = []

    def hear(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        scale = math.hypot(tm[2], tm[3]) * (math.hypot(cm[2], cm[3]) or 1.0)
        pieces.append((text, round(abs(float(size or 0.0)) * (scale or 1.0), 1)))

    page.extract_text(visitor_text=hear)
    lines: list[_Line] = []
    words, sizes, gap = "", Counter[float](), False
    for text, size in [*pieces, ("\n", 0.0)]:
        for part in re.split(r"(\n)", text):
            if part != "\n":
                words += part
                sizes[size] += len(part.strip())
            elif words.strip():
                lines.append(_Line(number, " ".join(words.split()), sizes.most_common(1)[0][0], gap))
                words, sizes, gap = "", Counter(), False
            else:
                words, gap = "", True
    return lines


def _without_running_heads(lines: Sequence[_Line]) -> list[_Line]:
    """Lines that stand on most pages (headers, footers, page numbers) say nothing."""
    pages = len({line.page for line in lines})
    seen = Counter(key for key, _ in {(re.sub(r"\d+", "#", line.text), line.page) for line in lines})
    return [line for line in lines if pages < 3 or seen[re.sub(r"\d+", "#", line.text)] <= 0.6 * pages]


def _body_size(lines: Sequence[_Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _sections(lines: Sequence[_Line], body: float) -> tuple[Section, ...]:
    bigger = sorted({line.size for line in lines if _is_heading(line, body)}, reverse=True)[:4]
    levels = {size: level for level, size in enumerate(bigger, start=1)}
    found: list[Section] = []
    held: list[_Line] = []
    level, heading, page = 0, "", 1
    for line in lines:
        starts = line.size in levels and _is_heading(line, body)
        turned = not levels and held and line.page != held[-1].page
        if starts and not held and found is not None and level == levels[line.size] and heading:
            heading = f"{heading} {line.text}"
        elif starts or turned:
            found += _closed(level, heading, page, held)
            level, heading = (levels[line.size], line.text) if starts else (0, "")
            page, held = line.page, [] if starts else [line]
        else:
            page = page if held or heading else line.page
            held.append(line)
    return tuple([*found, *_closed(level, heading, page, held)])


def _closed(level: int, heading: str, page: int, lines: Sequence[_Line]) -> list[Section]:
    return [Section(level, heading, f"page-{page}", tuple(_paragraphs(lines)))] if lines or heading else []


def _is_heading(line: _Line, body: float) -> bool:
    short = len(line.text) <= _LONGEST_HEADING and any(letter.isalpha() for letter in line.text)
    return line.size >= _BIGGER * body > 0 and short


def _paragraphs(lines: Sequence[_Line]) -> list[str]:
    """Lines joined until white space or a list entry; a word cut at the end of a line is whole again."""
    paragraphs: list[str] = []
    for line in lines:
        text = re.sub(r"^[•·▪●○‣]\s*", "- ", line.text)
        if not paragraphs or line.gap or text.startswith("- ") or re.match(r"\d{1,2}[.)]\s", text):
            paragraphs.append(text)
        elif re.search(r"[^\W\d_]-$", paragraphs[-1]) and text[:1].islower():
            paragraphs[-1] = paragraphs[-1][:-1] + text
        else:
            paragraphs[-1] += f" {text}"
    return paragraphs
