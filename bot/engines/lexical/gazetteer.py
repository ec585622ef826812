"""Facet values in a message: by name, synonym, inflection, demonym, area or typo.

Values come from the schema; other words for them from the schema's aliases and the lexicon. Knows no people (see
`people`), no numbers and no negation; a span says what it would mean when negated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.engines.lexical.concepts import also
from bot.engines.lexical.entries import Entry, entries, merged, worded
from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import common_words, word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Span, opposites
from bot.engines.lexical.text import Reading, Token, read, words
from vectorstore.base import Constraint

_SHORTEST_TYPO = 5
_SHORTEST_SPLIT = 7


class Gazetteer:
    """Finds the values of category, multi and flag facets."""

    def __init__(
        self,
        speeches: Mapping[str, Speech],
        known: frozenset[str],
        kinds: Mapping[tuple[str, ...], tuple[str, str]] | None = None,
    ) -> None:
        """``known``: words that are no typos, folded (titles, names); common words are known anyway.

        ``kinds``: nouns that no facet holds and that mean one value of a facet ("kettle": cookware).
        """
        self._speeches = {name: speech for name, speech in speeches.items() if worded(speech)}
        found: dict[str, list[Entry]] = {}
        for phrase, entry in entries(self._speeches):
            same = found.setdefault(" ".join(words(phrase)), [])
            if entry not in same:
                same.append(entry)
        for key, entry in list(_kinds(kinds or {}, found)):
            found.setdefault(key, []).append(entry)
        entries_of = {phrase: merged(held) for phrase, held in found.items()}
        self._table: Phrases[tuple[Entry, ...]] = Phrases(entries_of.items())
        self._words = tuple(phrase for phrase in found if " " not in phrase and len(phrase) >= _SHORTEST_TYPO)
        self._known = known | common_words() | {word for phrase in found for word in phrase.split()}
        self._left = Phrases(
            (cue, name) for name, speech in self._speeches.items() for cue in speech.left + speech.names
        )
        self._right = Phrases((cue, name) for name, speech in self._speeches.items() for cue in speech.right)

    def __contains__(self, phrase: str) -> bool:
        """Whether the phrase names a value."""
        return phrase in self._table

    def values(self, phrase: str) -> bool:
        """Whether the phrase names a value, rather than a kind of thing that only titles tell of ("rosemary")."""
        match = self._table.at(read(phrase).tokens, 0)
        return match is not None and phrase in self._table and not all(entry.noun for entry in match.value)

    def spans(self, reading: Reading) -> list[Span]:
        """Every value in the message, typos included."""
        matches = [*self._table.everywhere(reading.tokens), *self._split(reading.tokens)]
        found = [span for match in matches if (span := self._span(reading, match))]
        found += self._listed(reading, matches, found)
        return found + (self._typos(reading) if reading.short else [])

    def _listed(
        self, reading: Reading, matches: Iterable[Found[tuple[Entry, ...]]], found: Iterable[Span]
    ) -> Iterable[Span]:
        """Values that need a cue and share that of the one before: "in Spanish or French"."""
        ends = {span.end: span.facet for span in found if reading.tokens[span.start].norm in word_set("gazetteer_cues")}
        taken = {span.end for span in found}
        for match in matches:
            joined = match.start > 1 and reading.tokens[match.start - 1].norm in ("or", "and")
            facet = ends.get(match.start - 1) if joined and match.end not in taken else None
            entry = next((one for one in match.value if one.facet == facet), None)
            if entry is not None:
                ends[match.end] = entry.facet
                yield _meaning(entry, match.start, match.end, reading.slice(match.start, match.end))

    def _split(self, tokens: tuple[Token, ...]) -> list[Found[tuple[Entry, ...]]]:
        """Values that are one word in the catalogue and two in the message: "head lamp"."""
        found = []
        for index in range(len(tokens) - 1):
            joined = tokens[index].norm + tokens[index + 1].norm
            if len(joined) >= _SHORTEST_SPLIT and joined.isalpha() and joined in self._table:
                match = self._table.at(read(joined).tokens, 0)
                found += [Found(index, index + 2, match.value)] if match else []
        return found

    def _span(self, reading: Reading, match: Found[tuple[Entry, ...]]) -> Span | None:
        before = self._left.before(reading.tokens, match.start)
        after = self._right.at(reading.tokens, match.end)
        cued = {cue.value for cue in (before, after) if cue}
        chosen = self._choose(reading, match, cued)
        if not chosen:
            return None
        entry = chosen[0]
        start = before.start if before and before.value == entry.facet and _swallowed(before, reading) else match.start
        end = after.end if after and after.value == entry.facet else match.end
        spans = [_meaning(one, start, end, reading.slice(match.start, match.end)) for one in chosen]
        return replace(spans[0], rivals=tuple(spans[1:]))

    def _choose(self, reading: Reading, match: Found[tuple[Entry, ...]], cued: set[str]) -> list[Entry]:
        """The reading whose facet has a cue, else the strong ones, else the first."""
        lone = match.end - match.start == 1
        upper = lone and reading.slice(match.start, match.end).isupper() and not reading.shouting
        if self._verb(reading.tokens, match):
            return []
        fitting = [entry for entry in match.value if entry.facet in cued]
        backed = self._backed(reading.tokens, match)
        loose = [
            entry
            for entry in match.value
            if (not entry.strict or (upper and self._lettered(entry, reading, match))) and (backed or not entry.shy)
        ]
        strong = [entry for entry in loose if not entry.weak]
        rivals = {entry.facet: entry for entry in reversed(strong) if not (entry.noun or entry.implied)}
        return fitting[:1] or (list(rivals.values())[::-1] if len(rivals) > 1 else (strong + loose)[:1])

    def _lettered(self, entry: Entry, reading: Reading, match: Found[tuple[Entry, ...]]) -> bool:
        """Whether a value so short that it may be a word is meant where it stands in capitals: "R", "CD"."""
        text = reading.slice(match.start, match.end)
        return self._speeches[entry.facet].strict or any(one.value == text for one in entry.constraints)

    def _backed(self, tokens: tuple[Token, ...], match: Found[tuple[Entry, ...]]) -> bool:
        """Whether a value that is a small word as well ("down") is meant: a thing follows, or "no" stands before it."""
        if match.start and tokens[match.start - 1].norm in word_set("gazetteer_before"):
            return True
        after = self._table.at(tokens, match.end)
        return after is not None and not any(entry.shy for entry in after.value)

    def _verb(self, tokens: tuple[Token, ...], match: Found[tuple[Entry, ...]]) -> bool:
        """Whether a value is a verb here: "what should I watch"."""
        lone = match.end - match.start == 1 and tokens[match.start].norm in word_set("gazetteer_verbs")
        return lone and match.start > 0 and tokens[match.start - 1].norm in word_set("gazetteer_doing")

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


def _meaning(entry: Entry, start: int, end: int, said: str) -> Span:
    return Span(
        start,
        end,
        "value",
        entry.constraints,
        entry.opposite,
        facet=entry.facet,
        implied=entry.implied,
        wish=said if entry.noun else "",
    )


def _kinds(
    kinds: Mapping[tuple[str, ...], tuple[str, str]], found: Mapping[str, object]
) -> Iterable[tuple[str, Entry]]:
    """Entries of nouns that mean a value, unless they, or the first of their words, mean one already."""
    for key, (facet, value) in kinds.items():
        constraint = Constraint(facet, "is", value)
        entry = Entry(facet, (constraint,), opposites((constraint,)), noun=True)
        if any(part in found for part in key) or " ".join(key) in found:
            continue
        for phrase in (" ".join(key), *also(" ".join(key))):
            if phrase not in found:
                yield phrase, entry


def _swallowed(cue: Found[str], reading: Reading) -> bool:
    """Whether the cue belongs to the value ("in French") rather than to the sentence ("genre")."""
    return cue.start < cue.end
