"""The labelled messages of one catalogue: ``<catalogue>.open.toml`` and its ``.sealed``, ``.tuning`` and ``.fresh``.

The open half may be looked into. Of the sealed half nothing is ever told but figures: an error names the place in the
file and the rule that is broken, not the words; and so with the fresh messages, which were written when the rules and
the reader were done. Thresholds are chosen on the tuning messages, with which no rule was improved. Knows no reader.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from bot.errors import InvalidRequest
from bot.evaluation.understand.labels import LabelError, intent
from bot.types import Intent, Message
from bot.understanding import Vocabulary

Half: TypeAlias = Literal["open", "sealed"]
Part: TypeAlias = Half | Literal["tuning", "fresh"]
HALVES: tuple[Half, ...] = get_args(Half)
FRESH: Part = "fresh"
UNTOLD: frozenset[Part] = frozenset({"sealed", FRESH})
TUNING: tuple[Part, ...] = ("tuning",)
_KNOWN = frozenset({"message", "want", "shown", "before"})
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One message and what it means. ``shown`` are the ids shown just before, ``before`` what the visitor had said."""

    catalogue: str
    half: Part
    number: int
    message: str
    want: Intent
    shown: tuple[str, ...] = ()
    before: str = ""

    @property
    def history(self) -> tuple[Message, ...]:
        """What was said and shown before; empty for a first message."""
        if not (self.shown or self.before):
            return ()
        asked = Message("visitor", self.before or "show me something")
        return asked, Message("assistant", "Here you are.", items=self.shown)


def load(folder: Path, catalogue: str, vocabulary: Vocabulary, parts: Sequence[Part] = HALVES) -> tuple[Case, ...]:
    """The cases of one catalogue, of both halves or other ``parts``; one without a file is left out.

    Raises:
        InvalidRequest: a file is no TOML, or has labels that the catalogue does not allow: all files' faults are named.
    """
    cases, faults = [], list[str]()
    for half in parts:
        path = folder / f"{catalogue}.{half}.toml"
        for number, row in enumerate(_rows(path, half), 1):
            try:
                cases.append(_case(row, catalogue=catalogue, half=half, number=number, vocabulary=vocabulary))
            except LabelError as error:
                told = error.rule if half in UNTOLD else str(error)
                faults.append(f"{path.name}, case {number}: {told}")
    if faults:
        more = f" (and {len(faults) - _NAMED} more)" if len(faults) > _NAMED else ""
        raise InvalidRequest("; ".join(faults[:_NAMED]) + more, hint="correct these labels")
    return tuple(cases)


def _rows(path: Path, half: Part) -> Iterator[Any]:
    """The tables called ``case``; nothing where there is no file."""
    if not path.is_file():
        return
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = "" if half in UNTOLD else f": {error}"
        raise InvalidRequest(f"{path.name} is not TOML{why}", hint="correct the file") from None
    rows = found.get("case")
    if found.keys() != {"case"} or not isinstance(rows, list):
        raise InvalidRequest(f"{path.name} holds no list of [[case]], or something else beside it", hint="correct it")
    yield from rows


def _case(row: Mapping[str, Any], *, catalogue: str, half: Part, number: int, vocabulary: Vocabulary) -> Case:
    if not isinstance(row, dict) or row.keys() - _KNOWN:
        raise LabelError("a key that is none of message, want, shown, before", row)
    message, want, before = row.get("message"), row.get("want"), row.get("before", "")
    shown = row.get("shown", [])
    if not isinstance(message, str) or not message.strip() or not isinstance(before, str):
        raise LabelError("no message, or one that is no text")
    if not isinstance(want, dict):
        raise LabelError("no `want`")
    if not isinstance(shown, list) or any(id_ not in vocabulary.by_id for id_ in shown):
        raise LabelError("`shown` is not a list of items of the catalogue", shown)
    meant = intent(want, vocabulary, message, shown)
    return Case(catalogue, half, number, message, meant, tuple(shown), before)
