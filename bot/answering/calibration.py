"""How sure is sure enough: a logistic model over a few signals, and the threshold below which the bot abstains.

The shipped numbers stand in `calibration.toml`, one table per embedder, with the command that made them; the table
``any`` uses words alone and serves every other embedder. Knows no passage and no question.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

ANY = "any"


@dataclass(frozen=True, slots=True)
class Calibration:
    """``probability = sigmoid(bias + sum(weights[i] * signal[features[i]]))`` that an answer is right.

    An answer below ``threshold`` is not given. ``embedder`` names the embedder whose cosines were fitted, or "any".
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    threshold: float
    embedder: str
    made_by: str = ""

    def probability(self, signals: Mapping[str, float]) -> float:
        """0 to 1, higher is surer. Raises KeyError when a signal is missing."""
        total = self.bias + sum(w * signals[name] for name, w in zip(self.features, self.weights, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, total))))

    def toml(self) -> str:
        """One table of the data file."""
        rows = ", ".join(f"{name} = {weight:.4f}" for name, weight in zip(self.features, self.weights, strict=True))
        return (
            f'[[calibration]]\nembedder = "{self.embedder}"\nweights = {{ {rows} }}\n'
            f'bias = {self.bias:.4f}\nthreshold = {self.threshold:.4f}\nmade_by = "{self.made_by}"\n'
        )


def shipped(embedder: str) -> Calibration:
    """The calibration for an embedder: its own, or the one of words alone."""
    known = _shipped()
    return known.get(embedder, known[ANY])


def load(path: Path) -> dict[str, Calibration]:
    """Every calibration of a data file by its embedder's name."""
    return _read(path.read_text("utf-8"))


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Calibration]:
    return _read(files(__package__).joinpath("calibration.toml").read_text("utf-8"))


def _read(text: str) -> dict[str, Calibration]:
    found = (
        Calibration(
            tuple(row["weights"]),
            tuple(float(weight) for weight in row["weights"].values()),
            float(row["bias"]),
            float(row["threshold"]),
            str(row["embedder"]),
            str(row["made_by"]),
        )
        for row in tomllib.loads(text)["calibration"]
    )
    return {calibration.embedder: calibration for calibration in found}
