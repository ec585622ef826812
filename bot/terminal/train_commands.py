"""`shelftalk train ...`: argument parsing only; each command hands over to a face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

train = typer.Typer(help="Train the embedded models on public data and on your own lines.", no_args_is_help=True)

_JUDGED = "Your own lines: `query<TAB>item text<TAB>label`, a label from 0 to 1; a fourth column: works, goods or help."
_ROWS = "Your own labelled lines, in the format that bot/training/patterns/README.md tells."


@train.command("reader")
def train_reader(
    data: Annotated[Path, typer.Option(help="The folder of public data files.")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="Where the weights, the curves and the model card go.")] = Path("reader"),
    rows: Annotated[Path | None, typer.Option(help=_ROWS)] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="End after so many minutes.")] = 80.0,
    steps: Annotated[int, typer.Option(min=1, help="End after so many steps.")] = 3000,
    batch: Annotated[int, typer.Option(min=1, help="Messages in a step.")] = 32,
    rate: Annotated[float, typer.Option(min=0.0, help="The learning rate at its highest.")] = 2e-4,
    decay: Annotated[float, typer.Option(min=0.0, help="Weight decay.")] = 0.01,
    dropout: Annotated[float, typer.Option(min=0.0, max=0.9, help="Dropout, 0 to 0.9.")] = 0.1,
    every: Annotated[int, typer.Option(min=1, help="Steps between two judgements on what is held out.")] = 250,
    lora: Annotated[int, typer.Option(min=0, help="Train adapters of this rank in place of the encoder.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda[:n].")] = "auto",
    seed: Annotated[int, typer.Option(help="The same seed draws the same examples.")] = 7,
) -> None:
    """Train what reads a message: from MiniLM, going on where the same command was stopped."""
    from bot.terminal import training
    from bot.terminal.console import explained
    from bot.training.recipe import Recipe

    recipe = Recipe(
        steps=steps, batch=batch, rate=rate, decay=decay, dropout=dropout, seed=seed, minutes=minutes,
        every=every, lora=lora,
    )  # fmt: skip
    with explained():
        training.reader(recipe, data=data, rows=rows, out=out, device=device)


@train.command("reranker")
def train_reranker(
    data: Annotated[Path, typer.Option(help="The folder of public data files.")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="Where the weights, the curves and the model card go.")] = Path("reranker"),
    rows: Annotated[Path | None, typer.Option(help=_JUDGED)] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="End after so many minutes.")] = 45.0,
    steps: Annotated[int, typer.Option(min=1, help="End after so many steps.")] = 700,
    batch: Annotated[int, typer.Option(min=1, help="Needs in a step, each with eight texts.")] = 8,
    rate: Annotated[float, typer.Option(min=0.0, help="The learning rate at its highest.")] = 5e-4,
    decay: Annotated[float, typer.Option(min=0.0, help="Weight decay.")] = 0.01,
    dropout: Annotated[float, typer.Option(min=0.0, max=0.9, help="Dropout, 0 to 0.9.")] = 0.1,
    every: Annotated[int, typer.Option(min=1, help="Steps between two judgements on what is held out.")] = 120,
    lora: Annotated[int, typer.Option(min=0, help="The rank of the adapters; 0 trains the encoder itself.")] = 32,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda[:n].")] = "auto",
    seed: Annotated[int, typer.Option(help="The same seed draws the same examples.")] = 7,
) -> None:
    """Train what orders items and passages: from MiniLM, going on where the same command was stopped."""
    from bot.terminal import training
    from bot.terminal.console import explained
    from bot.training.ranking.recipe import RankingRecipe

    recipe = RankingRecipe(
        steps=steps, batch=batch, rate=rate, decay=decay, dropout=dropout, seed=seed, minutes=minutes,
        every=every, lora=lora,
    )  # fmt: skip
    with explained():
        training.reranker(recipe, data=data, rows=rows, out=out, device=device)
