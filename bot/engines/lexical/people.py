"""People in a message: full names, last names, typos; as director, cast or whatever facets hold names.

Knows no negation; a span says what it would mean when negated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.gazetteer import closest
from bot.engines.lexical.inflection import singulars
from bot.engines.lexical.lexicon import common_words, table, word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Span, opposites
from bot.engines.lexical.text import Reading, Token, words
from vectorstore.base import Constraint

DOMINANT = 3.0
"""Of several people who share a last name, one is meant when this many times as frequent as the next."""
MOST = 4
"""A last name shared by more people than this means none of them."""
_SHORTEST_TYPO = 5


@dataclass(frozen=True, slots=True)
class _Sighting:
    start: int
    end: int
    people: tuple[str, ...]


class People:
    """Finds the people whom facets of the schema hold."""

    def __init__(self, speeches: Mapping[str, Speech], ordinary: Collection[str] = ()) -> None:
        """Index every name in full, by last name and, for names of several words, by first.

        ``ordinary``: words that are no misspelt names, folded, because they are values of other facets.
        """
        self._ordinary = frozenset(ordinary)
        self._speeches = [speech for speech in speeches.values() if speech.person]
        self._counts: dict[str, Counter[str]] = {}
        for speech in self._speeches:
            for value, count in speech.facet.values:
                if not _named(value):
                    continue
                self._counts.setdefault(value, Counter())[speech.name] += count
        self.words = frozenset(word for name in self._counts for word in words(name))
        called = [*((name, name) for name in self._counts), *_shortened(self._counts), *_surnames(self._counts)]
        self._full = Phrases(called)
        self._last = self._by_word(-1)
        self._first = self._by_word(0)
        self._typable = tuple(word for word in self._last if len(word) >= _SHORTEST_TYPO)
        self._left = Phrases((cue, speech.name) for speech in self._speeches for cue in speech.left)
        self._right = Phrases((cue, speech.name) for speech in self._speeches for cue in speech.right)

    def __contains__(self, phrase: str) -> bool:
        """Whether the phrase is the full or the last name of a person."""
        return phrase in self._full or phrase in self._last

    def spans(self, reading: Reading) -> list[Span]:
        """Every person in the message."""
        full = [_Sighting(match.start, match.end, (match.value,)) for match in self._full.scan(reading.tokens)]
        taken = {index for sighting in full for index in range(sighting.start, sighting.end)}
        short = [self._short(reading, index) for index in range(len(reading.tokens)) if index not in taken]
        found: list[Span] = []
        for sighting in sorted((*full, *filter(None, short)), key=lambda one: one.start):
            beside = found[-1].facet if found and _joined(reading.tokens, found[-1].end, sighting.start) else ""
            found.append(self._span(reading, sighting, beside))
        return found

    def _short(self, reading: Reading, index: int) -> _Sighting | None:
        """A last name alone, or a full name with a typo in it."""
        token = reading.tokens[index]
        judged = reading.tokens[index - 1].norm in word_set("people_judged") if index else False
        left = self._left.before(reading.tokens, _past_either(reading.tokens, index))
        beside = Found(index, index, "") if self._beside(reading.tokens, index) else None
        cue = left or beside or self._possessive(reading, index) or self._instead(reading.tokens, index)
        told = left is not None and _tells(reading.tokens, left)
        dated = token.norm in word_set("people_months") and not self._full_name(reading.tokens, index)
        capital = token.capital and not (reading.shouting or reading.starts_sentence(index) or dated)
        told = told or beside is not None
        if dated or not token.word or len(token.norm) < 3 or (token.norm in common_words() and not (capital or told)):
            return None
        sign = capital or bool(cue)
        people = self._last.get(token.norm) or (self._misspelt(reading.tokens, index, sign) if reading.short else ())
        kin = index > 0 and reading.tokens[index - 1].norm in ("my", "our", "his", "her", "their", "your")
        if not people and (capital or cue) and not kin:
            people = self._first.get(token.norm, ()) if len(self._first.get(token.norm, ())) == 1 else ()
        long = len(token.norm) >= (4 if judged else 6)
        if not people or not (capital or cue or long or reading.shouting or len(reading.tokens) == 1):
            return None
        start = index - (index > 0 and self._fits_first(reading.tokens[index - 1], people))
        if start == index and index > 0 and reading.tokens[index - 1].norm in word_set("people_particles"):
            start -= 1
        if start == index and self._part_of_name(reading, index):
            return None
        people = self._narrowed(people, reading.tokens[start]) if start < index else people
        meant = self._role(people, cue.value if cue else "")[1]
        return _Sighting(start, index + 1, people) if len(meant) <= MOST else None

    def _beside(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a common word stands beside somebody's name with an "or" between: "king or koontz"."""
        last = [
            tokens[place + step].norm
            for place, step in ((index - 1, -1), (index + 1, 1))
            if 0 < place < len(tokens) - 1 and tokens[place].norm in ("or", "nor")
        ]
        return any(word in self._last and word not in common_words() for word in last)

    def _full_name(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a first name stands before a last name."""
        return index > 0 and self._fits_first(tokens[index - 1], self._last.get(tokens[index].norm, ()))

    def _instead(self, tokens: Sequence[Token], index: int) -> Found[str] | None:
        """A name right after another that is taken back counts as cued: "by Villeneuve, wait no, Nolan"."""
        place = index - 1
        while place > 0 and tokens[place].norm in word_set("people_instead"):
            place -= 1
        named = 0 <= place < index - 1 and tokens[place].norm in self._last
        return Found(index, index, "") if named else None

    def _part_of_name(self, reading: Reading, index: int) -> bool:
        """Whether what stands right before shows another name: "Dear John", "Troy Black", "harry potter"."""
        first = reading.tokens[index - 1].norm if index else ""
        if first in self._first and first not in common_words() and reading.tokens[index].norm != first:
            return True  # "harry potter" is no other Potter
        if index == 0 or reading.shouting or not reading.tokens[index].capital:
            return False
        before = reading.tokens[index - 1]
        return (
            before.word
            and before.capital
            and before.norm not in ("i", "a", "the")
            and not self._left.before(reading.tokens, index)
        )

    def _misspelt(self, tokens: Sequence[Token], index: int, sign: bool) -> tuple[str, ...]:
        """The people whose last name is a typo away, if the word is nothing else.

        Without a capital or a cue before it, what ends like an adjective or a verb is one: "gardening", "massive"; so
        is a plural ("matters") or a short word ("downer").
        """
        norm = tokens[index].norm
        if len(norm) < _SHORTEST_TYPO or not norm.isalpha() or norm in common_words() or norm in self._ordinary:
            return ()
        if not sign and (norm.endswith(tuple(word_set("people_endings"))) or set(singulars(norm)) & common_words()):
            return ()
        near = closest(norm, self._typable)
        people = self._last[near] if near else ()
        named = index > 0 and self._fits_first(tokens[index - 1], people)
        return people if named or (near and len(norm) >= (6 if sign else 7) and norm not in self._first) else ()

    def _fits_first(self, token: Token, people: Sequence[str]) -> bool:
        return any(words(name)[0] == token.norm for name in people if len(words(name)) > 1)

    def _narrowed(self, people: tuple[str, ...], first: Token) -> tuple[str, ...]:
        return tuple(name for name in people if words(name)[0] == first.norm) or people

    def _possessive(self, reading: Reading, index: int) -> Found[str] | None:
        """A name before "'s" or "film" counts as cued: "Kubrick's films", "a Kubrick film"."""
        after = reading.tokens[index + 1 : index + 2]
        return (
            Found(index, index, "") if after and after[0].norm in ("'s", "film", "films", "movie", "movies") else None
        )

    def _span(self, reading: Reading, sighting: _Sighting, beside: str) -> Span:
        """``beside``: the facet of the person named right before; this one shares it unless something says else."""
        left = self._cue(reading.tokens, sighting.start)
        right = self._right.at(reading.tokens, sighting.end)
        cue = left or right
        facet, people = self._role(sighting.people, cue.value if cue else beside)
        constraint = Constraint(facet, "is", people[0]) if len(people) == 1 else Constraint(facet, "any", people)
        start = left.start if left and left.end > sighting.start - 1 and left.value == facet else sighting.start
        end = right.end if right and not left and right.value == facet else sighting.end
        if end < len(reading.tokens) and reading.tokens[end].norm == "'s":
            end += 1
        said = sighting.end - sighting.start
        return Span(start, end, "person", (constraint,), opposites((constraint,)), facet=facet, name=said)

    def _cue(self, tokens: Sequence[Token], start: int) -> Found[str] | None:
        """The cue before a name, also across other names: "with Tom Hanks and Meg Ryan"."""
        cue = self._left.before(tokens, start)
        if cue or start < 2:
            return cue
        index = start - 1
        while index > 0 and (tokens[index].norm in ("and", "or", ",", "nor", "&") or tokens[index].norm in self.words):
            index -= 1
        cue = self._left.before(tokens, index + 1)
        return Found(start, start, cue.value) if cue else None

    def _role(self, people: tuple[str, ...], cued: str) -> tuple[str, tuple[str, ...]]:
        """The facet meant, and those of ``people`` who are in it: the cued one, else where they are more often."""
        if not cued or not any(self._counts[name][cued] for name in people):
            most = {speech.name: max(self._counts[name][speech.name] for name in people) for speech in self._speeches}
            cued = max(most, key=lambda name: (most[name], name == "cast"))
        held = sorted((name for name in people if self._counts[name][cued]), key=lambda name: -self._counts[name][cued])
        if len(held) > 1 and self._counts[held[0]][cued] >= DOMINANT * self._counts[held[1]][cued]:
            held = held[:1]
        return cued, tuple(held)

    def _by_word(self, place: int) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name in self._counts:
            parts = words(name)
            if len(parts) > 1 or (parts and place == -1):
                found.setdefault(parts[place], []).append(name)
        return {word: tuple(names) for word, names in found.items()}


def _named(value: str) -> bool:
    """Whether a value can be somebody's name: not a note in brackets, not a mere letter."""
    own = [word for word in words(value) if len(word) > 1 and word not in table("en.words")["stop"]]
    return bool(own) and not value.startswith("[")


def _shortened(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names without the initials between their first and last words, and initials one by one: "Ursula Le Guin"."""
    for name in names:
        parts = words(name)
        if len(parts) < 2:
            continue
        kept = [part for place, part in enumerate(parts) if place in (0, len(parts) - 1) or not _initials(name, part)]
        if len(kept) < len(parts) and len(kept) > 1:
            yield " ".join(kept), name
        if 1 < len(parts[0]) < 4 and _initials(name, parts[0]):
            yield " ".join((*parts[0], *parts[1:])), name


def _surnames(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Last names of several words that only one person has: "De Niro"."""
    found: dict[str, list[str]] = {}
    for name in names:
        parts = words(name)
        if len(parts) > 2 and parts[-2] in word_set("people_particles"):
            found.setdefault(" ".join(parts[-2:]), []).append(name)
    return ((last, several[0]) for last, several in found.items() if len(several) == 1)


def _initials(name: str, part: str) -> bool:
    """Whether a folded word of a name stands for initials: one letter, or letters with dots ("J.R.R.")."""
    return len(part) == 1 or ".".join(part) in name.casefold()


def _past_either(tokens: Sequence[Token], index: int) -> int:
    """Where the cue of a name ends: "starring neither Cruise nor Pitt" begins its names with one."""
    return index - 1 if index and tokens[index - 1].norm in ("either", "neither", "both") else index


def _tells(tokens: Sequence[Token], cue: Found[str]) -> bool:
    """Whether nothing but a person can follow a cue, be it a common word: "starring cruise", "something by king"."""
    last, before = tokens[cue.end - 1].norm, tokens[cue.start - 1].norm if cue.start else ""
    return last in word_set("people_telling") or (last == "by" and before in word_set("people_made"))


def _joined(tokens: Sequence[Token], end: int, start: int) -> bool:
    """Whether nothing but "and", "or" or a comma stands between two names."""
    return 0 < start - end <= 2 and {token.norm for token in tokens[end:start]} <= {"and", "or", ",", "&"}
