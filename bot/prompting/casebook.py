"""The test set: the shipped cases, which stay as they are, and those of the data directory. Knows no web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import InvalidRequest
from bot.prompting import cases as files
from bot.prompting.cases import Case, Expect
from bot.prompting.refusing import UnknownCase

SHIPPED = Path(__file__).with_name("shipped.yaml")
MOST = 500
"""Cases of one's own."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A case and the file that it is in; None for a shipped one."""

    case: Case
    path: Path | None = None


class CaseBook:
    """All cases of a server; the own ones are in ``folder``."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder

    def all(self) -> tuple[Kept, ...]:
        """Every case that can be read, shipped ones first; of two with one name the first."""
        found: dict[str, Kept] = {}
        for kept in self._read():
            found.setdefault(kept.case.name, kept)
        return tuple(found.values())

    def problems(self) -> tuple[str, ...]:
        """What is wrong with files that cannot be read."""
        return tuple(str(error) for _, error in self._broken())

    def find(self, name: str) -> Kept:
        """One case. Raises UnknownCase."""
        found = next((kept for kept in self.all() if kept.case.name == name), None)
        if found is None:
            raise UnknownCase(f"there is no case {name[:80]!r}", hint="GET /v1/prompts/cases lists them")
        return found

    def add(self, case: Case) -> Kept:
        """Keep a new case, under a name of its own."""
        held = self.all()
        if sum(kept.path is not None for kept in held) >= MOST:
            raise InvalidRequest(f"there are {MOST} cases already", hint="remove one that tells nothing new")
        taken = {kept.case.name for kept in held} | {path.stem for path in self._folder.glob("*.yaml")}
        name = next(name for name in _names(case.name) if not {name, files.slug(name)} & taken)
        case = replace(case, name=name)
        return Kept(case, files.save(case, self._folder))

    def expect(self, name: str, expect: Expect) -> Kept:
        """Change what should happen. Raises UnknownCase, and InvalidRequest for a shipped one."""
        kept = self._own(name)
        case = replace(kept.case, expect=expect)
        self._write(kept, case)
        return Kept(case, kept.path)

    def remove(self, name: str) -> None:
        """Take a case out. Raises UnknownCase, and InvalidRequest for a shipped one."""
        self._write(self._own(name), None)

    def _own(self, name: str) -> Kept:
        kept = self.find(name)
        if kept.path is None:
            raise InvalidRequest(f"the case {name!r} is shipped and stays as it is", hint="save one of your own")
        return kept

    def _write(self, kept: Kept, case: Case | None) -> None:
        """The file of a case with another one in its place, or without it."""
        assert kept.path is not None
        left = [case if one.name == kept.case.name else one for one in files.load(kept.path)]
        told = [one for one in left if one is not None]
        if not told:
            return kept.path.unlink(missing_ok=True)
        fresh = kept.path.with_suffix(".new")
        fresh.write_text(files.dump(told), "utf-8")
        fresh.replace(kept.path)
        return None

    def _read(self) -> Iterator[Kept]:
        yield from (Kept(case) for case in files.load(SHIPPED))
        broken = {path for path, _ in self._broken()}
        for path in sorted(self._folder.glob("*.yaml")):
            if path not in broken:
                yield from (Kept(case, path) for case in files.load(path))

    def _broken(self) -> Iterator[tuple[Path, InvalidRequest]]:
        for path in sorted(self._folder.glob("*.yaml")):
            try:
                files.load(path)
            except InvalidRequest as error:
                yield path, error


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} {number}" for number in range(2, MOST + 3))
