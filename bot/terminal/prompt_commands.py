"""`shelftalk prompts ...`: argument parsing only; each command hands over to a face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.options import Catalog, Chat, DataDir, Json, Profile, Style, settings_of

prompts = typer.Typer(help="Look at, test, publish and take back the words of the assistant.", no_args_is_help=True)

_VERSION = "A version: its number, the first digits of its id, production, staging, shipped, files, or a folder."
_Ref = Annotated[str, typer.Argument(help=_VERSION)]
_Version = Annotated[str | None, typer.Option(help=_VERSION)]
_Name = Annotated[str, typer.Argument(help="The prompt's name, as `list` shows it.")]
_Locale = Annotated[str, typer.Option(help="The language: en, zh, ...")]
_Why = Annotated[str, typer.Option(help="What changes and why, in a sentence.")]
_Author = Annotated[str | None, typer.Option(help="Who does it; the system's user where none is named.")]
_Label = Annotated[str, typer.Option(help="production or staging.")]
_Cases = Annotated[
    Path | None, typer.Option(help="A file of cases, or a folder; your saved cases where none is named.")
]


@prompts.command("list")
def list_(json: Json = False, data_dir: DataDir = None) -> None:
    """Every prompt in plain words, and what is spoken now."""
    from bot.terminal import prompting
    from bot.terminal.console import explained

    with explained():
        prompting.listing(settings_of(data_dir=data_dir), json=json)


@prompts.command()
def show(
    name: _Name, locale: _Locale = "en", version: _Version = None, json: Json = False, data_dir: DataDir = None
) -> None:
    """One prompt: what it is for, its variables with sample values, its text."""
    from bot.terminal import prompting
    from bot.terminal.console import explained

    with explained():
        prompting.show(settings_of(data_dir=data_dir), name, locale=locale, version=version, json=json)


@prompts.command()
def diff(
    a: Annotated[str | None, typer.Argument(help=_VERSION)] = None,
    b: Annotated[str | None, typer.Argument(help=_VERSION)] = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """What two versions say differently; without names: what is published, and the files as they are."""
    from bot.terminal import prompting
    from bot.terminal.console import explained

    with explained():
        prompting.diff(settings_of(data_dir=data_dir), a, b, json=json)


@prompts.command()
def render(
    name: _Name,
    key: Annotated[str, typer.Option(help="The phrase; all where none is named.")] = "",
    locale: _Locale = "en",
    style: Style = None,
    value: Annotated[list[str] | None, typer.Option("--set", help="variable=value, in place of its sample.")] = None,
    version: _Version = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Say a prompt with its sample values."""
    from bot.terminal import prompting
    from bot.terminal.console import explained

    with explained():
        prompting.render(
            settings_of(data_dir=data_dir, style=style), name,
            key=key, locale=locale, values=value or [], version=version, json=json,
        )  # fmt: skip


