"""What an operator changes while visitors talk: single items and rules of one catalogue, durable before they count.

Items go through the journal beside the generation, rules through their file; both are also taken over when another
process, or a person with an editor, changes them. Knows no engine and no HTTP.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bot import rulebook
from bot.errors import InvalidRequest
from bot.types import Rule, Shelf, plain
from vectorstore.base import Embedder
from vectorstore.generations import Generations
from vectorstore.index import ItemIndex
from vectorstore.live.applying import applied, caught_up, vectors_of
from vectorstore.live.changes import FIELDS, Change, Misfit, Reader
from vectorstore.live.journal import Journal
from vectorstore.reading.catalog_toml import NAME, read_catalog_toml
from vectorstore.reading.writing_toml import column_of
from vectorstore.records import folded

Status: TypeAlias = Literal["created", "changed", "unchanged", "deleted", "absent", "refused"]
Remake: TypeAlias = Callable[[Shelf, ItemIndex], Shelf]

SHARE, FLOOR, MOST = 0.05, 100, 2000
"""A new generation is due when more than 5% of the items (at least 100), or 2,000 rows, changed since the last one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to insert or change, each with its id, and ids to remove."""

    upsert: Sequence[tuple[str, Mapping[str, Any]]] = ()
    delete: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; ``problems`` say why it was refused."""

    id: str
    status: Status
    problems: tuple[Misfit, ...] = ()

    def data(self) -> dict[str, Any]:
        """As JSON."""
        row: dict[str, Any] = {"id": self.id, "status": self.status}
        return row | ({"problems": plain(self.problems)} if self.problems else {})


class Refused(InvalidRequest):
    """Some rows do not fit, and all or nothing was asked for; ``outcomes`` has every row."""

    def __init__(self, message: str, *, hint: str, outcomes: Sequence[Outcome]) -> None:
        super().__init__(message, hint=hint)
        self.outcomes = tuple(outcomes)


@dataclass(slots=True)
class _Read:
    """A batch, read: what to do, and the outcome of each row in its order."""

    changes: list[Change] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def refuse(self, id: str, misfits: Sequence[Misfit]) -> None:
        """This row is not taken."""
        self.outcomes.append(Outcome(id[:80], "refused", tuple(misfits)))


