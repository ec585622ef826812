"""An operator's rules as masks over the rows: what is hidden, what is out of stock, what is moved up or down.

Rules are data. Whatever they change is reported by name. Knows no visitor and no words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bot.types import Rule
from vectorstore.base import Mask

if TYPE_CHECKING:
    from vectorstore.index import ItemIndex

_PUSH = {"promote": 1.0, "bury": -1.0}


def visible(index: ItemIndex, rules: Sequence[Rule]) -> tuple[Mask, tuple[str, ...]]:
    """The rows that no rule takes away, and the names of the rules that took some away."""
    mask = np.ones(len(index.ids), np.bool_)
    applied = []
    for rule in rules:
        if rule.action in _PUSH:
            continue
        gone = scope(index, rule) & (True if rule.action == "hide" else ~in_stock(index))
        if (gone & mask).any():
            applied.append(name(rule))
        mask &= ~gone
    return mask, tuple(applied)


def hidden(index: ItemIndex, rules: Sequence[Rule]) -> frozenset[str]:
    """The ids that a rule hides: such an item is not shown even to who names it."""
    hiding = [rule for rule in rules if rule.action == "hide"]
    return frozenset(index.ids[row] for rule in hiding for row in np.flatnonzero(scope(index, rule)))


def pushes(index: ItemIndex, rules: Sequence[Rule], ids: Sequence[str]) -> tuple[Mapping[str, float], tuple[str, ...]]:
    """How far each of ``ids`` is moved (+1 promoted, -1 buried, else absent), and the rules that did it."""
    found: dict[str, float] = {}
    applied = []
    for rule in rules:
        if rule.action not in _PUSH:
            continue
        mask = scope(index, rule)
        touched = [id_ for id_ in ids if mask[index.row(id_)]]
        found |= dict.fromkeys(touched, _PUSH[rule.action])
        applied += [name(rule)] if touched else []
    return found, tuple(applied)


def scope(index: ItemIndex, rule: Rule) -> Mask:
    """The rows that a rule speaks of. One that names neither item nor value speaks of all when it asks for stock."""
    mask = np.full(len(index.ids), rule.action == "in_stock" and not rule.item_id and rule.constraint is None)
    if rule.item_id in index.items:
        mask[index.row(rule.item_id)] = True
    if rule.constraint is not None and index.schema.get(rule.constraint.facet):
        mask |= index.columns.mask([rule.constraint])
    return mask


def in_stock(index: ItemIndex) -> Mask:
    """The rows that can be had: a positive stock, or "yes"; every row where the catalogue does not say."""
    facet = index.schema.of_role("stock")
    if facet is None:
        return np.ones(len(index.ids), np.bool_)
    cells = index.columns.values(facet.name)
    if facet.type == "number":
        return np.asarray(~(cells <= 0))
    return np.array([str(cell).casefold() not in ("false", "no", "0", "out of stock") for cell in cells], np.bool_)


def name(rule: Rule) -> str:
    """A rule as a report names it: "hide alien-1979", "promote genres is drama"."""
    condition = rule.constraint
    target = rule.item_id or (f"{condition.facet} {condition.op} {condition.value}" if condition else "everything")
    return f"{rule.action} {target}"
