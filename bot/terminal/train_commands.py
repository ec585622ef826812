"""`shelftalk train ...`: argument parsing only; each command hands over to a face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

train = typer.Typer(help="Train the embedded models on public data and on your own lines.", no_args_is_help=True)

_JUDGED = "Your own lines: `query<TAB>item text<TAB>label`, a label from 0 to 1; a fourth column: works, goods or help."
_PIECES = "Your own pieces of sentences, in the format that bot/training/phrasing/pieces.txt tells."
_ROWS = "Your own labelled lines, in the format that bot/training/patterns/README.md tells."


_Data = Annotated[Path, typer.Option(help="The folder of public data files.")]
_Out = Annotated[Path, typer.Option(help="Where the weights, the curves and the model card go.")]
_Minutes = Annotated[float, typer.Option(min=0.01, help="End after so many minutes.")]
_Steps = Annotated[int, typer.Option(min=1, help="End after so many steps.")]
_Rate = Annotated[float, typer.Option(min=0.0, help="The learning rate at its highest.")]
_Decay = Annotated[float, typer.Option(min=0.0, help="Weight decay.")]
_Dropout = Annotated[float, typer.Option(min=0.0, max=0.9, help="Dropout, 0 to 0.9.")]
_Every = Annotated[int, typer.Option(min=1, help="Steps between two judgements on what is held out.")]
_Needs = Annotated[int, typer.Option(min=1, help="Needs in a step, each with eight texts.")]
_Rank = Annotated[int, typer.Option(min=0, help="The rank of the adapters; 0 trains the encoder itself.")]
_Device = Annotated[str, typer.Option(help="auto, cpu or cuda[:n].")]
_Seed = Annotated[int, typer.Option(help="The same seed draws the same examples.")]


@train.command("reader")
def train_reader(
    data: _Data = Path("../shared/data"),
    out: _Out = Path("reader"),
    rows: Annotated[Path | None, typer.Option(help=_ROWS)] = None,
    start: Annotated[
        list[Path] | None,
        typer.Option(help="The folder of a reader to go on from, in place of MiniLM; of several, from their mean."),
    ] = None,
    minutes: _Minutes = 80.0,
    steps: Annotated[int, typer.Option(min=0, help="End after so many steps; 0 leaves the mean of --start.")] = 3000,
    batch: Annotated[int, typer.Option(min=1, help="Messages in a step.")] = 32,
    rate: _Rate = 2e-4,
    decay: _Decay = 0.01,
    dropout: _Dropout = 0.1,
    every: _Every = 250,
    lora: Annotated[int, typer.Option(min=0, help="Train adapters of this rank in place of the encoder.")] = 0,
    device: _Device = "auto",
    seed: _Seed = 7,
) -> None:
    """Train what reads a message: from MiniLM, going on where the same command was stopped."""
    from bot.terminal import training
    from bot.terminal.console import explained
    from bot.training.recipe import Recipe

    recipe = Recipe(
        steps=steps, batch=batch, rate=rate, decay=decay, dropout=dropout, seed=seed, minutes=minutes,
        every=every, lora=lora, start=tuple(map(str, start or ())),
    )  # fmt: skip
    with explained():
        training.reader(recipe, data=data, rows=rows, out=out, device=device)


@train.command("reranker")
def train_reranker(
    data: _Data = Path("../shared/data"),
    out: _Out = Path("reranker"),
    rows: Annotated[Path | None, typer.Option(help=_JUDGED)] = None,
    minutes: _Minutes = 45.0,
    steps: _Steps = 700,
    batch: _Needs = 8,
    rate: _Rate = 5e-4,
    decay: _Decay = 0.01,
    dropout: _Dropout = 0.1,
    every: _Every = 120,
    lora: _Rank = 32,
    device: _Device = "auto",
    seed: _Seed = 7,
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


@train.command("writer")
def train_writer(
    data: _Data = Path("../shared/data"),
    out: _Out = Path("writer"),
    rows: Annotated[Path | None, typer.Option(help=_PIECES)] = None,
    minutes: _Minutes = 40.0,
    steps: _Steps = 2400,
    batch: Annotated[int, typer.Option(min=1, help="Sentences in a step.")] = 48,
    rate: _Rate = 1e-3,
    decay: _Decay = 0.05,
    dropout: _Dropout = 0.1,
    every: _Every = 200,
    visits: Annotated[int, typer.Option(min=1, help="Made-up visits that are spoken of.")] = 4000,
    width: Annotated[int, typer.Option(min=64, help="The width of the network, a multiple of 64.")] = 256,
    layers: Annotated[int, typer.Option(min=1, help="The layers of the network.")] = 3,
    device: _Device = "auto",
    seed: _Seed = 7,
) -> None:
    """Train what words the reasons of items: from nothing, going on where the same command was stopped."""
    from bot.terminal import training
    from bot.terminal.console import explained
    from bot.training.phrasing.recipe import PhrasingRecipe

    recipe = PhrasingRecipe(
        steps=steps, batch=batch, rate=rate, decay=decay, dropout=dropout, seed=seed, minutes=minutes,
        every=every, visits=visits, width=width, layers=layers,
    )  # fmt: skip
    with explained():
        training.writer(recipe, data=data, rows=rows, out=out, device=device)


@train.command("embedder")
def train_embedder(
    data: _Data = Path("../shared/data"),
    out: _Out = Path("embedder"),
    rows: Annotated[Path | None, typer.Option(help=_JUDGED)] = None,
    minutes: _Minutes = 45.0,
    steps: _Steps = 700,
    batch: _Needs = 8,
    rate: _Rate = 3e-4,
    decay: _Decay = 0.01,
    dropout: _Dropout = 0.1,
    every: _Every = 120,
    lora: _Rank = 16,
    device: _Device = "auto",
    seed: _Seed = 7,
) -> None:
    """Train what search compares texts by: from MiniLM, into a folder that SHELFTALK_EMBEDDER may name."""
    from bot.terminal import training
    from bot.terminal.console import explained
    from bot.training.ranking.recipe import RankingRecipe

    recipe = RankingRecipe(
        steps=steps, batch=batch, rate=rate, decay=decay, dropout=dropout, seed=seed, minutes=minutes,
        every=every, lora=lora,
    )  # fmt: skip
    with explained():
        training.embedder(recipe, data=data, rows=rows, out=out, device=device)
