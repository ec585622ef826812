"""The operator's small commands: the token of the operator's routes, and forgetting old conversations."""

from __future__ import annotations

from dataclasses import asdict

from bot.build import default_memory
from bot.errors import InvalidRequest
from bot.memory import open_memory
from bot.settings import Settings
from bot.terminal.console import emit, out
from bot.web.token import ensure_token


def token(settings: Settings) -> None:
    """Print the operator's token; one is made when there is none."""
    out.print(ensure_token(settings), markup=False)


def retain(settings: Settings, *, days: int | None, dry_run: bool, json: bool) -> None:
    """Delete conversations that were quiet for so many days (the setting's when none are given), and say how many."""
    days = settings.retention_days if days is None else days
    if not days:
        raise InvalidRequest("no number of days was given", hint="name it with --days N, or SHELFTALK_RETENTION_DAYS")
    memory = open_memory(settings.memory_url or default_memory(settings), recover=False)
    try:
        found = asdict(memory.retain(days, dry_run=dry_run))
    finally:
        memory.close()
    if json:
        return emit({"days": days, "dry_run": dry_run, **found})
    done = "would be deleted" if dry_run else "deleted"
    counts = ", ".join(f"{many} {name.replace('_', '-')}" for name, many in found.items())
    out.print(f"quiet for more than {days} days, {done}: {counts}", markup=False)
