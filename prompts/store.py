"""The published states of a server: versions that never change, labels that move, one trial at a time.

    <root>/states/<id>/...   one folder per state (see `states`)
    <root>/journal.jsonl     who published, moved, rolled back, tried what, and why (see `journal`)

Several processes may use one store: writers wait for each other, readers never wait. Knows nothing of conversations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from prompts import journal, states
from prompts.errors import PromptError
from prompts.journal import Entry
from prompts.trials import Trial

LABELS = ("production", "staging")
PRODUCTION = "production"
FIRST = "As shipped."
PATIENCE = 20.0
"""Seconds that a writer waits for another."""
_SHORTEST = 4
"""Digits of an id that name a state."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published state: ``number`` counts from 1, the shipped prompts; ``labels`` stand on it now."""

    number: int
    id: str
    why: str
    author: str
    at: str
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.number} ({self.id[:8]})"


class Store:
    """The door to ``root``. Everything is read anew when the journal has changed."""

    def __init__(self, root: Path, *, shipped: Path) -> None:
        """Nothing is read or made yet."""
        self.root = root
        self._shipped = shipped
        self._journal = root / "journal.jsonl"
        self._read: tuple[tuple[int, int], tuple[Entry, ...]] | None = None

    @property
    def used(self) -> bool:
        """Whether anything was ever published here."""
        return self._journal.exists()

    def history(self) -> tuple[Entry, ...]:
        """Everything that happened, oldest first; at first the shipped state alone. Raises `PromptError`."""
        stamp = self._stamp()
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, journal.read(self._journal))
        return self._read[1] or (self._first(),)

    def versions(self) -> tuple[Version, ...]:
        """Every state by the order in which they were first published."""
        history = self.history()
        standing = {label: found for label in LABELS if (found := standing_of(history, label))}
        first: dict[str, Entry] = {}
        for entry in history:
            if entry.action == "publish":
                first.setdefault(entry.state, entry)
        return tuple(
            Version(
                number,
                entry.state,
                entry.why,
                entry.author,
                entry.at,
                tuple(label for label in LABELS if standing.get(label) == entry.state),
            )
            for number, entry in enumerate(first.values(), 1)
        )

    def label(self, name: str) -> Version | None:
        """The version that a label stands on, None for one that was never put anywhere."""
        return next((version for version in self.versions() if name in version.labels), None)

    def find(self, ref: str) -> Version:
        """A version by its number, its label, ``shipped``, or the first digits of its id. Raises `PromptError`."""
        ref = ref.strip()
        versions = self.versions()
        found = [one for one in versions if ref in (str(one.number), one.id, *one.labels)]
        if not found and ref == "shipped":
            found = [versions[0]]
        if not found and len(ref) >= _SHORTEST:
            found = [one for one in versions if one.id.startswith(ref)]
        if len(found) != 1:
            known = ", ".join(str(one) for one in versions[-8:])
            raise PromptError(f"No one version is called {ref!r}.", hint=f"There are: {known}, and the labels.")
        return found[0]

    def folder(self, version: Version) -> Path | None:
        """Where the files of a version lie; None for one without files. Raises `PromptError` where they are gone."""
        folder = self.root / "states" / version.id
        if not folder.is_dir():
            if version.number == 1:
                return None
            raise PromptError(f"The files of version {version} are gone.", hint=f"Put {folder} back from a backup.")
        return folder

    def publish(
        self,
        files: Mapping[str, bytes],
        *,
        why: str,
        author: str,
        label: str = PRODUCTION,
        expected: str | None = None,
    ) -> Version:
        """Keep ``files`` as a state and put ``label`` on it. ``expected``: the id that the label stood on before.

        Raises:
            PromptError: no reason, nothing new, or somebody else published meanwhile.
        """
        made = states.Content(states.base_of(self._shipped), files)
        with self._writing(why, label) as history:
            before = standing_of(history, label)
            if expected is not None and before is not None and before != expected:
                raise PromptError(
                    f"Meanwhile version {self._called(before)} was put on {label!r}.",
                    hint="Look at it with `shelftalk prompts diff`, take it up into your files, and publish again.",
                )
            if before == made.id:
                raise PromptError(f"Nothing has changed: {label!r} says this already.", hint="Edit a prompt first.")
            states.write(self.root / "states", made)
            self._append(Entry("publish", made.id, label, why.strip(), author, journal.now()))
        return self.find(made.id)

    def move(self, label: str, ref: str, *, why: str, author: str) -> Version:
        """Put a label on a version. Raises `PromptError` for one that is not there."""
        version = self.find(ref)
        self.folder(version)
        with self._writing(why, label):
            self._append(Entry("move", version.id, label, why.strip(), author, journal.now()))
        return self.find(version.id)

    def rollback(self, *, why: str, author: str, label: str = PRODUCTION) -> Version:
        """Put a label back on what it stood on before; again: on what came before that. Raises `PromptError`."""
        with self._writing(why, label) as history:
            stack = _stack(history, label)
            if len(stack) < 2:
                raise PromptError(f"There is nothing before what {label!r} stands on.", hint="Publish something first.")
            self._append(Entry("rollback", stack[-2], label, why.strip(), author, journal.now()))
        return self.find(stack[-2])

    def trial(self) -> Trial | None:
        """The trial that runs now; whatever moves ``production`` ends it."""
        running: Trial | None = None
        standing = ""
        for entry in self.history():
            if entry.label == PRODUCTION and entry.action != "trial":
                standing, running = entry.state, None
            elif entry.action == "trial":
                running = Trial(standing, entry.state, entry.percent, entry.at, entry.why, entry.author)
            elif entry.action == "end_trial":
                running = None
        return running

    def begin_trial(self, ref: str, *, percent: float, why: str, author: str) -> Trial:
        """Let a share of the visitors hear another version; a running trial of it gets the new share."""
        version = self.find(ref)
        self.folder(version)
        if not 0 < percent < 100:
            raise PromptError(f"A trial cannot have {percent:g} percent.", hint="Choose more than 0 and less than 100.")
        with self._writing(why, PRODUCTION) as history:
            if standing_of(history, PRODUCTION) == version.id:
                raise PromptError(f"Version {version} is what everybody hears.", hint="Try another one.")
            self._append(Entry("trial", version.id, PRODUCTION, why.strip(), author, journal.now(), percent))
        found = self.trial()
        assert found is not None
        return found

    def end_trial(self, *, why: str, author: str) -> None:
        """Everybody hears ``production`` again. Raises `PromptError` where no trial runs."""
        running = self.trial()
        if running is None:
            raise PromptError("No trial is running.", hint="Begin one with `shelftalk prompts trial VERSION PERCENT`.")
        with self._writing(why, PRODUCTION):
            self._append(Entry("end_trial", running.variant, "", why.strip(), author, journal.now()))

    def damaged(self) -> tuple[Version, ...]:
        """The versions whose files are gone or were changed after they were published."""
        held = [one for one in self.versions() if one.number > 1 or (self.root / "states" / one.id).is_dir()]
        return tuple(one for one in held if not states.intact(self.root / "states" / one.id))

    def _first(self) -> Entry:
        made = states.Content(states.base_of(self._shipped))
        return Entry("publish", made.id, PRODUCTION, FIRST, "shelftalk")

    def _append(self, entry: Entry) -> None:
        """Write an entry, at the very first time after the shipped state."""
        if not self.used:
            first = self._first()
            states.write(self.root / "states", states.Content(states.base_of(self._shipped)))
            journal.append(self._journal, first, entry)
        else:
            journal.append(self._journal, entry)
        states.sync(self.root)
        self._read = None

    def _called(self, id_: str) -> str:
        return next((str(one) for one in self.versions() if one.id == id_), id_[:8])

    def _stamp(self) -> tuple[int, int]:
        try:
            stamp = self._journal.stat()
        except FileNotFoundError:
            return (0, 0)
        except OSError as error:
            found = f"{self._journal} cannot be read: {error}"
            raise PromptError(found, hint="Check its rights and the disk.") from error
        return (stamp.st_mtime_ns, stamp.st_size)

    @contextmanager
    def _writing(self, why: str, label: str) -> Iterator[tuple[Entry, ...]]:
        """Hold the store alone; yields the history as it is by then."""
        if not why.strip():
            raise PromptError("It has no reason.", hint="Say in a sentence what changes and why: --why SENTENCE.")
        if label not in LABELS:
            raise PromptError(f"No label is called {label!r}.", hint=f"Choose one of {', '.join(LABELS)}.")
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.root / ".lock", timeout=PATIENCE):
                self._read = None
                yield self.history()
        except Timeout as error:
            raise PromptError("Somebody else is publishing.", hint="Try again in a minute.") from error


def standing_of(history: tuple[Entry, ...], label: str) -> str | None:
    """The state that a label stands on after ``history``."""
    stack = _stack(history, label)
    return stack[-1] if stack else None


def _stack(history: tuple[Entry, ...], label: str) -> list[str]:
    """What a label stood on, what was rolled back taken off, the latest last."""
    moves: Mapping[str, Callable[[list[str], str], list[str]]] = {
        "publish": lambda stack, state: [*stack, state],
        "move": lambda stack, state: [*stack, state],
        "rollback": lambda stack, _: stack[:-1],
    }
    stack: list[str] = []
    for entry in history:
        if entry.label == label and entry.action in moves:
            stack = moves[entry.action](stack, entry.state)
    return stack
