"""A message whose meaning was marked by hand, as a training example among the facets that others like it speak of.

Marks are as in pattern files, with a facet's own name: ``is:genres=horror``. Everything random comes from the given
`Random`. Knows no file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bot.engines.reader.sheet import TYPES, CharSpan, FacetEntry
from bot.training.drafting import VERDICTS, Draft
from bot.training.examples import Example, Targets
from bot.training.markup import DEGREES, LIMITS, LITERAL, ROLES, VALUES

NUMERIC = re.compile(
    r"(?:^|_)(?:price(?!_range)|fare(?!_type)|cost|rating|balance|amount|number_of|travelers|passengers|year|runtime|"
    r"party|group_size|rent)(?:_|$)"
)
"""Names of facets that hold numbers."""


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A message with its marks: first character, one past the last, and the meaning ("is:genres=horror", "wish").

    ``family`` decides the split. ``before`` is what the same person said before; ``shown``: a list came since.
    """

    source: str
    family: str
    acts: tuple[str, ...]
    message: str
    marks: tuple[tuple[int, int, str], ...]
    before: str = ""
    shown: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """One mark, taken apart; ``facet`` is empty where it speaks of none."""

    where: CharSpan
    meanings: tuple[str, ...]
    facet: str
    value: str


def held_values(turns: Sequence[LabelledTurn]) -> dict[str, list[str]]:
    """Every value that was marked, by facet."""
    found: dict[str, set[str]] = defaultdict(set)
    for turn in turns:
        for one in _taken_apart(turn):
            if one.facet and one.meanings[0] in VALUES:
                found[one.facet].add(one.value)
    return {facet: sorted(values) for facet, values in found.items()}


def example(turn: LabelledTurn, held: Mapping[str, Sequence[str]], random: Random) -> Example:
    """The example of one turn; ``held`` are the values of all facets that may stand beside those it speaks of."""
    told = _taken_apart(turn)
    names = _facets([one.facet for one in told], held, random)
    numeric = {one.facet for one in told if one.meanings[0] in LIMITS | DEGREES}
    draft = Draft(turn.message, Targets(set(turn.acts)))
    for name in names:
        kind = "number" if name in numeric or NUMERIC.search(name) else "multi"
        draft.facets.append(FacetEntry(name.replace("_", " "), TYPES.index(kind)))
    said: dict[str, dict[str, tuple[str, CharSpan]]] = defaultdict(dict)
    for one in told:
        for meaning in one.meanings:
            _note(meaning, one, names, said, draft)
    for number, name in enumerate(names):
        if TYPES[draft.facets[number].type] != "number" or name in said:
            _values(number, held.get(name, ()), said[name], draft, random)
    draft.loose_numbers()
    return draft.example(before=turn.before, shown=turn.shown, family=turn.family, source=turn.source)


def _facets(spoken: Sequence[str], held: Mapping[str, Sequence[str]], random: Random) -> list[str]:
    """The facets that are spoken of among some others, in any order."""
    names = [name for name in dict.fromkeys(spoken) if name]
    others = [name for name in held if name not in names]
    random.shuffle(others)
    names += others[: random.randint(1, 4)]
    random.shuffle(names)
    return names


def _note(
    meaning: str, told: _Told, names: Sequence[str], said: Mapping[str, dict[str, tuple[str, CharSpan]]], draft: Draft
) -> None:
    """What one meaning of a mark says."""
    if meaning == "missing" or meaning in LITERAL:
        draft.targets.tags.append((told.where, meaning))
    elif meaning in ROLES:
        draft.mentions.setdefault(told.where, set()).add(meaning)
    elif not told.facet:
        return
    elif meaning in VALUES:
        said[told.facet][told.value] = (VERDICTS[meaning], told.where)
    elif meaning in LIMITS:
        draft.number(names.index(told.facet), meaning, told.where)
    else:
        draft.about(names.index(told.facet), meaning)


def _values(
    number: int, held: Sequence[str], said: Mapping[str, tuple[str, CharSpan]], draft: Draft, random: Random
) -> None:
    """Values of one facet: those that are spoken of and some that are not."""
    pool = [value for value in held if value not in said]
    shown = [*said, *random.sample(pool, min(len(pool), random.choice([1, 2, 4])))]
    random.shuffle(shown)
    for value in shown:
        verdict, where = said.get(value, ("none", None))
        exact = where is not None and draft.message[slice(*where)].casefold() == value.casefold()
        draft.value(number, value, verdict=verdict, match="exact" if exact else "none", where=where if exact else None)


def _taken_apart(turn: LabelledTurn) -> list[_Told]:
    return [_told(turn, first, last, meaning) for first, last, meaning in turn.marks]


def _told(turn: LabelledTurn, first: int, last: int, mark: str) -> _Told:
    """The parts of "is:genres=horror"; a value that is not given is spelt as in the message."""
    kind, _, what = mark.partition(":")
    meanings = tuple(kind.split("+"))
    if set(meanings) & ROLES:
        what = ""
    facet, _, value = what.partition("=")
    return _Told((first, last), meanings, facet.rstrip("!"), value or turn.message[first:last])
