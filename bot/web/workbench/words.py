"""The words that the workbench's scripts show: they have none of their own. For a count stands ``{count}``."""

from __future__ import annotations

from typing import Any

from prompts import Registry, Voice

WORDS = "labels/workbench"


def left_open(prompts: Registry, voice: Voice) -> dict[str, str]:
    """Key -> the phrase in the voice's language; what the browser fills in stands in braces."""
    keys = [key for key in prompts.prompt(WORDS).phrases if "@" not in key]
    return {key: _said(voice, key) for key in keys}


def _said(voice: Voice, key: str) -> str:
    """One phrase, with its variables left open."""
    left: dict[str, Any] = {name: f"{{{name}}}" for name in voice.takes(WORDS, key)}
    return voice.phrase(WORDS, key, **left)
