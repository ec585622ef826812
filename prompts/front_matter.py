"""The YAML head of a prompt file: what the prompt is for and which variables it takes.

Knows nothing of Jinja2, locales or where files lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import yaml

from prompts.errors import PromptError

Kind: TypeAlias = Literal["template", "phrases", "map"]

KINDS: tuple[Kind, ...] = ("template", "phrases", "map")
FIELDS = frozenset({"description", "kind", "inputs", "version", "style", "checks"})
CHECKS = frozenset({"max_words", "max_characters", "forbid", "one_line"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAD = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n?", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The head of one prompt file.

    ``inputs`` maps each variable to a sample value, used by checks and previews. ``checks`` are plain limits on the
    rendered text: ``max_words``, ``max_characters``, ``forbid`` (phrases), ``one_line``. ``style`` says in words how
    the text should sound.
    """

    description: str
    kind: Kind = "template"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    style: str = ""
    checks: Mapping[str, Any] = field(default_factory=dict)


def split(text: str) -> tuple[str | None, str]:
    """``(head, body)``; the head is None when the text does not begin with a ``---`` line."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _HEAD.match(text)
    if found is None:
        return None, text
    return found.group(1), text[found.end() :]


def parse_head(head: str, *, where: str) -> FrontMatter:
    """Read and check a head; ``where`` names the file in errors. Raises `PromptError`."""
    try:
        fields = yaml.load(head, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise PromptError(f"{where}: the front matter is not YAML: {error}", hint="Check its indentation.") from error
    if not isinstance(fields, dict):
        raise PromptError(f"{where}: the front matter is empty.", hint="Give at least a description.")
    _known(fields, FIELDS, where=where, what="front matter field")
    kind = fields.get("kind", "template")
    if kind not in KINDS:
        raise PromptError(f"{where}: kind is {kind!r}.", hint=f"Use one of {', '.join(KINDS)}.")
    return FrontMatter(
        description=_text(fields, "description", where=where),
        kind=kind,
        inputs=_mapping(fields, "inputs", where=where),
        version=_version(fields, where=where),
        style=str(fields.get("style") or ""),
        checks=_checks(fields, where=where),
    )


def _known(given: Mapping[str, Any], allowed: frozenset[str], *, where: str, what: str) -> None:
    """Raise when a key is none of ``allowed``."""
    for key in given:
        if key not in allowed:
            raise PromptError(f"{where}: unknown {what} {key!r}.", hint=f"Known: {', '.join(sorted(allowed))}.")


def _text(fields: Mapping[str, Any], key: str, *, where: str) -> str:
    """A required, non-empty string."""
    value = fields.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PromptError(f"{where}: {key} is missing.", hint=f"Say in one line what the prompt is for: `{key}: ...`.")
    return value.strip()


def _mapping(fields: Mapping[str, Any], key: str, *, where: str) -> dict[str, Any]:
    """An optional mapping with identifier keys."""
    value = fields.get(key) or {}
    if not isinstance(value, dict) or not all(isinstance(k, str) and k.isidentifier() for k in value):
        raise PromptError(f"{where}: {key} is not a mapping of names.", hint=f"Write `{key}: {{name: sample}}`.")
    return value


def _version(fields: Mapping[str, Any], *, where: str) -> int:
    """A positive whole number, 1 when absent."""
    value = fields.get("version", 1)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PromptError(f"{where}: version is {value!r}.", hint="Use a whole number from 1.")
    return value


def _checks(fields: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """The limits, with known names only."""
    checks = _mapping(fields, "checks", where=where)
    _known(checks, CHECKS, where=where, what="check")
    return checks
