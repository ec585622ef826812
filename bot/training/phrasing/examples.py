"""One example of the phraser's: a frame without words, and a sentence that says it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from bot.engines.phraser.sheet import Cue, Frame, Slot
from bot.engines.phraser.words import names_of, spelled


@dataclass(frozen=True, slots=True)
class Example:
    """``text`` is in small letters, its slots in brackets. ``family`` is what is held out as a whole."""

    frame: Frame
    text: str
    family: str

    @property
    def whole(self) -> bool:
        """Whether the sentence says all of its frame, each slot once, and nothing beyond it."""
        used = names_of(self.text)
        return (
            bool(used)
            and len(set(used)) == len(used)
            and set(used) <= self.frame.words.keys()
            and not self.frame.missing(used)
            and spelled(self.text)
        )


def bare(cue: Cue) -> Cue:
    """The cue without the words of one item: all that the network ever sees."""
    return Cue(cue.relation, tuple(Slot(slot.name, due=slot.due) for slot in cue.slots))
