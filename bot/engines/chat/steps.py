"""One step of a model: tokens in, the scores of the next token out; and the memory of prompts' fixed beginnings.

Knows nothing of text, grammars or when to stop.
"""

from __future__ import annotations

import copy
import inspect
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import torch

from bot.engines.chat.loading import Loaded

SHORTEST = 16
"""A fixed beginning shorter than this is not worth keeping, in tokens."""


class Steps(Protocol):
    """Reads tokens one run after another."""

    def feed(self, ids: Sequence[int]) -> torch.Tensor:
        """``(vocabulary,)`` float32 scores of the token after ``ids``; higher is likelier."""
        ...


class CausalSteps:
    """A decoder-only model. ``cache`` holds the tokens that it has read already, if any."""

    def __init__(self, loaded: Loaded, *, cache: Any = None) -> None:
        self._model = loaded.model
        self._device = loaded.device
        self._keeps = _takes(loaded.model, "logits_to_keep")
        self._seen: list[int] = []
        self.cache = cache

    @torch.inference_mode()
    def feed(self, ids: Sequence[int]) -> torch.Tensor:
        """Scores after ``ids``; a model that keeps no cache reads everything again."""
        self._seen += ids
        given = self._seen if self.cache is None else ids
        # A tensor, not the number 1: a slice is not contiguous and would cost a transposed copy of the output layer.
        last = {"logits_to_keep": torch.tensor([len(given) - 1], device=self._device)} if self._keeps else {}
        out = self._model(
            input_ids=torch.tensor([list(given)], device=self._device),
            past_key_values=self.cache,
            use_cache=True,
            **last,
        )
        self.cache = getattr(out, "past_key_values", None)
        scores: torch.Tensor = out.logits[0, -1].float()
        return scores


class EncoderDecoderSteps:
    """An encoder-decoder model that has read ``prompt``; what is fed goes to its decoder."""

    @torch.inference_mode()
    def __init__(self, loaded: Loaded, prompt: Sequence[int]) -> None:
        self._model = loaded.model
        self._device = loaded.device
        encoder = loaded.model.get_encoder()
        self._encoded = encoder(input_ids=torch.tensor([list(prompt)], device=self._device), return_dict=True)
        self._seen: list[int] = []
        self._cache: Any = None

    @torch.inference_mode()
    def feed(self, ids: Sequence[int]) -> torch.Tensor:
        """Scores after ``ids`` in the decoder."""
        self._seen += ids
        given = self._seen if self._cache is None else ids
        out = self._model(
            encoder_outputs=self._encoded,
            decoder_input_ids=torch.tensor([list(given)], device=self._device),
            past_key_values=self._cache,
            use_cache=True,
        )
        self._cache = getattr(out, "past_key_values", None)
        scores: torch.Tensor = out.logits[0, -1].float()
        return scores


class Prefixes:
    """What a causal model made of the beginnings that many prompts share, so that they are read once.

    Keeps the ``most`` lately used. Not safe for two threads at once: the model's lock covers it.
    """

    def __init__(self, loaded: Loaded, *, most: int = 4) -> None:
        self._loaded = loaded
        self._most = most
        self._kept: OrderedDict[tuple[int, ...], Any] = OrderedDict()

    def steps(self, fixed: Sequence[int]) -> tuple[CausalSteps, int]:
        """Steps that have read ``fixed``, and how many tokens that was; 0 where keeping it is of no use."""
        if len(fixed) < SHORTEST:
            return CausalSteps(self._loaded), 0
        key = tuple(fixed)
        if key not in self._kept:
            self._keep(key)
        self._kept.move_to_end(key)
        cache = _copy(self._kept[key])
        return CausalSteps(self._loaded, cache=cache), len(fixed) if cache is not None else 0

    def _keep(self, key: tuple[int, ...]) -> None:
        """Read ``key`` and remember what came of it; None for a model without a cache."""
        steps = CausalSteps(self._loaded)
        steps.feed(key)
        self._kept[key] = steps.cache
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def first_tokens(loaded: Loaded) -> list[int]:
    """The tokens that an encoder-decoder model's reply begins with."""
    settings, config = loaded.model.generation_config, loaded.model.config
    names = ("decoder_start_token_id", "bos_token_id", "pad_token_id")
    found = (getattr(place, name, None) for name in names for place in (settings, config))
    start = next((int(one) for one in found if one is not None), 0)
    forced = getattr(settings, "forced_bos_token_id", None)
    return [start] if forced is None else [start, int(forced)]


@torch.inference_mode()
def _copy(cache: Any) -> Any:
    """A cache that may grow without touching the kept one."""
    return copy.deepcopy(cache)


def _takes(model: Any, name: str) -> bool:
    """Whether the model's forward pass has that argument."""
    return name in inspect.signature(model.forward).parameters
