"""What a catalogue shall hold -> its next generation: embed what is not known, build aside, swap.

Every verb that changes a catalogue ends here. Reads no file of an operator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from vectorstore.base import Embedder, Item, Passage, Schema, VectorStoreError
from vectorstore.cooccurrence import NAME as TOGETHER
from vectorstore.errors import RecordsFault
from vectorstore.generations import PARTIAL, Generations
from vectorstore.indexing.proof import is_proven
from vectorstore.ingesting.comparing import difference
from vectorstore.ingesting.origin import Origin, origin_of
from vectorstore.ingesting.reports import Report
from vectorstore.ingesting.resuming import Partial
from vectorstore.live.applying import load_live
from vectorstore.live.journal import Journal
from vectorstore.records import Progress, Records, embed_changed, folded
from vectorstore.text import content_hash, item_text, passage_text

EXTRAS = (TOGETHER,)
"""Further files of a generation that the next one takes over."""
_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class Work:
    """What the next generation shall hold, and the current one, whose vectors are used again.

    ``command`` and ``source`` are for its history; ``extras`` are further files that it gets.
    """

    items: Sequence[Item]
    passages: Sequence[Passage]
    schema: Schema
    old: Records | None
    command: str = ""
    source: str = ""
    extras: Mapping[str, bytes] = field(default_factory=dict)


def current(generations: Generations) -> Records | None:
    """The current generation with every change since; None without one, or when only a new ingest mends it."""
    if not generations.exists():
        return None
    try:
        return load_live(generations.current())
    except RecordsFault:
        return None


def is_same(generations: Generations, work: Work, embedder: Embedder) -> bool:
    """Whether the current generation holds just that already, made by ``embedder``, with an index that is proven."""
    old = work.old
    if old is None or work.extras or (old.embedder_name, old.dimension) != (embedder.name, embedder.dimension):
        return False
    if old.schema != work.schema or any(difference(_by_id(old.items), _by_id(work.items))):
        return False
    if tuple(old.passages) != tuple(work.passages) or not _same_texts(old):
        return False
    return is_proven(generations.current())


def is_current(generations: Generations, embedder: Embedder) -> bool:
    """Whether the current generation is sound, of ``embedder``, and holds all changes of the journal."""
    folder = generations.current()
    try:
        if not is_made_by(folder, embedder.name) or Journal(generations.root).size(after=folded(folder)):
            return False
    except VectorStoreError:
        return False
    return is_proven(folder)


def is_made_by(folder: Path, name: str) -> bool:
    """Whether the embedder called ``name`` made the vectors of a generation."""
    return getattr(origin_of(folder), "embedder", "") == name


def write(
    generations: Generations, work: Work, embedder: Embedder, report: Report, progress: Progress | None
) -> Report:
    """Embed what is not known and put the new generation in place; the catalogue must be locked."""
    partial = Partial(embedder, generations.root / PARTIAL)
    embedded = _embed(partial, work, embedder, progress)
    records = embed_changed(
        work.old, items=work.items, passages=work.passages, schema=work.schema, embedder=embedder,
        shipped=[partial.known()],
    )  # fmt: skip
    try:
        generation = generations.build(
            generations.root.name, records, progress,
            origin=_origin(work, report, embedder), extras={**_extras(generations), **work.extras},
        )  # fmt: skip
    except BaseException:
        with suppress(Exception):
            partial.save()
        raise
    partial.forget()
    return replace(report, embedded=embedded, schema=work.schema, generation=generation)


def _embed(partial: Partial, work: Work, embedder: Embedder, progress: Progress | None) -> int:
    """Embed every text that the current generation does not know; how many those are."""
    known = set[str]()
    if work.old and (work.old.embedder_name, work.old.dimension) == (embedder.name, embedder.dimension):
        known = {*work.old.item_hashes, *work.old.passage_hashes}
    items = {content_hash(text := item_text(item, work.schema), "item"): text for item in work.items}
    passages = {content_hash(text := passage_text(one), "passage"): text for one in work.passages}
    items, passages = ({h: text for h, text in texts.items() if h not in known} for texts in (items, passages))
    partial.embed(items, kind="item", progress=progress)
    partial.embed(passages, kind="passage", progress=progress)
    return len(items) + len(passages)


def _origin(work: Work, report: Report, embedder: Embedder) -> Origin:
    return Origin(
        work.command, work.source, embedder=embedder.name, items=len(work.items), passages=len(work.passages),
        added=report.added, changed=report.changed, removed=report.removed,
    )  # fmt: skip


def _extras(generations: Generations) -> dict[str, bytes]:
    """The further files of the current generation."""
    found = {}
    if generations.exists():
        for name in EXTRAS:
            with suppress(OSError):
                found[name] = (generations.current() / name).read_bytes()
    return found


def _same_texts(old: Records) -> bool:
    """Whether texts are made today as they were when ``old`` was embedded; a sample tells."""
    if not old.items:
        return True
    rows = np.unique(np.linspace(0, len(old.items) - 1, _LOOKED_AT).astype(int))
    made = [content_hash(item_text(old.items[row], old.schema), "item") for row in rows]
    return made == [old.item_hashes[row] for row in rows]


def _by_id(items: Sequence[Item]) -> dict[str, Item]:
    return {item.id: item for item in items}
