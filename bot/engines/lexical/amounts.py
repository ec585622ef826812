"""Words that speak of amounts without numbers: "short", "the oldest", "cheaper", "in stock".

Vague words are quantiles of the catalogue at hand ("short": the shortest quarter), so that they always find something
and mean the same in every shop; where kinds differ ("light"), `degrees` measures them anew among what is asked for.
Knows no negation; a span says what it would mean when negated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.gazetteer import closest
from bot.engines.lexical.lexicon import common_words, word_set
from bot.engines.lexical.phrases import Found, Phrases
from bot.engines.lexical.spans import Span, opposites
from bot.engines.lexical.text import Reading, words
from bot.types import Order, Relative
from vectorstore.base import Constraint

if TYPE_CHECKING:
    from bot.understanding import Vocabulary


_SHORTEST_TYPO = 8
_SHORT_STEM = 3
"""A verb's stem with fewer letters is left alone."""


class Amounts:
    """Finds vague amounts, critiques, superlatives and flags of the facets of a schema."""

    def __init__(self, vocabulary: Vocabulary, speeches: Mapping[str, Speech]) -> None:
        """Turn each facet's words into ready spans."""
        found: dict[tuple[str, ...], list[Span]] = {}
        for phrase, span in (one for speech in speeches.values() for one in _counts(speech)):
            found.setdefault(words(phrase), []).append(span)
        for phrase, span in (one for speech in speeches.values() for one in _entries(vocabulary, speech)):
            found.setdefault(words(phrase), []).append(span)
        self._idioms = Phrases((phrase, True) for phrase in word_set("amounts_idioms"))
        self._table = Phrases((" ".join(key), _rivals(spans)) for key, spans in found.items())
        self._flags = {key[0]: _rivals(spans) for key, spans in found.items() if len(key) == 1 and _flagged(spans)}

    def __contains__(self, phrase: str) -> bool:
        """Whether the phrase speaks of an amount."""
        return phrase in self._table

    def spans(self, reading: Reading) -> list[Span]:
        """Every such phrase in the message, the longest at each place."""
        idle = {index for match in self._idioms.scan(reading.tokens) for index in range(match.start, match.end)}
        matches = [*self._table.everywhere(reading.tokens), *(self._misspelt(reading) if reading.short else ())]
        return [
            _moved(_asked(reading, match), match.start, match.end)
            for match in matches
            if match.start not in idle and not _age(reading, match.start)
        ]

    def _misspelt(self, reading: Reading) -> Iterator[Found[Span]]:
        """Flags with a typo in them: "rechargable"."""
        for place, token in enumerate(reading.tokens):
            norm = token.norm
            if (
                len(norm) >= _SHORTEST_TYPO
                and norm.isalpha()
                and norm not in common_words()
                and norm not in self._flags
            ):
                near = closest(norm, tuple(self._flags))
                if near:
                    yield Found(place, place + 1, self._flags[near])


def _flagged(spans: Iterable[Span]) -> bool:
    """Whether a word says that something holds or not."""
    return all(span.kind == "flag" for span in spans)


def _asked(reading: Reading, match: Found[Span]) -> Span:
    """What the words say; a degree that is asked for is not wanted: "how heavy is it"."""
    asks = match.value.kind == "vague" and match.start > 0 and reading.tokens[match.start - 1].norm == "how"
    return replace(match.value, constraints=(), opposite=(), rivals=()) if asks else match.value


def _age(reading: Reading, start: int) -> bool:
    """Whether "old" is how old somebody is: "a nine year old"."""
    norms = reading.norms(start - 1, start + 1)
    return len(norms) == 2 and norms[0] in word_set("amounts_aged") and norms[1] in ("old", "olds")


def _rivals(spans: list[Span]) -> Span:
    """The first of the spans that a phrase may mean, with those of the same kind for other facets."""
    first = spans[0]
    others = {span.facet: span for span in spans[1:] if span.kind == first.kind and span.facet != first.facet}
    return replace(first, rivals=tuple(others.values()))


def _moved(span: Span, start: int, end: int) -> Span:
    return replace(span, start=start, end=end, rivals=tuple(replace(one, start=start, end=end) for one in span.rivals))


