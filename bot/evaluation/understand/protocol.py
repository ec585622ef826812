"""Protocol `understand`: is every slot of a message read as a careful clerk labels it?

The messages were written by people's habits, not by the reader's patterns, and labelled before any reader was trained.
One half is open to whoever improves the reader; targets are checked on the sealed half, whose messages are never told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.engines import choose
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.understand.cases import FRESH, HALVES, Case
from bot.evaluation.understand.catalogues import GOLD, PLACES, Group, Place, Shop, shops
from bot.evaluation.understand.failures import wrong
from bot.evaluation.understand.figures import RESAMPLES, Figure, figures
from bot.evaluation.understand.legal import faults
from bot.evaluation.understand.slots import SLOTS, Compared, Kind
from bot.evaluation.understand.systems import RULES, SHIPPED, Heard, Systems, product, trained
from bot.remembering import Remembering
from bot.settings import Settings
from bot.understanding import Vocabulary

KINDS: Mapping[str, Kind] = {**{name: kind for name, (kind, _) in SLOTS.items()}, "valid": "share"}
ALL, BOTH = "all", "both"
TARGETS: tuple[tuple[str, str, float], ...] = (
    ("acts", ALL, 0.92),
    ("constraints", "demos", 0.82),
    ("constraints", "unseen", 0.72),
    ("negation", ALL, 0.80),
    ("references", ALL, 0.85),
    ("wishes", ALL, 0.60),
    ("linking", ALL, 0.95),
    ("not in catalogue", ALL, 0.95),
    ("valid", ALL, 1.0),
)
"""Slot, group of catalogues, and the figure to reach."""
_PROTOCOL = (
    "messages of people to five shops, labelled by hand; references, linking, not in catalogue, exact and valid are "
    "shares, all other slots micro-F1; n: things wanted (messages, for exact and valid); from and to: 95 % interval, "
    f"{RESAMPLES} bootstrap draws over messages; model: the share of messages in which a model, not the rules, had the "
    "last word; valid: before anything is verified; checks: the sealed half; fresh: messages written when rules and "
    "reader were done, counted in no other line"
)
MODELS = frozenset({"reader", "chat"})
"""Engines that read with a model; after it the name of an engine may tell which."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "negation": ("constraints",),
    "references": ("mentions",),
    "linking": ("mentions",),
    "not in catalogue": ("mentions",),
    "flags": ("more", "surprise", "reset"),
}
"""The fields of an intent that hold a slot, where they are called otherwise."""
_WRONG = "what is read wrongly in the open half: found and not wanted, wanted and not found"


@dataclass(frozen=True, slots=True)
class Read:
    """One message as one system read it, slot by slot."""

    system: str
    group: Group
    case: Case
    compared: Mapping[str, Compared]
    engines: Mapping[str, str] = field(default_factory=dict)


def run(
    data: Path,
    *,
    failures: bool = False,
    gold: Path = GOLD,
    places: Mapping[str, Place] = PLACES,
    settings: Settings | None = None,
) -> Report:
    """Figures of every system with checks of the one in charge; with ``failures`` what that one reads wrongly.

    ``settings`` say who is in charge: the default profile, whatever the environment says, unless others are given;
    by default the trained reader that ships is measured beside it.

    Raises InvalidRequest for labels or catalogues that are missing or wrong.
    """
    found = tuple(shops(data, gold=gold, places=places, parts=(*HALVES, FRESH)))
    whole, settings = settings is None, settings or Settings.load(environ={})
    embedder = choose.embedder(settings)
    cases = [case for shop in found for case in shop.cases]
    systems = Systems(cases, Remembering(embedder), product(settings, embedder), trained(embedder) if whole else None)
    reads, lists = list[Read](), list[dict[str, Any]]()
    for shop in found:
        readers = systems.of(shop)
        charged = list(readers)[-1]
        for name, reader in readers.items():
            for case in shop.cases:
                heard = reader(case)
                reads.append(_read(name, shop, case, heard))
                if failures and name == charged:
                    lists += wrong(name, case, heard, shop.vocabulary)
    if failures:
        return Report("understand", _WRONG, machine(), tuple(lists))
    return Report("understand", _PROTOCOL, machine(), tuple(rows(reads)), tuple(checks(reads)))


