"""What a reranker reads of an item or a passage. Pure; knows no schema: a facet is called by its name."""

from __future__ import annotations

from collections.abc import Iterator

from vectorstore.base import Item, Passage
from vectorstore.text import passage_text, shorten

WORDS = 170
"""Words that a reranker reads at most: about 230 tokens."""
VALUES = 4
"""Values of one facet that it reads at most."""


def text_of(entry: Item | Passage) -> str:
    """Title, facets in words, description; for a passage its title, heading and section. Numbers are left out."""
    if isinstance(entry, Passage):
        return shorten(passage_text(entry), WORDS)
    parts = [part.strip().rstrip(".") for part in (entry.title, "; ".join(_facets(entry)), entry.description)]
    return shorten(". ".join(part for part in parts if part), WORDS)


def _facets(item: Item) -> Iterator[str]:
    """Each facet that has words, as "genres: horror, drama"; the names help (MRR .93 against .90 without)."""
    for name, value in item.facets.items():
        words = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
        if words:
            yield f"{name.replace('_', ' ')}: {', '.join(words[:VALUES])}"
