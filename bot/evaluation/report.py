"""One shape for every protocol and benchmark: rows of figures, checks against targets, and the machine they are from.

Knows no protocol and no screen.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """A figure against its target: ``target`` is words such as "<= 500", ``ok`` whether the figure meets it."""

    name: str
    value: float
    target: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a protocol found. Every row names its ``system``; ``protocol`` says how the figures were made."""

    name: str
    protocol: str
    machine: str
    rows: tuple[Row, ...] = ()
    checks: tuple[Check, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The whole report, ready for `json.dumps`."""
        return {
            "name": self.name,
            "protocol": self.protocol,
            "machine": self.machine,
            "rows": [dict(row) for row in self.rows],
            "checks": [asdict(check) for check in self.checks],
        }

    def table(self) -> str:
        """The report for a person: the protocol, the rows in columns, then one line per check."""
        checks = [
            f"{'ok  ' if one.ok else 'FALLS SHORT'} {one.name}: {one.value} ({one.target})" for one in self.checks
        ]
        return "\n".join([f"{self.name}: {self.protocol}", self.machine, "", *_columns(self.rows), "", *checks])


def machine() -> str:
    """What this process may use: processor, cores, memory, GPU, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [_processor(), f"{cores} cores", f"{_memory_gib():.0f} GiB", _gpu(), f"Python {platform.python_version()}"]
    return ", ".join(part for part in parts if part)


def _columns(rows: Sequence[Row]) -> list[str]:
    """Rows as aligned lines, the first line names the columns."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([_shown(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gib() -> float:
    if not hasattr(os, "sysconf"):
        return 0.0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _gpu() -> str:
    """The first GPU's name; nothing where torch was not loaded, so that asking costs nothing."""
    import sys

    torch = sys.modules.get("torch")
    return torch.cuda.get_device_name(0) if torch is not None and torch.cuda.is_available() else ""
