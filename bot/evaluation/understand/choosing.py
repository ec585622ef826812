"""How sure the trained reader must be to overrule the rules: thresholds that read the tuning messages best.

One threshold after the other takes the value with which the mean figure of all slots is highest, the one nearer to the
rules where two are alike, until none changes. Every message is read once; only the decision is made again. Looks at
messages with which neither rules nor reader were improved: on the open half the rules are better than elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from bot.engines import choose
from bot.engines.reader.trust import Trust
from bot.engines.understand_lexical import LexicalUnderstander
from bot.engines.understand_model import Heard, ModelUnderstander
from bot.errors import EngineError
from bot.evaluation.report import Report, machine
from bot.evaluation.understand.cases import TUNING, Case
from bot.evaluation.understand.catalogues import GOLD, PLACES, Place, Shop, shops
from bot.evaluation.understand.figures import figures
from bot.evaluation.understand.slots import SLOTS, Compared
from bot.evaluation.understand.systems import product
from bot.remembering import Remembering
from bot.settings import Settings
from bot.types import Intent
from bot.understanding import verified

LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)
"""What is tried; the last is never reached, so that the rules stand."""
FAINT = (0.1, 0.03, 0.01, 0.003, 0.0)
"""What is tried of ``idle``, in the same order: from the reader's word to the rules' own."""
ROUNDS = 3
JUDGED = (
    "acts",
    "constraints",
    "negation",
    "references",
    "linking",
    "not in catalogue",
    "wishes",
    "order",
    "relatives",
    "dropped",
    "asked",
    "flags",
    "exact",
)
"""The slots whose mean decides."""
_PROTOCOL = (
    "the trained reader's thresholds, one after the other, by the mean figure of "
    f"{', '.join(JUDGED)} over the tuning messages; `rules`: no threshold is ever reached"
)


@dataclass(frozen=True, slots=True)
class _Read:
    """One message as rules and reader heard it."""

    case: Case
    heard: Heard
    engine: ModelUnderstander
    shop: Shop


def run(data: Path, *, gold: Path = GOLD, places: Mapping[str, Place] = PLACES) -> Report:
    """The figures with the rules alone, the thresholds in use and the best ones, which are the last line.

    Raises EngineError without weights, InvalidRequest without the data.
    """
    settings = Settings.load(understander="reader", environ={})
    embedder = choose.embedder(settings)
    in_charge = product(settings, embedder)
    reads, remembering = list[_Read](), Remembering(embedder)
    for shop in shops(data, gold=gold, places=places, parts=TUNING):
        lexical = LexicalUnderstander(shop.vocabulary, remembering)
        engine = in_charge(shop.name, lexical, shop.vocabulary)
        if not isinstance(engine, ModelUnderstander):
            raise EngineError("the trained reader is not in charge", hint="run `shelftalk doctor`")
        reads += [_Read(case, engine.heard(case.history, case.message), engine, shop) for case in shop.cases]
    best = chosen(reads)
    never = Trust(**{one.name: _levels(one.name)[-1] for one in fields(Trust)})
    rows = [_row(name, trust, reads) for name, trust in (("rules", never), ("in use", Trust()), ("best", best))]
    return Report("understand", _PROTOCOL, machine(), tuple(rows))


def chosen(reads: Sequence[_Read]) -> Trust:
    """The best thresholds, searched one after the other from those in use."""
    trust = Trust()
    for _ in range(ROUNDS):
        before = trust
        for name in (one.name for one in fields(Trust)):
            tried = {level: _mean(replace(trust, **{name: level}), reads) for level in _levels(name)}
            top = max(tried.values())
            trust = replace(trust, **{name: [level for level, mean in tried.items() if mean >= top - 1e-9][-1]})
        if trust == before:
            break
    return trust


def _levels(name: str) -> tuple[float, ...]:
    return FAINT if name == "idle" else LEVELS


def _mean(trust: Trust, reads: Sequence[_Read]) -> float:
    found = _figures(trust, reads)
    return sum(found.values()) / len(found)


def _figures(trust: Trust, reads: Sequence[_Read]) -> dict[str, float]:
    compared = [_compared(one, trust) for one in reads]
    kinds = {name: SLOTS[name][0] for name in JUDGED}
    found = figures(compared, kinds, resamples=1)
    return {name: figure.value for name, figure in found.items() if figure}


def _compared(one: _Read, trust: Trust) -> dict[str, Compared]:
    schema = one.shop.vocabulary.schema
    intent: Intent = verified(one.engine.corrected(one.heard, trust), schema, one.engine)
    return {name: SLOTS[name][1](intent, one.case, schema) for name in JUDGED}


def _row(name: str, trust: Trust, reads: Sequence[_Read]) -> dict[str, object]:
    levels = {one.name: getattr(trust, one.name) for one in fields(Trust)}
    return {"thresholds": name, **{slot: round(value, 3) for slot, value in _figures(trust, reads).items()}, **levels}
