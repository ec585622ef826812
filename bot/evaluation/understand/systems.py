"""The readers that are measured: two that know no catalogue, the rules alone, and whatever the product reads with.

Every engine is heard twice: what it says itself, and what the product makes of it once it is verified.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bot.engines.lexical.lexicon import table
from bot.engines.readers import Readers
from bot.engines.understand_lexical import LexicalUnderstander
from bot.evaluation.understand.cases import Case
from bot.evaluation.understand.catalogues import Shop
from bot.settings import Settings
from bot.types import Act, Intent, Understander
from bot.understanding import Vocabulary, understand
from prompts import Registry
from vectorstore.base import Embedder, Schema

TRAINED, RULES, SHIPPED = "trained reader", "rules", "as shipped"


@dataclass(frozen=True, slots=True)
class Heard:
    """``intent`` is what the product takes; ``said`` what the engine said, None where it failed."""

    intent: Intent
    said: Intent | None


Reader: TypeAlias = Callable[[Case], Heard]
InCharge: TypeAlias = Callable[[str, LexicalUnderstander, Vocabulary], Understander]
"""A catalogue's name, its rules and its vocabulary -> the reader in charge of it."""


def trained(embedder: Embedder) -> InCharge | None:
    """The trained reader that ships; None where there is none."""
    from bot.engines.reader.reading import WEIGHTS
    from bot.engines.reader.storing import FILE

    if not (WEIGHTS / FILE).is_file():
        return None
    return product(Settings.load(understander="reader", environ={}), embedder)


class Systems:
    """Makes the readers of one catalogue after the other."""

    def __init__(
        self, cases: Sequence[Case], embedder: Embedder, in_charge: InCharge, trained: InCharge | None = None
    ) -> None:
        """Find the commonest act of the open half of ``cases``, and embed the shipped example sentences.

        ``trained`` is measured beside the reader that is ``in_charge``, where that is another.
        """
        known = [case for case in cases if case.half == "open"] or cases
        self._common = Counter(act for case in known for act in case.want.acts).most_common(1)[0][0]
        examples = [(act, text) for act, texts in table("en.acts")["prototypes"].items() for text in texts]
        self._labels: list[Act] = [act for act, _ in examples]
        self._examples = embedder.embed([text for _, text in examples], kind="query")
        self._embedder = embedder
        self._in_charge = in_charge
        self._trained = trained

    def of(self, shop: Shop) -> Mapping[str, Reader]:
        """Name -> reader, the one in charge last. As shipped is left out where it is the rules."""
        lexical = LexicalUnderstander(shop.vocabulary, self._embedder)
        shipped = self._in_charge(shop.name, lexical, shop.vocabulary)
        schema = shop.vocabulary.schema
        readers: dict[str, Reader] = {
            "majority": self._majority,
            "nearest prototype": self._nearest,
        }
        if self._trained and shipped is lexical:
            readers[TRAINED] = _reader(self._trained(shop.name, lexical, shop.vocabulary), lexical, schema)
        readers[RULES] = _reader(lexical, lexical, schema)
        return readers if shipped is lexical else {**readers, SHIPPED: _reader(shipped, lexical, schema)}

    def _majority(self, case: Case) -> Heard:
        return _bare(self._common, case)

    def _nearest(self, case: Case) -> Heard:
        vector = self._embedder.embed([case.message], kind="query")[0]
        return _bare(self._labels[int(np.argmax(self._examples @ vector))], case)


def product(settings: Settings, embedder: Embedder) -> InCharge:
    """The product's own choice under ``settings``, made where the product makes it; what it loads is loaded once."""
    return Readers(settings, Registry.load(), embedder).of


def _bare(act: Act, case: Case) -> Heard:
    """An act and what follows from it alone: a service question is the message."""
    intent = Intent(acts=(act,), question=case.message if act == "support" else "")
    return Heard(intent, intent)


def _reader(engine: Understander, lexical: LexicalUnderstander, schema: Schema) -> Reader:
    def read(case: Case) -> Heard:
        intent = understand(engine, lexical, case.history, case.message, schema)
        return Heard(intent, _said(engine, case, schema))

    return read


def _said(engine: Understander, case: Case, schema: Schema) -> Intent | None:
    """What an engine says before it is verified; None where it fails, which the product survives."""
    try:
        return engine.understand(case.history, case.message, schema)
    except Exception:
        return None
