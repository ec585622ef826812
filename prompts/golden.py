"""Golden cases: ``<task>/<name>.golden.yaml`` beside a prompt holds what it must say for given variables.

Knows nothing of test runners; an edit is shown against them before it is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from prompts.errors import PromptError
from prompts.prompt import BODY
from prompts.registry import SHIPPED, Registry


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
    cases: list[GoldenCase] = []
    for path in sorted(root.glob("*/*.golden.yaml")):
        name = f"{path.parent.name}/{path.name.removesuffix('.golden.yaml')}"
        try:
            cases += [GoldenCase(name=name, **fields) for fields in yaml.safe_load(path.read_text("utf-8"))]
        except (yaml.YAMLError, TypeError) as error:
            raise PromptError(f"{path}: {error}", hint="A list of {key, locale, variant, variables, text}.") from error
    return tuple(cases)


def spoken(case: GoldenCase, registry: Registry) -> str:
    """What the prompt says now. Raises `PromptError`."""
    voice = registry.voice(case.locale, catalog=case.catalog)
    if case.key == BODY:
        return voice.say(case.name, **case.variables)
    return voice.phrase(case.name, case.key, variant=case.variant, **case.variables)
