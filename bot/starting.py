"""The first messages that a conversation offers: each one works in this very catalogue.

A catalogue that the prompt file knows by name has its own; for any other they are made from what its records hold,
counted before they are offered; a help centre without items offers its pages. Knows no conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bot.wording import condition
from vectorstore.base import Constraint, Facet

if TYPE_CHECKING:
    from bot.types import Shelf
    from prompts import Voice
    from vectorstore.index import ItemIndex

_START = "suggest/start"
SHOWN = 4
VARIANTS = 5
ENOUGH = 3
"""Items that an example must lead to."""
PEOPLE = ("author", "authors", "director", "artist", "artists", "brand", "maker")


def examples(shelf: Shelf, voice: Voice) -> tuple[str, ...]:
    """At most `SHOWN` messages, the most telling first."""
    if not shelf.items.ids:
        return tuple(dict.fromkeys(passage.title for passage in shelf.help.passages.values()))[:SHOWN]
    if voice.has(_START, shelf.name):
        said = (voice.phrase(_START, shelf.name, variant=number) for number in range(VARIANTS))
        return tuple(dict.fromkeys(said))[:SHOWN]
    made = tuple(dict.fromkeys(_made(shelf.items, voice)))[: SHOWN - 1]
    return (*made, voice.phrase(_START, "surprise"))


def _made(index: ItemIndex, voice: Voice) -> Iterator[str]:
    """Examples from the facets: a kind of thing under a price, something by somebody, something like a favourite."""
    schema = index.schema
    kind = schema.kind or next((one for one in schema.facets if one.values and one.name not in PEOPLE), None)
    bound = schema.of_role("price") or schema.of_role("year")
    if kind is not None and bound is not None:
        for value in [value for value, _ in kind.values[:SHOWN]]:
            limit = _limit(index, bound, Constraint(kind.name, "is", value))
            if limit is not None:
                words = [voice.value(kind.name, value), condition(limit, voice, schema)]
                yield voice.phrase(_START, "kind", words=words)
                break
    people = next((one for one in schema.facets if one.name in PEOPLE and one.values), None)
    if people is not None and people.values[0][1] >= ENOUGH:
        yield voice.phrase(_START, "by", name=people.values[0][0])
    yield voice.phrase(_START, "similar", title=index.items[index.ids[_favourite(index)]].title)


def _limit(index: ItemIndex, bound: Facet, kind: Constraint) -> Constraint | None:
    """A round bound in the middle of that kind that leaves `ENOUGH`; None where there is none."""
    cells = np.asarray(index.columns.values(bound.name), np.float64)[index.columns.mask([kind])]
    cells = cells[np.isfinite(cells)]
    if len(cells) < ENOUGH:
        return None
    middle = float(np.median(cells))
    if bound.role == "year":
        return Constraint(bound.name, ">=", float(middle // 10 * 10))
    step = 10.0 ** max(0, len(str(int(middle))) - 1)
    limit = Constraint(bound.name, "<", float(np.ceil(middle / step) * step))
    return limit if int(index.columns.mask([kind, limit]).sum()) >= ENOUGH else None


def _favourite(index: ItemIndex) -> int:
    """The row that most people know; the first where nothing tells."""
    popular = index.schema.of_role("popularity")
    if popular is None:
        return 0
    return int(np.argmax(np.nan_to_num(np.asarray(index.columns.values(popular.name), np.float64), nan=-np.inf)))
