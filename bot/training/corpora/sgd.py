"""User turns of the Schema-Guided Dialogues: intents and requests as acts, slots as facets, spans as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bot.engines.reader.sheet import TYPES, FacetEntry
from bot.training.corpora.files import json_whole
from bot.training.corpora.sgd_turns import Turn, read
from bot.training.drafting import DIGITS, Draft
from bot.training.examples import Example, Targets
from bot.training.labelling import NUMERIC

_KNOWN = frozenset({"acts", "about", "verdicts", "numbers", "roles"})


@dataclass(frozen=True, slots=True)
class _Slot:
    """One slot of a service as a facet; ``folded`` are its options without regard to case."""

    name: str
    entry: FacetEntry
    options: Sequence[str]
    folded: Sequence[str] = field(repr=False)

    @property
    def kind(self) -> str:
        """One of "flag", "number" and "multi"."""
        return TYPES[self.entry.type]


def sgd(data: Path, random: Random, *, part: str = "train", most: int = 20000) -> list[Example]:
    """At most so many turns of one part, in any order. Raises InvalidRequest."""
    turns, values = read(data, part)
    services = _services(data, part, values)
    examples = [_example(turn, services[turn.service], random) for turn in turns]
    random.shuffle(examples)
    return examples[:most]


def _services(data: Path, part: str, values: Mapping[tuple[str, str], list[str]]) -> dict[str, list[_Slot]]:
    """The slots of every service."""
    found: dict[str, list[_Slot]] = {}
    for schema in json_whole(data, f"sgd/schema_{part}.json"):
        service = schema["service_name"]
        found[service] = [_slot(slot, values.get((service, slot["name"]), [])) for slot in schema["slots"]]
    return found


def _slot(slot: Mapping[str, Any], values: Sequence[str]) -> _Slot:
    name = slot["name"]
    options = slot["possible_values"] if slot["is_categorical"] else values
    folded = [option.casefold() for option in options]
    flag = set(folded) == {"true", "false"}
    kind = "flag" if flag else "number" if NUMERIC.search(name) else "multi"
    return _Slot(name, FacetEntry(name.replace("_", " "), TYPES.index(kind)), options, folded)


def _example(turn: Turn, slots: Sequence[_Slot], random: Random) -> Example:
    """The example of one turn: the slots it speaks of among some others, in any order."""
    slots = list(slots)
    random.shuffle(slots)
    kept = [slot for slot in slots if slot.name in turn.used or slot.name in turn.spans]
    kept += [slot for slot in slots if slot not in kept][: max(1, 6 - len(kept))]
    random.shuffle(kept)
    draft = Draft(turn.message, Targets(set(turn.acts), known=_KNOWN))
    for number, slot in enumerate(kept):
        draft.facets.append(slot.entry)
        if slot.name in turn.asked:
            draft.about(number, "asked")
        _note(number, slot, turn, draft, random)
    draft.loose_numbers()
    return draft.example(before=turn.before, shown=turn.shown, family=f"sgd/{turn.service}", source=turn.source)


def _note(number: int, slot: _Slot, turn: Turn, draft: Draft, random: Random) -> None:
    """What the turn says of one slot, among values that it does not say."""
    where = turn.spans.get(slot.name)
    if slot.kind == "number":
        found = DIGITS.search(turn.message, *where) if where else None
        if found:
            draft.number(number, "is", found.span())
    elif slot.kind == "flag":
        told = turn.told.get(slot.name, "").casefold()
        draft.value(number, slot.entry.words, verdict={"true": "is", "false": "not"}.get(told, "none"))
    else:
        _values(number, slot, turn, draft, random)


def _values(number: int, slot: _Slot, turn: Turn, draft: Draft, random: Random) -> None:
    where = turn.spans.get(slot.name)
    spoken = turn.message[slice(*where)] if where else turn.told.get(slot.name, "")
    folded = spoken.casefold()
    pool = slot.options
    if folded in slot.folded:
        spoken = slot.options[slot.folded.index(folded)]
        pool = [option for option, other in zip(slot.options, slot.folded, strict=True) if other != folded]
    shown = [*([spoken] if spoken else []), *random.sample(pool, min(len(pool), random.choice([1, 2, 4])))]
    random.shuffle(shown)
    for value in shown:
        said = value == spoken
        verdict = "is" if said and (turn.informed or where) else "none"
        exact = where if said else None
        draft.value(number, value, verdict=verdict, match="exact" if exact else "none", where=exact)
