"""`shelftalk`, also `python -m bot`: argument parsing only; each command hands over to a face."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.settings import Settings

app = typer.Typer(
    help="Shelftalk: the conversational recommender in front of your own catalogue.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
ingest = typer.Typer(help="Bring items and help pages.", no_args_is_help=True)
index = typer.Typer(help="Check or rebuild an index.", no_args_is_help=True)
app.add_typer(ingest, name="ingest")
app.add_typer(index, name="index")

DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
Profile = Annotated[str | None, typer.Option(help="embedded, offline, gpu or cluster.")]
Chat = Annotated[str | None, typer.Option(help="A language model that reads and writes: FOLDER, NAME or URL.")]
Catalog = Annotated[str | None, typer.Option(help="The catalogue's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu or cuda[:n].")]


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app()


def _settings(**chosen: Any) -> Settings:
    """Settings from the options that were given."""
    from bot.terminal.console import explained

    with explained():
        return Settings.load(**chosen)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    root_path: Annotated[str | None, typer.Option(help="The path prefix behind a proxy.")] = None,
    catalog: Annotated[list[str] | None, typer.Option(help="Serve only these catalogues.")] = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
    device: Device = None,
) -> None:
    """Serve the chat page and the API."""
    from bot.terminal.console import err, explained
    from bot.web.serve import serve as run

    settings = _settings(
        host=host, port=port, root_path=root_path, catalogs=tuple(catalog) if catalog else None,
        data_dir=data_dir, profile=profile, chat=chat, device=device,
    )  # fmt: skip
    with explained():
        run(settings, say=err.print)


@app.command()
def chat(
    catalog: Catalog = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
) -> None:
    """Talk in the terminal."""
    from bot.build import build
    from bot.terminal.console import err, explained
    from bot.terminal.talking import converse

    settings = _settings(data_dir=data_dir, profile=profile, chat=chat)
    with explained():
        converse(build(settings, say=err.print), catalog=catalog)


@app.command()
def ask(
    message: Annotated[str, typer.Argument(help="What you would say.")],
    catalog: Catalog = None,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
) -> None:
    """One message, one answer."""
    from bot.build import build
    from bot.terminal.console import emit, explained
    from bot.terminal.talking import ask as once
    from bot.terminal.talking import draw

    settings = _settings(data_dir=data_dir, profile=profile, chat=chat)
    with explained():
        assistant = build(settings)
        if json:
            emit(once(assistant, message, catalog=catalog))
        else:
            draw(assistant.reply(assistant.open(catalog=catalog).id, message))


@ingest.command("items")
def ingest_items(
    path: Annotated[Path, typer.Argument(help="A CSV or JSONL file, or a folder of them.")],
    catalog: Annotated[str, typer.Option(help="The catalogue's name.")] = "catalog",
    check: Annotated[bool, typer.Option("--check", help="Report, write nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse the lot when a row is bad.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Bring a catalogue."""
    from bot.terminal import ingesting
    from bot.terminal.console import explained

    settings = _settings(data_dir=data_dir, profile=profile)
    with explained():
        ingesting.items(settings, path, catalog=catalog, check=check, strict=strict, yes=yes, json=json)


@ingest.command("help")
def ingest_help(
    folder: Annotated[Path, typer.Argument(help="A folder of Markdown pages.")],
    catalog: Annotated[str, typer.Option(help="The catalogue's name.")] = "catalog",
    check: Annotated[bool, typer.Option("--check", help="Report, write nothing.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Bring a help centre."""
    from bot.terminal import ingesting
    from bot.terminal.console import explained

    settings = _settings(data_dir=data_dir, profile=profile)
    with explained():
        ingesting.help_pages(settings, folder, catalog=catalog, check=check, json=json)


@index.command("check")
def index_check(catalog: Catalog = None, json: Json = False, data_dir: DataDir = None, profile: Profile = None) -> None:
    """Open and probe every index."""
    from bot.terminal import ingesting
    from bot.terminal.console import explained

    settings = _settings(data_dir=data_dir, profile=profile)
    with explained():
        ingesting.check(settings, catalog=catalog, json=json)


@index.command("rebuild")
def index_rebuild(
    catalog: Catalog = None,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Build the index anew from the canonical records; only vectors of another embedder are made again."""
    from bot.terminal import ingesting
    from bot.terminal.console import explained

    settings = _settings(data_dir=data_dir, profile=profile)
    with explained():
        ingesting.rebuild(settings, catalog=catalog)


@app.command()
def doctor(json: Json = False, data_dir: DataDir = None, profile: Profile = None, port: int | None = None) -> None:
    """Look for the ten most likely mistakes."""
    from dataclasses import asdict

    from bot.terminal.checking import examine, show
    from bot.terminal.console import emit

    checks = []
    for check in examine(_settings(data_dir=data_dir, profile=profile, port=port)):
        checks.append(check)
        if not json:
            show(check)
    if json:
        emit([asdict(check) for check in checks])
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


@app.command("eval")
def evaluate(
    protocol: Annotated[str, typer.Argument(help="The protocol's name; `list` names them.")],
    data: Annotated[Path, typer.Option(help="The folder of public data files.")] = Path("../shared/data"),
    json: Json = False,
) -> None:
    """Measure quality by a protocol."""
    from bot.evaluation.protocols import run
    from bot.terminal.console import explained
    from bot.terminal.reporting import show

    with explained():
        show(run(protocol, data=data), json=json)


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="The benchmark's name; `list` names them.")],
    data: Annotated[Path, typer.Option(help="The folder of public data files.")] = Path("../shared/data"),
    json: Json = False,
) -> None:
    """Measure speed and size, a plain stack beside it."""
    from bot.evaluation.benchmarks import run
    from bot.terminal.console import explained
    from bot.terminal.reporting import show

    with explained():
        show(run(name, data=data), json=json)


if __name__ == "__main__":
    main()
