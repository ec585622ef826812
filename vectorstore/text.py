"""The words of an item or a passage: what is embedded, what is searched, and the hash that tells them apart.

Pure functions. Numbers that change often (price, stock, popularity) are left out of the embedded text, so that a
new price never costs an embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from vectorstore.base import Facet, FacetValue, Item, Passage, Schema, TextKind

MAX_WORDS = 170
"""Words of an embedded text: about 230 tokens, below the 256 that the embedder reads."""
MAX_VALUES = 4
"""Values per facet in an embedded text: the first names of a long cast say enough."""


def item_text(item: Item, schema: Schema) -> str:
    """The text that is embedded: title. facets in words. description; at most `MAX_WORDS` words."""
    facets = "; ".join(_phrases(item, schema))
    parts = [part.strip() for part in (item.title, facets, item.description) if part.strip()]
    return shorten(". ".join(parts).replace(".. ", ". "), MAX_WORDS)


def item_words(item: Item, schema: Schema) -> str:
    """The text of the lexical leg: the title twice, every value of every facet in words, the whole description."""
    values = [word for facet in schema.facets for word in _words(facet, item.facets.get(facet.name))]
    return " ".join([item.title, item.title, *values, item.description])


def passage_text(passage: Passage) -> str:
    """The text of a passage for both legs: title, heading, then the section itself."""
    heads = [passage.title] + ([passage.heading] if passage.heading != passage.title else [])
    return ". ".join([*(head for head in heads if head), passage.text])


def content_hash(text: str, kind: TextKind) -> str:
    """32 hex digits that identify a text embedded as ``kind``."""
    return hashlib.sha256(f"{kind}\0{text}".encode()).hexdigest()[:32]


def shorten(text: str, words: int) -> str:
    """The first ``words`` words; characters of scripts without spaces count as half a word."""
    pieces, room = [], float(words)
    for piece in text.split():
        wide = sum(ord(character) > 0x2E7F for character in piece)
        cost = 1.0 + wide / 2
        if cost > room:
            pieces.append(piece[: int(room * 2)] if wide else "")
            break
        pieces.append(piece)
        room -= cost
    return " ".join(pieces).strip()


def _phrases(item: Item, schema: Schema) -> Iterator[str]:
    """As in "genres: horror, drama", "waterproof", "year: 1979"; stable facets only."""
    for facet in schema.facets:
        value = item.facets.get(facet.name)
        words = [] if _volatile(facet) else _words(facet, value)
        if words and facet.type == "flag":
            yield words[0]
        elif words:
            yield f"{_label(facet)}: {', '.join(words[:MAX_VALUES])}"


def _words(facet: Facet, value: FacetValue | None) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return [_label(facet)]
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, str):
        return [value]
    return [f"{value:g}"]


def _volatile(facet: Facet) -> bool:
    return facet.role in ("price", "stock", "popularity") or (facet.type in ("number", "date") and facet.role != "year")


def _label(facet: Facet) -> str:
    return (facet.label or facet.name.replace("_", " ")).lower()
