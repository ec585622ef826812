"""What happened to the published states, one JSON line each, oldest first: the only truth about labels and trials.

A line is whole or it does not count: one that a crash cut short is dropped at the next writing. Knows no prompt.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from prompts.errors import PromptError

Action: TypeAlias = Literal["publish", "move", "rollback", "trial", "end_trial"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. ``state`` is a state's id, ``at`` is UTC in ISO form, ``percent`` the share of visitors in a trial."""

    action: Action
    state: str
    label: str = ""
    why: str = ""
    author: str = ""
    at: str = ""
    percent: float = 0.0


def read(path: Path) -> tuple[Entry, ...]:
    """Every whole line. Raises `PromptError` naming a line that is none of ours."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise PromptError(f"{path} cannot be read: {error}", hint="Check its rights and the disk.") from error
    return tuple(_entry(line, number, path) for number, line in enumerate(data.split(b"\n")[:-1], 1) if line.strip())


def append(path: Path, *entries: Entry) -> None:
    """Add entries, down to the disk; the caller holds the lock."""
    told = "".join(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries)
    with path.open("ab+") as out:
        out.seek(0)
        held = out.read()
        out.truncate(held.rfind(b"\n") + 1)
        out.write(told.encode())
        out.flush()
        os.fsync(out.fileno())


def now() -> str:
    """This moment as entries have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _entry(line: bytes, number: int, path: Path) -> Entry:
    known = {one.name for one in fields(Entry)}
    try:
        told = json.loads(line)
        return Entry(**{name: value for name, value in told.items() if name in known})
    except (ValueError, TypeError, AttributeError) as error:
        raise PromptError(
            f"{path}, line {number}: not an entry of the history: {error}",
            hint="Put the file back from a backup, or remove that line.",
        ) from error
