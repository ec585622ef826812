"""Comparisons of many messages -> one figure per slot with its 95 % interval. Pure; knows no slot by name.

Every figure is a ratio of sums over messages: F1 is twice what is right over what is found plus what is wanted, a share
is what is right over what is wanted. So one bootstrap over messages (Efron, 1979) serves all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.understand.slots import Compared, Kind

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Figure:
    """0 to 1, higher is better; ``low`` and ``high`` bound 95 % of the resampled sets; ``count`` things were wanted."""

    value: float
    low: float
    high: float
    count: int


def figures(
    compared: Sequence[Mapping[str, Compared]], kinds: Mapping[str, Kind], *, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, Figure | None]:
    """Slot -> its figure over messages; None where nothing is wanted and nothing found."""
    if not compared:
        return dict.fromkeys(kinds)
    above = np.array([[_above(row[slot], kind) for slot, kind in kinds.items()] for row in compared], np.float64)
    below = np.array([[_below(row[slot], kind) for slot, kind in kinds.items()] for row in compared], np.float64)
    drawn = _ratio(*(_draws(len(compared), resamples, seed) @ part for part in (above, below)))
    values = _ratio(above.sum(0), below.sum(0))
    return {
        slot: _figure(values[place], drawn[:, place], sum(row[slot].wanted for row in compared))
        for place, slot in enumerate(kinds)
    }


def _figure(value: float, drawn: NDArray[np.float64], count: int) -> Figure | None:
    if np.isnan(value):
        return None
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Figure(float(value), float(low), float(high), count)


def _draws(messages: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """``(resamples, messages)``: how often each message stands in each resampled set."""
    chances = np.full(messages, 1 / messages)
    return np.asarray(np.random.default_rng(seed).multinomial(messages, chances, resamples), np.float64)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = np.full(above.shape, np.nan)
    return np.divide(above, below, out=ratio, where=below > 0)


def _above(one: Compared, kind: Kind) -> int:
    return one.right * (2 if kind == "F1" else 1)


def _below(one: Compared, kind: Kind) -> int:
    return 2 * one.right + len(one.extra) + len(one.missed) if kind == "F1" else one.wanted
