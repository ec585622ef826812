"""One prompt, ready to render: its head, its phrases and its identity.

Built from text alone; knows nothing of folders, overlays or turns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts import sandbox
from prompts.errors import PromptError
from prompts.front_matter import FrontMatter
from prompts.sections import Body, Piece, Table, parse_table, split_phrases

BODY = ""
"""The key of a template's only phrase."""

AMBIENT = frozenset({"noun", "nouns"})
"""Variables that every voice fills in by itself."""

KEPT = 8192
"""Wordings that are remembered, about three times those that ship: a version, a draft or a trial reads only its own."""


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

    def __init__(self, piece: Piece, env: ImmutableSandboxedEnvironment, *, where: str) -> None:
        """``where`` names the file, and the key within it."""
        self.where = where
        self.line = piece.line
        self._tree = sandbox.parse(env, piece.text, where=where, line=piece.line) if "{" in piece.text else None
        self._text = piece.text.strip()
        self._env = env
        self.variables = sandbox.variables(self._tree) if self._tree else frozenset[str]()
        self._compiled: Template | None = None

    @property
    def source(self) -> str:
        """The wording with its marks."""
        return self._text

    def render(self, values: Mapping[str, Any], *, grammar: Mapping[str, str]) -> str:
        """The text. Raises `PromptError`."""
        if self._tree is None:
            return self._text
        if self._compiled is None:
            self._compiled = self._env.from_string(self._tree)
        return sandbox.render(self._compiled, values, grammar=grammar, where=self.where)

    def line_of(self, name: str) -> int:
        """The line of the file that reads a variable."""
        return self.line - 1 + (sandbox.line_of(self._tree, name) if self._tree else 1)

    def written(self) -> Iterator[tuple[int, str]]:
        """What stands outside the marks, with its line in the file."""
        if self._tree is None:
            yield self.line, self._text
        else:
            yield from ((self.line - 1 + line, text) for line, text in sandbox.written(self._tree))


@lru_cache(KEPT)
def alternative(piece: Piece, where: str) -> Alternative:
    """The checked wording; the same text of the same place is read and compiled once. Raises `PromptError`."""
    return Alternative(piece, _environment(), where=where)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return sandbox.environment()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One key: its alternatives and the variables that a speaker must pass (those of all alternatives).

    ``below`` is what the phrase is laid over: it speaks where this one fails on values that no sample has.
    """

    alternatives: tuple[Alternative, ...]
    variables: frozenset[str]
    below: Phrase | None = None

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


def build(ref: PromptRef, head: FrontMatter, body: Body, *, where: str) -> Prompt:
    """Parse ``body`` by its kind. Raises `PromptError` for anything outside the prompt language."""
    if head.kind == "map":
        return Prompt(ref=ref, head=head, body=body.text, table=parse_table(body, where=where))
    parts = split_phrases(body, where=where) if head.kind == "phrases" else {BODY: (body.piece(0, body.text),)}
    phrases = {key: _phrase(texts, key, where=where) for key, texts in parts.items()}
    return Prompt(ref=ref, head=head, body=body.text, phrases=phrases)


def declared(prompt: Prompt, *, where: str, unused: bool = True) -> None:
    """Raise unless the inputs declared in the head are exactly those used (``unused=False``: at least those)."""
    for name in sorted(prompt.used - set(prompt.head.inputs)):
        line = _line(prompt, name)
        raise PromptError(
            f"{where}, line {line}: uses {{{{ {name} }}}}, which its inputs do not declare.",
            hint=f"Declared: {', '.join(sorted(prompt.head.inputs)) or 'none'}.",
            line=line,
        )
    for name in sorted(set(prompt.head.inputs) - prompt.used) if unused else ():
        raise PromptError(f"{where}: declares {name!r} and never uses it.", hint="Use it or remove it from inputs.")


def digest(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _line(prompt: Prompt, name: str) -> int:
    """The line of the file on which a prompt first uses a variable."""
    told = [one for phrase in prompt.phrases.values() for one in phrase.alternatives if name in one.variables]
    return min(one.line_of(name) for one in told)


def _phrase(pieces: tuple[Piece, ...], key: str, *, where: str) -> Phrase:
    """Parse the alternatives of one key."""
    place = f"{where} ({key})" if key else where
    made = tuple(alternative(piece, place) for piece in pieces)
    return Phrase(alternatives=made, variables=frozenset().union(*(one.variables for one in made)))
