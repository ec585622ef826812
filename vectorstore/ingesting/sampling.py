"""Five searches that show a person what a catalogue finds: queries out of its own facets, exact search. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vectorstore.base import Embedder, Item, Schema
from vectorstore.exact import top_rows
from vectorstore.records import Records

QUERIES = 5
FOUND = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """A query and the titles of the first items that it finds."""

    query: str
    titles: tuple[str, ...]


def queries(items: Sequence[Item], schema: Schema) -> tuple[str, ...]:
    """At most `QUERIES` things that a visitor might say: the most frequent values, then titles."""
    return tuple(dict.fromkeys(_wanted(items, schema)))[:QUERIES]


def search(records: Records, texts: Sequence[str], embedder: Embedder) -> tuple[Sample, ...]:
    """What each of ``texts`` finds; nothing when another embedder made the vectors."""
    if not texts or (records.embedder_name, records.dimension) != (embedder.name, embedder.dimension):
        return ()
    scores = records.item_vectors @ embedder.embed(list(texts), kind="query").T
    rows = [top_rows(scores[:, place], FOUND) for place in range(len(texts))]
    titles = (tuple(records.items[row].title for row in one) for one in rows)
    return tuple(Sample(text, found) for text, found in zip(texts, titles, strict=True))


def _wanted(items: Sequence[Item], schema: Schema) -> Iterator[str]:
    for facet in schema.facets:
        if facet.type in ("category", "multi") and len(facet.values) > 1:
            yield facet.values[0][0][:80]
    step = max(len(items) // QUERIES, 1)
    yield from (item.title[:80] for item in items[::step])
