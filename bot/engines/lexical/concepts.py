"""Concepts of the language: what a value is also called, and which facets a concept may speak of at all.

A concept of a kind ("comedy" is a genre, "women" a gender) serves only facets of that kind: those called so, or those
whose values are plainly of it. Knows no message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.inflection import forms
from bot.engines.lexical.lexicon import table
from bot.engines.lexical.text import words

_SHORTEST = 2
"""Letters of the shortest synonym: "m" and "f" name values and are no words for them."""
PLAIN = 3
"""Values of a facet that are concepts of one kind, from which the facet is of that kind."""


class Concepts:
    """The concepts that apply to the facets of a schema."""

    def __init__(self, speeches: Mapping[str, Speech]) -> None:
        """Find out of which kinds each facet is."""
        self._kinds = {name: frozenset(_kinds(speech)) for name, speech in speeches.items()}

    def heads(self, speech: Speech, value: str) -> tuple[str, ...]:
        """The concepts that a value of a facet is a name of."""
        found = _heads_of().get(" ".join(words(value)), ())
        return tuple(
            head for head in found if (kind := _kind_of().get(head)) is None or kind in self._kinds[speech.name]
        )

    def synonyms(self, speech: Speech, value: str) -> Iterator[str]:
        """Every other word of the concepts that a value is a name of."""
        for head in self.heads(speech, value):
            concept = table("en.values")["concepts"][head]
            found = (head, *concept.get("same", ()), *concept.get("implies", ()))
            yield from (phrase for phrase in found if len(phrase) >= _SHORTEST)

    def gifts(self, speech: Speech) -> Iterator[tuple[str, str]]:
        """Words for people one shops for, "for my wife", and the value of the facet that they imply."""
        if "gender" not in self._kinds[speech.name]:
            return
        by_head = {head: value for value, _ in reversed(speech.facet.values) for head in self.heads(speech, value)}
        lists = table("en.values")["gifts"]
        for person, heads in lists["people"].items():
            value = next((by_head[head] for head in heads if head in by_head), None)
            for form in lists["forms"] if value else ():
                yield form.format(person=person), str(value)
        for phrase, heads in lists["phrases"].items():
            yield from ((phrase, str(by_head[head])) for head in heads if head in by_head)


def _kinds(speech: Speech) -> Iterator[str]:
    for kind, entry in table("en.values")["kinds"].items():
        held = {
            head
            for value, _ in speech.facet.values[:200]
            for head in _heads_of().get(" ".join(words(value)), ())
            if head in entry["concepts"]
        }
        if set(entry["names"]) & set(speech.names) or len(held) >= PLAIN:
            yield kind


def also(noun: str) -> tuple[str, ...]:
    """The other words of the language for a thing that no value is called by."""
    heads = [head for head in _heads_of().get(noun, ()) if head not in _kind_of()]
    return tuple(" ".join(words(one)) for head in heads for one in table("en.values")["concepts"][head].get("same", ()))


@cache
def _kind_of() -> dict[str, str]:
    return {head: kind for kind, entry in table("en.values")["kinds"].items() for head in entry["concepts"]}


@cache
def _heads_of() -> dict[str, tuple[str, ...]]:
    """The concepts by each of their folded names, in both numbers."""
    found: dict[str, list[str]] = {}
    for head, concept in table("en.values")["concepts"].items():
        for phrase in (head, *concept.get("same", ())):
            for form in forms(" ".join(words(phrase))):
                heads = found.setdefault(form, [])
                heads += [] if head in heads else [head]
    return {form: tuple(heads) for form, heads in found.items()}
