"""Facet values in a message: by name, synonym, inflection, demonym, area or typo.

Values come from the schema; other words for them from the schema's aliases and the lexicon. Knows no people (see
`people`), no numbers and no negation; a span says what it would mean when negated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import common_words, table
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Span, opposites
from bot.engines.lexical.text import Reading, read, words
from vectorstore.base import Constraint

_SHORTEST_TYPO = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase may mean. ``weak`` readings give way, ``strict`` ones need the facet's cue beside them."""

    facet: str
    constraints: tuple[Constraint, ...]
    opposite: tuple[Constraint, ...]
    weak: bool = False
    strict: bool = False


class Gazetteer:
    """Finds the values of category, multi and flag facets."""

    def __init__(self, speeches: Mapping[str, Speech], known: frozenset[str]) -> None:
        """``known``: words that are no typos, folded (titles, names); common words are known anyway."""
        self._speeches = {name: speech for name, speech in speeches.items() if _worded(speech)}
        entries: dict[str, list[Entry]] = {}
        for phrase, entry in _entries(self._speeches):
            same = entries.setdefault(" ".join(words(phrase)), [])
            if entry not in same:
                same.append(entry)
        self._table: Phrases[tuple[Entry, ...]] = Phrases((phrase, _merged(found)) for phrase, found in entries.items())
        self._words = tuple(phrase for phrase in entries if " " not in phrase and len(phrase) >= _SHORTEST_TYPO)
        self._known = known | common_words() | {word for phrase in entries for word in phrase.split()}
        self._left = Phrases(
            (cue, name) for name, speech in self._speeches.items() for cue in speech.left + speech.names
        )
        self._right = Phrases((cue, name) for name, speech in self._speeches.items() for cue in speech.right)

    def __contains__(self, phrase: str) -> bool:
        """Whether the phrase names a value."""
        return phrase in self._table

    def spans(self, reading: Reading) -> list[Span]:
        """Every value in the message, typos included."""
        found = [span for match in self._table.everywhere(reading.tokens) if (span := self._span(reading, match))]
        return found + (self._typos(reading) if reading.short else [])

    def _span(self, reading: Reading, match: Found[tuple[Entry, ...]]) -> Span | None:
        before = self._left.before(reading.tokens, match.start)
        after = self._right.at(reading.tokens, match.end)
        cued = {cue.value for cue in (before, after) if cue}
        entry = self._choose(reading, match, cued)
        if entry is None:
            return None
        start = before.start if before and before.value == entry.facet and _swallowed(before, reading) else match.start
        end = after.end if after and after.value == entry.facet else match.end
        return Span(start, end, "value", entry.constraints, entry.opposite, facet=entry.facet)

    def _choose(self, reading: Reading, match: Found[tuple[Entry, ...]], cued: set[str]) -> Entry | None:
        """The reading whose facet has a cue, else the first strong one, else the first."""
        upper = reading.slice(match.start, match.end).isupper() and not reading.shouting
        fitting = [entry for entry in match.value if entry.facet in cued]
        loose = [entry for entry in match.value if not entry.strict or (upper and match.end - match.start == 1)]
        strong = [entry for entry in loose if not entry.weak]
        return next(iter(fitting + strong + loose), None)

    def _typos(self, reading: Reading) -> list[Span]:
        found = []
        for index, token in enumerate(reading.tokens):
            if len(token.norm) < _SHORTEST_TYPO or not token.norm.isalpha() or token.norm in self._known:
                continue
            near = closest(token.norm, self._words)
            match = self._table.at(read(near).tokens, 0) if near else None
            if match:
                span = self._span(reading, Found(index, index + 1, match.value))
                found += [span] if span else []
        return found


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The closest choice within an edit (two for nine letters and more) that starts alike, or None."""
    reach = 2 if len(word) >= 9 else 1
    found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=reach, limit=3)  # type: ignore[arg-type]
    near = [str(choice) for choice, _, _ in found if choice[0] == word[0] or sorted(choice) == sorted(word)]
    return near[0] if near else None


def _merged(entries: list[Entry]) -> tuple[Entry, ...]:
    """Values of one facet that share a word are all meant: "Russian" is Russia or the Soviet Union."""
    found: dict[tuple[str, bool], Entry] = {}
    for entry in entries:
        key = (entry.facet, entry.strict)
        held = found.get(key)
        alike = held and len(held.constraints) == len(entry.constraints) == 1 and held.weak == entry.weak
        if held is None:
            found[key] = entry
        elif alike and held.constraints[0].op in ("is", "any") and entry.constraints[0].op == "is":
            before = held.constraints[0].value
            values = (*(before if isinstance(before, tuple) else (before,)), entry.constraints[0].value)
            constraint = Constraint(entry.facet, "any", values)
            found[key] = Entry(entry.facet, (constraint,), opposites((constraint,)), held.weak, held.strict)
    return tuple(found.values())


def _worded(speech: Speech) -> bool:
    return speech.facet.type in ("category", "multi") and not speech.person


def _swallowed(cue: Found[str], reading: Reading) -> bool:
    """Whether the cue belongs to the value ("in French") rather than to the sentence ("genre")."""
    return cue.start < cue.end


def _entries(speeches: Mapping[str, Speech]) -> Iterator[tuple[str, Entry]]:
    for speech in speeches.values():
        for value, _ in speech.facet.values:
            yield from _named(speech, value)
        for alias, value in speech.facet.aliases.items():
            yield alias, _entry(speech, value)
    yield from _groups(speeches)


def _named(speech: Speech, value: str) -> Iterator[tuple[str, Entry]]:
    """A value under its own name, its inflections and its synonyms."""
    folded = " ".join(words(value))
    strict = _hazard(folded, value) or (speech.strict and len(folded) < 4)
    for form in (value, *_plurals(folded)):
        yield form, _entry(speech, value, weak=speech.tongue, strict=strict)
    if speech.place:
        for phrase in _countries(folded):
            yield phrase, _entry(speech, value, strict=len(phrase) < 3)
    elif speech.tongue:
        for phrase in table("en.values")["languages"].get(value, ()):
            yield phrase, _entry(speech, value, weak=True)
    else:
        for phrase in _synonyms(folded):
            yield phrase, _entry(speech, value)


def _entry(speech: Speech, value: str, *, weak: bool = False, strict: bool = False) -> Entry:
    constraint = Constraint(speech.name, "is", value)
    return Entry(speech.name, (constraint,), opposites((constraint,)), weak, strict)


def _hazard(folded: str, value: str) -> bool:
    """A value so short or so common as a word that only a cue can tell it."""
    return len(folded) < 3 or folded.isdigit() or (folded in common_words() and len(folded) < 4)


def _plurals(word: str) -> tuple[str, ...]:
    if len(word) < 4:
        return ()
    if word.endswith("y"):
        return (f"{word[:-1]}ies",)
    return (f"{word}es",) if word.endswith(("s", "x", "ch", "sh")) else (f"{word}s",)


def _synonyms(folded: str) -> Iterator[str]:
    """Every other word of the concepts that this value is a name of."""
    for head in _heads_of().get(folded, ()):
        concept = table("en.values")["concepts"][head]
        yield from (head, *concept.get("same", ()), *concept.get("implies", ()))


@cache
def _heads_of() -> dict[str, tuple[str, ...]]:
    """The concepts by each of their folded names and plurals."""
    found: dict[str, list[str]] = {}
    for head, concept in table("en.values")["concepts"].items():
        for phrase in (head, *concept.get("same", ())):
            name = " ".join(words(phrase))
            for form in (name, *_plurals(name)):
                heads = found.setdefault(form, [])
                heads += [] if head in heads else [head]
    return {form: tuple(heads) for form, heads in found.items()}


def _countries(folded: str) -> Iterator[str]:
    for head, country in table("en.values")["countries"].items():
        same = [" ".join(words(phrase)) for phrase in (head, *country.get("same", ()))]
        if folded in same:
            yield from (phrase for phrase in same if phrase != "us")
            yield from country.get("demonyms", ())


def _groups(speeches: Mapping[str, Speech]) -> Iterator[tuple[str, Entry]]:
    """Areas, words for several values at once, and words that exclude."""
    values = table("en.values")
    for phrase, names in values["regions"].items():
        for speech in (speech for speech in speeches.values() if speech.place):
            inside = tuple(value for value, _ in speech.facet.values if value in names)
            if inside:
                constraint = Constraint(speech.name, "any", inside)
                yield phrase, Entry(speech.name, (constraint,), opposites((constraint,)))
    for phrase, heads in values["compounds"].items():
        parts = [found for head in heads if (found := _by_concept(speeches, head))]
        if len(parts) == len(heads):
            yield phrase, Entry(parts[-1].facet, tuple(parts), opposites(parts[-1:]))
    for phrase, names in values["excludes"].items():
        for speech in (speech for speech in speeches.values() if speech.tongue):
            held = tuple(value for value, _ in speech.facet.values if value in names)
            if held:
                constraint = Constraint(speech.name, "is", held[0])
                yield phrase, Entry(speech.name, opposites((constraint,)), (constraint,))


def _by_concept(speeches: Mapping[str, Speech], head: str) -> Constraint | None:
    """The constraint that a concept's key or a value's own name stands for in this schema."""
    wanted = " ".join(words(head))
    for speech in speeches.values():
        for value, _ in speech.facet.values:
            folded = " ".join(words(value))
            if folded == wanted or head in _heads_of().get(folded, ()):
                return Constraint(speech.name, "is", value)
    return None
