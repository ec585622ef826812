"""What is read wrongly, slot by slot, for whoever improves the reader: of the open half alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from bot.evaluation.understand.cases import Case
from bot.evaluation.understand.legal import faults
from bot.evaluation.understand.slots import WHOLE, Compared
from bot.evaluation.understand.systems import Heard
from bot.understanding import Vocabulary


def wrong(system: str, case: Case, heard: Heard, vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """A row for every thing that is read wrongly in one message: one too many, one missed, or both. Sealed: none."""
    if case.half != "open":
        return
    compared = {slot: compare(heard.intent, case, vocabulary.schema) for slot, compare in WHOLE.items()}
    lacking = ("an error",) if heard.said is None else faults(heard.said, vocabulary)
    for slot, one in {**compared, "valid": Compared(0, extra=lacking)}.items():
        for found, wanted in zip_longest(one.extra, one.missed, fillvalue=""):
            yield {
                "system": system,
                "case": f"{case.catalogue} {case.number}",
                "slot": slot,
                "found": found,
                "wanted": wanted,
                "message": case.message,
            }
