"""What a format's reader hands over: records as they stand in their file, before any cleaning. Knows no format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vectorstore.reading.rows import Problem, Rejected, shown

LEFT_OUT = "the row was left out"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one file with their line (or place), and what could not be read."""

    records: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    columns: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    refused: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Refusals:
    """Collects the records of one file that cannot be read."""

    name: str
    problems: list[Problem]
    rejected: list[Rejected]

    @classmethod
    def of(cls, name: str) -> Refusals:
        """No refusals yet."""
        return cls(name, [], [])

    def add(
        self, line: int, value: str, rule: str, *, cells: Mapping[str, Any] | None = None, repair: str = ""
    ) -> None:
        """One more record that was left out; ``value`` is what is shown of it, ``cells`` what is saved."""
        told = f"{LEFT_OUT}; {repair}" if repair else LEFT_OUT
        self.problems.append(Problem(self.name, line, "", shown(value), rule, told))
        self.rejected.append(Rejected(self.name, line, cells or {"row": value}, rule))
