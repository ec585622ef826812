"""`prompts list|show|diff|render`: looking at prompts in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bot.build import library
from bot.errors import InvalidRequest
from bot.settings import Settings
from bot.terminal.console import emit, err, out
from prompts import Library, Prompt, Registry
from prompts.differing import Difference, differences
from prompts.voice import Voice

_COLOURS = {"+": "green", "-": "red"}


def listing(settings: Settings, *, json: bool) -> None:
    """Every prompt, what is spoken, what waits, and what cannot be used."""
    held = library(settings)
    shipped, files = held.reading("shipped"), held.reading("files")
    own = {(one.name, one.locale) for one in differences(shipped, held)}
    waiting = {(one.name, one.locale) for one in differences(held, files)} if held.version else set()
    rows = [_row(held, name, own=own, waiting=waiting) for name in held.names()]
    told: dict[str, Any] = {"spoken": spoken(held), "problems": [str(one) for one in files.problems], "prompts": rows}
    if json:
        return emit(told)
    table = Table("prompt", "name", "languages", "edited")
    for row in rows:
        edited = " ".join([*(f"yours: {one}" for one in row["edited"]), *(f"waits: {one}" for one in row["waiting"])])
        table.add_row(row["name"], row["title"], " ".join(row["locales"]), edited)
    out.print(table)
    out.print(f"spoken: {told['spoken']}", markup=False)
    for problem in told["problems"]:
        err.print(f"[red]cannot be used[/] {escape(problem)}")


def spoken(held: Library) -> str:
    """What the library speaks, in words."""
    source = f"version {held.version}, {held.version.why}" if held.version else f"the files in {held.folder}"
    if held.trial is None:
        return source
    variant = held.store.find(held.trial.variant)
    return f"{source}; {held.trial.percent:g} % of the visitors hear version {variant}"


def show(settings: Settings, name: str, *, locale: str, version: str | None, json: bool) -> None:
    """One prompt with its head."""
    held = library(settings)
    prompt = read(held, version).prompt(name, locale)
    head, ref = prompt.head, str(prompt.ref)
    inputs, checks, parameters = dict(head.inputs), dict(head.checks), dict(head.parameters)
    about = {"name": head.name or held.prompt(name).head.name, "description": head.description, "style": head.style}
    told = {"ref": ref, **about, "inputs": inputs, "parameters": parameters, "checks": checks, "text": _text(prompt)}
    if json:
        return emit(told)
    text = told.pop("text")
    out.print(yaml.safe_dump({k: v for k, v in told.items() if v}, sort_keys=False, allow_unicode=True), markup=False)
    out.print(text, markup=False)


def diff(settings: Settings, a: str | None, b: str | None, *, json: bool) -> None:
    """Two versions, phrase by phrase."""
    held = library(settings)
    before = a or ("production" if held.store.used else "shipped")
    found = differences(read(held, before), read(held, b or "files"))
    if json:
        return emit([_difference(one) for one in found])
    for one in found:
        out.print(f"[bold]{one.name}.{one.locale}[/] {escape(one.key)}")
        for line in one.lines:
            out.print(Text(line, style=_COLOURS.get(line[:1], "")))
    if not found:
        out.print(f"{before} and {b or 'files'} say the same")


def render(
    settings: Settings,
    name: str,
    *,
    key: str,
    locale: str,
    values: Sequence[str],
    version: str | None,
    json: bool,
) -> None:
    """A prompt as it is said."""
    registry = read(library(settings), version)
    prompt = registry.prompt(name, locale)
    voice = registry.voice(locale, settings.style)
    chosen = _given(values)
    keys = [key] if key else [one for one in prompt.phrases if "@" not in one]
    told = [{"key": one, "text": text} for one in keys for text in _said(voice, registry, name, one, chosen)]
    if json:
        return emit(told)
    for row in told:
        out.print(f"[dim]{escape(row['key'])}[/]" if row["key"] else "", end="\n" if row["key"] else "")
        out.print(row["text"], markup=False)


def read(held: Library, ref: str | None) -> Registry:
    """A version, or what is spoken. Raises `PromptError`."""
    return held if ref is None else held.reading(ref)


def _said(voice: Voice, registry: Registry, name: str, key: str, chosen: dict[str, Any]) -> list[str]:
    """Every alternative of a phrase with its samples, or with what was given."""
    samples = {**registry.prompt(name).head.inputs, **registry.prompt(name, voice.locale).head.inputs}
    if not key:
        takes = voice.takes(name)
        return [voice.say(name, **{one: value for one, value in (samples | chosen).items() if one in takes})]
    takes = voice.takes(name, key)
    given = {one: value for one, value in (samples | chosen).items() if one in takes}
    return [voice.phrase(name, key, variant=n, **given) for n in range(voice.count(name, key))]


def _given(values: Sequence[str]) -> dict[str, Any]:
    """``variable=value``, the value as YAML reads it. Raises InvalidRequest."""
    found: dict[str, Any] = {}
    for text in values:
        name, mark, value = text.partition("=")
        if not mark:
            raise InvalidRequest(f"{text!r} sets nothing", hint="write --set variable=value")
        found[name.strip()] = yaml.safe_load(value)
    return found


def _row(held: Library, name: str, *, own: set[tuple[str, str]], waiting: set[tuple[str, str]]) -> dict[str, Any]:
    prompt = held.prompt(name)
    locales = [locale for one, locale in held.slots() if one == name]
    return {
        "name": name,
        "title": prompt.head.name,
        "description": prompt.head.description,
        "version": prompt.ref.version,
        "locales": locales,
        "edited": [one for one in locales if (name, one) in own],
        "waiting": [one for one in locales if (name, one) in waiting],
    }


def _text(prompt: Prompt) -> str:
    """The text of a prompt with what shines through from below, as its file would have it."""
    if not prompt.phrases:
        table: str = yaml.safe_dump(dict(prompt.table), sort_keys=False, allow_unicode=True)
        return table
    parts = [
        (f"## {key}\n" if key else "") + "\n---\n".join(one.source for one in phrase.alternatives)
        for key, phrase in prompt.phrases.items()
    ]
    return "\n\n".join(parts)


def _difference(one: Difference) -> dict[str, Any]:
    place = {"name": one.name, "locale": one.locale, "key": one.key}
    return {**place, "before": one.before, "after": one.after, "lines": list(one.lines)}
