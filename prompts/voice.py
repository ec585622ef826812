"""The voice of one turn: it says prompts in one locale and style and remembers which ones it said.

All words that a visitor reads come through here. Values are data: they are never read as templates. Knows nothing of
items, constraints or engines beyond plain strings and numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from prompts.book import Book, grammar_of
from prompts.errors import PromptError
from prompts.files import DEFAULT_LOCALE, chain
from prompts.prompt import AMBIENT, BODY, Phrase, Prompt, PromptRef

_log = logging.getLogger(__name__)

FACETS = "labels/facets"
VALUES = "labels/values"
AMOUNTS = "labels/amount"
CATALOG = "labels/catalog"


STYLES = ("plain", "terse", "warm", "playful")
"""The styles that the shipped prompts are written in; a key without one of its own is said plainly."""


class Voice:
    """Speaks prompts for one turn. Make one with `Registry.voice`; it keeps its snapshot while files change."""

    def __init__(self, book: Book, *, locale: str, style: str = "plain", catalog: str = "") -> None:
        self.locale = locale
        self.style = style
        self.catalog = catalog
        self._book = book
        self._chain = chain(locale)
        self._spoken: dict[PromptRef, None] = {}
        self._nouns = {word: self._noun(word) for word in sorted(AMBIENT)}
        marks = {mark: self._noun(mark) for mark in ("open", "close")}
        self._grammar = {**grammar_of(book, locale), **marks}
        self._spoken.clear()  # looking words up is not saying them

    @property
    def state(self) -> str:
        """The id of the published state, or of the files, that this voice speaks from."""
        return self._book.state

    @property
    def spoken(self) -> tuple[PromptRef, ...]:
        """The prompts said so far, in the order in which they first spoke."""
        return tuple(self._spoken)

    def say(self, name: str, /, **variables: Any) -> str:
        """A whole template. Raises `PromptError` on an unknown prompt, a missing or an undeclared variable."""
        return self._speak(name, BODY, 0, variables)

    def phrase(self, name: str, key: str, /, *, variant: int = 0, **variables: Any) -> str:
        """One phrase of a prompt; ``variant`` (any integer) picks among its alternatives.

        ``noun`` and ``nouns`` of the catalogue are filled in. Raises `PromptError` on an unknown key, a variable that
        the phrase needs and does not get, or one that the prompt does not declare.
        """
        return self._speak(name, key, variant, variables)

    def has(self, name: str, key: str = BODY, /) -> bool:
        """Whether the prompt exists and, for phrases, holds ``key``."""
        return any(key in prompt.phrases or (key == BODY and prompt) for prompt in self._book.layers(name, self._chain))

    def count(self, name: str, key: str, /) -> int:
        """How many alternatives a phrase has in this voice's locale and style. Raises `PromptError`."""
        prompt, spoken_key = self._wording(name, key)
        return len(prompt.phrases[spoken_key].alternatives)

    def pick(self, name: str, /, *keys: str) -> str:
        """The first of ``keys`` that the prompt holds. Raises `PromptError` when it holds none."""
        found = next((key for key in keys if self.has(name, key)), None)
        if found is None:
            raise PromptError(f"{name!r} has none of the keys {', '.join(keys)}.", hint="Add a general one.")
        return found

    def takes(self, name: str, key: str = BODY, /) -> frozenset[str]:
        """The variables that a phrase must be given, catalogue nouns left out."""
        return self._english(name, key)[1] - AMBIENT

    def parameters(self, name: str, /) -> Mapping[str, Any]:
        """What the prompt asks its model with. Raises `PromptError`."""
        return self._book.find(name, self._chain).head.parameters

    def word(self, name: str, *path: str, default: str = "") -> str:
        """A leaf of a ``map`` prompt in the nearest locale that has it (path case-insensitive), else ``default``."""
        for prompt in self._book.layers(name, self._chain):
            leaf: Any = prompt.table
            for step in path:
                leaf = leaf.get(step.casefold()) if isinstance(leaf, Mapping) else None
            if isinstance(leaf, str):
                self._spoken.setdefault(prompt.ref)
                return leaf
        return default

    def label(self, facet: str, default: str = "") -> str:
        """The facet's name inside a sentence: ours, else ``default`` (the schema's label), else the name itself.

        "Average rating" gets a small first letter; "ISBN" and "US size" stay.
        """
        label = self.word(FACETS, facet, default=default or facet.replace("_", " "))
        return label[:1].lower() + label[1:] if label[1:2].islower() else label

    def value(self, facet: str, value: Any, unit: str = "") -> str:
        """A facet value in words: "drama" -> "剧情", 139 -> "139 minutes", True -> "yes", several joined by commas."""
        if isinstance(value, bool):
            return self.word(VALUES, "flag", "yes" if value else "no")
        if isinstance(value, (int, float)):
            return self.amount(facet, value, unit)
        if isinstance(value, (tuple, list)):
            return self._grammar["comma"].join(self.value(facet, one, unit) for one in value)
        return self.word(VALUES, facet, str(value), default=str(value))

    def amount(self, facet: str, value: float, unit: str = "") -> str:
        """A number with its unit: "139 minutes", "2.5 kg", "$45", "1994" for a year."""
        keys = [f"unit_{unit.casefold()}"] if unit else []
        key = self.pick(AMOUNTS, *keys, facet, "with_unit" if unit else "plain")
        return self._speak(AMOUNTS, key, 0, {"value": value, "unit": unit})

    def listed(self, values: Any, word: str = "and") -> str:
        """``a, b and c`` in this locale; ``word`` is "and" or "or"."""
        parts = [str(value) for value in values]
        if len(parts) < 2:
            return "".join(parts)
        return self._grammar["comma"].join(parts[:-1]) + self._grammar[word] + parts[-1]

    def _noun(self, word: str) -> str:
        """The catalogue's noun or mark, or the general one."""
        return self.word(CATALOG, self.catalog, word) or self.word(CATALOG, "any", word)

    def _english(self, name: str, key: str) -> tuple[Prompt, frozenset[str]]:
        """The English prompt, which sets what a speaker passes, and the variables of ``key``."""
        base = self._book.find(name, (DEFAULT_LOCALE,))
        if key not in base.phrases:
            keys = ", ".join(base.phrases) or "none"
            raise PromptError(f"The prompt {name!r} has no phrase {key!r}.", hint=f"Its keys: {keys}.")
        styled = base.phrases.get(f"{key}@{self.style}")
        return base, base.phrases[key].variables | (styled.variables if styled else frozenset())

    def _speak(self, name: str, key: str, variant: int, variables: dict[str, Any]) -> str:
        """Check the variables against the English prompt, choose the wording, render it."""
        base, needed = self._english(name, key)
        given = {**self._nouns, **variables}
        for missing in sorted(needed - set(given)):
            raise PromptError(f"{name} ({key}) needs {missing!r}.", hint=f"It takes: {', '.join(sorted(needed))}.")
        for extra in sorted(set(variables) - set(base.head.inputs)):
            raise PromptError(
                f"{name} ({key}) was given {extra!r}, which it does not declare.",
                hint=f"Declared: {', '.join(base.head.inputs) or 'none'}.",
            )
        prompt, spoken_key = self._wording(name, key)
        self._spoken.setdefault(prompt.ref)
        values = {one: plain_data(given[one], where=f"{name} ({key})") for one in needed | AMBIENT}
        return self._rendered(prompt.phrases[spoken_key], variant, values)

    def _rendered(self, phrase: Phrase, variant: int, values: dict[str, Any]) -> str:
        """The text; where an edit fails on these values, that of the phrase it is laid over."""
        try:
            return phrase.choose(variant).render(values, grammar=self._grammar)
        except PromptError as error:
            if phrase.below is None:
                raise
            _log.warning("an edited prompt failed, the one below it speaks: %s (%s)", error, error.hint)
            return self._rendered(phrase.below, variant, values)

    def _wording(self, name: str, key: str) -> tuple[Prompt, str]:
        """The nearest prompt that holds the key, in this voice's style where it has one."""
        for prompt in self._book.layers(name, self._chain):
            for one in (f"{key}@{self.style}", key):
                if one in prompt.phrases:
                    return prompt, one
        raise PromptError(f"The prompt {name!r} has no phrase {key!r}.")  # unreachable: English has it


def plain_data(value: Any, *, where: str) -> Any:
    """``value`` if it is made of strings, numbers, lists and string-keyed mappings alone. Raises `PromptError`."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain_data(one, where=where) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain_data(one, where=where) for key, one in value.items()}
    raise PromptError(f"{where} was given a {type(value).__name__}.", hint="Pass strings, numbers, lists, mappings.")
