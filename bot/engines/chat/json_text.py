"""The JSON object in what a model wrote, whatever stands around it: thoughts, fences, a preface.

Knows nothing of what the JSON means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.errors import EngineError

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_OPEN, _CLOSE = "<think>", "</think>"


def object_in(text: str) -> dict[str, Any]:
    """The first complete JSON object in ``text``. Raises EngineError where there is none."""
    said = _THOUGHT.sub("", text)
    reader = json.JSONDecoder()
    for found in re.finditer(r"\{", said):
        try:
            value, _ = reader.raw_decode(said, found.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    shown = " ".join(said.split())[:80]
    hint = "choose a model that follows instructions, or a server that supports response_format json_schema"
    raise EngineError(f"the language model gave no JSON object but {shown!r}", hint=hint)


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """A stream of text without the ``<think>`` block at its beginning and the white space around that."""
    held, begun = "", False
    for piece in pieces:
        if begun:
            yield piece
            continue
        held = _dropped(held + piece)
        if held and not _OPEN.startswith(held[: len(_OPEN)]):
            begun = True
            yield held
    if not begun and held and not held.startswith(_OPEN):
        yield held


def _dropped(text: str) -> str:
    """``text`` without a finished thought at its beginning."""
    text = text.lstrip()
    if text.startswith(_OPEN) and _CLOSE in text:
        return text.split(_CLOSE, 1)[1].lstrip()
    return text
