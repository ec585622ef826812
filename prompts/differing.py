"""What two readings of the prompts say differently, phrase by phrase. Knows no files and no versions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prompts.book import Slot
from prompts.prompt import Prompt
from prompts.registry import Registry
from prompts.sections import Table


@dataclass(frozen=True, slots=True)
class Difference:
    """One phrase, or one leaf of a map, in two wordings; an empty one is not there. ``key`` "" is a whole template."""

    name: str
    locale: str
    key: str
    before: str
    after: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that go (``-``), come (``+``) and stay around them (a blank), in their order."""
        rows = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=1, lineterm="")
        return tuple(row for row in rows if not row.startswith(("---", "+++", "@@")))

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The wording word by word: (``same``, ``gone`` or ``new``, the words)."""
        before, after = self.before.split(" "), self.after.split(" ")
        found: list[tuple[str, str]] = []
        for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag == "equal":
                found.append(("same", " ".join(before[a:b])))
                continue
            found += [("gone", " ".join(before[a:b]))] if b > a else []
            found += [("new", " ".join(after[c:d]))] if d > c else []
        return tuple(found)


def differences(before: Registry, after: Registry) -> tuple[Difference, ...]:
    """Everything that ``after`` says otherwise than ``before``, sorted by name."""
    found: list[Difference] = []
    for name, locale in sorted({*before.slots(), *after.slots()}):
        old, new = before.at(name, locale), after.at(name, locale)
        if (old.ref.hash if old else "") != (new.ref.hash if new else ""):
            found += _between((name, locale), _texts(old), _texts(new))
    return tuple(found)


def _between(slot: Slot, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        pair = (before.get(key, ""), after.get(key, ""))
        if pair[0] != pair[1]:
            yield Difference(*slot, key, *pair)


def _texts(prompt: Prompt | None) -> dict[str, str]:
    """Key -> wording; alternatives stand between ``---`` lines, parameters under ``parameters``."""
    if prompt is None:
        return {}
    texts = {key: "\n---\n".join(one.source for one in phrase.alternatives) for key, phrase in prompt.phrases.items()}
    texts |= {f"(parameter) {name}": str(value) for name, value in prompt.head.parameters.items()}
    return texts | dict(_leaves(prompt.table))


def _leaves(table: Table, path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        place = f"{path}.{key}" if path else key
        if isinstance(value, str):
            yield place, value
        else:
            yield from _leaves(value, place)
