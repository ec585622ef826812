"""Options that several commands share, and the settings that they make. Parses nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bot.settings import Settings

DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
Profile = Annotated[str | None, typer.Option(help="embedded, offline, gpu or cluster.")]
Chat = Annotated[str | None, typer.Option(help="A language model that reads and writes: FOLDER, NAME or URL.")]
Style = Annotated[str | None, typer.Option(help="How replies sound: plain, terse, warm or playful.")]
Catalog = Annotated[str | None, typer.Option(help="The catalogue's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Check = Annotated[bool, typer.Option("--check", help="Report, write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Removing = Annotated[int | None, typer.Option(help="Agree that exactly so many items go.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu or cuda[:n].")]


def settings_of(**chosen: Any) -> Settings:
    """Settings from the options that were given."""
    from bot.terminal.console import explained

    with explained():
        return Settings.load(**chosen)
