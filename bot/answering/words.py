"""The words of a service desk: what means the same, what a question expects to find, what it is about.

Language data lives in the `.toml` files beside this one. Pure functions; knows no passage index and no model.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from vectorstore.words import STOP_WORDS, fold, stem

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """The lexicon of one language.

    ``exact`` and ``beginnings`` map a word, or the beginning of one, to the label of its meaning; ``phrases`` come
    longest first. ``expectations`` maps a kind of question to the patterns that recognise it and those that a passage
    must show; ``exists`` find the ``thing`` that a question asks for; ``restated`` says colloquial words plainly.
    ``topics`` maps a topic to its labels, the most serious one first.
    """

    exact: Mapping[str, str]
    beginnings: Mapping[str, str]
    phrases: Sequence[tuple[re.Pattern[str], str]]
    filler: frozenset[str]
    expectations: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    exists: Sequence[re.Pattern[str]]
    restated: Sequence[tuple[re.Pattern[str], str]] = ()
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def concepts(self, text: str, *, question: bool = False) -> list[str]:
        """The meanings of a text in order, one label per word; a question also loses its filler words."""
        folded = fold(text)
        for pattern, word in self.phrases:
            folded = pattern.sub(word, folded)
        skipped = STOP_WORDS | self.filler if question else STOP_WORDS
        words = [part for word in _WORD.findall(folded) for part in self._parts(word)]
        return [self.label(word) for word in words if word not in skipped]

    def label(self, word: str) -> str:
        """The label of a word's meaning, without hyphens; a word of no known meaning is its own stem."""
        for known in (word, stem(word)):
            if known in self.exact:
                return self.exact[known]
        ends = range(len(word), 2, -1)
        return next((self.beginnings[word[:end]] for end in ends if word[:end] in self.beginnings), stem(word))

    def plain(self, question: str) -> str:
        """The question in words that an embedder knows: "my money back" becomes "a refund"."""
        for pattern, words in self.restated:
            question = pattern.sub(words, question)
        return question

    def misses(self, question: str, text: str) -> bool:
        """Whether ``text`` shows nothing of the kind that ``question`` asks for (a price, a place, a thing by name)."""
        expected = [shows for asks, shows in self.expectations.values() if asks.search(question)]
        if expected and not any(shows.search(text) for shows in expected):
            return True
        asked = next((found for pattern in self.exists if (found := pattern.search(question))), None)
        thing = set(self.concepts(asked["thing"], question=True)) if asked else set()
        return bool(thing) and thing.isdisjoint(self.concepts(text))

    def shows(self, question: str, text: str) -> bool:
        """Whether ``question`` asks for a kind of thing, and ``text`` shows one."""
        return any(asks.search(question) and shows.search(text) for asks, shows in self.expectations.values())

    def topic(self, *texts: str) -> str:
        """The most serious topic that the first text touches, else the next text, or ""."""
        for text in texts:
            labels = set(self.concepts(text))
            for topic, words in self.topics.items():
                if labels & words:
                    return topic
        return ""

    def _parts(self, word: str) -> list[str]:
        """A hyphenated word that has no meaning of its own is read as its parts."""
        word = word.removesuffix("'s")
        return [word] if word in self.exact or "-" not in word else word.split("-")


@lru_cache(maxsize=1)
def service_words() -> ServiceWords:
    """The English lexicon, read once."""
    words, expectations, topics = (_read(name) for name in ("service_words", "expectations", "topics"))
    labels = {word: label.replace("-", "") for label, row in words["concepts"].items() for word in row.split()}
    phrases = sorted(words["phrases"].items(), key=lambda row: -len(row[0]))
    exists = [re.compile(pattern, re.IGNORECASE) for pattern in expectations.pop("exists")]
    reader = ServiceWords(
        {word: label for word, label in labels.items() if not word.endswith("*")},
        {word[:-1]: label for word, label in labels.items() if word.endswith("*")},
        [(re.compile(rf"\b{re.escape(phrase)}\b"), word) for phrase, word in phrases],
        frozenset(words["filler"].split()),
        {kind: (_any_of(row["asks"]), _any_of(row["shows"])) for kind, row in expectations.items()},
        exists,
        [(re.compile(pattern, re.IGNORECASE), plain) for pattern, plain in words["restated"].items()],
    )
    rows = {topic: frozenset(map(reader.label, row.split())) for topic, row in topics["topics"].items()}
    return replace(reader, topics=rows)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{name}.en.toml").read_text("utf-8"))
