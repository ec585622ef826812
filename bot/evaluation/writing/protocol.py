"""Protocol `write`: are the replies true, personal and varied, and does the claim check catch what is not true?

The replies are what the product says today to fixed conversations; the labels were made by reading each statement
against the records, the visitor's words and the list. What has been said only since then has no label, is counted, and
is no part of the shares.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.assistant import Assistant
from bot.errors import InvalidRequest
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.writing import failures as lists
from bot.evaluation.writing.figures import f1
from bot.evaluation.writing.judging import Judged, alike, judged
from bot.evaluation.writing.labels import GOLD, Labels, load
from bot.evaluation.writing.playing import SCRIPT, Reply, conversations, play, product
from bot.evaluation.writing.scenes import GOLD as SCENES
from bot.evaluation.writing.scenes import HALVES, KINDS, scenes
from bot.evaluation.writing.variety import Variety, count, ours, theirs, variety
from bot.evaluation.writing.verdicts import CHECK, NOTHING, STRANGE, Verdict, verdicts
from bot.settings import Settings
from bot.shares import Share

SHIPPED, PEOPLE = "as shipped", "ReDial recommenders"
SUPPORTED, PERSONAL, VARIED = 0.98, 1.0, 0.6
_PROTOCOL = (
    "fixed conversations with both demos; statements labelled by hand against records, message and list; explanations: "
    "the reasons of a card; unlabelled: said since the labels were made, in no share; from and to: Wilson's 95 % "
    "interval, for distinct-2 the range over random orders at as many pairs; precision and recall: of untrue ones "
    "among statements written by hand; by kind of error: the open half"
)
_WRONG = "what is unsupported, impersonal or unlabelled, and what the claim check misjudges in the open half"


def run(
    data: Path,
    *,
    failures: bool = False,
    settings: Settings | None = None,
    script: Path = SCRIPT,
    gold: Path = GOLD,
    statements: Path = SCENES,
) -> Report:
    """Figures with checks; with ``failures`` what is wrong instead.

    Raises InvalidRequest for a script, labels or scenes that are missing or wrong, or a missing data folder.
    """
    people = [] if failures else theirs(_folder(data))
    says, labels, written = conversations(script), Labels(load(gold)), scenes(statements)
    with product(settings) as assistant:
        replies = tuple(play(assistant, says))
        found = tuple(judged(assistant, replies, labels))
        told = tuple(verdicts(assistant, written))
        varied = () if failures else _varied(assistant, replies, people)
    if failures:
        return Report("write", _WRONG, machine(), (*lists.of_replies(found), *lists.of_check(told)))
    rows = (*_of_replies(found, replies), *(_line(*one) for one in varied), *_of_check(told))
    return Report("write", _PROTOCOL, machine(), rows, tuple(_checks(found, replies, varied)))


def _folder(data: Path) -> Path:
    if not (data / "redial").is_dir():
        raise InvalidRequest(f"{data / 'redial'} is missing", hint="give the folder of public data files with --data")
    return data


def _varied(
    assistant: Assistant, replies: Sequence[Reply], people: Sequence[Sequence[str]]
) -> tuple[tuple[str, str, Variety], ...]:
    """Distinct-2 of the replies and of people, at as many pairs each; once with and once without what is quoted."""
    indexes = {name: assistant.shelf(name).items for name in assistant.catalogs}
    found: list[tuple[str, str, Variety]] = []
    for measure, quotes in (("distinct-2", True), ("distinct-2, quotations masked", False)):
        texts = ours(replies, indexes, quotes=quotes)
        pairs = min(count(texts), count(people))
        found += [(SHIPPED, measure, variety(texts, pairs)), (PEOPLE, measure, variety(people, pairs))]
    return tuple(found)


def _shares(found: Sequence[Judged]) -> tuple[Share, Share]:
    """Statements that are supported, of those that claim; explanations that are personal, where anything was asked."""
    labels = [one.label for one in found]
    true, personal = labels.count("supported"), labels.count("personal")
    return Share(true, true + labels.count("unsupported")), Share(personal, personal + labels.count("impersonal"))


def _of_replies(found: Sequence[Judged], replies: Sequence[Reply]) -> Iterator[dict[str, Any]]:
    labels = [(one.kind, one.label) for one in found]
    supported, personal = _shares(found)
    yield _row(SHIPPED, "statements supported", supported)
    yield _row(SHIPPED, "statements unlabelled", _part(labels, "statement", None))
    yield _row(SHIPPED, "statements without a claim", _part(labels, "statement", "no claim"))
    yield _row(SHIPPED, "explanations personal", personal)
    yield _row(SHIPPED, "explanations unlabelled", _part(labels, "explanation", None))
    yield _row(SHIPPED, "explanations where nothing was asked", _part(labels, "explanation", "nothing asked"))
    yield _row(SHIPPED, "replies with cards that begin alike", Share(sum(map(alike, replies)), len(replies)))


def _part(labels: Sequence[tuple[str, str | None]], kind: str, label: str | None) -> Share:
    return Share(labels.count((kind, label)), sum(one == kind for one, _ in labels))


def _of_check(told: Sequence[Verdict]) -> Iterator[dict[str, Any]]:
    """Precision, recall and F1 of every system on both halves, then what the claim check catches by kind of error."""
    for half in HALVES:
        for system in (CHECK, NOTHING, STRANGE):
            precision, recall = _caught(told, system, half)
            if recall.of:
                yield _row(system, "precision", precision, half=half)
                yield _row(system, "recall", recall, half=half)
                yield {"system": system, "measure": "F1", "half": half, "value": _f1(precision, recall)}
                yield _row(system, "true statements kept", _kept(told, system, half), half=half)
    for kind in KINDS:
        mine = [one for one in told if one.system == CHECK and one.half == "open" and one.statement.error == kind]
        if mine:
            yield _row(CHECK, f"recall, {kind}", Share(sum(one.flagged for one in mine), len(mine)), half="open")


def _caught(told: Sequence[Verdict], system: str, half: str) -> tuple[Share, Share]:
    """Of what is left out the untrue part, of what is untrue the part that is left out."""
    mine = [one for one in told if one.system == system and one.half == half]
    caught = sum(one.flagged and bool(one.statement.error) for one in mine)
    return Share(caught, sum(one.flagged for one in mine)), Share(
        caught, sum(bool(one.statement.error) for one in mine)
    )


def _kept(told: Sequence[Verdict], system: str, half: str) -> Share:
    """Of what is true the part that is not left out."""
    true = [one for one in told if one.system == system and one.half == half and not one.statement.error]
    return Share(sum(not one.flagged for one in true), len(true))


def _f1(precision: Share, recall: Share) -> float:
    return round(f1(precision.value, recall.value), 3)


def _checks(
    found: Sequence[Judged], replies: Sequence[Reply], varied: Sequence[tuple[str, str, Variety]]
) -> Iterator[Check]:
    """The targets; a share of nothing meets none."""
    supported, personal = _shares(found)
    ratio, begun = varied[0][2].value / varied[1][2].value, sum(map(alike, replies))
    yield Check("statements supported", _figure(supported.value), f">= {SUPPORTED:g}", supported.value >= SUPPORTED)
    yield Check("explanations personal", _figure(personal.value), f">= {PERSONAL:g}", personal.value >= PERSONAL)
    yield Check("distinct-2 against ReDial's recommenders", _figure(ratio), f">= {VARIED:g}", ratio >= VARIED)
    yield Check("replies with cards that begin alike", begun, "0", not begun)


def _row(system: str, measure: str, share: Share, *, half: str = "") -> dict[str, Any]:
    bounds = {"value": _rounded(share.value), "from": _rounded(share.low), "to": _rounded(share.high)}
    return {"system": system, "measure": measure, "half": half, **bounds, "n": share.of}


def _line(system: str, measure: str, found: Variety) -> dict[str, Any]:
    bounds = {"value": _rounded(found.value), "from": _rounded(found.low), "to": _rounded(found.high)}
    return {"system": system, "measure": measure, "half": "", **bounds, "n": found.pairs}


def _rounded(value: float) -> float | None:
    """Three places; None, which JSON can say, where there is no figure."""
    return None if math.isnan(value) else round(value, 3)


def _figure(value: float) -> float:
    """Three places; 0 where there is no figure, which meets no target."""
    return _rounded(value) or 0.0
