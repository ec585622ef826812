"""What a training needs: a subject that learns and is judged, and the material that it learns from.

Two small seams; `run` drives whatever has them. Knows no corpus and no network of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from torch import Tensor, nn

from bot.training.curves import Chart

Example = TypeVar("Example")
Learned = TypeVar("Learned", contravariant=True)
Given = TypeVar("Given", covariant=True)


class Judgement(Protocol):
    """How well held-out examples are done."""

    @property
    def overall(self) -> float:
        """What early stopping looks at, 0 to 1; higher is better."""
        ...

    def rounded(self) -> dict[str, float]:
        """Every figure by its name."""
        ...


class Subject(Protocol[Learned]):
    """What is trained."""

    @property
    def network(self) -> nn.Module:
        """What learns."""
        ...

    @property
    def file(self) -> str:
        """The name that `save` gives to the weights."""
        ...

    @property
    def chart(self) -> Chart:
        """What the curve of judgements shows."""
        ...

    def losses(self, batch: Sequence[Learned]) -> dict[str, Tensor]:
        """Each part of the loss on a batch; they are added up."""
        ...

    def judge(self, examples: Sequence[Learned]) -> Judgement:
        """How well the network as it is does on ``examples``."""
        ...

    def save(self, folder: Path) -> None:
        """Leave the weights in ``folder``, ready for use."""
        ...


class Material(Protocol[Given]):
    """What is trained on and judged on, split; draws are endless and follow one seed."""

    def batches(self, size: int) -> Iterator[Sequence[Given]]:
        """Endless batches."""
        ...

    def validation(self) -> Mapping[str, Sequence[Given]]:
        """What is held out, part by part."""
        ...

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each source how many are trained on and how many are held out."""
        ...

    def state(self) -> Any:
        """Where the draws stand, for `restore`."""
        ...

    def restore(self, state: Any) -> None:
        """Go on drawing from where `state` was taken."""
        ...
