"""`prompts test|compare|case`: whole turns with any version of the prompts, with progress, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bot.assistant import Assistant
from bot.build import build, default_memory, library
from bot.errors import InvalidRequest
from bot.memory import Memory, open_memory
from bot.prompting import cases as case_files
from bot.prompting.casebook import SHIPPED
from bot.prompting.cases import Case
from bot.prompting.comparing import Comparison, Pair, summed
from bot.prompting.comparing import compare as compared
from bot.prompting.judging import failures
from bot.prompting.publishing import Draft, Examined, examine_draft
from bot.prompting.running import Ran, run
from bot.settings import Settings
from bot.terminal.console import Bars, emit, err, out, stoppable
from prompts import Library
from prompts.testing import examine

_STYLES = {"gone": "red strike", "new": "green", "same": ""}


def test(settings: Settings, ref: str, *, cases: Path | None, alone: bool, json: bool) -> bool:
    """Run the tests of one version; returns whether it may be published."""
    held = library(settings)
    found = examined(settings, held, ref, cases=cases, alone=alone)
    if json:
        emit(_examined(found))
    else:
        tell(found)
    return found.passed


def examined(
    settings: Settings, held: Library, ref: str | Draft, *, cases: Path | None, alone: bool = False
) -> Examined:
    """Test a version, or a draft: the prompts alone, then turns where there are cases and catalogues for them."""
    if isinstance(ref, Draft) or ref == "files" or Path(ref).is_dir():
        draft = ref if isinstance(ref, Draft) else Draft.of(held.folder if ref == "files" else Path(ref))
        registry, tested = examine_draft(held, draft)
    else:
        registry = held.reading(ref)
        tested = examine(registry, held.reading("shipped"))
    if alone:
        return Examined(tested)
    turns = list[Ran]()
    with stoppable("nothing was published; run it again, or with --alone"):
        assistant = build(settings, say=lambda _: None)
        chosen = served(assistant, known_cases(settings, cases))
        base = held.reading("shipped")
        with Bars() as bars:
            for number, ran in enumerate(run(assistant, chosen, registry, base=base), 1):
                turns.append(ran)
                bars("cases", number, len(chosen))
        assistant.memory.close()
    return Examined(tested, tuple(turns))


def known_cases(settings: Settings, named: Path | None) -> tuple[Case, ...]:
    """The cases that were named, else the shipped ones and those of the data directory."""
    if named is not None:
        return case_files.load(named)
    own = case_files.load(settings.cases) if settings.cases.is_dir() else ()
    return (*case_files.load(SHIPPED), *own)


def served(assistant: Assistant, cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases about catalogues that are here; the others are named once."""
    away = sorted({case.catalog for case in cases} - set(assistant.catalogs))
    if away:
        err.print(f"[dim]not played, since their catalogue is not here: cases about {escape(', '.join(away))}[/]")
    return tuple(case for case in cases if case.catalog in assistant.catalogs)


def tell(found: Examined) -> None:
    """Print what was tested and what is wrong."""
    for line in found.blocking:
        out.print(f"[red]fail[/]  {escape(line)}")
    for line in found.doubtful:
        out.print(f"[yellow]doubt[/] {escape(line)}")
    verdict = "[green]passed[/]" if found.passed else "[red]failed[/]"
    alone = found.alone
    out.print(
        f"{verdict}: {alone.cases} golden cases, {alone.reworded} reworded phrases, {len(found.turns)} whole turns; "
        f"{len(found.blocking)} failures, {len(found.doubtful)} doubts"
    )


@dataclass(frozen=True, slots=True)
class Comparing:
    """What was asked for: two versions, and the turns to play; ``shown`` bounds the replies that are printed."""

    a: str
    b: str
    cases: Path | None = None
    stored: int = 0
    catalog: str | None = None
    shown: int = 5


