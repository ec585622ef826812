"""Chooses how much the trained re-ranker counts, scenario by scenario, on the tuning sets alone.

``python -m bot.evaluation.reranking.gating DATA WEIGHTS`` writes `gates.toml` beside the weights. Of the weights the
one whose gain has the highest lower end of a 95% interval is taken: the surest, not the luckiest. A scenario in which
no weight's interval lies above 0 gets 0: there the re-ranker is not used.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.engines.pairs.budget import MOST
from bot.engines.pairs.framing import SCENARIOS
from bot.engines.pairs.gates import FILE, Gates
from bot.evaluation.placing import Values, ndcg, standard_error
from bot.evaluation.reranking.trying import Engines, Trial, trials
from bot.evaluation.reranking.wanted import tuned

if TYPE_CHECKING:
    from vectorstore.base import Embedder

SURE = 1.96
"""Standard errors from the mean to either end of a 95% interval."""
GRID = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
_HEAD = "# How much the trained re-ranker counts beside late interaction, 0 (not used) to 1 (alone), by scenario.\n"
MADE_BY = "python -m bot.evaluation.reranking.gating DATA WEIGHTS"


def gains(found: Sequence[Trial], weight: float, *, count: int = MOST) -> Values:
    """``(n,)``: what the nDCG@10 of the product's order changes by, need by need."""
    pairs = [(one.product(None, count), one.product(weight, count), one.wanted.right) for one in found]
    return np.array([ndcg(new, right) - ndcg(old, right) for old, new, right in pairs])


def chosen(tried: Mapping[str, Sequence[Trial]]) -> tuple[Gates, list[dict[str, Any]]]:
    """The weight of each scenario, and a row for each that was tried."""
    gates, rows = dict.fromkeys(SCENARIOS, 0.0), []
    for scenario, found in tried.items():
        best = 0.0
        for weight in GRID[1:]:
            change = gains(found, weight)
            mean, error = float(change.mean()), standard_error(change)
            rows.append({"scenario": scenario, "weight": weight, "n": len(found), "change": mean, "se": error})
            low = mean - SURE * error
            if low > best:
                best, gates[scenario] = low, weight
    return gates, rows


def tuning(data: Path, embedder: Embedder, engines: Engines) -> dict[str, list[Trial]]:
    """The needs that weights are chosen on, by scenario."""
    found = defaultdict[str, list[Trial]](list)
    for asked in tuned(data, embedder):
        found[asked.scenario] += trials(asked, engines)
    return found


def write(folder: Path, gates: Gates, *, made_by: str = MADE_BY) -> Path:
    """Leave ``gates`` beside the weights; the path of the file."""
    rows = "\n".join(f"{name} = {gates[name]:.2f}" for name in SCENARIOS)
    path = folder / FILE
    path.write_text(f'{_HEAD}\nmade_by = "{made_by}"\n\n[weights]\n{rows}\n', "utf-8")
    return path


def main(data: Path, weights: Path) -> None:
    """Choose the weights and write them."""
    from bot.engines.rerank_local import LateInteractionReranker
    from bot.engines.rerank_pairs import open_pairs
    from vectorstore.embedders.local import LocalEmbedder

    embedder = LocalEmbedder()
    engines = Engines(LateInteractionReranker(embedder), open_pairs(folder=weights))
    gates, rows = chosen(tuning(data, embedder, engines))
    for row in rows:
        told = f"nDCG@10 {row['change']:+.4f}, se {row['se']:.4f}, {row['n']} needs"
        sys.stdout.write(f"{row['scenario']:6} weight {row['weight']:.2f}: {told}\n")
    sys.stdout.write(f"{write(weights, gates)}: {gates}\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {MADE_BY} (the folder of public data files, and the one of trained weights)")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
