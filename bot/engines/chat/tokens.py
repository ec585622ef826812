"""The token loop: a prompt goes in, runs of tokens come out, until an end, a limit, a deadline or a cancellation.

One generation at a time per model; the others wait their turn, and not for ever. Knows nothing of text or LangChain.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING, Literal

import torch

from bot.engines.chat.loading import Loaded
from bot.engines.chat.steps import CausalSteps, EncoderDecoderSteps, Prefixes, Steps, first_tokens
from bot.errors import EngineError

if TYPE_CHECKING:
    from bot.engines.chat.grammar import Mask

Reason = Literal["stop", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one generation: ``tokens`` of reply, ``seconds`` of work, ``wait`` seconds for its turn.

    ``temperature`` 0 takes the likeliest token each time; above it, one is drawn from the likeliest that together
    hold ``top_p``, the same ones for the same ``seed``.
    """

    tokens: int = 512
    seconds: float = 60.0
    wait: float = 30.0
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


class Turns:
    """Lets one generation run at a time."""

    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def take(self, *, wait: float, cancel: Event) -> Iterator[bool]:
        """Hold the model; False when cancelled first. Raises EngineError after ``wait`` seconds."""
        deadline = time.monotonic() + wait
        while not (got := self._lock.acquire(timeout=min(0.05, wait))) and not cancel.is_set():
            if time.monotonic() >= deadline:
                hint = "try again in a moment; a GPU or a model server answers several visitors at once"
                raise EngineError(f"the language model was busy for {wait:g} s", hint=hint)
        try:
            yield got
        finally:
            if got:
                self._lock.release()


class Generation:
    """One reply, as runs of token ids. ``reason`` says why it ended, ``made`` how many tokens it has."""

    def __init__(self, loaded: Loaded, limits: Limits, *, cancel: Event, mask: Mask | None = None) -> None:
        self._loaded = loaded
        self._limits = limits
        self._cancel = cancel
        self._mask = mask
        self._random = torch.Generator().manual_seed(limits.seed)
        self.reason: Reason = "stop"
        self.made = 0

    def run(self, steps: Steps, prompt: Sequence[int]) -> Iterator[list[int]]:
        """Feed ``prompt``, then token after token."""
        deadline = time.monotonic() + self._limits.seconds
        forced = self._mask.forced() if self._mask else []
        if forced:
            yield self._count(forced)
        scores = steps.feed([*prompt, *forced])
        while self._goes_on(deadline):
            chosen = self._choose(scores)
            if chosen in self._loaded.eos:
                return
            run = self._count([chosen, *(self._mask.accept(chosen) if self._mask else ())])
            yield run
            if self._mask and self._mask.done:
                return
            if self.made < self._limits.tokens and not self._cancel.is_set():
                scores = steps.feed(run)

    def _goes_on(self, deadline: float) -> bool:
        """Whether another token may come; notes why not."""
        if self._cancel.is_set():
            self.reason = "cancelled"
        elif self.made >= self._limits.tokens:
            self.reason = "length"
        elif time.monotonic() > deadline:
            raise EngineError(
                f"the language model needed more than {self._limits.seconds:g} s",
                hint="choose a smaller model, or one behind a URL",
            )
        else:
            return True
        return False

    def _count(self, run: list[int]) -> list[int]:
        """Note how many tokens came."""
        self.made += len(run)
        return run

    def _choose(self, scores: torch.Tensor) -> int:
        """The next token."""
        if self._mask:
            scores = self._mask.apply(scores)
        if self._limits.temperature <= 0:
            return int(scores.argmax())
        chances = torch.softmax(scores.cpu() / self._limits.temperature, dim=-1)
        sorted_, order = chances.sort(descending=True)
        sorted_[sorted_.cumsum(0) - sorted_ >= self._limits.top_p] = 0
        return int(order[torch.multinomial(sorted_, 1, generator=self._random)])


def begin(
    loaded: Loaded, prefixes: Prefixes, prompt: Sequence[int], fixed: Sequence[int]
) -> tuple[Steps, Sequence[int]]:
    """The steps for one prompt, and what is still to feed. ``fixed`` is read once and remembered."""
    if loaded.encoder_decoder:
        return EncoderDecoderSteps(loaded, prompt), first_tokens(loaded)
    if not fixed or list(prompt[: len(fixed)]) != list(fixed):
        return CausalSteps(loaded), prompt
    steps, read = prefixes.steps(fixed)
    return steps, prompt[read:]
