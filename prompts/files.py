"""Where prompt files lie: ``<root>/<task>/<name>[.<locale>].md``; no locale means English.

Knows nothing of what stands in them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from prompts.errors import PromptError

DEFAULT_LOCALE = "en"

Signature: TypeAlias = Mapping[Path, tuple[int, int]]
"""Path -> (modification time in ns, size in bytes)."""

_NAME = re.compile(r"(?P<name>[a-z0-9_-]+)(?:\.(?P<locale>[a-z]{2,3}(?:-[A-Za-z0-9]+)*))?\.md")
MOST_BYTES = 200_000
RESERVED = frozenset({"published", "cases", "drafts"})
"""Folders beside the tasks that hold no prompts."""


@dataclass(frozen=True, slots=True)
class Source:
    """One prompt file: ``name`` is ``task/name``."""

    name: str
    locale: str
    path: Path

    def read(self) -> str:
        """The text. Raises `PromptError` when it cannot be read or is not UTF-8."""
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise PromptError(f"{self.path}: larger than {MOST_BYTES} bytes.", hint="A prompt file is short text.")
            data = self.path.read_bytes()
            return data.decode("utf-8")
        except OSError as error:
            raise PromptError(f"{self.path}: cannot be read: {error}", hint="Check the rights of the file.") from error
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            found = data[error.start : error.start + 4].hex(" ")
            raise PromptError(
                f"{self.path}, line {line}: cannot be read as UTF-8: the bytes {found}",
                hint="Save it as UTF-8.",
                line=line,
            ) from error


def discover(root: Path) -> tuple[Source, ...]:
    """All prompt files below ``root``, sorted by name and locale; a folder that is not there holds none."""
    found: list[Source] = []
    for path in sorted(root.glob("*/*.md")):
        match = _NAME.fullmatch(path.name)
        if match is not None and belongs(path):
            name = f"{path.parent.name}/{match['name']}"
            found.append(Source(name, match["locale"] or DEFAULT_LOCALE, path))
    return tuple(found)


def belongs(path: Path) -> bool:
    """Whether a file's folder is one of tasks: not hidden, and none that we keep for something else."""
    return path.parent.name not in RESERVED and not path.parent.name.startswith((".", "_"))


def signature(*roots: Path) -> Signature:
    """What to compare to see whether a prompt file was added, changed or removed."""
    seen: dict[Path, tuple[int, int]] = {}
    for root in roots:
        for path in root.glob("*/*.md"):
            try:
                stat = os.stat(path)
            except FileNotFoundError:  # removed between the listing and the look
                continue
            seen[path] = (stat.st_mtime_ns, stat.st_size)
    return seen


def chain(locale: str) -> tuple[str, ...]:
    """The locales to try in order: ``zh-CN`` gives ``zh-CN, zh, en``."""
    parts = locale.replace("_", "-").split("-")
    tries = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys([*tries, DEFAULT_LOCALE]))
