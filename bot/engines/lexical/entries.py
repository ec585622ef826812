"""The phrases that mean facet values: names, inflections, parts, synonyms, demonyms, areas, exclusions.

Values come from the schema; other words for them from the schema's aliases and the lexicon. Knows no message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.engines.lexical.concepts import Concepts, also
from bot.engines.lexical.facets import Speech
from bot.engines.lexical.inflection import forms
from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.spans import opposites
from bot.engines.lexical.text import words
from vectorstore.base import Constraint

_LONG = 7
"""Letters of a word that may stand for a whole value."""
_PARTS = re.compile(r"\s+(?:and|or|&)\s+|\s*[/,&]\s*")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase may mean. ``weak`` readings give way, ``strict`` ones need the facet's cue beside them.

    ``shy`` values are small words as well ("down"); ``implied`` ones nobody said in so many words ("for my wife");
    a ``noun`` says more than the value that it means ("kettle"). ``loosely``: a synonym, which gives way to a value
    that is called so itself ("slashers" are horror only where there are none).
    """

    facet: str
    constraints: tuple[Constraint, ...]
    opposite: tuple[Constraint, ...]
    weak: bool = False
    strict: bool = False
    shy: bool = False
    implied: bool = False
    noun: bool = False
    loosely: bool = False


def worded(speech: Speech) -> bool:
    """Whether the facet holds words that are values, rather than names of people or a note on each item."""
    return speech.facet.type in ("category", "multi") and not (speech.person or speech.loose)


def entries(speeches: Mapping[str, Speech]) -> Iterator[tuple[str, Entry]]:
    """Every phrase with what it means; the surest meanings of a phrase first."""
    concepts = Concepts(speeches)
    for speech in speeches.values():
        for value, _ in speech.facet.values:
            yield from _named(speech, value)
        for alias, value in speech.facet.aliases.items():
            yield alias, _entry(speech, value)
    for speech in speeches.values():
        yield from _parts(speech)
        for value, _ in speech.facet.values:
            yield from _otherwise(concepts, speech, value)
        for phrase, value in concepts.gifts(speech):
            yield phrase, _entry(speech, value, implied=True)
    yield from _groups(concepts, speeches)
    yield from _firsts(speeches)


def merged(entries: list[Entry]) -> tuple[Entry, ...]:
    """Values of one facet that share a word are all meant: "Russian" is Russia or the Soviet Union."""
    found: dict[tuple[str, bool], Entry] = {}
    for entry in entries:
        key = (entry.facet, entry.strict)
        held = found.get(key)
        if held and entry.loosely and not held.loosely:
            continue
        alike = held and len(held.constraints) == len(entry.constraints) == 1 and held.weak == entry.weak
        if held is None:
            found[key] = entry
        elif alike and held.constraints[0].op in ("is", "any") and entry.constraints[0].op == "is":
            before = held.constraints[0].value
            values = (*(before if isinstance(before, tuple) else (before,)), entry.constraints[0].value)
            if len(set(values)) == 1:
                continue
            constraint = Constraint(entry.facet, "any", tuple(dict.fromkeys(values)))
            found[key] = Entry(entry.facet, (constraint,), opposites((constraint,)), held.weak, held.strict, held.shy)
    return tuple(found.values())


def _named(speech: Speech, value: str) -> Iterator[tuple[str, Entry]]:
    """A value under its own name, in both numbers."""
    folded = " ".join(words(value))
    strict = _hazard(folded) or (speech.strict and len(folded) < 4) or value.casefold() in table("en.values")["codes"]
    shy = folded in table("en.words")["stop"]
    for form in dict.fromkeys((value, *forms(folded))):
        yield form, _entry(speech, value, weak=speech.tongue, strict=strict, shy=shy and form == value)
    for part in _coloured(speech):
        yield f"{folded} {part}", _entry(speech, value)


def _coloured(speech: Speech) -> Iterator[str]:
    """The part of a thing whose colour a facet holds: "purple flowers" of a flower colour."""
    *part, last = words(speech.name.replace("_", " "))
    if part and last in ("colour", "color"):
        yield from forms(" ".join(part))