def rows(reads: Sequence[Read]) -> Iterator[dict[str, Any]]:
    """Lines for every system, group and half that has messages: the figures, both bounds, the counts.

    Where a model had the last word in anything, a fifth says how often.
    """
    for system in dict.fromkeys(one.system for one in reads):
        for group in _names([one.group for one in reads], ALL):
            for half in _parts(reads):
                cut = _cut(reads, system, group, half)
                if cut:
                    yield from _lines({"system": system, "catalogues": group, "half": half}, cut)


def checks(reads: Sequence[Read]) -> Iterator[Check]:
    """The system in charge against the targets, and against the rules where it is another; on the sealed half."""
    systems = list(dict.fromkeys(one.system for one in reads))
    half = "sealed" if any(one.case.half == "sealed" for one in reads) else "open"
    for slot, group, target in TARGETS:
        ours = _value(reads, systems[-1], slot, (group, half))
        if ours is None:
            continue
        name = f"{slot}, {group}, {half} half"
        yield Check(name, round(ours, 3), f">= {target:g}", ours >= target)
        rules = _value(reads, RULES, slot, (group, half))
        if systems[-1] == SHIPPED and slot != "valid" and rules is not None:
            yield Check(f"{name}, above the rules", round(ours - rules, 3), "> 0", ours > rules)


def _read(system: str, shop: Shop, case: Case, heard: Heard) -> Read:
    return Read(system, shop.group, case, _compared(heard, case, shop.vocabulary), heard.intent.engines)


def _compared(heard: Heard, case: Case, vocabulary: Vocabulary) -> dict[str, Compared]:
    valid = heard.said is not None and not faults(heard.said, vocabulary)
    slots = {name: compare(heard.intent, case, vocabulary.schema) for name, (_, compare) in SLOTS.items()}
    return {**slots, "valid": Compared(1) if valid else Compared(0, missed=("valid",))}


def _parts(reads: Sequence[Read]) -> list[str]:
    """The halves that have messages, the name of both together, and the fresh messages, which count to neither."""
    there = {one.case.half for one in reads}
    return [*_names([half for half in HALVES if half in there], BOTH), *([FRESH] if FRESH in there else [])]


def _names(found: Sequence[str], together: str) -> list[str]:
    """The different names, and the one for all together where there are several."""
    names = list(dict.fromkeys(found))
    return [*names, together] if len(names) > 1 else names


def _cut(reads: Sequence[Read], system: str, group: str, half: str) -> list[Read]:
    parts = HALVES if half == BOTH else (half,)
    return [one for one in reads if one.system == system and group in (ALL, one.group) and one.case.half in parts]


def _figures(reads: Sequence[Read]) -> dict[str, Figure | None]:
    return figures([one.compared for one in reads], KINDS)


def _value(reads: Sequence[Read], system: str, slot: str, cut: tuple[str, str]) -> float | None:
    figure = _figures(_cut(reads, system, *cut))[slot]
    return figure.value if figure and figure.count else None


def _lines(names: Mapping[str, str], cut: Sequence[Read]) -> Iterator[dict[str, Any]]:
    found = _figures(cut)
    for line, name in (("value", "value"), ("from", "low"), ("to", "high"), ("n", "count")):
        cells = {slot: round(getattr(one, name), 3) if one else None for slot, one in found.items()}
        yield {**names, "messages": len(cut), "figure": line, **cells}
    if any(_modelled(one, slot) for one in cut for slot in KINDS):
        shares = {slot: round(sum(_modelled(one, slot) for one in cut) / len(cut), 3) for slot in KINDS}
        yield {**names, "messages": len(cut), "figure": "model", **shares}


def _modelled(one: Read, slot: str) -> bool:
    """Whether a model had the last word in a slot, in any slot for the whole intent; validity is nobody's word."""
    if slot == "valid":
        return False
    fields = FIELDS.get(slot, (slot,)) if slot != "exact" else tuple(one.engines)
    return any(one.engines.get(name, "").split(" ")[0] in MODELS for name in fields)
