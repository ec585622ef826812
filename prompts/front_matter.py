"""The YAML head of a prompt file: what the prompt is for, which variables it takes, what it must keep to.

What a head may hold stands in `front_matter.schema.json`. Knows nothing of Jinja2, locales or where files lie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import yaml

from prompts.errors import PromptError

Kind: TypeAlias = Literal["template", "phrases", "map"]

SCHEMA = Path(__file__).with_name("front_matter.schema.json")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAD = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n?", re.DOTALL | re.MULTILINE)
_FIRST = 2
"""The line of the file on which a head begins."""
_PARTS = {"checks": "check", "parameters": "parameter"}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The head of one prompt file.

    ``name`` says in plain words what the prompt is. ``inputs`` maps each variable to a sample value, used by checks and
    previews. ``parameters`` are what a language model, or the trained writer, is asked with. ``output`` is a JSON
    schema of what is said, or of a model's reply to a prompt for models. ``checks`` are plain limits on the text:
    ``max_words``, ``max_characters``, ``forbid`` and ``require`` (phrases), ``one_line``, ``keep`` (inputs whose value
    must be said). ``style`` says in words how the text should sound.
    """

    description: str
    kind: Kind = "template"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    style: str = ""
    checks: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)


class Split(NamedTuple):
    """A file cut in two; ``line`` is the one of the file on which the body begins."""

    head: str | None
    body: str
    line: int


def split(text: str) -> Split:
    """Head and body; the head is None when the text does not begin with a ``---`` line."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _HEAD.match(text)
    if found is None:
        return Split(None, text, 1)
    return Split(found.group(1), text[found.end() :], text.count("\n", 0, found.end()) + 1)


@lru_cache(512)
def parse_head(head: str, *, where: str) -> FrontMatter:
    """Read and check a head; ``where`` names the file in errors. Raises `PromptError` with the line of the file."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(head, Loader=_LOADER)):
            raise PromptError(f"{where}: the front matter has an alias (*).", hint="Write the value out.", line=_FIRST)
        fields = yaml.load(head, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = _FIRST + mark.line if mark else _FIRST
        found = getattr(error, "problem", None) or error
        raise PromptError(
            f"{where}, line {line}: the front matter is not YAML: {found}", hint="Check its indentation.", line=line
        ) from error
    if not isinstance(fields, dict):
        raise PromptError(f"{where}: the front matter is empty.", hint="Give at least a description.", line=_FIRST)
    _valid(fields, head, where=where)
    return FrontMatter(
        description=fields["description"].strip(),
        kind=fields.get("kind", "template"),
        inputs=fields.get("inputs") or {},
        version=fields.get("version", 1),
        style=fields.get("style") or "",
        checks=fields.get("checks") or {},
        name=fields.get("name", ""),
        parameters=fields.get("parameters", {}),
        output=fields.get("output", {}),
    )


def _valid(fields: Mapping[str, Any], head: str, *, where: str) -> None:
    """Raise unless the fields fit the schema."""
    from jsonschema.exceptions import SchemaError, best_match

    error = best_match(_validator().iter_errors(fields))
    if error is not None:
        path = [str(step) for step in error.absolute_path]
        found, key = _found(error, path)
        line = _line(head, [*path, key])
        raise PromptError(f"{where}, line {line}: {found}", hint=_hint([*path, key]), line=line)
    try:
        if output := fields.get("output"):
            _validator().check_schema(output)
    except SchemaError as broken:
        line = _line(head, ["output"])
        raise PromptError(
            f"{where}, line {line}: output is no JSON schema: {broken.message}", hint=_hint(["output"]), line=line
        ) from broken


def _found(error: Any, path: list[str]) -> tuple[str, str]:
    """What was found, in plain words, and the key that it was found at."""
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{missing} is missing.", missing
    if error.validator == "additionalProperties":
        strange = next(key for key in error.instance if key not in error.schema["properties"])
        known = ", ".join(sorted(error.schema["properties"]))
        what = _PARTS.get(path[0], path[0]) if path else "front matter field"
        return f"unknown {what} {strange!r}; known: {known}.", str(strange)
    name = path[0] if path else "the front matter"
    if (error.validator == "type" and "object" in error.validator_value) or (error.validator == "pattern" and not path):
        return f"{name} is not a mapping of names.", ""
    if error.validator == "pattern" and path == ["description"]:
        return "description is missing.", ""
    if "propertyNames" in error.absolute_schema_path:
        return f"{name} is not a mapping of names: {error.instance!r}.", ""
    return f"{'.'.join(path)} is {error.instance!r}.", ""


def _hint(path: list[str]) -> str:
    """What the schema says of the nearest field that it describes."""
    described, hint = _schema(), ""
    for step in path:
        described = described.get("properties", {}).get(step, {})
        hint = described.get("description", hint)
    return hint or "Remove it, or correct its name."


def _line(head: str, path: list[str]) -> int:
    """The line of the file on which the last key of ``path`` that the head names stands."""
    place = 0
    for step in path:
        found = re.compile(rf"(?:^|[{{,\s]){re.escape(step)}\s*:", re.MULTILINE).search(head, place)
        place = found.end() - 1 if step and found else place
    return _FIRST + head.count("\n", 0, place)


@cache
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return loaded


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_schema())
