"""Shelftalk: a conversational recommender for your own catalogue. Importing it loads neither torch nor gradio."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.build import build
    from bot.settings import Settings

__all__ = ["Assistant", "Settings", "build"]
_HOMES = {"Assistant": "bot.assistant", "Settings": "bot.settings", "build": "bot.build"}


def __getattr__(name: str) -> Any:
    """Public names are loaded at their first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bot' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
