"""The body of a prompt file, cut into its parts.

A ``phrases`` body holds ``## key`` lines, each followed by one text or by several separated by ``---`` lines; a ``map``
body is YAML with texts as leaves. Knows nothing of Jinja2: parts are returned as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import yaml

from prompts.errors import PromptError

Table: TypeAlias = Mapping[str, "str | Table"]

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # strings, lists and dicts only
_KEY = re.compile(r"^##[ \t]+([a-z0-9][^\s]*)[ \t]*$", re.MULTILINE)
_ALTERNATIVE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_INCLUDE = re.compile(r"""\{%-?\s*include\s+["']([a-z0-9_/-]+)["']\s*-?%\}""")


def split_phrases(body: str, *, where: str) -> dict[str, tuple[str, ...]]:
    """Key -> its alternatives, in file order. Raises `PromptError` on an empty, doubled or stray part."""
    head, *rest = _KEY.split(body)
    if head.strip():
        raise PromptError(f"{where}: text before the first `## key` line.", hint="Put it under a key.")
    phrases: dict[str, tuple[str, ...]] = {}
    for key, text in zip(rest[::2], rest[1::2], strict=True):
        if key in phrases:
            raise PromptError(f"{where}: the key {key!r} stands twice.", hint="Separate alternatives by `---` lines.")
        alternatives = tuple(part.strip() for part in _ALTERNATIVE.split(text))
        if not all(alternatives):
            raise PromptError(f"{where}: {key!r} has an empty alternative.", hint="Write it or remove its `---`.")
        phrases[key] = alternatives
    if not phrases:
        raise PromptError(f"{where}: no `## key` line.", hint="A phrases file needs at least one.")
    return phrases


def parse_table(body: str, *, where: str) -> Table:
    """A YAML mapping, every leaf a string, every key lower case. Raises `PromptError`."""
    try:
        table = yaml.load(body, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise PromptError(f"{where}: the map is not YAML: {error}", hint="Write `key: text` lines.") from error
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


def expand(body: str, partials: Mapping[str, str]) -> str:
    """``body`` with each include replaced by the partial's text (its own includes already expanded)."""
    return _INCLUDE.sub(lambda found: partials[found.group(1)].strip("\n"), body)
