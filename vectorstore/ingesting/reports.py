"""What an ingest did or would do, and whether a person agreed to it. Nouns; they read and write nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vectorstore.base import Schema
from vectorstore.errors import WouldRemove
from vectorstore.generations import Generation
from vectorstore.ingesting.comparing import FieldChange
from vectorstore.ingesting.reviewing import ColumnView
from vectorstore.reading.rows import Problem

MANY = 0.2
"""When more than this share of the items would go, the number has to be named."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did, or would do: rows read, and items or passages by what became of them.

    ``rejected`` counts rows that are saved in ``rejected_file`` to be corrected; ``kept_values`` values of blank cells
    that stayed as they were, ``blank`` the same by facet; ``embedded`` the texts that had to be embedded.
    ``generation`` is None when nothing was written; ``same``: because nothing changed. ``catalog_toml`` is the file to
    correct.
    """

    read: int
    total: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    kept_values: int = 0
    embedded: int = 0
    rejected: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    schema: Schema = field(default_factory=Schema)
    columns: tuple[ColumnView, ...] = ()
    largest: tuple[FieldChange, ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    blank: dict[str, int] = field(default_factory=dict)
    same: bool = False
    generation: Generation | None = None
    catalog_toml: Path | None = None
    rejected_file: Path | None = None

    @property
    def unchanged(self) -> int:
        """Items or passages that stay as they are."""
        return self.total - self.added - self.changed

    @property
    def before(self) -> int:
        """How many items or passages there were."""
        return self.unchanged + self.changed + self.removed


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to: ``yes`` to losing few items, ``removing`` to losing exactly so many."""

    yes: bool = False
    removing: int | None = None

    def check(
        self, report: Report, *, otherwise: str = "give a file that holds all items, or keep the others with --keep"
    ) -> None:
        """Raise `WouldRemove` when items would go and nobody agreed; ``otherwise`` is what else to do."""
        if not report.removed or self.removing == report.removed:
            return
        lost = f"{report.removed} of the {report.before} items that the catalogue has would go"
        said = f"--removing {report.removed}" if is_many(report) else f"--yes, or --removing {report.removed}"
        if is_many(report) or not self.yes:
            raise WouldRemove(lost, hint=f"If that is meant, say so with {said}; else {otherwise}.")


def is_many(report: Report) -> bool:
    """Whether so many items would go that a key is not enough."""
    return report.removed > MANY * report.before
