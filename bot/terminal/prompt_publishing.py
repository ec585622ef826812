"""`prompts publish|rollback|fetch|history|trial`: what everybody hears, from a terminal."""

from __future__ import annotations

import getpass
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from bot.build import default_memory, library
from bot.errors import InvalidRequest
from bot.memory import open_memory
from bot.memory.effects import Effect
from bot.prompting.figuring import FEW, SHARES, Figures, differing, figures
from bot.prompting.publishing import Draft
from bot.prompting.publishing import publish as published
from bot.settings import Settings
from bot.shares import Share
from bot.terminal.console import emit, err, out
from bot.terminal.prompt_trying import examined, tell
from prompts import Library, PromptError, Trial, Version
from prompts.states import files_of


@dataclass(frozen=True, slots=True)
class Publishing:
    """What was asked for: the edited files, the reason, who, under which label, and what may be passed over."""

    folder: Path | None
    why: str
    author: str | None
    label: str
    cases: Path | None = None
    dropping: bool = False
    force: bool = False


def publish(settings: Settings, asked: Publishing, *, json: bool) -> None:
    """Test the files, and publish them as they were tested."""
    label = asked.label
    if not asked.why.strip():
        raise PromptError("It has no reason.", hint="Say in a sentence what changes and why: --why SENTENCE.")
    held = library(settings)
    draft = Draft.of(asked.folder or held.folder)
    stood = held.store.label(label)
    if (gone := draft.lacking(held, label)) and not asked.dropping:
        raise PromptError(
            f"{draft.place} lacks what {label!r} has: {', '.join(gone)}.",
            hint="Get it with `shelftalk prompts fetch`, or take it back with --dropping.",
        )
    found = examined(settings, held, draft, cases=asked.cases)
    if not json or not found.passed:
        tell(found)
    if found.doubtful and found.passed and not asked.force:
        raise InvalidRequest(f"{len(found.doubtful)} doubts", hint="look at them, then publish with --force")
    version = published(
        held,
        draft,
        found,
        why=asked.why,
        author=asked.author or _user(),
        label=label,
        expected=stood.id if stood else None,
    )
    _told(version, label, json=json, done="published")


def rollback(settings: Settings, *, to: str | None, why: str, author: str | None, label: str, json: bool) -> None:
    """Move a label back."""
    store = library(settings).store
    why = why or "Rolled back."
    version = (
        store.move(label, to, why=why, author=author or _user())
        if to
        else store.rollback(why=why, author=author or _user(), label=label)
    )
    _told(version, label, json=json, done="rolled back")


def fetch(settings: Settings, ref: str) -> None:
    """Copy what the folder lacks."""
    held = library(settings)
    folder = held.store.folder(held.store.find(ref))
    fresh = {} if folder is None else {name: data for name, data in files_of(folder).items()}
    lacking = {name: data for name, data in fresh.items() if not (held.folder / name).exists()}
    for name, data in lacking.items():
        path = held.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    kept = len(fresh) - len(lacking)
    out.print(f"{len(lacking)} files into {held.folder}; {kept} were there and stay as they are", markup=False)


def history(settings: Settings, *, json: bool) -> None:
    """Every version with its figures, and every move of a label."""
    held = library(settings)
    versions = held.store.versions()
    known = {one.version.id: one for one in figures(versions, _effects(settings)) if one.version}
    entries = [asdict(one) for one in held.store.history()]
    damaged = {one.id for one in held.store.damaged()}
    if json:
        rows = [
            asdict(one)
            | {"damaged": one.id in damaged, "figures": known[one.id].as_dict() if one.id in known else None}
            for one in versions
        ]
        return emit({"versions": rows, "events": entries})
    table = Table("version", "labels", "why", "who, when", "turns", *(name.replace("_", " ") for name in SHARES))
    for one in reversed(versions):
        mark = " [red]damaged[/]" if one.id in damaged else ""
        row = (f"{one}{mark}", " ".join(one.labels), escape(one.why), escape(f"{one.author} {one.at}"))
        table.add_row(*row, *_cells(known.get(one.id)))
    out.print(table)
    out.print(f"95 % intervals; below {FEW} nothing can be concluded", style="dim")


def trial(
    settings: Settings, ref: str | None, *, percent: float, end: bool, why: str, author: str | None, json: bool
) -> None:
    """Begin, end or look at a trial."""
    held = library(settings)
    if end:
        held.store.end_trial(why=why or "Ended.", author=author or _user())
    elif ref is not None:
        held.store.begin_trial(ref, percent=percent, why=why, author=author or _user())
    running = held.store.trial()
    if running is None:
        return emit({"trial": None}) if json else out.print("no trial is running")
    _report(held, running, _effects(settings), json=json)


def _report(held: Library, running: Trial, effects: tuple[Effect, ...], *, json: bool) -> None:
    """Both arms of a trial side by side, and in what they differ for sure."""
    versions = held.store.versions()
    arms = [one for one in figures(versions, effects) if one.effect.state in (running.variant, running.control)]
    sure = list(differing(arms[0].effect, arms[1].effect)) if len(arms) == 2 else []
    if json:
        return emit({"trial": asdict(running), "arms": [one.as_dict() for one in arms], "differ": sure})
    variant = held.store.find(running.variant)
    out.print(
        f"{running.percent:g} % of the visitors hear version {variant} since {running.since}: {escape(running.why)}"
    )
    table = Table("version", "turns", *(name.replace("_", " ") for name in SHARES))
    for one in arms:
        table.add_row(str(one.version), *_cells(one))
    out.print(table)
    out.print(f"they differ in: {', '.join(sure)}" if sure else "no difference is sure yet")


def _cells(found: Figures | None) -> list[str]:
    """Turns and shares of one version."""
    if found is None:
        return ["0", *("" for _ in SHARES)]
    return [str(found.effect.turns), *(_share(getattr(found.effect, name)) for name in SHARES)]


def _share(share: Share) -> str:
    """``4 of 50: 8 % (3 to 19)``."""
    if math.isnan(share.value):
        return "-"
    return f"{share.count} of {share.of}: {share.value:.0%} ({100 * share.low:.0f} to {100 * share.high:.0f})"


def _effects(settings: Settings) -> tuple[Effect, ...]:
    """What the memory says; nothing where there is none yet."""
    if not settings.memory_url and not (settings.data_dir / "memory.db").exists():
        return ()
    memory = open_memory(settings.memory_url or default_memory(settings), recover=False)
    try:
        return memory.effects.by_state()
    finally:
        memory.close()


def _told(version: Version, label: str, *, json: bool, done: str) -> None:
    if json:
        told: dict[str, Any] = asdict(version)
        return emit(told | {"label": label})
    out.print(f"{done}: {label} is version {version} now: {version.why}", markup=False)
    if label == "production":
        err.print("[dim]running servers speak it within two seconds; `shelftalk prompts rollback` takes it back[/]")


def _user() -> str:
    """Who runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user database
        return "unknown"
