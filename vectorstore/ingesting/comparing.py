"""Old items beside new ones, for the person who decides: the changes to look at first, and items that are alike.

Pure; knows no file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vectorstore.base import FacetValue, Item
from vectorstore.words import fold, tokens

MOST = 20
"""So many of the largest changes are told."""
_NOTABLE = 0.3
"""Changes below this size are not told: a number that doubles has .3, one that grows tenfold 1."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one item: what it was and what it becomes. ``size`` orders changes, larger is more alarming."""

    id: str
    title: str
    field: str
    before: str
    after: str
    size: float

    def __str__(self) -> str:
        """As in "t1 Dome tent, price: 199 -> 1990 (x10)"."""
        times = _times(self.before, self.after)
        return f"{self.id} {self.title}, {self.field}: {self.before} -> {self.after}{times}"


def difference(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[int, int, int]:
    """How many keys of ``new`` are added, changed, and how many of ``old`` are removed."""
    added = len(new.keys() - old.keys())
    changed = sum(old[key] != value for key, value in new.items() if key in old)
    return added, changed, len(old.keys() - new.keys())


def largest(old: Mapping[str, Item], new: Iterable[Item]) -> tuple[FieldChange, ...]:
    """The `MOST` largest changes of items that stay, largest first."""
    found = [change for item in new if item.id in old for change in _changes(old[item.id], item)]
    return tuple(sorted(found, key=lambda change: -change.size)[:MOST])


def alike(items: Iterable[Item]) -> tuple[tuple[str, ...], ...]:
    """Ids of items that have the same title, description and facets, in groups of two and more."""
    groups: dict[object, list[str]] = {}
    for item in items:
        key = (fold(item.title), item.description, tuple(sorted((name, str(v)) for name, v in item.facets.items())))
        groups.setdefault(key, []).append(item.id)
    return tuple(tuple(ids) for ids in groups.values() if len(ids) > 1)


def _changes(before: Item, after: Item) -> Iterator[FieldChange]:
    if before == after:
        return
    for name, value in after.facets.items():
        old = before.facets.get(name)
        if old is not None and old != value and (size := _size(old, value)) >= _NOTABLE:
            yield FieldChange(after.id, after.title, name, _shown(old), _shown(value), size)
    for name in before.facets.keys() - after.facets.keys():
        yield FieldChange(after.id, after.title, name, _shown(before.facets[name]), "nothing", 1.0)
    if before.title != after.title and not set(tokens(before.title)) & set(tokens(after.title)):
        yield FieldChange(after.id, after.title, "title", before.title, after.title, 2.0)
    if len(before.description) > 40 and len(after.description) * 4 < len(before.description):
        yield FieldChange(after.id, after.title, "description", _cut(before.description), _cut(after.description), 0.9)


def _size(before: FacetValue, after: FacetValue) -> float:
    """Powers of ten between two numbers; another category counts as a number that doubles."""
    if isinstance(before, float) and isinstance(after, float):
        if before * after > 0:
            return abs(math.log10(abs(after / before)))
        return 1.0 + math.log10(1 + abs(after - before))
    if isinstance(before, tuple) and isinstance(after, tuple):
        return 0.5 if not set(before) & set(after) else 0.0
    return _NOTABLE if type(before) is type(after) else 1.0


def _shown(value: FacetValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return _cut(", ".join(value) if isinstance(value, tuple) else value)


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _times(before: str, after: str) -> str:
    try:
        low, high = float(before), float(after)
    except ValueError:
        return ""
    if low * high <= 0 or not max(low / high, high / low) >= 2:
        return ""
    return f" (x{high / low:.3g})" if high > low else f" (/{low / high:.3g})"


def blanked(old: Mapping[str, Item], new: Sequence[Item]) -> dict[str, int]:
    """For each facet, how many items hold a value whose cell in the new file is blank; all of them are kept."""
    counts: dict[str, int] = {}
    for item in new:
        before = old.get(item.id)
        for name in before.facets.keys() - item.facets.keys() if before else ():
            counts[name] = counts.get(name, 0) + 1
    return counts