def _entries(vocabulary: Vocabulary, speech: Speech) -> Iterator[tuple[str, Span]]:
    name = speech.name
    if speech.numeric:
        for phrase in speech.least + speech.most:
            order = Order(name, "asc" if phrase in speech.least else "desc")
            yield phrase, Span(0, 0, "order", order=order, facet=name)
        for phrase in speech.most_soft:
            yield phrase, Span(0, 0, "order", order=Order(name, "desc"), facet=name, soft=True)
        for phrase, direction in _critiques(speech):
            yield phrase, Span(0, 0, "relative", relative=Relative(name, direction), facet=name)
        for phrase, way in _extremes(speech):
            yield phrase, Span(0, 0, "order", order=Order(name, way), facet=name)
        for phrase in (f"{sort} {called}" for sort in word_set("amounts_sort") for called in speech.names):
            order = Order(name, "desc" if speech.facet.role == "popularity" or speech.yearly else "asc")
            yield phrase, Span(0, 0, "order", order=order, facet=name)
        for phrase, rule in speech.vague.items():
            yield phrase, _vague(vocabulary, speech, rule)
    for phrase in (*speech.flag, *(_flag_phrases(speech) if speech.facet.type == "flag" else ())):
        constraint = Constraint(name, ">", 0.0) if speech.numeric else Constraint(name, "is", True)
        yield phrase, Span(0, 0, "flag", (constraint,), opposites((constraint,)), facet=name)
    has, lacks = Constraint(name, "is", True), Constraint(name, "is", False)
    yield from ((phrase, Span(0, 0, "flag", (lacks,), (has,), facet=name)) for phrase in speech.lacks)
    yield from ((phrase, Span(0, 0, "flag", (has,), (has,), facet=name)) for phrase in speech.shuns)


def _flag_phrases(speech: Speech) -> tuple[str, ...]:
    """What a flag is called and what is said of what has it: "flowering", "flowers"; "pet safe", "safe for pets"."""
    found = list(speech.names)
    for name in speech.names:
        key = name.split()
        if len(key) == 1 and name.endswith("ing") and len(name) > _SHORT_STEM + 3:
            found += [name[:-3], f"{name[:-3]}s"]
        if len(key) == 2 and key[1] in word_set("amounts_fitness"):
            joints = ("for", "with", "around", "for my", "around my", "with my")
            found += [f"{key[1]} {joint} {form}" for joint in joints for form in (key[0], f"{key[0]}s")]
            found += [f"{key[0]} {other}" for other in ("safe", "friendly")]
    return tuple(dict.fromkeys(found))


def _counts(speech: Speech) -> Iterator[tuple[str, Span]]:
    """More and fewer of what a facet counts: "fewer ratings" is of their number, whatever else is called a rating."""
    for counted in speech.counted:
        yield f"fewer {counted}", Span(0, 0, "relative", relative=Relative(speech.name, "lower"), facet=speech.name)
        yield f"more {counted}", Span(0, 0, "relative", relative=Relative(speech.name, "higher"), facet=speech.name)


def _extremes(speech: Speech) -> Iterator[tuple[str, Literal["asc", "desc"]]]:
    """Words like "the shorter the better" and, for any facet, "the longest guarantee"."""
    for phrase in speech.lower:
        yield f"the {phrase} the better", "asc"
    for phrase in speech.higher:
        yield f"the {phrase} the better", "desc"
    for called in speech.names if not speech.yearly else ():
        yield from ((f"{word} {called}", "asc") for word in word_set("amounts_lowest"))
        yield from ((f"{word} {called}", "desc") for word in word_set("amounts_highest"))


def _critiques(speech: Speech) -> Iterator[tuple[str, Literal["lower", "higher"]]]:
    """Words like "cheaper", and for any facet "a lower price", "more weight"."""
    yield from ((phrase, "lower") for phrase in (*speech.lower, *speech.less))
    yield from ((phrase, "higher") for phrase in (*speech.higher, *speech.more))
    for measure in speech.measures:
        yield from ((f"{measure} less", "lower"), (f"{measure} more", "higher"))
    for called in speech.names if not speech.yearly else ():
        yield from ((f"{word} {called}", "lower") for word in ("lower", "less", "fewer", "smaller"))
        yield from ((f"{word} {called}", "higher") for word in ("higher", "more", "greater"))


def _vague(vocabulary: Vocabulary, speech: Speech, rule: tuple[str, float, float]) -> Span:
    """A share of the catalogue from below or above; the third number is the share that "not" leaves."""
    op, share, negated = rule
    limit = vocabulary.quantile(speech.name, share, op=op, round_to=_step(speech))
    other = vocabulary.quantile(speech.name, negated, op=op, round_to=_step(speech))
    constraint = Constraint(speech.name, op, limit)  # type: ignore[arg-type]
    against = (Constraint(speech.name, op, other),) if negated != share else (constraint,)  # type: ignore[arg-type]
    shares = (share, negated) if speech.scoped else None
    return Span(0, 0, "vague", (constraint,), opposites(against), facet=speech.name, shares=shares)


def _step(speech: Speech) -> float:
    """Round limits that a chip can show: whole decades and half decades, five minutes, two digits of the rest."""
    return 5.0 if speech.yearly or speech.group == "minutes" else 0.0