def _parts(speech: Speech) -> Iterator[tuple[str, Entry]]:
    """The parts of a value that lists several things ("shoes and sandals"), and the noun that only it ends with."""
    if speech.facet.type != "category":
        return
    taken = {" ".join(words(one)) for value, _ in speech.facet.values for one in (value, *speech.facet.aliases)}
    heads = [words(value)[-1] for value, _ in speech.facet.values if len(words(value)) > 1]
    for value, _ in speech.facet.values:
        parts = [part for part in _PARTS.split(value) if len(part) > 2]
        key = words(value)
        own = len(key) > 1 and len(parts) == 1 and heads.count(key[-1]) == 1 and len(key[-1]) > 3
        named = [*(parts if len(parts) > 1 else ()), *([key[-1]] if own and _tells(speech, key[-1]) else ())]
        for also_called in (" ".join((*key[:-1], other)) for other in (also(key[-1]) if len(key) > 1 else ())):
            yield also_called, replace(_entry(speech, value), noun=True)
        for part in named:
            for form in forms(" ".join(words(part))):
                if form not in taken:
                    yield form, replace(_entry(speech, value), noun=len(parts) > 1)


def _firsts(speeches: Mapping[str, Speech]) -> Iterator[tuple[str, Entry]]:
    """The uncommon word that only one value of the catalogue begins with: "stainless" steel."""
    held = [(speech, value, words(value)) for speech in speeches.values() for value, _ in speech.facet.values]
    everywhere = Counter(word for _, _, key in held for word in set(key))
    for speech, value, key in held:
        if len(key) == 2 and len(key[0]) >= _LONG and everywhere[key[0]] == 1 and key[0] not in common_words():
            yield key[0], _entry(speech, value, weak=True)


def _tells(speech: Speech, noun: str) -> bool:
    """Whether the last word of a value is a thing and not another word for anything on sale."""
    return speech.kindly and not set(forms(noun)) & set(table("en.values")["anything"]["nouns"])


def _otherwise(concepts: Concepts, speech: Speech, value: str) -> Iterator[tuple[str, Entry]]:
    """Other words of the language for a value."""
    folded, lists = " ".join(words(value)), table("en.values")
    if speech.place:
        for phrase in _countries(folded):
            yield phrase, _entry(speech, value, strict=len(phrase) < 3)
    elif speech.tongue:
        spoken = lists["codes"].get(value.casefold(), value)
        for phrase in (*([spoken] if spoken != value else ()), *lists["languages"].get(spoken, ())):
            yield phrase, _entry(speech, value, weak=True, strict=spoken != value)
    else:
        for phrase in concepts.synonyms(speech, value):
            yield phrase, replace(_entry(speech, value, strict=len(phrase) < 3), loosely=True)


def _entry(
    speech: Speech, value: str, *, weak: bool = False, strict: bool = False, shy: bool = False, implied: bool = False
) -> Entry:
    constraint = Constraint(speech.name, "is", value)
    return Entry(speech.name, (constraint,), opposites((constraint,)), weak, strict, shy, implied)


def _hazard(folded: str) -> bool:
    """A value so short or so common as a word that only a cue can tell it."""
    return len(folded) < 3 or folded.isdigit() or folded in word_set("entries_hazards")


def _countries(folded: str) -> Iterator[str]:
    for head, country in table("en.values")["countries"].items():
        same = [" ".join(words(phrase)) for phrase in (head, *country.get("same", ()))]
        if folded in same:
            yield from (phrase for phrase in same if phrase != "us")
            yield from country.get("demonyms", ())


def _groups(concepts: Concepts, speeches: Mapping[str, Speech]) -> Iterator[tuple[str, Entry]]:
    """Areas, words for several values at once, and words that exclude."""
    values = table("en.values")
    for phrase, names in values["regions"].items():
        for speech in (speech for speech in speeches.values() if speech.place):
            inside = tuple(value for value, _ in speech.facet.values if value in names)
            if inside:
                constraint = Constraint(speech.name, "any", inside)
                yield phrase, Entry(speech.name, (constraint,), opposites((constraint,)))
    for phrase, heads in values["compounds"].items():
        parts = [found for head in heads if (found := _by_concept(concepts, speeches, head))]
        if len(parts) == len(heads):
            yield phrase, Entry(parts[-1].facet, tuple(parts), opposites(parts[-1:]))
    for phrase, names in values["excludes"].items():
        for speech in (speech for speech in speeches.values() if speech.tongue):
            held = tuple(value for value, _ in speech.facet.values if value in names)
            if held:
                constraint = Constraint(speech.name, "is", held[0])
                yield phrase, Entry(speech.name, opposites((constraint,)), (constraint,))


def _by_concept(concepts: Concepts, speeches: Mapping[str, Speech], head: str) -> Constraint | None:
    """The constraint that a concept's key or a value's own name stands for in this schema."""
    wanted = " ".join(words(head))
    for speech in speeches.values():
        for value, _ in speech.facet.values:
            if " ".join(words(value)) == wanted or head in concepts.heads(speech, value):
                return Constraint(speech.name, "is", value)
    return None
