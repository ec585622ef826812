"""Message -> intent: run the engine in charge, verify what it says against the schema, and fall back when it fails.

Nothing that the catalogue does not hold can pass: an unknown facet or value becomes a wish, an unknown id a title to be
linked. Which engine decided each slot is recorded. Knows no concrete engine.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields

from bot.types import Intent
from vectorstore.base import Item, Schema

_log = logging.getLogger(__name__)

_WORDS = frozenset({"is", "not", "any", "contains"})
_NUMBERS = frozenset({"is", "not", "any", ">=", "<=", ">", "<", "between"})
_SLOTS = tuple(field.name for field in fields(Intent) if field.name not in ("confidence", "engines"))


class Vocabulary:
    """What a catalogue is made of, for reading messages: items by id, numbers per facet. Pure data, built once."""

    def __init__(self, items: Sequence[Item], schema: Schema) -> None:
        """Keep ``items`` in their order and sort each number facet."""
        self.items: tuple[Item, ...] = tuple(items)
        self.schema = schema
        self.by_id: Mapping[str, Item] = {item.id: item for item in self.items}
        self.popularity = schema.of_role("popularity")
        self.year = schema.of_role("year")
        numeric = [facet.name for facet in schema.facets if facet.type in ("number", "date")]
        self._numbers = {name: sorted(filter(None.__ne__, map(self._number_of(name), self.items))) for name in numeric}

    def number(self, item_id: str, facet: str) -> float | None:
        """The number that an item's record holds for a facet, or None."""
        item = self.by_id.get(item_id)
        return self._number_of(facet)(item) if item else None

    def quantile(self, facet: str, share: float, *, round_to: float = 0.0) -> float:
        """The value below which ``share`` (0 to 1) of the items lie, rounded to a multiple of ``round_to``, or to two digits."""
        values = self._numbers.get(facet) or [0.0]
        value = float(values[min(len(values) - 1, int(share * len(values)))])
        step = round_to or (10 ** (math.floor(math.log10(abs(value))) - 1) if value else 1.0)
        return round(round(value / step) * step, 6)

    def rank(self, item_id: str) -> float:
        """How popular an item is, for settling ties: higher is more popular."""
        found = self.number(item_id, self.popularity.name) if self.popularity else None
        return found or 0.0

    @staticmethod
    def _number_of(facet: str):  # noqa: ANN205
        def number(item: Item) -> float | None:
            value = item.facets.get(facet)
            return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

        return number
