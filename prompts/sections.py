"""The body of a prompt file, cut into its parts.

A ``phrases`` body holds ``## key`` lines, each followed by one text or by several separated by ``---`` lines; a ``map``
body is YAML with texts as leaves. Knows nothing of Jinja2: parts are returned as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import yaml

from prompts.errors import PromptError

Table: TypeAlias = Mapping[str, "str | Table"]

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # strings, lists and dicts only
_KEY = re.compile(r"^##[ \t]+([a-z0-9][^\s]*)[ \t]*$", re.MULTILINE)
_ALTERNATIVE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_INCLUDE = re.compile(r"""\{%-?\s*include\s+["']([a-z0-9_/-]+)["']\s*-?%\}""")


class Piece(NamedTuple):
    """One text of a body, and the line of the file on which it begins."""

    text: str
    line: int


class Body(NamedTuple):
    """A body with its partials in place; ``lines[n]`` is the line of the file that its line ``n`` came from."""

    text: str
    lines: Sequence[int]

    def piece(self, start: int, text: str) -> Piece:
        """The stripped ``text`` that stands at ``start``."""
        start += len(text) - len(text.lstrip())
        return Piece(text.strip(), self.at(start))

    def at(self, place: int) -> int:
        """The line of the file at a place of the text."""
        return self.lines[min(self.text.count("\n", 0, place), len(self.lines) - 1)]


def split_phrases(body: Body, *, where: str) -> dict[str, tuple[Piece, ...]]:
    """Key -> its alternatives, in file order. Raises `PromptError` on an empty, doubled or stray part."""
    keys = list(_KEY.finditer(body.text))
    stray = body.text[: keys[0].start()] if keys else body.text
    if stray.strip():
        line = body.piece(0, stray).line
        raise PromptError(
            f"{where}, line {line}: text before the first `## key` line.", hint="Put it under a key.", line=line
        )
    if not keys:
        raise PromptError(f"{where}: no `## key` line.", hint="A phrases file needs at least one.")
    phrases: dict[str, tuple[Piece, ...]] = {}
    for found, end in zip(keys, [*(one.start() for one in keys[1:]), len(body.text)], strict=True):
        key, line = found.group(1), body.at(found.start())
        if key in phrases:
            hint = "Separate alternatives by `---` lines."
            raise PromptError(f"{where}, line {line}: the key {key!r} stands twice.", hint=hint, line=line)
        phrases[key] = tuple(_alternatives(body, found.end(), end))
        if empty := next((one for one in phrases[key] if not one.text), None):
            hint = "Write it or remove its `---`."
            at = min(empty.line, body.at(end - 1))
            raise PromptError(f"{where}, line {at}: {key!r} has an empty alternative.", hint=hint, line=at)
    return phrases


def spans(body: str) -> Iterator[tuple[str, int, int]]:
    """Each key of a body with the places at which its part begins and ends."""
    keys = list(_KEY.finditer(body))
    ends = [*(one.start() for one in keys[1:]), len(body)]
    for found, end in zip(keys, ends[: len(keys)], strict=True):
        yield found.group(1), found.start(), end


def separator(text: str) -> str:
    """A line of a wording that would end it: one that begins another key, or another alternative; else nothing."""
    found = _KEY.search(text) or _ALTERNATIVE.search(text)
    return found.group(0) if found else ""


def _alternatives(body: Body, start: int, end: int) -> Iterator[Piece]:
    """The texts between two keys."""
    for found in _ALTERNATIVE.finditer(body.text, start, end):
        yield body.piece(start, body.text[start : found.start()])
        start = found.end()
    yield body.piece(start, body.text[start:end])


def parse_table(body: Body, *, where: str) -> Table:
    """A YAML mapping, every leaf a string, every key lower case. Raises `PromptError`."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(body.text, Loader=_LOADER)):
            raise PromptError(f"{where}: the map has an alias (*).", hint="Write the text out.")
        table = yaml.load(body.text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = body.lines[min(mark.line, len(body.lines) - 1)] if mark else body.lines[0]
        found = getattr(error, "problem", None) or error
        hint = "Write `key: text` lines."
        raise PromptError(f"{where}, line {line}: the map is not YAML: {found}", hint=hint, line=line) from error
    if not isinstance(table, dict):
        raise PromptError(f"{where}: the map is empty.", hint="Write `key: text` lines.")
    return _lowered(table, where=where)


def _lowered(table: Mapping[str, object], *, where: str) -> dict[str, str | Table]:
    """``table`` with case-folded keys, all leaves checked to be strings."""
    lowered: dict[str, str | Table] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            lowered[key.casefold()] = _lowered(value, where=where)
        elif isinstance(value, str):
            lowered[key.casefold()] = value
        else:
            raise PromptError(f"{where}: {key!r} is a list.", hint="Every leaf of a map is one text.")
    return lowered


def included(body: str) -> tuple[str, ...]:
    """The names that ``{% include "task/name" %}`` lines ask for."""
    return tuple(_INCLUDE.findall(body))


def including(body: str, name: str, *, line: int) -> int:
    """The line of the file that includes ``name``."""
    found = next((one for one in _INCLUDE.finditer(body) if one.group(1) == name), None)
    return line + body.count("\n", 0, found.start()) if found else line


def expand(body: str, partials: Mapping[str, str], *, line: int) -> Body:
    """``body`` with each include replaced by the partial's text (its own includes already expanded).

    ``line`` is the one of the file on which it begins.
    """
    rows, lines = list[str](), list[int]()
    for number, row in enumerate(body.split("\n"), line):
        made = _INCLUDE.sub(lambda found: partials[found.group(1)].strip("\n"), row).split("\n")
        rows += made
        lines += [number] * len(made)
    return Body("\n".join(rows), lines)
