"""An operator's own lines: `query<TAB>item text<TAB>label`, and the scenario in a fourth column where it is not goods.

Lines of one query are a group; where none of them is wrong, texts of other queries stand in. A query is held out whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.engines.pairs.framing import SCENARIOS
from bot.errors import InvalidRequest
from bot.training.ranking.groups import Group
from bot.training.splitting import held_out

_HINT = "write `query<TAB>item text<TAB>label` (a number from 0, wrong, to 1, right) and, if you like, a scenario"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file."""

    query: str
    text: str
    label: float
    scenario: str = "goods"


@dataclass(frozen=True, slots=True)
class Judged:
    """All lines of one query."""

    query: str
    rows: tuple[Row, ...]


class Own:
    """Groups of an operator's queries."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Split them by query; too few queries to hold one out are all trained on."""
        found = defaultdict[str, list[Row]](list)
        for row in rows:
            found[row.query].append(row)
        seeds = [Judged(query, tuple(held)) for query, held in found.items() if any(row.label > 0 for row in held)]
        self.train = [seed for seed in seeds if not held_out(seed.query)] or seeds
        self.held = [seed for seed in seeds if seed not in self.train]
        self._texts = list(dict.fromkeys(row.text for row in rows))

    def group(self, seed: Judged, random: Random, wrong: int) -> Group | None:
        """One right text and wrong ones, the operator's own first."""
        right = random.choice([row for row in seed.rows if row.label > 0])
        known = {row.text for row in seed.rows}
        others = [row for row in seed.rows if row is not right]
        chosen = random.sample(others, min(len(others), wrong))
        rest = [text for text in self._texts if text not in known]
        drawn = random.sample(rest, min(len(rest), wrong - len(chosen)))
        texts = (right.text, *(row.text for row in chosen), *drawn)
        labels = (right.label, *(row.label for row in chosen), *(0.0 for _ in drawn))
        return Group(seed.query, right.scenario, texts, labels) if 0.0 in labels else None


def read_rows(path: Path) -> list[Row]:
    """The lines of ``path``. Raises InvalidRequest naming the line that is wrong."""
    try:
        texts = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint="give a text file in UTF-8 with --rows") from error
    rows = [_row(text, path, number) for number, text in enumerate(texts, 1) if text.strip()]
    if not any(row.label > 0 for row in rows) or len({row.text for row in rows}) < 2:
        raise InvalidRequest(f"{path} holds no right text among others", hint=_HINT)
    return rows


def _row(text: str, path: Path, number: int) -> Row:
    cells = [cell.strip() for cell in text.split("\t")]
    try:
        row = Row(cells[0], cells[1], float(cells[2]), *cells[3:])
    except (IndexError, ValueError, TypeError) as error:
        raise InvalidRequest(f"{path}:{number}: {text[:80]!r} is no such line", hint=_HINT) from error
    if not (row.query and row.text and 0 <= row.label <= 1) or row.scenario not in SCENARIOS:
        raise InvalidRequest(
            f"{path}:{number}: a label from 0 to 1 and one of {', '.join(SCENARIOS)}, not {cells[2:]}", hint=_HINT
        )
    return row
