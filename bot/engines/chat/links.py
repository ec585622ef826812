"""What a model says -> what the catalogue holds: legal constraints, linked titles, references resolved.

A value that the schema lacks is mapped to its nearest spelling or dropped; a title that the catalogue lacks is reported
as such. Knows nothing of models, prompts or JSON schemas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from rapidfuzz import fuzz, process

from bot.engines.lexical.text import fold, words
from bot.engines.lexical.titles import Titles
from bot.types import Mention, Role
from vectorstore.base import Constraint, Facet, Operator, Schema

ALIKE = 88.0
"""How alike (0 to 100) two spellings of one value are."""
SAID = 85.0
"""How alike a title and some part of the message have to be for the visitor to have named it."""
_COMPARISONS = (">=", "<=", ">", "<")


def constraints(rows: Any, schema: Schema) -> tuple[Constraint, ...]:
    """The legal ones among what a model lists, values spelled as in the schema, each once."""
    return tuple(dict.fromkeys(one for row in _dicts(rows) for one in _legal(row, schema)))


def facet_names(rows: Any, schema: Schema) -> tuple[str, ...]:
    """The facets that exist, each once."""
    rows = rows if isinstance(rows, list) else []
    return tuple(dict.fromkeys(name for name in rows if isinstance(name, str) and schema.get(name)))


def mentions(rows: Any, message: str, link: Callable[[str], Mention]) -> tuple[Mention, ...]:
    """The titles that a model found and the message holds, linked; those the catalogue lacks with their nearest."""
    found: dict[str, Mention] = {}
    for row in _dicts(rows):
        text, role = str(row.get("text", "")).strip(), row.get("role")
        if not text or fuzz.partial_ratio(fold(text), fold(message)) < SAID:
            continue
        mention = replace(link(text), role=cast("Role", role if role in get_args(Role) else "mentioned"))
        found.setdefault(mention.item_id or fold(text), mention)
    return tuple(found.values())


def references(rows: Any, shown: Sequence[str]) -> tuple[Mention, ...]:
    """Resolve "the second one" among the ids shown last, -1 the last; what points at nothing is dropped."""
    found: dict[str, Mention] = {}
    for row in _dicts(rows):
        number, role = row.get("number"), row.get("role")
        if not isinstance(number, int) or not shown or role not in get_args(Role):
            continue
        place = len(shown) if number == -1 else 1 if number == 0 and len(shown) == 1 else number
        if 1 <= place <= len(shown):
            id_ = shown[place - 1]
            found.setdefault(id_, Mention(str(number), id_, cast("Role", role), how="reference"))
    return tuple(found.values())


def value_of(facet: Facet, said: str) -> str | None:
    """The facet's value that ``said`` spells: exactly, by alias, or nearly; None when there is none."""
    folded = fold(said.strip())
    if not folded:
        return None
    exact = {fold(value): value for value, _ in reversed(facet.values)}
    if folded in exact:
        return exact[folded]
    for alias, value in facet.aliases.items():
        if fold(alias) == folded:
            return value
    close = process.extractOne(folded, exact.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return exact[close[0]] if close else None


def linker(titles: Titles) -> Callable[[str], Mention]:
    """What links a title by an index of titles alone."""

    def link(text: str) -> Mention:
        key = words(text)
        found = titles.exact(key) or titles.fuzzy(key)
        if found is None:
            return Mention(text, None, near=titles.near(key))
        return Mention(text, found.item_id, confidence=found.score / 100)

    return link


def _dicts(rows: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, whatever else is in it."""
    return (row for row in rows if isinstance(row, Mapping)) if isinstance(rows, list) else iter(())


def _legal(row: Mapping[str, Any], schema: Schema) -> Iterator[Constraint]:
    """The constraint of one row, if it is legal; a ban on several values is one ban each."""
    facet, op, value = schema.get(str(row.get("facet"))), row.get("op", "is"), row.get("value")
    if facet is None or op not in get_args(Operator):
        return
    if facet.type == "flag":
        if isinstance(value, bool) and op in ("is", "not"):
            yield Constraint(facet.name, "is", value if op == "is" else not value)
    elif facet.type in ("number", "date"):
        if (measured := _measure(facet, op, value)) is not None:
            yield measured
    else:
        yield from _worded(facet, op, [one for one in _several(value) if isinstance(one, str)])


def _worded(facet: Facet, op: str, said: Sequence[str]) -> Iterator[Constraint]:
    """One value, several of which one suffices, or bans."""
    known = list(dict.fromkeys(value for one in said if (value := value_of(facet, one)) is not None))
    if op == "contains":
        if said and any(fold(said[0]) in fold(value) for value, _ in facet.values):
            yield Constraint(facet.name, "contains", said[0])
    elif op == "not":
        yield from (Constraint(facet.name, "not", value) for value in known)
    elif op in ("is", "any") and known:
        yield Constraint(facet.name, "is", known[0]) if len(known) == 1 else Constraint(facet.name, "any", tuple(known))


def _several(value: Any) -> list[Any]:
    """A value as a list."""
    return value if isinstance(value, list) else [value]


def _measure(facet: Facet, op: str, value: Any) -> Constraint | None:
    """A number or a date, or the two ends of a range in order."""
    ends = [end for one in _several(value) if (end := _end(facet, one)) is not None]
    if op == "between" and len(ends) == 2:
        return Constraint(facet.name, "between", cast("tuple[float, float]", tuple(sorted(ends, key=_order))))
    if len(ends) != 1 or op not in ("is", "not", *_COMPARISONS):
        return None
    return Constraint(facet.name, cast("Operator", op), ends[0])


def _order(end: float | str) -> tuple[bool, float, str]:
    """Numbers by size, dates by their text."""
    return (isinstance(end, str), 0.0 if isinstance(end, str) else end, str(end))


def _end(facet: Facet, value: Any) -> float | str | None:
    """One end: a finite number, or a date as text."""
    if facet.type == "date" and isinstance(value, str) and value[:4].isdigit():
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def said_in(message: str, texts: Iterable[str], *, least: float = 75.0) -> bool:
    """Whether some part of the message reads like one of ``texts``."""
    folded = fold(message)
    return any(fuzz.partial_ratio(fold(text), folded) >= least for text in texts if text)
