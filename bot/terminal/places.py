"""Which catalogues there are, and where: shared by every command that changes or checks one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.errors import UnknownCatalog
from bot.settings import Settings
from vectorstore.generations import Generations


def root_of(settings: Settings, catalog: str) -> Path:
    """Where a catalogue lives, or would. Raises `UnknownCatalog` for a name that is no name of a folder."""
    if not catalog.strip(". ") or Path(catalog).name != catalog or "\\" in catalog:
        raise UnknownCatalog(f"{catalog!r} cannot be a catalogue's name", hint="use letters, digits and hyphens")
    return settings.data_dir / "catalogs" / catalog


def names(settings: Settings, catalog: str | None) -> Sequence[str]:
    """The catalogues that have a generation; the named one alone when it has. Raises `UnknownCatalog`."""
    root = settings.data_dir / "catalogs"
    there = sorted(path.name for path in root.glob("*") if Generations(path).exists())
    if catalog is not None and catalog not in there:
        known = ", ".join(there) or "none yet"
        raise UnknownCatalog(f"no catalogue is called {catalog!r}", hint=f"catalogues here: {known}")
    if not there:
        raise UnknownCatalog("there is no catalogue yet", hint="bring one: shelftalk ingest items FILE --catalog NAME")
    return [catalog] if catalog else there


def only(settings: Settings, catalog: str | None) -> str:
    """The named catalogue, or the only one. Raises `UnknownCatalog` when it is not clear which."""
    found = names(settings, catalog)
    if len(found) > 1:
        raise UnknownCatalog("there are several catalogues", hint=f"say which with --catalog: {', '.join(found)}")
    return found[0]
