"""The words that a claim check needs of a language: data from ``claims.<locale>.toml`` beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """Lower-case words of one language.

    ``negators`` deny what follows, unless a word of ``undo`` comes between; ``praise`` claims a quality that no record
    holds, ``service`` terms that only a help page, a record or the visitor names; ``frame`` says nothing about an item;
    ``all_of`` makes a sentence speak of every card; ``abbreviations`` end with a full stop inside a sentence.
    """

    negators: frozenset[str]
    undo: frozenset[str]
    praise: frozenset[str]
    service: frozenset[str]
    frame: frozenset[str]
    all_of: frozenset[str]
    abbreviations: frozenset[str]


@cache
def claim_words(locale: str) -> ClaimWords:
    """The words of the locale's language, English where there is no such file."""
    folder = Path(__file__).parent
    path = folder / f"claims.{locale.split('-')[0].lower()}.toml"
    table = tomllib.loads((path if path.is_file() else folder / "claims.en.toml").read_text("utf-8"))
    return ClaimWords(**{name: frozenset(words) for name, words in table.items()})
