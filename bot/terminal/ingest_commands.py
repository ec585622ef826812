"""`shelftalk ingest ...`: argument parsing only; each command hands over to a face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bot.terminal.options import Catalog, Check, DataDir, Json, Profile, Removing, Yes, settings_of

ingest = typer.Typer(
    help="Bring items, help pages, answers and interactions; go back, remove, list.", no_args_is_help=True
)

_ITEMS = "CSV, JSONL, JSON, YAML or Parquet, packed or not: a file, or a folder of them."
_PAGES = "Markdown, HTML, PDF, DOCX or text: a page, or a folder of them."
_PAIRS = "Pairs of question and answer: CSV, JSONL, JSON, YAML or Parquet."
_LOG = "Visitor, item, and kind or rating, time: CSV, JSONL or Parquet."
Items = Annotated[Path, typer.Argument(readable=False, help=_ITEMS)]
Pages = Annotated[Path, typer.Argument(readable=False, help=_PAGES)]
Pairs = Annotated[Path, typer.Argument(readable=False, help=_PAIRS)]
Log = Annotated[Path, typer.Argument(readable=False, help=_LOG)]


@ingest.command("items")
def ingest_items(
    path: Items,
    catalog: Annotated[str, typer.Option(help="The catalogue's name.")] = "catalog",
    check: Check = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse the lot when a row is bad.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Items that the file lacks stay.")] = False,
    yes: Yes = False,
    removing: Removing = None,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Bring a catalogue: report, ask, write. Items that the file lacks go; a blank cell never erases."""
    from bot.terminal import ingesting
    from bot.terminal.console import explained
    from vectorstore.ingesting.reports import Consent

    settings = settings_of(data_dir=data_dir, profile=profile)
    with explained():
        source = ingesting.Source(path, catalog, strict, keep)
        ingesting.items(settings, source, check=check, consent=Consent(yes, removing), json=json)


@ingest.command("help")
def ingest_help(
    folder: Pages,
    catalog: Annotated[str, typer.Option(help="The catalogue's name.")] = "catalog",
    check: Check = False,
    yes: Yes = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Bring a help centre; past answers stay beside it."""
    _bring("help", folder, catalog=catalog, check=check, yes=yes, json=json, data_dir=data_dir, profile=profile)


@ingest.command("answers")
def ingest_answers(
    file: Pairs,
    catalog: Annotated[str, typer.Option(help="The catalogue's name.")] = "catalog",
    check: Check = False,
    yes: Yes = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Bring past answers; the help pages stay beside them."""
    _bring("answers", file, catalog=catalog, check=check, yes=yes, json=json, data_dir=data_dir, profile=profile)


@ingest.command("interactions")
def ingest_interactions(
    file: Log,
    catalog: Annotated[str, typer.Option(help="The catalogue's name.")] = "catalog",
    check: Check = False,
    yes: Yes = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Bring what visitors took, to tell which items go together."""
    _bring("interactions", file, catalog=catalog, check=check, yes=yes, json=json, data_dir=data_dir, profile=profile)


def _bring(kind: str, path: Path, *, catalog: str, check: bool, yes: bool, json: bool, **where: Any) -> None:
    """What stands beside the items."""
    from bot.terminal import adding
    from bot.terminal.console import explained

    settings = settings_of(**where)
    with explained():
        adding.bring(settings, path, kind=kind, catalog=catalog, check=check, yes=yes, json=json)


@ingest.command("undo")
def ingest_undo(
    catalog: Catalog = None, yes: Yes = False, json: Json = False, data_dir: DataDir = None, profile: Profile = None
) -> None:
    """Go back to the generation before."""
    _undo(catalog, forward=False, yes=yes, json=json, data_dir=data_dir, profile=profile)


@ingest.command("redo")
def ingest_redo(
    catalog: Catalog = None, yes: Yes = False, json: Json = False, data_dir: DataDir = None, profile: Profile = None
) -> None:
    """Take the last undo back."""
    _undo(catalog, forward=True, yes=yes, json=json, data_dir=data_dir, profile=profile)


def _undo(catalog: str | None, *, forward: bool, yes: bool, json: bool, **where: Any) -> None:
    """One generation back or forward."""
    from bot.terminal import changing
    from bot.terminal.console import explained

    settings = settings_of(**where)
    with explained():
        changing.undo(settings, catalog=catalog, forward=forward, yes=yes, json=json)


@ingest.command("delete")
def ingest_delete(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of items.")] = None,
    catalog: Catalog = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove the whole catalogue.")] = False,
    yes: Yes = False,
    removing: Removing = None,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Remove items by id, or with --all a whole catalogue."""
    from bot.terminal import changing
    from bot.terminal.console import explained
    from vectorstore.ingesting.reports import Consent

    settings = settings_of(data_dir=data_dir, profile=profile)
    if bool(ids) == everything:
        raise typer.BadParameter("give ids of items, or --all with --catalog NAME")
    with explained():
        if everything:
            changing.delete_all(settings, catalog=catalog, yes=yes)
        else:
            changing.delete(settings, ids or [], catalog=catalog, consent=Consent(yes, removing), json=json)


@ingest.command("list")
def ingest_list(catalog: Catalog = None, json: Json = False, data_dir: DataDir = None, profile: Profile = None) -> None:
    """The history of each catalogue: when, by which command, of which file, how many."""
    from bot.terminal import changing
    from bot.terminal.console import explained

    settings = settings_of(data_dir=data_dir, profile=profile)
    with explained():
        changing.listing(settings, catalog=catalog, json=json)