@prompts.command()
def test(
    ref: _Ref = "files",
    cases: _Cases = None,
    alone: Annotated[bool, typer.Option("--alone", help="The prompts alone: no whole turns, no engines.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
    style: Style = None,
) -> None:
    """Golden cases, properties, and whole turns; the exit code is 1 while something fails that must hold."""
    from bot.terminal import prompt_trying
    from bot.terminal.console import explained

    with explained():
        settings = settings_of(data_dir=data_dir, profile=profile, chat=chat, style=style)
        passed = prompt_trying.test(settings, ref, cases=cases, alone=alone, json=json)
    raise typer.Exit(0 if passed else 1)


@prompts.command()
def compare(
    a: _Ref,
    b: _Ref,
    cases: _Cases = None,
    stored: Annotated[int, typer.Option(min=0, help="Also the latest so many stored conversations.")] = 0,
    catalog: Catalog = None,
    shown: Annotated[int, typer.Option("--show", min=0, help="Print so many of the replies that differ.")] = 5,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
    style: Style = None,
) -> None:
    """Two versions on the same turns: wins, losses, what changed in items, text, tokens and time."""
    from bot.terminal import prompt_trying
    from bot.terminal.console import explained

    with explained():
        settings = settings_of(data_dir=data_dir, profile=profile, chat=chat, style=style)
        asked = prompt_trying.Comparing(a, b, cases, stored, catalog, shown)
        prompt_trying.compare(settings, asked, json=json)


@prompts.command()
def publish(
    folder: Annotated[
        Path | None, typer.Argument(help="The edited files; your prompts folder where none is named.")
    ] = None,
    why: _Why = "",
    author: _Author = None,
    label: _Label = "production",
    cases: _Cases = None,
    dropping: Annotated[bool, typer.Option("--dropping", help="Take back what the folder no longer holds.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Publish in spite of doubts; never of what must hold.")
    ] = False,
    json: Json = False,
    data_dir: DataDir = None,
    profile: Profile = None,
    chat: Chat = None,
    style: Style = None,
) -> None:
    """Test the edited files and let everybody hear them; refused while something fails that must hold."""
    from bot.terminal import prompt_publishing
    from bot.terminal.console import explained

    with explained():
        settings = settings_of(data_dir=data_dir, profile=profile, chat=chat, style=style)
        asked = prompt_publishing.Publishing(folder, why, author, label, cases, dropping, force)
        prompt_publishing.publish(settings, asked, json=json)


@prompts.command()
def rollback(
    why: _Why = "",
    to: Annotated[str | None, typer.Option(help="A version; the one before where none is named.")] = None,
    author: _Author = None,
    label: _Label = "production",
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Put back what was published before."""
    from bot.terminal import prompt_publishing
    from bot.terminal.console import explained

    with explained():
        prompt_publishing.rollback(
            settings_of(data_dir=data_dir), to=to, why=why, author=author, label=label, json=json
        )


@prompts.command()
def fetch(ref: _Ref = "production", data_dir: DataDir = None) -> None:
    """Copy the files of a version that your prompts folder lacks into it; nothing is overwritten."""
    from bot.terminal import prompt_publishing
    from bot.terminal.console import explained

    with explained():
        prompt_publishing.fetch(settings_of(data_dir=data_dir), ref)


@prompts.command()
def history(json: Json = False, data_dir: DataDir = None) -> None:
    """Every version, who published it and why, and what became of the turns that it spoke in."""
    from bot.terminal import prompt_publishing
    from bot.terminal.console import explained

    with explained():
        prompt_publishing.history(settings_of(data_dir=data_dir), json=json)


@prompts.command()
def trial(
    ref: Annotated[str | None, typer.Argument(help="The version to try; none: how the running trial does.")] = None,
    percent: Annotated[float, typer.Option(help="The share of the visitors who hear it.")] = 10.0,
    end: Annotated[bool, typer.Option("--end", help="End the running trial.")] = False,
    why: _Why = "",
    author: _Author = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Let a share of the visitors hear another version, each always the same one."""
    from bot.terminal import prompt_publishing
    from bot.terminal.console import explained

    with explained():
        prompt_publishing.trial(
            settings_of(data_dir=data_dir), ref, percent=percent, end=end, why=why, author=author, json=json
        )


@prompts.command()
def case(
    session: Annotated[str, typer.Argument(help="The session's id, or eight digits of its key.")],
    turn: Annotated[str, typer.Argument(help="The turn's number from 1, or its id.")],
    expect: Annotated[
        list[str] | None,
        typer.Option(help="What should happen: says=..., not=..., words<=60, items=ID, cites, language=zh, or a note."),
    ] = None,
    name: Annotated[str, typer.Option(help="What the case is called.")] = "",
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Keep a turn of a stored conversation as a test case."""
    from bot.terminal import prompt_trying
    from bot.terminal.console import explained

    with explained():
        prompt_trying.keep(settings_of(data_dir=data_dir), session, turn, expect=expect or [], name=name, json=json)
