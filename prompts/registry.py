"""The registry: shipped prompts, an overlay of edited ones above them, and always a last good version.

A snapshot (`Book`) is immutable and swapped whole, so a turn that holds a voice never sees half an edit. Knows nothing
of engines, items or visitors.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from prompts import checking
from prompts.book import Book, assemble, grammar_of, overlaid
from prompts.errors import PromptError
from prompts.files import DEFAULT_LOCALE, Signature, chain, discover, signature
from prompts.prompt import Prompt
from prompts.states import content
from prompts.voice import STYLES, Voice

_log = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent
"""The folder of the shipped prompt files: this package."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An edited file that could not be used, and what is used in its place stays as it was."""

    path: Path
    message: str
    hint: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.message} To do: {self.hint}" if self.hint else self.message


class Registry:
    """All prompts of a server. Make it with `Registry.load`."""

    def __init__(self, shipped: Path, overlay: Path | None, *, telling: bool = True) -> None:
        """Hold the folders; nothing is read yet. ``telling``: what cannot be used is logged."""
        self._telling = telling
        self._shipped = shipped
        self._overlay = overlay
        self._lock = threading.Lock()
        self._seen: Signature = {}
        self._book = Book()
        self.problems: tuple[Problem, ...] = ()

    @classmethod
    def load(cls, overlay: Path | None = None, *, shipped: Path = SHIPPED) -> Registry:
        """Read and check every prompt. A broken overlay file is listed in ``problems``; a broken shipped one raises.

        Raises `PromptError` naming the file.
        """
        registry = cls(shipped, overlay)
        registry._read(first=True)
        return registry

    def refresh(self) -> bool:
        """Re-read when a file was added, changed or removed; True when something was.

        A broken edit, of an overlay or a shipped file, keeps the last good version and is listed in ``problems``.
        """
        if signature(*self._roots()) == self._seen:
            return False
        with self._lock:
            self._read(first=False)
        return True

    @property
    def number(self) -> int:
        """Which reading of the files this is: it grows whenever something was edited."""
        return self._book.number

    def names(self) -> tuple[str, ...]:
        """All prompt names, sorted."""
        return self._book.names()

    def slots(self) -> tuple[tuple[str, str], ...]:
        """Every (name, locale) that has a file, sorted."""
        return tuple(sorted(self._book.prompts))

    def at(self, name: str, locale: str) -> Prompt | None:
        """The prompt in exactly that locale."""
        return self._book.prompts.get((name, locale))

    def grammar(self, locale: str) -> Mapping[str, str]:
        """The joining words of a locale."""
        return grammar_of(self._book, locale)

    def locales(self) -> tuple[str, ...]:
        """All locales that some prompt has, English first."""
        found = {locale for _, locale in self._book.prompts}
        return (DEFAULT_LOCALE, *sorted(found - {DEFAULT_LOCALE}))

    def styles(self) -> tuple[str, ...]:
        """All styles: ours, then those that only an overlay has (keys such as ``hello@formal``)."""
        keys = (key for prompt in self._book.prompts.values() for key in prompt.phrases)
        found = {key.partition("@")[2] for key in keys if "@" in key}
        return (*STYLES, *sorted(found - set(STYLES)))

    def prompt(self, name: str, locale: str = DEFAULT_LOCALE) -> Prompt:
        """The prompt in that locale or the nearest (``zh-CN``, ``zh``, ``en``). Raises `PromptError`."""
        return self._book.find(name, chain(locale))

    @property
    def state(self) -> str:
        """The id of what is spoken: of a published state, or of the files as they are now."""
        return self._book.state

    def voice(
        self, locale: str = DEFAULT_LOCALE, style: str = "plain", *, catalog: str = "", visitor: str = ""
    ) -> Voice:
        """A voice for one turn; ``catalog`` picks the nouns ("film"/"films"), generic ones when it is unknown.

        ``visitor`` is who hears it, which matters where a trial runs. Raises `PromptError` for a style that is neither
        ours nor that of any prompt.
        """
        if style not in STYLES and style not in self.styles():
            raise PromptError(f"No prompt speaks in the style {style!r}.", hint=f"Styles: {', '.join(self.styles())}.")
        return Voice(self._book, locale=locale, style=style, catalog=catalog)

    def check(self) -> None:
        """Render every phrase of every prompt with its samples. Raises `PromptError` at the first that fails."""
        for (name, locale), prompt in self._book.prompts.items():
            checking.samples(prompt, grammar=grammar_of(self._book, locale), where=f"{name}.{locale}")

    def tried(self, name: str, locale: str, text: str, *, where: str) -> Prompt:
        """One prompt with an edited file over it, checked as a reading would; nothing is kept. Raises `PromptError`."""
        return overlaid(self._book, (name, locale), text, where=where)

    def _roots(self) -> tuple[Path, ...]:
        """The folders that are read, shipped first."""
        return (self._shipped,) if self._overlay is None else (self._shipped, self._overlay)

    def _read(self, *, first: bool) -> None:
        """Make the next book and swap it in."""
        seen = signature(*self._roots())
        book, faults = assemble([discover(root) for root in self._roots()], last=self._book)
        broken = [(path, error) for path, error in faults if path.is_relative_to(self._shipped)]
        if first and broken:
            path, error = broken[0]
            raise PromptError(f"A shipped prompt is broken: {error}", hint=error.hint or f"Repair {path}.")
        self._book = replace(book, number=self._book.number + 1, state=self._identity())
        self._seen = seen
        self._tell(tuple(Problem(path, str(error), error.hint, error.line) for path, error in faults))

    def _identity(self) -> str:
        """The id that what was read would be published under."""
        return content(self._overlay, shipped=self._shipped).id

    def _tell(self, problems: tuple[Problem, ...]) -> None:
        """Keep what is wrong now, and log what was not wrong before."""
        for problem in problems:
            if self._telling and problem not in self.problems:
                _log.warning("a prompt was edited and cannot be used, what was good stays: %s", problem)
        self.problems = problems
