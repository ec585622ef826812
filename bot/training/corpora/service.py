"""Questions to customer service, small talk and what no shop does, each put to a shop drawn at random.

From BANKING77, CLINC150 and MultiDoGO, their training parts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from bot.training.corpora.files import csv_rows, json_whole, tsv_rows
from bot.training.drafting import Draft, entry_of
from bot.training.examples import Example, Targets
from bot.training.shops import Shop

_KNOWN = frozenset({"acts", "about", "verdicts", "tags"})
_DOMAINS = {
    "banking": "support", "credit_cards": "support", "small_talk": "smalltalk",
    "utility": "out_of_scope", "work": "out_of_scope",
}  # fmt: skip
_ANSWERS = frozenset({"cancel", "repeat", "yes", "no", "maybe"})
_GREETINGS = frozenset({"openinggreeting", "closinggreeting", "thankyou"})
_SILENT = frozenset({"contentonly", "confirmation", "rejection", "outofdomain", ""})
"""Intents of MultiDoGO that say no act of their own."""


def service(data: Path, shops: Sequence[Shop], random: Random, *, most: int = 6000) -> list[Example]:
    """At most so many messages, in any order. Raises InvalidRequest."""
    rows = [*_banking(data), *_clinc(data), *_multidogo(data)]
    random.shuffle(rows)
    return [_whole(text, act, random.choice(shops), random) for text, act in rows[:most]]


def _banking(data: Path) -> Iterator[tuple[str, str]]:
    for row in csv_rows(data, "banking77/train.csv.gz"):
        yield row["text"].strip(), "support"


def _clinc(data: Path) -> Iterator[tuple[str, str]]:
    """Banking as service, small talk as such, tools of daily life and the corpus's own "out of scope" as that."""
    intents = json_whole(data, "clinc150/domains.json")
    domains = {intent: name for name, all_of_it in intents.items() for intent in all_of_it}
    rows = json_whole(data, "clinc150/data_full.json.gz")
    for text, intent in [*rows["train"], *rows["oos_train"]]:
        act = "out_of_scope" if intent == "oos" else _DOMAINS.get(domains.get(intent, ""))
        if act and intent not in _ANSWERS:
            yield text, act


def _multidogo(data: Path) -> Iterator[tuple[str, str]]:
    for domain in ("media", "software", "finance", "insurance"):
        for row in tsv_rows(data, f"multidogo/{domain}/train.tsv.gz"):
            intent, text = row["intent"] or "", (row["utterance"] or "").strip()
            if intent in _GREETINGS and len(text) > 3:
                yield text, "smalltalk"
            elif intent not in _SILENT and len(text.split()) >= 5:
                yield text, "support"


def _whole(text: str, act: str, shop: Shop, random: Random) -> Example:
    """A message that is wholly one act; a service question is its own question."""
    draft = Draft(text, Targets({act}, known=_KNOWN))
    facets = random.sample(shop.facets, min(len(shop.facets), random.randint(3, 7)))
    draft.facets = [entry_of(facet) for facet in facets]
    for number, facet in enumerate(facets):
        for value in random.sample(facet.values, min(len(facet.values), random.choice([1, 2, 3]))):
            draft.value(number, value.name)
    if act == "support":
        draft.targets.tags = [((0, len(text)), "question")]
    return draft.example(family=f"service/{act}", source="service")
