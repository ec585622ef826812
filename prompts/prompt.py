"""One prompt, ready to render: its head, its phrases and its identity.

Built from text alone; knows nothing of folders, overlays or turns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts import sandbox
from prompts.errors import PromptError
from prompts.front_matter import FrontMatter
from prompts.sections import Table, parse_table, split_phrases

BODY = ""
"""The key of a template's only phrase."""

AMBIENT = frozenset({"noun", "nouns"})
"""Variables that every voice fills in by itself."""


@dataclass(frozen=True, slots=True)
class PromptRef:
    """Which words were spoken: written ``name.locale@version#hash`` (the first 8 digits of its SHA-256)."""

    name: str
    locale: str
    version: int
    hash: str

    def __str__(self) -> str:
        return f"{self.name}.{self.locale}@{self.version}#{self.hash[:8]}"


class Alternative:
    """One wording of one phrase, compiled at its first use; text without any mark is said as it stands."""

    def __init__(self, text: str, env: ImmutableSandboxedEnvironment, *, where: str) -> None:
        self.where = where
        self._tree = sandbox.parse(env, text, where=where) if "{" in text else None
        self._text = text.strip()
        self._env = env
        self.variables = sandbox.variables(self._tree) if self._tree else frozenset[str]()
        self._compiled: Template | None = None

    def render(self, values: Mapping[str, Any], *, grammar: Mapping[str, str]) -> str:
        """The text. Raises `PromptError`."""
        if self._tree is None:
            return self._text
        if self._compiled is None:
            self._compiled = self._env.from_string(self._tree)
        return sandbox.render(self._compiled, values, grammar=grammar, where=self.where)


class Compiler:
    """Makes alternatives, and hands out again those whose text has not changed since the last reading."""

    def __init__(self) -> None:
        self._env = sandbox.environment()
        self._last: dict[tuple[str, str], Alternative] = {}
        self._made: dict[tuple[str, str], Alternative] = {}

    def begin(self) -> None:
        """Start a new reading of all files; what the last one did not use is forgotten."""
        self._last, self._made = self._made, {}

    def alternative(self, text: str, *, where: str) -> Alternative:
        """The checked alternative. Raises `PromptError`."""
        slot = (where, text)
        made = self._made.get(slot) or self._last.get(slot)
        if made is None:
            made = Alternative(text, self._env, where=where)
        self._made[slot] = made
        return made


@dataclass(frozen=True, slots=True)
class Phrase:
    """One key: its alternatives and the variables that a speaker must pass (those of all alternatives)."""

    alternatives: tuple[Alternative, ...]
    variables: frozenset[str]

    def choose(self, variant: int) -> Alternative:
        """The alternative for ``variant``, modulo their number."""
        return self.alternatives[variant % len(self.alternatives)]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file, checked. ``phrases`` has the one key ``""`` for a template, none for a map."""

    ref: PromptRef
    head: FrontMatter
    body: str
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    table: Table = field(default_factory=dict)

    @property
    def used(self) -> frozenset[str]:
        """Every variable that some phrase uses."""
        return frozenset().union(*(phrase.variables for phrase in self.phrases.values()))


def build(ref: PromptRef, head: FrontMatter, body: str, *, compiler: Compiler, where: str) -> Prompt:
    """Parse ``body`` by its kind. Raises `PromptError` for anything outside the prompt language."""
    if head.kind == "map":
        return Prompt(ref=ref, head=head, body=body, table=parse_table(body, where=where))
    parts = split_phrases(body, where=where) if head.kind == "phrases" else {BODY: (body,)}
    phrases = {key: _phrase(texts, key, compiler=compiler, where=where) for key, texts in parts.items()}
    return Prompt(ref=ref, head=head, body=body, phrases=phrases)


def declared(prompt: Prompt, *, where: str, unused: bool = True) -> None:
    """Raise unless the inputs declared in the head are exactly those used (``unused=False``: at least those)."""
    for name in sorted(prompt.used - set(prompt.head.inputs)):
        raise PromptError(
            f"{where}: uses {{{{ {name} }}}}, which its inputs do not declare.",
            hint=f"Declared: {', '.join(sorted(prompt.head.inputs)) or 'none'}.",
        )
    for name in sorted(set(prompt.head.inputs) - prompt.used) if unused else ():
        raise PromptError(f"{where}: declares {name!r} and never uses it.", hint="Use it or remove it from inputs.")


def digest(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _phrase(texts: tuple[str, ...], key: str, *, compiler: Compiler, where: str) -> Phrase:
    """Parse the alternatives of one key."""
    place = f"{where} ({key})" if key else where
    made = tuple(compiler.alternative(text, where=place) for text in texts)
    return Phrase(alternatives=made, variables=frozenset().union(*(one.variables for one in made)))
