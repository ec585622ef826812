"""Where a generation came from: which command made it, when, of which file, out of which one before it.

Each generation carries its own `origin.json`; `history.jsonl` beside them also remembers those that are gone. Knows no
items and no index.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

NAME = "origin.json"
HISTORY = "history.jsonl"
REBUILD = "rebuild"
"""The command that makes the same generation anew."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One event of a catalogue. ``parent`` is the number of the generation before it, 0 for none.

    ``command`` is items, help, answers, interactions, delete, rebuild, undo or redo; ``when`` is UTC in ISO form.
    """

    command: str = "build"
    source: str = ""
    number: int = 0
    parent: int = 0
    when: str = ""
    embedder: str = ""
    items: int = 0
    passages: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0

    def to_json(self) -> bytes:
        """One line."""
        return (json.dumps(asdict(self), ensure_ascii=False) + "\n").encode()


def stamped(origin: Origin, *, number: int, parent: int) -> Origin:
    """``origin`` with its place in the line and the time of now."""
    return replace(origin, number=number, parent=parent, when=datetime.now(UTC).isoformat(timespec="seconds"))


def origin_of(folder: Path) -> Origin | None:
    """Where the generation in ``folder`` came from; None when it does not say."""
    with suppress(OSError, ValueError, TypeError):
        return _parsed((folder / NAME).read_text("utf-8"))
    return None


def remember(root: Path, origin: Origin) -> None:
    """Add a line to the history of the catalogue in ``root``; a disk that cannot be written loses only this line."""
    with suppress(OSError), (root / HISTORY).open("ab") as file:
        file.write(origin.to_json())


def history(root: Path) -> tuple[Origin, ...]:
    """Every event of the catalogue in ``root``, oldest first; lines that cannot be read are passed over."""
    found = []
    with suppress(OSError):
        for line in (root / HISTORY).read_bytes().decode("utf-8", "replace").splitlines():
            with suppress(ValueError, TypeError):
                found.append(_parsed(line))
    return tuple(found)


def _parsed(text: str) -> Origin:
    row = json.loads(text)
    known = {field.name for field in fields(Origin)}
    return Origin(**{key: value for key, value in row.items() if key in known})
