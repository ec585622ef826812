"""The nouns and seams of search: items, passages, facets, constraints, hits, embedders, stores.

Knows nothing of conversations, prompts or the web; everything else in this package builds on this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
"""``(n, d)`` float32, rows of unit length: a dot product is a cosine."""

Mask: TypeAlias = NDArray[np.bool_]
"""``(n,)`` bool over the rows of an index; ``True`` keeps a row."""

FacetValue: TypeAlias = str | float | bool | tuple[str, ...]
FacetType: TypeAlias = Literal["category", "multi", "number", "date", "flag"]
FacetRole: TypeAlias = Literal["attribute", "price", "stock", "popularity", "year"]
Operator: TypeAlias = Literal["is", "not", "any", ">=", "<=", ">", "<", "between", "contains"]
TextKind: TypeAlias = Literal["query", "item", "passage"]


class VectorStoreError(Exception):
    """Base of every error of this package; ``hint`` says what to do and is shown to the person."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the remedy beside the message."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the shelf. ``facets`` holds only what the record holds: an unknown value is absent."""

    id: str
    title: str
    description: str = ""
    facets: Mapping[str, FacetValue] = field(default_factory=dict)
    image: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of a help page: the unit that is found and cited. ``topic`` is what its author declared, or ""."""

    id: str
    page: str
    title: str
    heading: str
    anchor: str
    text: str
    url: str | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One attribute that visitors can ask for.

    ``values`` are the known values with their item counts, most frequent first (category, multi; empty for numbers).
    ``low``/``high`` bound a number or date. ``filled`` is the share of items that hold a value, 0 to 1.
    ``aliases`` maps another spelling (lower case, any language) to a value of this facet.
    """

    name: str
    type: FacetType
    role: FacetRole = "attribute"
    label: str = ""
    unit: str = ""
    filled: float = 1.0
    values: tuple[tuple[str, int], ...] = ()
    low: float | None = None
    high: float | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)


KINDS = frozenset({"category", "kind", "type", "product_type", "product_category", "department"})
"""Names of facets that say what kind of thing an item is: a visitor who names another kind asks for another thing."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The facets of one catalogue, in display order."""

    facets: tuple[Facet, ...] = ()

    def get(self, name: str) -> Facet | None:
        """The facet called ``name``, or None."""
        return next((facet for facet in self.facets if facet.name == name), None)

    def of_role(self, role: FacetRole) -> Facet | None:
        """The first facet that plays ``role``, or None."""
        return next((facet for facet in self.facets if facet.role == role), None)

    @property
    def kind(self) -> Facet | None:
        """The facet that says what kind of thing an item is (tent, shirt), None where all are of one kind."""
        return next((facet for facet in self.facets if facet.name in KINDS and facet.type == "category"), None)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on one facet that an item's record meets or does not.

    ``is``/``not`` take one value, ``any`` a tuple of values (one suffices), ``between`` an inclusive ``(low, high)``,
    the comparisons a number, ``contains`` a substring (case-insensitive). An item without the value never meets a
    positive constraint and always meets a ``not``.
    """

    facet: str
    op: Operator
    value: FacetValue | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Hit:
    """A row found by one source; a higher ``score`` is better, comparable within one source only."""

    id: str
    score: float


@runtime_checkable
class Embedder(Protocol):
    """Texts to unit vectors. ``name`` identifies model and version; an index remembers it."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), dimension)`` float32 unit rows; an empty list gives ``(0, dimension)``."""
        ...


@runtime_checkable
class Store(Protocol):
    """Approximate nearest neighbours over unit vectors; scores are cosines, higher is better."""

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Insert or replace rows."""
        ...

    def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        """At most ``k`` nearest rows, best first."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of those ids that exist."""
        ...

    def delete(self, ids: Iterable[str]) -> None:
        """Remove rows; unknown ids are ignored."""
        ...

    def count(self) -> int:
        """How many rows there are."""
        ...
