"""How alike descriptions are: word runs that two of them share, and the pairs that overlap most."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

Gram = tuple[str, ...]


def shared_runs(descriptions: Mapping[str, str], n: int = 6) -> list[tuple[str, str, str]]:
    """Every (id, id, words) where two descriptions share `n` words in a row, sorted."""
    return sorted(
        (first, second, " ".join(gram))
        for gram, ids in _holders(descriptions, n).items()
        for first, second in combinations(sorted(ids), 2)
    )


def closest_pairs(descriptions: Mapping[str, str], k: int) -> list[tuple[float, str, str]]:
    """The `k` pairs with the highest Jaccard overlap of word triples, as (overlap, id, id)."""
    shared = Counter(pair for ids in _holders(descriptions, 3).values() for pair in combinations(sorted(ids), 2))
    size = {key: len(set(_grams(text, 3))) for key, text in descriptions.items()}
    scored = [(common / (size[a] + size[b] - common), a, b) for (a, b), common in shared.items()]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1:]))[:k]


def _holders(descriptions: Mapping[str, str], n: int) -> dict[Gram, set[str]]:
    holders: dict[Gram, set[str]] = defaultdict(set)
    for key, text in descriptions.items():
        for gram in _grams(text, n):
            holders[gram].add(key)
    return holders


def _grams(text: str, n: int) -> Iterator[Gram]:
    words = re.findall(r"\w+(?:['’]\w+)*", text.lower())
    return (tuple(words[at : at + n]) for at in range(len(words) - n + 1))
