"""`shelftalk index ...`: argument parsing only; each command hands over to a face."""

from __future__ import annotations

import typer

from bot.terminal.options import Catalog, DataDir, Json, Profile, settings_of

index = typer.Typer(help="Check or rebuild an index.", no_args_is_help=True)


@index.command("check")
def index_check(catalog: Catalog = None, json: Json = False, data_dir: DataDir = None, profile: Profile = None) -> None:
    """Open and probe every index."""
    from bot.terminal import indexes
    from bot.terminal.console import explained

    settings = settings_of(data_dir=data_dir, profile=profile)
    with explained():
        indexes.check(settings, catalog=catalog, json=json)


@index.command("rebuild")
def index_rebuild(
    catalog: Catalog = None,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Build the index anew from the canonical records; only vectors of another embedder are made again."""
    from bot.terminal import indexes
    from bot.terminal.console import explained

    settings = settings_of(data_dir=data_dir, profile=profile)
    with explained():
        indexes.rebuild(settings, catalog=catalog)
