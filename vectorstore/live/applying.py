"""Changes on top of canonical records: new records, in which only what changed was embedded.

A generation on disk never changes; what operators changed since stands in the `Journal` beside it. ``load_live`` gives
both together. Knows no index.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import Embedder, Facet, FacetValue, Item, Schema
from vectorstore.exact import unit
from vectorstore.live.changes import Change
from vectorstore.live.counting import recounted
from vectorstore.live.journal import Journal
from vectorstore.records import Known, Records, load
from vectorstore.text import content_hash, item_text

_log = logging.getLogger(__name__)


def load_live(folder: Path, embedder_name: str | None = None, *, embedder: Embedder | None = None) -> Records:
    """The records of a generation with every change since; see `load` for what it raises.

    A changed item whose vector is not known is embedded by ``embedder``; without one its hash is "", so that whoever
    embeds next does it.
    """
    return caught_up(load(folder, embedder_name), Journal(folder.parent), embedder=embedder)


def caught_up(records: Records, journal: Journal, *, embedder: Embedder | None = None) -> Records:
    """``records`` with the entries of ``journal`` that are not folded into them yet; themselves when there are none."""
    for entry in journal.read(after=records.folded):
        changes = [fitting(change, records.schema) for change in entry.changes]
        records = replace(applied(records, changes, embedder=embedder, known=entry.known), folded=entry.number)
    return records


def fitting(change: Change, schema: Schema) -> Change:
    """``change`` without values that ``schema`` cannot hold: a newer file may have dropped a column, or its type."""
    kept = {name: value for name, value in change.facets.items() if _fits(value, schema.get(name))}
    if len(kept) < len(change.facets):
        lost = ", ".join(change.facets.keys() - kept.keys())
        _log.warning("a change of %r names facets that the catalogue has no longer: %s", change.id, lost)
    return replace(change, facets=kept)


def _fits(value: FacetValue, facet: Facet | None) -> bool:
    wanted: dict[str, type] = {"number": float, "flag": bool, "multi": tuple}
    return facet is not None and isinstance(value, wanted.get(facet.type, str))


def applied(
    records: Records, changes: Sequence[Change], *, embedder: Embedder | None = None, known: Known | None = None
) -> Records:
    """``records`` after ``changes``, one after the other. Rows keep their order; new ones come last."""
    held = {item.id: item for item in records.items}
    work: dict[str, Item | None] = {}
    for change in changes:
        work[change.id] = change.applied(work.get(change.id, held.get(change.id)))
    after = {id: item for id, item in work.items() if item != held.get(id)}
    if not after:
        return records
    items = {id: item for id, item in {**held, **after}.items() if item is not None}
    schema = recounted(records.schema, tuple(items.values()), {id: held.get(id) for id in after}, after)
    texts = {id: item_text(items[id], schema) for id in after if id in items}
    rows = _rows(records, items, texts, embedder, known)
    return replace(
        records,
        items=tuple(items.values()),
        item_vectors=np.stack([vector for _, vector in rows]) if rows else records.item_vectors[:0],
        schema=schema,
        item_hashes=tuple(hash_ for hash_, _ in rows),
    )


def _rows(
    records: Records,
    items: Iterable[str],
    texts: Mapping[str, str],
    embedder: Embedder | None,
    known: Known | None,
) -> list[tuple[str, NDArray[np.float32]]]:
    """Hash and vector of each of ``items``; only those in ``texts`` may differ from what the records hold."""
    old = {item.id: row for row, item in enumerate(records.items)}
    hashes = {id: content_hash(text, "item") for id, text in texts.items()}
    same = {id for id, hash_ in hashes.items() if id in old and records.item_hashes[old[id]] == hash_}
    made = _vectors(records, {hashes[id]: texts[id] for id in hashes if id not in same}, embedder, known)
    nothing = np.zeros(records.dimension, np.float32)
    found = []
    for id in items:
        if id in hashes and id not in same:
            known_row = hashes[id] in made
            found.append((hashes[id] if known_row else "", made[hashes[id]] if known_row else nothing))
        else:
            found.append((records.item_hashes[old[id]], records.item_vectors[old[id]]))
    return found


def vectors_of(records: Records, changes: Sequence[Change]) -> Known:
    """The vectors of the changed items, to be kept in a journal beside the changes."""
    wanted = {change.id for change in changes}
    rows = [row for row, item in enumerate(records.items) if item.id in wanted and records.item_hashes[row]]
    return Known(records.embedder_name, {records.item_hashes[row]: records.item_vectors[row] for row in rows})


def _vectors(
    records: Records, texts: Mapping[str, str], embedder: Embedder | None, known: Known | None
) -> dict[str, NDArray[np.float32]]:
    """A vector per hash: kept ones of the same embedder, else embedded, rounded as the disk rounds them."""
    kept = known.rows if known and known.embedder_name == records.embedder_name else {}
    rows = {h: kept[h] for h in texts if h in kept and kept[h].shape == (records.dimension,)}
    missing = [h for h in texts if h not in rows]
    if missing and embedder is not None:
        fresh = embedder.embed([texts[h] for h in missing], kind="item")
        rows.update(zip(missing, unit(np.asarray(fresh).astype(np.float16)), strict=True))
    return rows
