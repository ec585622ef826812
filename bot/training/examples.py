"""One training example of the reader: a sheet, and what is right of it.

Targets follow the sheet's own order. Knows no source of text and no network.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.engines.reader.sheet import CharSpan, Sheet

HEADS = ("acts", "about", "verdicts", "numbers", "roles", "tags")
"""What is judged of a message, one kind each."""


@dataclass(slots=True)
class Targets:
    """What is right: by the sheet's facets, values, numbers and mentions. ``links``: facet or -1; ``tags``: spans.

    ``known``: the heads that the source tells anything of; the others are left out of loss and score.
    """

    acts: set[str]
    about: dict[int, set[str]] = field(default_factory=dict)
    verdicts: dict[int, str] = field(default_factory=dict)
    links: list[int] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)
    roles: list[set[str]] = field(default_factory=list)
    tags: list[tuple[CharSpan, str]] = field(default_factory=list)
    known: frozenset[str] = frozenset(HEADS)


@dataclass(frozen=True, slots=True)
class Example:
    """A sheet with its targets; ``family`` and ``source`` say where it comes from, for splits."""

    sheet: Sheet
    targets: Targets
    family: str = ""
    source: str = ""
