"""Training from the command line: a bar with losses and time left, a stop that loses nothing, a table at the end."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.terminal.console import err, out
from bot.training.recipe import Plan, Recipe, Step

if TYPE_CHECKING:
    from bot.training.phrasing.recipe import PhrasingRecipe
    from bot.training.ranking.recipe import RankingRecipe

_LOSSES = ("acts", "about", "verdicts", "link", "operators", "roles", "tags")


def reader(recipe: Recipe, *, data: Path, rows: Path | None, out: Path, device: str) -> None:
    """Train a reader into the folder ``out`` and say how well it reads what was held out."""
    from bot.training.reader import train
    from bot.training.texts import Sources
    from vectorstore.embedders.local import model_folder

    sources = Sources(data, model_folder(), rows)
    with _stoppable(out), _Bar(recipe) as bar, _stopping_gently(bar):
        told = train(sources, out, recipe, device=device, progress=bar)
    _show_heads(told)
    _left(told, out, "reader.safetensors")


def reranker(recipe: RankingRecipe, *, data: Path, rows: Path | None, out: Path, device: str) -> None:
    """Train a re-ranker into the folder ``out`` and say how well it orders what was held out."""
    from bot.training.ranking.material import Sources
    from bot.training.ranking.reranker import train
    from vectorstore.embedders.local import model_folder

    sources = Sources(data, model_folder(), rows)
    with _stoppable(out), _Bar(recipe) as bar, _stopping_gently(bar):
        told = train(sources, out, recipe, device=device, progress=bar)
    _show_orders(told)
    _left(told, out, "reranker.safetensors")


def writer(recipe: PhrasingRecipe, *, data: Path, rows: Path | None, out: Path, device: str) -> None:
    """Train a writer into the folder ``out`` and say how well it writes what was held out."""
    from bot.training.phrasing.material import Sources
    from bot.training.phrasing.writer import train

    with _stoppable(out), _Bar(recipe) as bar, _stopping_gently(bar):
        told = train(Sources(data, rows), out, recipe, device=device, progress=bar)
    _show_sentences(told)
    _left(told, out, "writer.safetensors, writer.json", then=f"SHELFTALK_WRITER={out} writes with it")


def embedder(recipe: RankingRecipe, *, data: Path, rows: Path | None, out: Path, device: str) -> None:
    """Train an embedder into the folder ``out`` and say how well it orders what was held out."""
    from bot.training.ranking.embedder import train
    from bot.training.ranking.material import Sources
    from vectorstore.embedders.local import model_folder

    sources = Sources(data, model_folder(), rows)
    with _stoppable(out), _Bar(recipe) as bar, _stopping_gently(bar):
        told = train(sources, out, recipe, device=device, progress=bar)
    _show_orders(told)
    _left(told, out, "model.safetensors", then=f"SHELFTALK_EMBEDDER={out} uses it; then ingest anew")


class _Bar:
    """One bar for all steps. A wish to stop ends the training after the step that is running."""

    def __init__(self, recipe: Plan) -> None:
        self.stop = False
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[told]}"), console=err,
        )  # fmt: skip
        self._task = self._progress.add_task("reading the texts", total=recipe.steps, told="")

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, step: Step) -> None:
        """Move the bar."""
        self._progress.update(self._task, description="training", completed=step.done, told=words_of(step))
        if self.stop:
            raise KeyboardInterrupt

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        """What the first Ctrl-C does; the next one ends at once."""
        self.stop = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        err.print("stopping after this step; Ctrl-C again stops at once and goes back to the last checkpoint")


def words_of(step: Step) -> str:
    """The time left and the losses, as they stand beside the bar."""
    left = timedelta(seconds=round(step.left))
    losses = " ".join(f"{name} {step.losses[name]:.2f}" for name in _LOSSES if name in step.losses)
    return f"{left} left, loss {step.losses['loss']:.2f}" + (f": {losses}" if losses else "")


@contextmanager
def _stopping_gently(bar: _Bar) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, bar.ask_to_stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _stoppable(folder: Path) -> Iterator[None]:
    """Ctrl-C inside ends the command with 130 and says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        from bot.training.checkpoints import FILE

        kept = (folder / FILE).is_file()
        how = f"run the same command again to go on from {folder / FILE}" if kept else "nothing was learned yet"
        err.print(f"stopped; {how}", markup=False)
        raise typer.Exit(130) from None


def _show_heads(told: Mapping[str, Any]) -> None:
    """How well the best weights read each part that was held out."""
    best = max(told["curve"], key=lambda row: row["score"])
    heads = list(dict.fromkeys(name for part in told["held out"] for name in best[part] if name != "exact"))
    table = Table(title=f"held out, at step {best['step']} of {told['steps']}: F1 of each head", title_justify="left")
    for name in ("part", "messages", "wholly right", *heads):
        table.add_column(name, justify="left" if name == "part" else "right")
    for part, count in told["held out"].items():
        scores = [f"{best[part][name]:.3f}" if name in best[part] else "-" for name in heads]
        table.add_row(part, f"{count:,}", f"{best[part]['exact']:.3f}", *scores)
    out.print(table)


def _show_orders(told: Mapping[str, Any]) -> None:
    """How well the best weights order each part that was held out."""
    best = max(told["curve"], key=lambda row: row["score"])
    title = (
        f"held out, at step {best['step']} of {told['steps']}: one right text among up to {told['recipe']['judged']}"
    )
    table = Table(title=title, title_justify="left")
    figures = ("nDCG@10", "se", "MRR", "first")
    for name in ("part", "groups", *figures):
        table.add_column(name, justify="left" if name == "part" else "right")
    for part, count in told["held out"].items():
        table.add_row(part, f"{count:,}", *(f"{best[part][name]:.3f}" for name in figures))
    out.print(table)


def _show_sentences(told: Mapping[str, Any]) -> None:
    """How well the best weights foresee and write each part that was held out."""
    best = max(told["curve"], key=lambda row: row["score"])
    table = Table(title=f"held out, at step {best['step']} of {told['steps']}", title_justify="left")
    for name in ("part", "sentences", "perplexity", "right slots"):
        table.add_column(name, justify="left" if name == "part" else "right")
    for part, count in told["held out"].items():
        table.add_row(part, f"{count:,}", f"{best[part]['perplexity']:.2f}", f"{best[part]['slots']:.3f}")
    out.print(table)


def _left(told: Mapping[str, Any], folder: Path, weights: str, then: str = "") -> None:
    """What was written where, and what to do ``then``."""
    files = f"{weights}, training.json, curves.svg and MODEL_CARD.md"
    out.print(f"{files} are in {folder}, after {told['minutes']} minutes on {told['device']}", markup=False)
    if then:
        out.print(then, markup=False)