def compare(settings: Settings, asked: Comparing, *, json: bool) -> None:
    """Play both versions and print the figures, then what they say differently."""
    held, a, b, catalog = library(settings), asked.a, asked.b, asked.catalog
    before, after = held.reading(a), held.reading(b)
    with _memory(settings) as memory:
        past = (
            [case_files.of_turn(one) for one in memory.past.latest(asked.stored, catalog=catalog)]
            if asked.stored
            else []
        )
    chosen = [*past, *(known_cases(settings, asked.cases) if asked.cases is not None or not asked.stored else ())]
    assistant = build(settings, say=lambda _: None)
    play = served(assistant, [case for case in chosen if catalog in (None, case.catalog)])
    if not play:
        raise InvalidRequest("there is nothing to compare on", hint="name --cases FILE, or --stored NUMBER")
    pairs = list[Pair]()
    with stoppable("what was compared so far follows"), Bars() as bars:
        for number, pair in enumerate(compared(assistant, play, before, after), 1):
            pairs.append(pair)
            bars("turns", number, len(play))
    figures = summed(pairs)
    if json:
        return emit({"a": a, "b": b, **asdict(figures), "pairs": [_pair(pair) for pair in pairs]})
    _figures(figures, a, b)
    _texts([pair for pair in pairs if pair.verdict != "same"], asked.shown)


def keep(settings: Settings, session: str, turn: str, *, expect: Sequence[str], name: str, json: bool) -> None:
    """Save one stored turn as a case."""
    with _memory(settings) as memory:
        case = case_files.of_turn(memory.past.turn(session, turn), name=name, expect=case_files.expecting(expect))
    path = case_files.save(case, settings.cases)
    if json:
        return emit({"case": case.name, "file": str(path)})
    out.print(f"kept as {path}", markup=False)


@contextmanager
def _memory(settings: Settings) -> Iterator[Memory]:
    memory = open_memory(settings.memory_url or default_memory(settings), recover=False)
    try:
        yield memory
    finally:
        memory.close()


def _figures(found: Comparison, a: str, b: str) -> None:
    """The counts and medians."""
    counts = found.counts
    out.print(f"{found.cases} turns of {found.conversations} conversations: {a} against {b}", markup=False)
    out.print(
        f"better {counts['better']}, same {counts['same']}, changed {counts['changed']}, worse {counts['worse']}, "
        f"broken {counts['broken']}; wins {found.wins}, losses {found.losses}"
    )
    table = Table("", "items", "replies", "words", "tokens", "ms")
    table.add_row(a, "", "", *(f"{one[0]:g}" for one in (found.words, found.tokens)), f"{found.milliseconds[0]:.0f}")
    table.add_row(
        b,
        f"{found.items_changed} changed",
        f"{found.texts_changed} changed",
        *(f"{one[1]:g}" for one in (found.words, found.tokens)),
        f"{found.milliseconds[1]:.0f}",
    )
    out.print(table)


def _texts(pairs: Sequence[Pair], most: int) -> None:
    """The replies that differ, broken and worse ones first."""
    order = ("broken", "worse", "better", "changed")
    for pair in sorted(pairs, key=lambda one: order.index(one.verdict))[:most]:
        out.print(f"\n[bold]{pair.verdict}[/] {escape(pair.case.name)}: [italic]{escape(pair.case.message)}[/]")
        known = {one.check for one in failures(pair.judged_a)}
        for one in failures(pair.judged_b):
            if one.check not in known:
                out.print(f"  [red]{escape(one.check)}: {escape(one.found)}[/]")
        out.print(Text.assemble(*((f"{words} ", _STYLES[kind]) for kind, words in pair.words)))
    if len(pairs) > most:
        out.print(f"\n{len(pairs) - most} more differ; --show {len(pairs)} prints them all")


def _pair(pair: Pair) -> dict[str, Any]:
    judged = {"a": failures(pair.judged_a), "b": failures(pair.judged_b)}
    return {
        "case": pair.case.name,
        "message": pair.case.message,
        "verdict": pair.verdict,
        **{side: _outcome(getattr(pair, side), judged[side]) for side in ("a", "b")},
    }


def _outcome(outcome: Any, failed: Sequence[Any]) -> dict[str, Any]:
    told = {name: getattr(outcome, name) for name in ("text", "question", "words", "tokens", "first", "total")}
    return {
        **told,
        "items": list(outcome.items),
        "prompts": list(outcome.prompts),
        "failures": [asdict(one) for one in failed],
    }


def _examined(found: Examined) -> dict[str, Any]:
    return {
        "passed": found.passed,
        "golden": found.alone.cases,
        "reworded": found.alone.reworded,
        "turns": len(found.turns),
        "failures": list(found.blocking),
        "doubts": list(found.doubtful),
        "findings": [asdict(one) for one in found.alone.findings],
        "cases": [
            {"case": ran.case.name, "passed": ran.passed, "text": ran.outcome.text} | _failed(ran)
            for ran in found.turns
        ],
    }


def _failed(ran: Ran) -> dict[str, Any]:
    return {"failures": [asdict(one) for one in failures(ran.judged)]}
