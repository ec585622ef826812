"""What a panel must know of one catalogue before its first message: its nouns, examples that work, whose pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.starting import examples

if TYPE_CHECKING:
    from bot.types import Shelf
    from prompts import Voice

_NOUNS = "labels/catalog"


def opening(shelf: Shelf, voice: Voice, *, images: Sequence[str]) -> dict[str, Any]:
    """JSON-ready. ``images`` are the origins beside our own that pictures may come from."""
    year = shelf.items.schema.of_role("year")
    return {
        "catalog": shelf.name,
        "noun": _noun(voice, shelf.name, "noun"),
        "nouns": _noun(voice, shelf.name, "nouns"),
        "help_only": not shelf.items.ids,
        "examples": list(examples(shelf, voice)),
        "images": list(images),
        "year": year.name if year else None,
    }


def _noun(voice: Voice, catalog: str, word: str) -> str:
    """What one thing of the catalogue is called."""
    return voice.word(_NOUNS, catalog, word) or voice.word(_NOUNS, "any", word)
