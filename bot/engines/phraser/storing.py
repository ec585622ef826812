"""The phraser on disk: weights as int8 per row, and its vocabulary beside them."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from bot.engines.phraser.network import PhraserNetwork, Shape
from bot.engines.phraser.words import FORM, Words
from bot.engines.reader.storing import packed, unpacked, write
from bot.errors import EngineError

FILE, WORDS = "writer.safetensors", "writer.json"
_HINT = "train a writer (`shelftalk train writer`), or set SHELFTALK_WRITER=composed"


def save(network: PhraserNetwork, words: Words, folder: Path) -> Path:
    """Write weights, about a byte each, and vocabulary into ``folder``; the path of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"{WORDS}.tmp"
    aside.write_text(json.dumps(words.stored(), ensure_ascii=False), "utf-8")
    aside.replace(folder / WORDS)
    return write(packed(network.state_dict()), folder / FILE, form=FORM)


def load(folder: Path) -> tuple[PhraserNetwork, Words]:
    """What `save` left in ``folder``. Raises EngineError when it is missing, damaged or of another architecture."""
    try:
        words = load_words(folder)
        stored = unpacked(load_file(folder / FILE))
        table = stored["tokens.weight"]
        layers = len({name.split(".")[1] for name in stored if name.startswith("layers.")})
        if len(table) != len(words) or not all(one.isfinite().all() for one in stored.values()):
            raise ValueError(f"{FILE} and {WORDS} do not belong together, or a weight is no number")
        network = PhraserNetwork(Shape(len(table), table.shape[1], layers))
        network.load_state_dict(stored)
    except (OSError, ValueError, KeyError, TypeError, IndexError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineError(f"the writer in {folder} cannot be used: {reason}", hint=_HINT) from error
    return network.eval().requires_grad_(False), words


def load_words(folder: Path) -> Words:
    """The vocabulary in ``folder``. Raises OSError, ValueError, KeyError or TypeError."""
    return Words.of(json.loads((folder / WORDS).read_text("utf-8")))
