"""Where the command line writes, and how an error is shown: what happened, what to do, and an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

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


class Bars:
    """Progress bars of long work, one per step; call it with (step, done, total)."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=err
        )
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
