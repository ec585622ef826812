"""The word lists of a language, read from ``lexicon/*.toml`` beside this file. Knows no schema and no message."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "lexicon"


@cache
def table(name: str) -> dict[str, Any]:
    """The TOML file ``lexicon/<name>.toml``, read once. Callers take what they need out of it at construction."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def common_words() -> frozenset[str]:
    """Frequent English words, folded: a title or a surname made only of these needs a cue to be one."""
    return frozenset((_FOLDER / "en.common.txt").read_text(encoding="utf-8").split())


@cache
def word_set(name: str) -> frozenset[str]:
    """One of the small sets of function words in ``lexicon/en.small.toml``."""
    return frozenset(table("en.small")[name])
