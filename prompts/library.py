"""What a server speaks: a published version or the files of its folder, and beside it the version of a trial.

    auto         what stands on `production` once something was published, before that the folder's files
    files        the folder's files as they are, published or not
    production, staging, 3, 5e0c...   that version; a label is followed when it moves

Edits, publications, rollbacks and trials are heard at the next `refresh`. Knows nothing of conversations.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from prompts.errors import PromptError
from prompts.files import DEFAULT_LOCALE
from prompts.registry import SHIPPED, Registry
from prompts.store import PRODUCTION, Store, Version
from prompts.trials import Trial
from prompts.voice import Voice

AUTO, FILES = "auto", "files"
_log = logging.getLogger(__name__)
_visitor: ContextVar[str] = ContextVar("visitor", default="")
_instead: ContextVar[Registry | None] = ContextVar("instead", default=None)


class Library(Registry):
    """All prompts of a server that publishes. Make it with `Library.open`."""

    def __init__(self, store: Store, shipped: Path, folder: Path, speaks: str) -> None:
        """Hold what there is; nothing is read yet."""
        super().__init__(shipped, folder)
        self.store = store
        self.folder = folder
        self.version: Version | None = None
        self.fault = ""
        self._speaks = speaks
        self._trial: Trial | None = None
        self._variant: Registry | None = None

    @classmethod
    def open(cls, store_root: Path, folder: Path, *, speaks: str = AUTO, shipped: Path = SHIPPED) -> Library:
        """Read and check what shall be spoken. Raises `PromptError` where there is no such version."""
        library = cls(Store(store_root, shipped=shipped), shipped, folder, speaks)
        library._look()
        library._read(first=True)
        return library

    @property
    def root(self) -> Path:
        """The folder of the shipped prompts."""
        return self._shipped

    @property
    def follows(self) -> bool:
        """Whether whatever is put on `production` is spoken here."""
        return self._speaks in (AUTO, PRODUCTION)

    @property
    def trial(self) -> Trial | None:
        """The trial that is heard now: one runs, and this server speaks what is on `production`."""
        return self._trial

    def refresh(self) -> bool:
        """Follow the labels and re-read what was edited; True when something was.

        What cannot be read leaves everything as it was; ``fault`` says why.
        """
        number, before = self.number, self.version
        with self._lock:
            try:
                self._look()
                self.fault = ""
            except PromptError as error:
                if str(error) != self.fault:
                    _log.warning("the published prompts cannot be read, what was good stays: %s", error)
                self.fault = str(error)
            if (before and before.id) != (self.version and self.version.id):
                self._read(first=False)
        super().refresh()
        if self._variant is not None:
            self._variant.refresh()
        return self.number != number

    def voice(
        self, locale: str = DEFAULT_LOCALE, style: str = "plain", *, catalog: str = "", visitor: str = ""
    ) -> Voice:
        """A voice for one turn, of the trial's version for those visitors who are in its share."""
        instead = _instead.get()
        trial, variant = self._trial, self._variant
        if instead is None and trial and variant and trial.hears_variant(visitor or _visitor.get()):
            instead = variant
        if instead is not None and instead is not self:
            return instead.voice(locale, style, catalog=catalog)
        return super().voice(locale, style, catalog=catalog)

    def reading(self, ref: str) -> Registry:
        """A version, ``files`` or a folder of prompt files, read and checked. Raises `PromptError`."""
        if ref == FILES or Path(ref).is_dir():
            return self._read_now(Registry(self._shipped, self.folder if ref == FILES else Path(ref)))
        found = self.store.find(ref)
        return self._read_now(_Published(self.store.folder(found), self._shipped, found))

    def drafted(self, files: Mapping[str, bytes], *, place: Path) -> Registry:
        """Files that are not published, read and checked; its problems name them below ``place``."""
        with TemporaryDirectory(prefix="shelftalk-draft-") as folder:
            for name, data in files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            registry = self._read_now(Registry(self._shipped, Path(folder), telling=False))
            registry.problems = tuple(
                replace(one, path=place / one.path.relative_to(folder), message=one.message.replace(folder, str(place)))
                if one.path.is_relative_to(folder)
                else one
                for one in registry.problems
            )
        return registry

    def _read_now(self, registry: Registry) -> Registry:
        """``registry``, read and checked."""
        registry._read(first=True)
        return registry

    def _look(self) -> None:
        """Find out what shall be spoken, and what a trial lets others hear."""
        ref = PRODUCTION if self._speaks == AUTO else self._speaks
        published = self._speaks != FILES and (self._speaks != AUTO or self.store.used)
        version = self.store.find(ref) if published else None
        folder = self.store.folder(version) if version else self.folder
        trial = self.store.trial() if version and PRODUCTION in version.labels else None
        if (trial.variant if trial else "") != (self._trial.variant if self._trial else ""):
            self._variant = self.reading(trial.variant) if trial else None
        self.version, self._overlay, self._trial = version, folder, trial

    def _identity(self) -> str:
        return self.version.id if self.version else super()._identity()


class _Published(Registry):
    """One published version: its id is what it was published under, whatever is shipped today."""

    def __init__(self, folder: Path | None, shipped: Path, version: Version) -> None:
        super().__init__(shipped, folder)
        self._version = version

    def _identity(self) -> str:
        return self._version.id


@contextmanager
def heard_by(visitor: str) -> Iterator[None]:
    """Within the block, on this thread, whatever asks for a voice asks for this visitor's."""
    token = _visitor.set(visitor)
    try:
        yield
    finally:
        _visitor.reset(token)


@contextmanager
def speaking(registry: Registry) -> Iterator[None]:
    """Within the block, on this thread, every library speaks ``registry`` instead."""
    token = _instead.set(registry)
    try:
        yield
    finally:
        _instead.reset(token)
