"""What raters said of pairs, counted: wins, ties, losses, agreement, and whether it may be chance.

A line of a rating file is ``number<TAB>a|b|tie``, with a remark behind another tab where there is one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bot.errors import InvalidRequest
from bot.shares import Share

Side: TypeAlias = Literal["a", "b", "tie"]
Verdict: TypeAlias = Literal["win", "tie", "loss"]
VERDICTS: tuple[Verdict, ...] = ("win", "tie", "loss")
_FORM = "a line is: number<TAB>a, b or tie"


def read_ratings(path: Path, numbers: Sequence[int]) -> dict[int, Side]:
    """The rating of every pair in ``numbers``. Raises InvalidRequest naming the line, or the pair that has none."""
    found: dict[int, Side] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint="give a text file in UTF-8") from error
    for place, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            number, side = _rating(line, f"{path.name}, line {place}")
            if number not in numbers or number in found:
                raise InvalidRequest(f"{path.name}, line {place}: no pair {number}, or rated twice", hint=_FORM)
            found[number] = side
    if missing := [number for number in numbers if number not in found]:
        raise InvalidRequest(f"{path.name} does not rate pair {missing[0]}", hint=_FORM)
    return found


def _rating(line: str, place: str) -> tuple[int, Side]:
    cells = [cell.strip().casefold() for cell in line.split("\t")]
    sides: Mapping[str, Side] = {"a": "a", "b": "b", "tie": "tie"}
    if len(cells) < 2 or not cells[0].isdigit() or cells[1] not in sides:
        raise InvalidRequest(f"{place}: {line.strip()[:60]!r} is no rating", hint=_FORM)
    return int(cells[0]), sides[cells[1]]


def verdicts(ratings: Mapping[int, Side], key: Mapping[int, str], same: Sequence[int]) -> dict[int, Verdict]:
    """Who won each pair, seen from the model; ``key``: its side. Replies that are the ``same`` are ties in any case."""
    return {
        number: "tie" if side == "tie" or number in same else "win" if side == key[number] else "loss"
        for number, side in ratings.items()
    }


def counted(told: Mapping[str, Mapping[int, Verdict]], same: Sequence[int]) -> Iterator[dict[str, Any]]:
    """A row for each rater, and for the pairs on which the first two agree."""
    for rater, found in told.items():
        yield _row(rater, Counter(found.values()))
    if len(told) > 1:
        first, second = list(told.values())[:2]
        both = Counter(verdict for number, verdict in first.items() if second[number] == verdict)
        yield _row("both agree", both)
        left = [number for number in first if number not in same]
        pairs = [(first[number], second[number]) for number in left]
        yield {"rater": "agreement", "pairs": len(pairs), "kappa": kappa(pairs)}
    yield {"rater": "word for word the same", "pairs": len(same)}


def _row(rater: str, found: Mapping[Verdict, int]) -> dict[str, Any]:
    """Wins, ties, losses; the share of wins among what was decided with its interval, and the sign test's p."""
    wins, losses = found.get("win", 0), found.get("loss", 0)
    share = Share(wins, wins + losses)
    bounds = {name: _rounded(value) for name, value in (("won", share.value), ("from", share.low), ("to", share.high))}
    return {
        "rater": rater, "pairs": sum(found.values()), "wins": wins, "ties": found.get("tie", 0), "losses": losses,
        **bounds, "p": round(sign_test(wins, losses), 4),
    }  # fmt: skip


def sign_test(wins: int, losses: int) -> float:
    """The two-sided exact probability of a split at least so uneven if both were equally good; 1 of nothing."""
    n, most = wins + losses, max(wins, losses)
    tail = sum(math.comb(n, count) for count in range(most, n + 1))
    return min(1.0, float(2 * tail / 2**n))


def kappa(pairs: Sequence[tuple[Verdict, Verdict]]) -> float | None:
    """Cohen's kappa (1960): -1 to 1, 0 is chance; None where there is nothing to agree on beyond chance."""
    if not pairs:
        return None
    n = len(pairs)
    seen = sum(one == other for one, other in pairs) / n
    chance = sum(
        sum(one == verdict for one, _ in pairs) * sum(other == verdict for _, other in pairs) for verdict in VERDICTS
    ) / (n * n)
    return None if chance == 1 else round((seen - chance) / (1 - chance), 3)


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)
