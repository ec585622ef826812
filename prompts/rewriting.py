"""A prompt file with some of its phrases reworded, the rest as it was. Knows nothing of drafts or versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from prompts.front_matter import FrontMatter, split
from prompts.prompt import BODY, Prompt
from prompts.sections import Table, spans

Phrases = Mapping[str, Sequence[str]]
"""Key -> its alternatives: "" is the key of a template, ``a.b`` that of a leaf of a map; see `PARAMETER`."""

PARAMETER = "(parameter) "
"""Begins the key of a parameter in the head."""


def reworded(text: str, phrases: Phrases, *, live: Prompt) -> str:
    """The file ``text`` (empty where there is none yet) with ``phrases`` in it; ``live`` is the prompt as spoken."""
    above, body, _ = split(text)
    parameters = {key.removeprefix(PARAMETER): texts[0] for key, texts in phrases.items() if key.startswith(PARAMETER)}
    worded = {key: texts for key, texts in phrases.items() if not key.startswith(PARAMETER)}
    if parameters:
        above = _head(above, parameters, live.head)
    made = (_body(body, worded, live) if worded else body if body.strip() else live.body).strip("\n")
    if above is not None:
        return f"---\n{above}---\n{made}\n"
    return f"\n{made}\n" if made.startswith("---") else f"{made}\n"  # a wording never becomes a head


def leaves(table: Table, path: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """``a.b`` -> the path of each leaf of a map."""
    found = dict[str, tuple[str, ...]]()
    for key, value in table.items():
        here = (*path, key)
        found |= {".".join(here): here} if isinstance(value, str) else leaves(value, here)
    return found


def _body(body: str, phrases: Phrases, live: Prompt) -> str:
    if live.head.kind == "template":
        return phrases[BODY][0]
    return _map(body, phrases, live.table) if live.head.kind == "map" else _phrases(body, phrases)


def _head(above: str | None, parameters: Mapping[str, str], head: FrontMatter) -> str:
    """The head with parameters in it; one of its own says what a head must say."""
    told: dict[str, Any] = {"description": head.description, "kind": head.kind, "version": head.version}
    if head.style:
        told["style"] = head.style
    if above is not None:
        told = yaml.safe_load(above)
    read = {name: yaml.safe_load(text) for name, text in parameters.items()}
    told["parameters"] = {**head.parameters, **(told.get("parameters") or {}), **read}
    text: str = yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=120)
    return text


def _phrases(body: str, phrases: Phrases) -> str:
    left = {key: _section(key, texts) for key, texts in phrases.items()}
    parts, end = list[str](), 0
    for key, start, stop in spans(body):
        parts += [body[end:start], left.pop(key, body[start:stop])]
        end = stop
    return "".join([*parts, body[end:], *(f"\n{one}" for one in left.values())])


def _section(key: str, texts: Sequence[str]) -> str:
    return f"## {key}\n" + "\n---\n".join(text.strip("\n") for text in texts) + "\n\n"


def _map(body: str, phrases: Phrases, known: Table) -> str:
    table = yaml.load(body, Loader=yaml.BaseLoader) if body.strip() else {}
    paths = leaves(known)
    for key, texts in phrases.items():
        *above, last = paths.get(key) or tuple(key.split("."))
        inner = table
        for step in above:
            if not isinstance(inner.get(step), dict):
                inner[step] = {}
            inner = inner[step]
        inner[last] = texts[0]
    text: str = yaml.safe_dump(table, sort_keys=False, allow_unicode=True, width=120)
    return text
