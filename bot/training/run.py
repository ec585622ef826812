"""One training: steps, judgements on what is held out, and the best weights so far.

It stops early when nothing gets better, and goes on where a checkpoint left off, drawing the same examples. Knows
neither what learns nor what it learns from.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic

import torch
from torch import Tensor, nn

from bot.training import checkpoints
from bot.training.curves import drawn
from bot.training.learning import Example, Material, Subject
from bot.training.recipe import Plan, Progress, Step

HEADS_RATE = 3
"""Heads begin untrained and learn so many times faster than the encoder."""
POINTS = 200
"""Points of the loss in its curve, over all steps."""


@dataclass(slots=True)
class Course:
    """How a training went so far. ``since``: judgements since the best one; ``mean``: running means of the losses."""

    done: int = 0
    seconds: float = 0.0
    best: float = -1.0
    since: int = 0
    mean: dict[str, float] = field(default_factory=dict)
    losses: list[tuple[int, float]] = field(default_factory=list)
    curve: list[dict[str, Any]] = field(default_factory=list)


class Run(Generic[Example]):
    """One training; keeps the best weights by the validation score."""

    def __init__(self, subject: Subject[Example], recipe: Plan, place: torch.device, out: Path) -> None:
        """Train ``subject``, whose network lies on ``place``, into the folder ``out``."""
        self._subject, self._network = subject, subject.network
        self._recipe, self._place, self._out = recipe, place, out
        self._optimizer = _optimizer(subject.network, recipe)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, recipe.rate_at)
        self._course = Course()
        self._held: dict[str, int] = {}

    def run(self, texts: Material[Example], progress: Progress | None) -> dict[str, Any]:
        """Train until a limit of the recipe is reached; what is told of it also stands in `training.json`."""
        self._resume(texts)
        course, validation = self._course, texts.validation()
        self._held = {name: len(examples) for name, examples in validation.items()}
        batches = texts.batches(self._recipe.batch)
        began = time.monotonic() - course.seconds
        if not self._recipe.steps:
            self._judge(validation, texts)
        while not self._over():
            self._learn(next(batches))
            course.seconds = time.monotonic() - began
            if self._due():
                self._judge(validation, texts)
            try:
                if progress:
                    progress(Step(self._recipe, course.done, course.seconds, course.mean))
            except KeyboardInterrupt:
                self._keep(texts)
                raise
        return self._told(texts)

    def _learn(self, batch: Sequence[Example]) -> None:
        self._network.train()
        found = self._subject.losses(batch)
        found["loss"] = torch.stack(list(found.values())).sum()
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(found["loss"])
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._note(found)

    def _note(self, found: Mapping[str, Tensor]) -> None:
        """One more step, and its losses."""
        course = self._course
        told = {name: float(value.detach()) for name, value in found.items()}
        course.mean = {name: 0.98 * course.mean.get(name, value) + 0.02 * value for name, value in told.items()}
        course.done += 1
        if course.done % max(1, self._recipe.steps // POINTS) == 0:
            course.losses.append((course.done, round(course.mean["loss"], 4)))

    def _over(self) -> bool:
        course = self._course
        return course.done >= self._recipe.steps or self._late() or course.since >= self._recipe.patience

    def _late(self) -> bool:
        return self._course.seconds > self._recipe.minutes * 60

    def _due(self) -> bool:
        done = self._course.done
        return done % self._recipe.every == 0 or done == self._recipe.steps or self._late()

    def _judge(self, validation: Mapping[str, Sequence[Example]], texts: Material[Example]) -> None:
        """Score what is held out, and keep the weights if they are the best so far."""
        course = self._course
        self._network.eval()
        with torch.inference_mode():
            scores = {name: self._subject.judge(examples) for name, examples in validation.items()}
        overall = sum(one.overall for one in scores.values()) / len(scores)
        loss = round(course.mean.get("loss", 0.0), 4)
        row = {"step": course.done, "minutes": round(course.seconds / 60, 1), "loss": loss}
        course.curve.append(row | {"score": round(overall, 4)} | {name: one.rounded() for name, one in scores.items()})
        course.since = 0 if overall > course.best else course.since + 1
        if overall > course.best:
            course.best = overall
            self._subject.save(self._out)
        self._keep(texts)

    def _keep(self, texts: Material[Example]) -> None:
        """A checkpoint that a stopped training goes on from, and the curves so far."""
        state = {
            "network": self._network.state_dict(), "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(), "recipe": asdict(self._recipe), "course": asdict(self._course),
            "counts": texts.counts(), "draws": texts.state(), "dice": _dice(self._place),
        }  # fmt: skip
        checkpoints.write(self._out, state)
        told = self._told(texts)
        (self._out / "training.json").write_text(json.dumps(told, indent=1), "utf-8")
        (self._out / "curves.svg").write_text(drawn(told, self._subject.chart), "utf-8")

    def _resume(self, texts: Material[Example]) -> None:
        state = checkpoints.read(self._out, self._recipe, texts.counts(), self._place)
        if state is None:
            return
        try:
            self._network.load_state_dict(state["network"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._schedule.load_state_dict(state["schedule"])
            self._course = Course(**state["course"])
            texts.restore(state["draws"])
            _throw(state["dice"], self._place)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise checkpoints.damaged(self._out, error) from error

    def _told(self, texts: Material[Example]) -> dict[str, Any]:
        course, weights = self._course, self._out / self._subject.file
        return {
            "recipe": asdict(self._recipe), "steps": course.done, "minutes": round(course.seconds / 60, 1),
            "device": str(self._place), "best": round(course.best, 4), "texts": texts.counts(),
            "held out": self._held,
            "parameters": sum(one.numel() for one in self._network.parameters() if one.requires_grad),
            "bytes": weights.stat().st_size if weights.is_file() else 0,
            "losses": course.losses, "curve": course.curve,
        }  # fmt: skip


def _optimizer(network: nn.Module, recipe: Plan) -> torch.optim.Optimizer:
    """Heads learn faster than the encoder beside them; a network without one learns as fast as the recipe says."""
    trained = [(name.startswith("encoder"), one) for name, one in network.named_parameters() if one.requires_grad]
    body, heads = ([one for encoder, one in trained if encoder == side] for side in (True, False))
    faster = HEADS_RATE if body else 1
    groups = [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": recipe.rate * faster}]
    return torch.optim.AdamW(groups, weight_decay=recipe.decay)


def _dice(place: torch.device) -> list[Tensor]:
    """The state of torch's random numbers, on the processor and on the device."""
    return [torch.get_rng_state(), *([torch.cuda.get_rng_state(place)] if place.type == "cuda" else [])]


def _throw(states: Sequence[Tensor], place: torch.device) -> None:
    """Put torch's random numbers where `_dice` found them."""
    torch.set_rng_state(states[0].cpu())
    if place.type == "cuda" and len(states) > 1:
        torch.cuda.set_rng_state(states[1].cpu(), place)
