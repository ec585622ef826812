"""Golden cases: ``<task>/<name>.golden.yaml`` beside a prompt holds what it must say for given variables.

Knows nothing of test runners; an edit is shown against them before it is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from prompts.errors import PromptError
from prompts.prompt import BODY
from prompts.registry import SHIPPED, Registry
from prompts.states import GOLDEN
from prompts.voice import Voice

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One expectation: spoken in ``locale`` for ``catalog``, the phrase says exactly ``text``."""

    name: str
    text: str
    key: str = BODY
    locale: str = "en"
    catalog: str = "films"
    variant: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}.{self.locale}:{self.key or 'body'}:{self.variant}"


def golden_cases(root: Path = SHIPPED) -> tuple[GoldenCase, ...]:
    """All cases below ``root``, in file order. Raises `PromptError` when a file is malformed."""
    return golden_of({f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(root.glob(GOLDEN))})


def golden_of(files: Mapping[str, bytes]) -> tuple[GoldenCase, ...]:
    """The cases of ``task/name.golden.yaml`` -> its content. Raises `PromptError` when one is malformed."""
    cases: list[GoldenCase] = []
    for path, data in files.items():
        cases += _read(path, data)
    return tuple(cases)


@lru_cache(512)
def _read(path: str, data: bytes) -> tuple[GoldenCase, ...]:
    """The cases of one file. Raises `PromptError`."""
    try:
        rows = yaml.load(data.decode("utf-8"), Loader=_LOADER) or []
        return tuple(GoldenCase(name=path.removesuffix(".golden.yaml"), **fields) for fields in rows)
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: {error}", hint="A list of {key, locale, variant, variables, text}.") from error


def spoken(case: GoldenCase, registry: Registry) -> str:
    """What the prompt says now. Raises `PromptError`."""
    return said(case, registry.voice(case.locale, catalog=case.catalog))


def said(case: GoldenCase, voice: Voice) -> str:
    """What a voice of the case's locale and catalogue says. Raises `PromptError`."""
    if case.key == BODY:
        return voice.say(case.name, **case.variables)
    return voice.phrase(case.name, case.key, variant=case.variant, **case.variables)
