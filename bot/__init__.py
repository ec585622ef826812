"""Shelftalk: a conversational recommender for your own catalogue. Importing it loads neither torch nor gradio."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.build import build
    from bot.settings import Settings

__all__ = ["Assistant", "Settings", "build"]
_HOMES = {"Assistant": "bot.assistant", "Settings": "bot.settings"}


class _Package(ModuleType):
    """The package; its public name ``build`` is the function, also once the module of that name was imported."""

    @property
    def build(self) -> Any:
        """`bot.build.build`, loaded at its first use."""
        return import_module("bot.build").build

    @build.setter
    def build(self, module: ModuleType) -> None:
        """The import system binds the module here; it stays reachable as ``from bot.build import ...``."""


def __getattr__(name: str) -> Any:
    """Public names are loaded at their first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bot' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


sys.modules[__name__].__class__ = _Package
