"""A training on disk: everything that it needs to go on as if it had never stopped."""

from __future__ import annotations

import pickle
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from bot.errors import EngineError, InvalidRequest
from bot.training.recipe import Plan

FILE = "checkpoint.pt"
_MAY_DIFFER = frozenset({"minutes", "patience"})
"""A training may be gone on with for longer."""


def write(folder: Path, state: dict[str, Any]) -> None:
    """Keep ``state``: the old checkpoint is whole until the new one is."""
    torch.save(state, folder / "checkpoint.tmp")
    (folder / "checkpoint.tmp").replace(folder / FILE)


def read(folder: Path, recipe: Plan, counts: dict[str, tuple[int, int]], place: torch.device) -> dict[str, Any] | None:
    """What `write` kept of a training by ``recipe`` on as many texts; None where there is none.

    Raises EngineError when the file is damaged, InvalidRequest when it is of another training.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location=place, weights_only=True)
        kept = type(recipe)(**state["recipe"])
        texts = state["counts"]
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise damaged(folder, error) from error
    different = _differences(kept, recipe)
    if different or texts != counts:
        raise InvalidRequest(
            f"{path} is of another training: {', '.join(different) or 'other texts'}",
            hint="go on with the same options and files, or begin anew in another folder with --out",
        )
    return state


def damaged(folder: Path, error: Exception) -> EngineError:
    """The error of a checkpoint that cannot be gone on with."""
    reason = " ".join(str(error).split())[:160]
    return EngineError(
        f"{folder / FILE} cannot be read: {reason}",
        hint="delete the file to begin anew, or give another folder with --out",
    )


def _differences(kept: Plan, asked: Plan) -> list[str]:
    """What was trained with and what is asked for, by name."""
    there, here = asdict(kept), asdict(asked)
    names = [one.name for one in fields(asked) if one.name not in _MAY_DIFFER and there[one.name] != here[one.name]]
    return [f"{name} was {there[name]}, now {here[name]}" for name in names]
