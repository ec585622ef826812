"""What a clause does: rules first, nearness to example sentences for what the rules leave open.

Knows no items: whether a clause names or points at one is told by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.lexicon import table

if TYPE_CHECKING:
    from vectorstore.base import Embedder

SURE = 0.42
"""Cosine to the closest examples from which they decide."""
TALK = (
    "hello", "how_are_you", "thanks", "bye", "identity", "capabilities", "complaint", "insult", "praise",
    "affirm", "deny",
)  # fmt: skip
SAFETY = ("self_harm", "refusal_harm", "injection")
FLAGS = ("reset", "back", "more", "surprise", "no_preference", "narrow")


@dataclass(frozen=True, slots=True)
class Ruling:
    """The outcome of the rules for one clause: an exclusive ``label`` or "", and what flags it raises where.

    ``flags`` maps a flag to the character ranges of the words that raised it.
    """

    label: str
    flags: Mapping[str, tuple[tuple[int, int], ...]]


class Acts:
    """Labels clauses."""

    def __init__(self, speeches: Mapping[str, Speech], embedder: Embedder) -> None:
        """Compile the expressions and embed the examples, once."""
        lists = table("en.acts")
        self._patterns = {name: _compiled(found) for name, found in lists["patterns"].items()}
        self._forms = {name: re.compile(found) for name, found in lists["forms"].items()}
        asks = {name: (*speech.ask, *(f"how {word}" for word in speech.vague)) for name, speech in speeches.items()}
        self._asks = [(name, _asking(found)) for name, found in asks.items() if found]
        self._vaguely = [(s.name, _asking(s.ask_generic)) for s in speeches.values() if s.ask_generic]
        self._embedder = embedder
        examples = [(act, text) for act, texts in lists["prototypes"].items() for text in texts]
        self._labels = np.array([act for act, _ in examples])
        self._examples = embedder.embed([text for _, text in examples], kind="query")
        self.acts = tuple(lists["prototypes"])

    def safety(self, text: str) -> str:
        """The safety situation of a whole message, "" for none. A film about harm is no harm."""
        for name in SAFETY:
            match = self._patterns[name].search(text)
            if match and not (name != "injection" and self.says("theme", text[: match.start() + 1])):
                return name
        return ""

    def talk(self, clause: str) -> str:
        """The small talk or call for a person that a clause is, "" for none; stronger than a title in it."""
        if self._matches("handover", clause) and not self.says("theme", clause):
            return "handover"
        bare = self.without("lead", clause) or clause
        found = next((name for name in TALK if self._matches(name, clause) or self._matches(name, bare)), "")
        return "" if found in ("capabilities", "identity") and self._serves(clause) else found

    def rule(self, clause: str, *, names_item: bool, values: Sequence[tuple[int, int]] = ()) -> Ruling:
        """The ruling on a clause (folded text, titles blanked out).

        ``values``: the characters that name things of the catalogue; in a shop of televisions they ask for no help.
        """
        return Ruling(self._label(clause, names_item, values), self._flags(clause))

    def asked(self, clause: str) -> tuple[str, ...]:
        """The facets that a question asks for, by its words."""
        found = tuple(name for name, pattern in self._asks if pattern.search(clause))
        return found or tuple(name for name, pattern in self._vaguely if pattern.search(clause))

    def says(self, form: str, clause: str) -> bool:
        """Whether a clause has a form ("question", "request", "about", "have", "compare", "why", "why_not")."""
        pattern = self._forms.get(form) or self._patterns[form]
        return pattern.search(clause) is not None

    def without(self, form: str, text: str) -> str:
        """The text without the words of a form at its beginning, in whatever case."""
        match = self._forms[form].match(text.lower())
        return text[match.end() :] if match else text

    def nearest(self, clause: str) -> tuple[str, float]:
        """The act with the closest examples in embedding space and the mean cosine of its two best; "" below `SURE`."""
        vector = self._embedder.embed([clause], kind="query")[0]
        cosines = self._examples @ vector
        means = {act: float(np.sort(cosines[self._labels == act])[-2:].mean()) for act in self.acts}
        best = max(means, key=lambda act: means[act])
        return (best, means[best]) if means[best] >= SURE else ("", means[best])

    def fallback(self, clause: str) -> str:
        """Where a question goes that nothing recognises: to service when it is about you and me, else out of scope."""
        return "support" if self.says("yours", clause) else "out_of_scope"

    def _label(self, clause: str, names_item: bool, values: Sequence[tuple[int, int]]) -> str:
        if talk := self.talk(clause):
            return talk
        if self._serves(clause, values) and not (names_item and (self._borrows(clause) or self._asks_fact(clause))):
            return "support"
        return (
            "off_topic" if self._matches("off_topic", clause) and not (names_item or self.says("theme", clause)) else ""
        )

    def _serves(self, clause: str, values: Sequence[tuple[int, int]] = ()) -> bool:
        if self._matches("service_sure", clause):
            return True
        said = [match.span() for match in self._patterns["service"].finditer(clause)]
        goods = all(any(start <= first and last <= end for start, end in values) for first, last in said)
        if goods or self._matches("not_service", clause):
            return False
        return self._matches("service_forms", clause)

    def _asks_fact(self, clause: str) -> bool:
        """Whether a fact of a record is asked for, not service: "how much does the first one weigh?"."""
        return bool(self.asked(clause)) and not self.says("mine", clause)

    def _borrows(self, clause: str) -> bool:
        """Whether the item is asked for: "can I rent Alien?", but not "my rental of Alien stutters"."""
        rest = re.sub(r"\b(rent|stream|watch|download|buy|order)\b", " ", clause)
        return not self._matches("service", rest)

    def _flags(self, clause: str) -> dict[str, tuple[tuple[int, int], ...]]:
        lead = self._forms["lead"].match(clause)
        start = lead.end() if lead and lead.end() < len(clause) else 0
        found = {}
        for name in FLAGS:
            spans = tuple(match.span() for match in self._patterns[name].finditer(clause[start:]))
            if spans:
                found[name] = tuple((first + start, last + start) for first, last in spans)
        return found

    def _matches(self, name: str, clause: str) -> bool:
        return self._patterns[name].search(clause) is not None


def _compiled(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _asking(asks: Sequence[str]) -> re.Pattern[str]:
    phrases = sorted(asks, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in phrases) + r")\b")
