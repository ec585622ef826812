"""YAML text -> records, safely: no objects are made, and neither deep nesting nor aliases can fill the memory."""

from __future__ import annotations

import re
from typing import Any

import yaml

from vectorstore.errors import CatalogError
from vectorstore.reading.json_records import listed
from vectorstore.reading.records import Records

_DEEPEST = 64
_REPEATS = 10
"""How often, on average, aliases may repeat what is written."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_LOADER):  # type: ignore[misc]
    """YAML 1.2 in what matters for catalogues: "no" and "007" stay words, dates stay texts."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("timestamp", "bool", "int")]
    for first, resolvers in _LOADER.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?i:true|false)$"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9]\d*)$"), list("-+0123456789"))


def yaml_records(text: str, name: str) -> Records:
    """A list of mappings, or mappings under their ids. Raises `CatalogError` when the text is no such YAML."""
    return listed(yaml_value(text, name), name)


def yaml_value(text: str, name: str) -> Any:
    """What a YAML text holds. Raises `CatalogError` when it is no YAML, or nested or repeated beyond all need."""
    try:
        _check_depth(text, name)
        found = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise CatalogError(f"{name} is not valid YAML: {reason[:200]}", hint="Correct it there.") from error
    _check_size(found, name, _REPEATS * len(text) + 10_000)
    return found


def _check_depth(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            depth -= 1
        if depth > _DEEPEST:
            raise CatalogError(f"{name} is nested too deeply", hint="Give a list of flat mappings.")


def _check_size(found: Any, name: str, left: int) -> None:
    """Aliases (`*name`) may repeat a value so often that walking over it never ends."""
    stack = [found]
    while stack:
        value = stack.pop()
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
        left -= len(inner) + 1
        if left < 0:
            raise CatalogError(f"{name} grows without end by its aliases", hint="Write the values out.")
        stack.extend(one for one in inner if isinstance(one, (dict, list)))
