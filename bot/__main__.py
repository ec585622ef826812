"""`shelftalk`, also `python -m bot`: argument parsing only; each command hands over to a face."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.index_commands import index
from bot.terminal.ingest_commands import ingest
from bot.terminal.options import Catalog, Chat, DataDir, Device, Json, Profile, Style, settings_of
from bot.terminal.prompt_commands import prompts
from bot.terminal.train_commands import train

app = typer.Typer(
    help="Shelftalk: the conversational recommender in front of your own catalogue.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(ingest, name="ingest")
app.add_typer(index, name="index")
app.add_typer(train, name="train")
app.add_typer(prompts, name="prompts")


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    root_path: Annotated[str | None, typer.Option(help="The path prefix behind a proxy.")] = None,
    catalog: Annotated[list[str] | None, typer.Option(help="Serve only these catalogues.")] = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
    style: Style = None,
    device: Device = None,
    log_format: Annotated[str | None, typer.Option(help="text or json: one line per request and turn.")] = None,
    operator_link: Annotated[
        bool | None, typer.Option(help="Print a one-time link for the operator; by itself only to a console.")
    ] = None,
) -> None:
    """Serve the chat page and the API."""
    from bot.terminal.console import err, explained
    from bot.web.serve import serve as run

    settings = settings_of(
        host=host, port=port, root_path=root_path, catalogs=tuple(catalog) if catalog else None,
        data_dir=data_dir, profile=profile, chat=chat, style=style, device=device, log_format=log_format,
    )  # fmt: skip
    with explained():
        run(settings, say=err.print, operator_link=err.is_terminal if operator_link is None else operator_link)


@app.command()
def chat(
    catalog: Catalog = None,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
    style: Style = None,
) -> None:
    """Talk in the terminal."""
    from bot.build import build
    from bot.terminal.console import err, explained
    from bot.terminal.talking import converse
    from bot.webhooks import delivering

    settings = settings_of(data_dir=data_dir, profile=profile, chat=chat, style=style)
    with explained():
        assistant = build(settings, say=err.print)
        with delivering(assistant.memory.outbox, settings):
            converse(assistant, catalog=catalog)


@app.command()
def ask(
    message: Annotated[str, typer.Argument(help="What you would say.")],
    catalog: Catalog = None,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
    style: Style = None,
) -> None:
    """One message, one answer."""
    from bot.build import build
    from bot.terminal.console import emit, explained
    from bot.terminal.talking import ask as once
    from bot.terminal.talking import draw

    settings = settings_of(data_dir=data_dir, profile=profile, chat=chat, style=style)
    with explained():
        assistant = build(settings)
        if json:
            emit(once(assistant, message, catalog=catalog))
        else:
            draw(assistant.reply(assistant.open(catalog=catalog).id, message))


@app.command()
def token(data_dir: DataDir = None, profile: Profile = None) -> None:
    """Print the token of the operator's routes."""
    from bot.terminal.console import explained
    from bot.terminal.operating import token as show

    with explained():
        show(settings_of(data_dir=data_dir, profile=profile))


@app.command()
def retain(
    days: Annotated[int | None, typer.Option(help="Delete conversations that were quiet for more days.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
) -> None:
    """Delete old conversations, and everything of theirs."""
    from bot.terminal.console import explained
    from bot.terminal.operating import retain as forget

    with explained():
        forget(settings_of(data_dir=data_dir, profile=profile), days=days, dry_run=dry_run, json=json)


@app.command()
def doctor(json: Json = False, data_dir: DataDir = None, profile: Profile = None, port: int | None = None) -> None:
    """Look for the likeliest mistakes."""
    from dataclasses import asdict

    from bot.terminal.checking import examine, show
    from bot.terminal.console import emit

    checks = []
    for check in examine(settings_of(data_dir=data_dir, profile=profile, port=port)):
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
    failures: Annotated[bool, typer.Option("--failures", help="`understand` and `write`: list what is wrong.")] = False,
    weights: Annotated[Path | None, typer.Option(help="`reranker`: the folder of trained weights.")] = None,
    json: Json = False,
) -> None:
    """Measure quality by a protocol."""
    from bot.evaluation.protocols import run
    from bot.terminal.console import explained
    from bot.terminal.reporting import show

    with explained():
        show(run(protocol, data=data, failures=failures, weights=weights), json=json)


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="The benchmark's name; `list` names them.")],
    data: Annotated[Path, typer.Option(help="The folder of public data files.")] = Path("../shared/data"),
    rows: Annotated[int | None, typer.Option(help="How many rows, for a benchmark that takes a sample.")] = None,
    json: Json = False,
) -> None:
    """Measure speed and size, a plain stack beside it."""
    from bot.evaluation.benchmarks import run
    from bot.terminal.console import explained
    from bot.terminal.reporting import show

    with explained():
        show(run(name, data=data, rows=rows), json=json)


if __name__ == "__main__":
    main()
