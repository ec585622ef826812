"""The trained re-ranker: need and item, or question and passage, read together over MiniLM; and the cascade around it.

The cascade lets a cheap re-ranker score everything and reads only the best again, as many as fit into a fifth of a
second. Both scores are mixed as the file beside the weights says, scenario by scenario; what was not read again stays
below. Knows no index.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.engines.pairs.budget import Budget
from bot.engines.pairs.framing import Framer, Pair, worded
from bot.engines.pairs.gates import OPEN, Gates, read, scenario_of, scenario_of_all
from bot.engines.pairs.network import PairNetwork, collate
from bot.engines.pairs.storing import FILE, load
from bot.engines.rerank_texts import text_of
from bot.errors import EngineError
from bot.types import Need, Reranker
from vectorstore.base import Item, Passage, VectorStoreError
from vectorstore.embedders.local import describe, fast_dtype, model_folder, pick_device

WEIGHTS = Path(__file__).parents[1] / "weights" / "reranker"
BATCH = 10
"""Pairs read at once on a CPU, alike in length so that little is padded; a GPU takes all."""
KEPT = 8192
"""Texts whose tokens are remembered: about 1 kB each."""

Scores = NDArray[np.float32]


class PairReranker:
    """Reads every entry together with the need. Scores are logits, higher is better. Safe between threads."""

    def __init__(self, network: PairNetwork, tokenizer: Tokenizer, device: torch.device, dtype: torch.dtype) -> None:
        """Put ``network`` on ``device``, its encoder in ``dtype``."""
        self.name = "cross-encoder"
        self.device = describe(device, dtype)
        self._framer = Framer(tokenizer)
        self._tokens = lru_cache(KEPT)(self._framer.tokens)
        self._network = network.to(device)
        for weight in self._network.encoder.parameters():
            weight.data = weight.data.to(dtype)
        self._place, self._threads = device, torch.get_num_threads()

    def score(self, query: str, items: Sequence[Item | Passage]) -> Scores:
        """``(len(items),)`` float32. Raises EngineError when a score is not a number."""
        return self.score_need(Need(query), items)

    def score_need(self, need: Need, items: Sequence[Item | Passage]) -> Scores:
        """The same for a need with what the visitor liked."""
        return self.score_pairs(self.pairs(need, items))

    def pairs(self, need: Need, items: Sequence[Item | Passage]) -> list[Pair]:
        """What is to be read: pairs of at most 160 tokens."""
        asked = self._framer.tokens(worded(need.query, need.likes))
        return [self._framer.pair(asked, self._tokens(text_of(item)), scenario_of(item)) for item in items]

    def score_pairs(self, pairs: Sequence[Pair]) -> Scores:
        """``(len(pairs),)`` float32 logits. Raises EngineError when one is not a number."""
        scores = np.zeros(len(pairs), np.float32)
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place].ids))
        size = BATCH if self._place.type == "cpu" else max(1, len(order))
        if self._place.type == "cpu":
            torch.set_num_threads(self._threads)
        for start in range(0, len(order), size):
            places = order[start : start + size]
            with torch.inference_mode():
                batch = collate([pairs[place] for place in places]).to(self._place)
                scores[places] = self._network(batch).float().cpu().numpy()
        if not np.isfinite(scores).all():
            raise EngineError(f"{self.name} gave a score that is not a number", hint="try it on another device")
        return scores


class Cascade:
    """A cheap re-ranker for all, the trained one for the best. Scores are comparable within one call."""

    def __init__(self, first: Reranker, pairs: PairReranker, gates: Gates, *, budget: Budget | None = None) -> None:
        """``first`` scores everything; ``gates`` says how much ``pairs`` counts in which scenario."""
        self.name = f"{first.name}, then {pairs.name}"
        self.device = pairs.device
        self._first, self._pairs, self._gates = first, pairs, gates
        self._budget = budget or Budget()

    @property
    def reads_help(self) -> bool:
        """Whether it orders the passages of a help centre better than what stands there without it."""
        return self._gates["help"] > 0

    def score(self, query: str, items: Sequence[Item | Passage]) -> Scores:
        """``(len(items),)`` float32, higher is better."""
        return self.score_need(Need(query), items)

    def score_need(self, need: Need, items: Sequence[Item | Passage]) -> Scores:
        """The same for a need with what the visitor liked."""
        first = np.asarray(self._first.score(need.query, items), np.float32)
        weight = self._gates[scenario_of_all(items)] if items else 0.0
        if not weight:
            return first
        best = np.argsort(-first, kind="stable")[: self._budget.most]
        pairs = self._pairs.pairs(need, [items[place] for place in best])
        count = self._budget.count([len(pair.ids) for pair in pairs])
        began = time.perf_counter()
        second = self._pairs.score_pairs(pairs[:count])
        self._budget.note(sum(len(pair.ids) for pair in pairs[:count]), time.perf_counter() - began)
        return mixed(first, best[:count], second, weight)

    def warm(self, items: Sequence[Item | Passage], **how: Any) -> None:
        """Let the first re-ranker do ahead what it can, and learn how fast pairs are read here."""
        sample = self._pairs.pairs(Need("warm up"), items[:BATCH])
        for _ in range(2 if sample else 0):  # the first time is always slow
            began = time.perf_counter()
            self._pairs.score_pairs(sample)
        if sample:
            self._budget.note(sum(len(pair.ids) for pair in sample), time.perf_counter() - began)
        warm: Callable[..., None] | None = getattr(self._first, "warm", None)
        if warm is not None:
            warm(items, **how)


def mixed(first: Scores, rows: NDArray[np.intp], second: Scores, weight: float) -> Scores:
    """``first`` with the scores of ``rows``, the best of it, mixed with ``second`` and laid over the same range."""
    own = first[rows]
    both = weight * _standing(second) + (1 - weight) * _standing(own)
    spread = float(np.ptp(both))
    if len(rows) < 2 or spread < 1e-6:
        return first
    low, high = float(own.min()), float(own.max())
    found = first.copy()
    found[rows] = low + max(high - low, 1e-3) * (both - both.min()) / spread
    return found


def open_pairs(device: str = "auto", folder: Path | None = None) -> PairReranker:
    """The re-ranker in ``folder``, or the shipped one, over MiniLM itself. Raises EngineError with the remedy."""
    try:
        place, model = pick_device(device), model_folder()
    except VectorStoreError as error:
        raise EngineError(str(error), hint=error.hint) from error
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    dtype = fast_dtype(place)
    return PairReranker(load(folder or WEIGHTS, model, dtype), tokenizer, place, dtype)


def shipped() -> bool:
    """Whether weights ship that were measured to help anywhere. Raises EngineError."""
    return (WEIGHTS / FILE).is_file() and any((read(WEIGHTS) or {}).values())


def open_cascade(first: Reranker, *, device: str = "auto", folder: Path | None = None) -> Cascade:
    """The weights in ``folder``, or the shipped ones, behind ``first``; those that no file of gates is beside count.

    Raises EngineError with the remedy.
    """
    return Cascade(first, open_pairs(device, folder), read(folder or WEIGHTS) or OPEN)


def _standing(scores: Scores) -> Scores:
    """In units of their own spread."""
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-6), np.float32)