class Changing:
    """The changes of the catalogue in ``root``. Not safe between threads: `LiveShelf` lets one in at a time."""

    def __init__(self, root: Path, embedder: Embedder, remake: Remake) -> None:
        """``remake`` gives a shelf other items, and engines that know them. Raises InvalidRequest for broken rules."""
        self.root = root
        self.rules: tuple[Rule, ...] = rulebook.load(root)
        self.pending = 0
        self._embedder = embedder
        self._remake = remake
        self._journal = Journal(root)
        self._stamp: tuple[object, object] | None = None
        self._rules_stamp = self._look_at_rules()

    def renewed(self, shelf: Shelf, *, anew: bool = False) -> Shelf:
        """``shelf`` with everything that was changed since it was made; itself when nothing was."""
        stamp = (self._journal.stamp(), self._look_at_rules())
        if stamp == self._stamp and not anew:
            return shelf
        records = caught_up(shelf.items.records, self._journal, embedder=self._embedder)
        if records is not shelf.items.records:
            shelf = self._remake(shelf, shelf.items.changed(records))
        self._reread_rules()
        self.pending = self._journal.size(after=shelf.items.origin.folded)
        self._stamp = stamp
        return self._ruled(shelf)

    def change(self, shelf: Shelf, batch: Batch, *, partial: bool = False) -> tuple[Shelf, tuple[Outcome, ...]]:
        """The shelf after ``batch``, which is durable then, and what became of each row.

        Raises:
            Refused: a row does not fit and ``partial`` was not asked for; nothing was changed.
            InvalidRequest: nothing would be left.
            Behind: another process changed the catalogue meanwhile; renew the shelf and try again.
            StorageError, WriterBusy, EmbedderError: nothing was changed.
        """
        found = self._read(shelf.items, batch)
        bad = [outcome for outcome in found.outcomes if outcome.status == "refused"]
        if bad and not partial:
            first = bad[0]
            message = f"{len(bad)} of {len(found.outcomes)} rows do not fit; {first.id!r}: {first.problems[0]}"
            hint = "correct them, or keep the good rows with ?partial=true; nothing was changed"
            raise Refused(message[:500], hint=hint, outcomes=found.outcomes)
        records = shelf.items.records
        after = applied(records, found.changes, embedder=self._embedder)
        if after is records:
            return shelf, tuple(found.outcomes)
        if not after.items:
            raise InvalidRequest("the catalogue would be empty", hint="keep one item, or stop serving this catalogue")
        written = self._journal.append(found.changes, vectors_of(after, found.changes), after=records.folded)
        self._stamp = (written.stamp, self._stamp[1] if self._stamp else None)
        self.pending += len(found.changes)
        items = shelf.items.changed(replace(after, folded=written.number))
        return self._ruled(self._remake(shelf, items)), tuple(found.outcomes)

    def rule(self, shelf: Shelf, rows: Any) -> Shelf:
        """The shelf under new rules, which are durable then. Raises InvalidRequest and StorageError."""
        rules = rulebook.read(rows, shelf.items)
        rulebook.save(self.root, rules)
        self.rules, self._rules_stamp = rules, self._look_at_rules()
        return self._ruled(shelf)

    def due(self, shelf: Shelf) -> bool:
        """Whether so much was changed that a new generation should hold it."""
        return self.pending > min(MOST, max(FLOOR, SHARE * len(shelf.items)))

    def trim(self) -> None:
        """Forget the entries of the journal that every generation holds."""
        generations = Generations(self.root).all()
        if generations:
            self._journal.trim(min(folded(generation.folder) for generation in generations))

    def _ruled(self, shelf: Shelf) -> Shelf:
        rules = rulebook.usable(self.rules, shelf.items)
        return shelf if rules == shelf.rules else replace(shelf, rules=rules)

    def _look_at_rules(self) -> tuple[int, int]:
        try:
            fact = (self.root / rulebook.FILE).stat()
        except OSError:
            return (0, 0)
        return (fact.st_mtime_ns, fact.st_ino)

    def _reread_rules(self) -> None:
        """Take over an edited file; a broken one changes nothing."""
        stamp = self._look_at_rules()
        if stamp == self._rules_stamp:
            return
        self._rules_stamp = stamp
        try:
            self.rules = rulebook.load(self.root)
        except (InvalidRequest, OSError) as error:
            _log.error("the rules in force stay: %s", error)

    def _read(self, items: ItemIndex, batch: Batch) -> _Read:
        """Every row of a batch against the catalogue."""
        found, reader, taken = _Read(), reader_of(items, self.root), set[str]()
        for id, row in batch.upsert:
            known = items.items.get(id)
            change, misfits = reader.read(id, row, known)
            if id in taken:
                misfits = (*misfits, Misfit(id[:80], "id", id[:80], "used by an earlier row", "send each item once"))
            if misfits:
                found.refuse(id, misfits)
                continue
            taken.add(id)
            same = known is not None and change.applied(known) == known
            found.outcomes.append(Outcome(id, "unchanged" if same else "changed" if known else "created"))
            found.changes += [] if same else [change]
        for id in batch.delete:
            if id in taken:
                misfit = Misfit(id[:80], "id", id[:80], "used by an earlier row", "send each item once")
                found.refuse(id, [misfit])
                continue
            taken.add(id)
            found.outcomes.append(Outcome(id, "deleted" if id in items.items else "absent"))
            found.changes += [Change(id, gone=True)] if id in items.items else []
        return found


def reader_of(items: ItemIndex, root: Path) -> Reader:
    """How rows of this catalogue are read: by its schema, and by the headers, marks and units of its `catalog.toml`."""
    columns = {facet.name: column_of(facet) for facet in items.schema.facets}
    path = root / NAME
    table = read_catalog_toml(path) if path.is_file() else {}
    headers = {str(source): kind for kind, source in table.get("columns", {}).items() if kind in (*FIELDS, "id")}
    for name, section in table.get("facets", {}).items():
        if name in columns:
            marks = {key: section[key] for key in ("separator", "decimal", "dates") if key in section}
            columns[name] = replace(columns[name], **marks)
            headers.setdefault(str(section.get("column", name)), name)
    spelling = {
        facet.name: {value.casefold(): value for value, _ in facet.values} | dict(facet.aliases)
        for facet in items.schema.facets
    }
    return Reader(columns, headers, spelling)
