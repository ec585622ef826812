"""Where the command line writes, and how an error is shown: what happened, what to do, and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot.errors import ShelftalkError
from prompts import PromptError
from vectorstore.base import VectorStoreError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

SHOWN_PROBLEMS = 10
"""A person is shown so many bad rows; `--json` lists them all."""

FAULTS = (ShelftalkError, VectorStoreError, PromptError)


def emit(value: Any) -> None:
    """One JSON object on standard output, for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def explained() -> Iterator[None]:
    """Errors that carry a remedy end the command with code 1 and what to do; Ctrl-C ends it with 130."""
    try:
        yield
    except FAULTS as error:
        err.print(f"[bold red]error[/] {escape(str(error))}")
        for problem in getattr(error, "problems", ())[:SHOWN_PROBLEMS]:
            err.print(f"  {escape(str(problem))}")
        if hint := getattr(error, "hint", ""):
            err.print(f"[bold]to do[/] {escape(hint)}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@contextmanager
def stoppable(message: str) -> Iterator[None]:
    """Ctrl-C inside the block ends the command with 130 and says ``message``: what is left, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        err.print(f"[bold]stopped[/] {escape(message)}")
        raise typer.Exit(130) from None


def can_ask() -> bool:
    """Whether a person sits at the terminal: can read a question and answer it."""
    return err.is_terminal and sys.stdin.isatty()


class Rate(ProgressColumn):
    """How many a second, as in "37/s"."""

    def render(self, task: Task) -> Text:
        """The speed of one bar; empty until it is known."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.3g}/s" if speed else "")


class Bars:
    """Progress bars of long work, one per step; call it with (step, done, total)."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(),
            console=err,
        )  # fmt: skip
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Move the bar of ``step``."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=total)
        self._progress.update(self._tasks[step], completed=done, total=total)
