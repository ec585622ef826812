"""Where the trained re-ranker is used, and how much it counts: one weight for each scenario, in a file beside it.

A weight of 0 leaves the first re-ranker's order as it is, 1 leaves nothing of it among what is read again. The shipped
numbers were chosen on held-out data by the command that the file names. Pure but for the file.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from bot.engines.pairs.framing import SCENARIOS
from bot.errors import EngineError
from vectorstore.base import Item, Passage

FILE = "gates.toml"
OPEN: Mapping[str, float] = dict.fromkeys(SCENARIOS, 0.6)
"""What is used of weights that were chosen by name and have no file of their own."""
WORKS = frozenset(
    ["genre", "genres", "director", "directors", "cast", "actors", "author", "authors", "artist", "artists", "writer"]
)
"""Names of facets that only what is watched, read or heard has."""

Gates: TypeAlias = Mapping[str, float]


def scenario_of(entry: Item | Passage) -> str:
    """What kind of reading an entry asks for."""
    if isinstance(entry, Passage):
        return "help"
    return "works" if any(name.casefold() in WORKS for name in entry.facets) else "goods"


def scenario_of_all(entries: Sequence[Item | Passage]) -> str:
    """The one of most ``entries``, of which there is at least one."""
    return Counter(map(scenario_of, entries)).most_common(1)[0][0]


def read(folder: Path) -> Gates | None:
    """The weights in ``folder``, 0 for a scenario that is not named; None without a file. Raises EngineError."""
    try:
        held = tomllib.loads((folder / FILE).read_text("utf-8"))["weights"]
        found = {name: float(held.get(name, 0.0)) for name in SCENARIOS}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong(folder, str(error)) from error
    if any(not 0 <= weight <= 1 for weight in found.values()) or set(held) - set(SCENARIOS):
        raise _wrong(folder, f"{held}")
    return found


def _wrong(folder: Path, found: str) -> EngineError:
    return EngineError(
        f"{folder / FILE} cannot be used: {found}",
        hint=f"give it a table [weights] with numbers from 0 to 1 for {', '.join(SCENARIOS)}, or delete it",
    )
