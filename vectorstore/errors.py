"""What can go wrong in this package, as a small tree; every error carries a ``hint`` that says what to do.

    VectorStoreError             (base.py)
    ├── CatalogError             an item file cannot be read, or was refused
    │   └── EmptyCatalog         there is nothing in it, or nothing was ever ingested
    ├── HelpError                a help centre cannot be read
    ├── UnknownFacet             a constraint names a facet that the catalogue does not have
    ├── BadConstraint            its operator or value does not fit the facet
    ├── EmbedderError            an embedder cannot be loaded or failed at its work
    │   └── EmbedderMismatch     the vectors were made by another embedder
    ├── RecordsFault             canonical records are missing, incomplete or damaged
    ├── IndexFault               a nearest-neighbour index is damaged or unreachable
    ├── WriterBusy               another process is writing this catalogue
    ├── WouldRemove              an ingest would drop most of what there is, and nobody confirmed it
    └── StorageError             the disk is read-only, full or gone

Knows nothing of HTTP or of exit codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vectorstore.base import VectorStoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vectorstore.catalog import Problem

__all__ = [
    "BadConstraint",
    "CatalogError",
    "EmbedderError",
    "EmbedderMismatch",
    "EmptyCatalog",
    "HelpError",
    "IndexFault",
    "RecordsFault",
    "StorageError",
    "UnknownFacet",
    "VectorStoreError",
    "WouldRemove",
    "WriterBusy",
]


class CatalogError(VectorStoreError):
    """An item file cannot be read or was refused; ``problems`` names the rows, by file and line."""

    def __init__(self, message: str, *, hint: str = "", problems: Sequence[Problem] = ()) -> None:
        """Keep the rows that were refused."""
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class EmptyCatalog(CatalogError):
    """There is no item in the file, or nothing was ever ingested."""


class HelpError(VectorStoreError):
    """A help centre cannot be read."""


class UnknownFacet(VectorStoreError):
    """A constraint names a facet that the catalogue does not have."""


class BadConstraint(VectorStoreError):
    """The operator or the value of a constraint does not fit its facet."""


class EmbedderError(VectorStoreError):
    """An embedder cannot be loaded or failed at its work."""


class EmbedderMismatch(EmbedderError):
    """The vectors at hand were made by another embedder than the one that would search them."""


class RecordsFault(VectorStoreError):
    """Canonical records are missing, incomplete or damaged."""


class IndexFault(VectorStoreError):
    """A nearest-neighbour index is damaged or unreachable."""


class WriterBusy(VectorStoreError):
    """Another process is writing this catalogue."""


class WouldRemove(VectorStoreError):
    """An ingest would drop most of what there is, and nobody confirmed it."""


class StorageError(VectorStoreError):
    """The disk is read-only, full or gone."""
