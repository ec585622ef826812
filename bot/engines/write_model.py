"""The writer with the trained phraser: the frame as composed, and of every card one sentence that the network words.

What is said of a card is chosen as it always is; the network puts it into words, code fills in what stands for each
slot. Of several sentences the first is taken that begins like no other, repeats nothing and passes the claim check in
its line. Where none does, in another language or style, or for any other task, the composed words stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from bot.claims import checked
from bot.engines.phraser.cues import cue_of, noun_of
from bot.engines.phraser.sheet import STYLES, Frame, apart
from bot.engines.write_composed import ComposedWriter, framed, line, pieces, variant_of
from bot.phrasing import REASON, Speaker
from bot.reasons import choices
from bot.repeating import opening
from bot.types import Brief, Card

if TYPE_CHECKING:
    from bot.points import Point
    from vectorstore.index import ItemIndex

LONGEST = 40
"""Words of a sentence with all that was put into it."""
LANGUAGE = "en"
SLOT = "write/slot"


class Words(Protocol):
    """What puts a frame into words."""

    device: str

    def sentences(self, frame: Frame, *, seed: int) -> Iterator[str]:
        """Sentences without capital and stop, best guess first; the same for the same seed."""
        ...


class ModelWriter:
    """Writes recommendations with ``phraser`` over one catalogue. Safe to use from several threads."""

    name = "model"
    grounded = True

    def __init__(self, phraser: Words, index: ItemIndex) -> None:
        """Serve the items of ``index``."""
        self.device = phraser.device
        self._phraser, self._index = phraser, index
        self._composed = ComposedWriter()

    def write(self, brief: Brief) -> Iterator[str]:
        """Pieces of a few words; the reply is their join. Raises `PromptError` for a situation that no phrase says."""
        if not _worded(brief):
            yield from self._composed.write(brief)
            return
        yield from pieces(framed(brief))
        said = list[str]()
        speakers = [self._speaker(brief, card) for card in brief.cards]
        for number, found in enumerate(choices(speakers)):
            card = brief.cards[number]
            yield "\n" if number else "\n\n"
            reason = self._reason(brief, speakers[number], found, said)
            card = replace(card, reasons=(reason, *card.reasons[1:])) if reason else card
            said += card.reasons[:1]
            yield from pieces(line(brief, card))

    def _speaker(self, brief: Brief, card: Card) -> Speaker:
        """What is known of one card, as its reasons were made from it."""
        place, among = brief.cards.index(card), len(brief.cards)
        return Speaker(
            card.item, self._index.schema, brief.voice, card.evidence, brief.state, variant=place, among=among
        )

    def _reason(self, brief: Brief, speaker: Speaker, found: Sequence[Point], said: Sequence[str]) -> str:
        """The first sentence that may stand on the card; empty where none may."""
        cues = apart([cue_of(speaker, point) for point in found])
        if not cues:
            return ""
        place, card = speaker.variant, brief.cards[speaker.variant]
        style = brief.voice.parameters(SLOT).get("style", brief.style)
        frame = Frame(cues, style=style, place=_place(place, len(brief.cards)), noun=noun_of(speaker))
        seed = variant_of(card.item.id, brief.message)
        written = [speaker.say(REASON, "sentence", clauses=[one]) for one in self._phraser.sentences(frame, seed=seed)]
        later = [one.reasons[0] for one in brief.cards[place + 1 :] if one.reasons]
        fresh = [one for one in written if _fresh(one, [*said, *later], words=2) and _new(one, brief)]
        best = [one for one in fresh if _fresh(one, said, words=1)]
        return next((one for one in dict.fromkeys([*best, *fresh]) if self._true(brief, card, one)), "")

    def _true(self, brief: Brief, card: Card, reason: str) -> bool:
        """Whether the claim check lets the card's line pass as it is; what it does not meet is composed in any case."""
        text = line(brief, replace(card, reasons=(reason, *card.reasons[1:]), unmet=()))
        return "".join(checked([text], brief, self._index)) == text


def _worded(brief: Brief) -> bool:
    """Whether the network has a say: a recommendation in English, in a style that it knows."""
    spoken = brief.facts.get("text") or brief.facts.get("lines")
    english = brief.language.split("-")[0] == LANGUAGE
    return brief.task == "explain" and bool(brief.cards) and not spoken and english and brief.style in STYLES


def _place(number: int, count: int) -> str:
    """Where in the reply a card stands."""
    if count == 1:
        return "alone"
    return "first" if number == 0 else "last" if number == count - 1 else "middle"


def _fresh(sentence: str, others: Sequence[str], *, words: int) -> bool:
    """Whether it begins as no other does."""
    return opening(sentence, words=words) not in {opening(one, words=words) for one in others}


def _new(sentence: str, brief: Brief) -> bool:
    """Whether it is not too long, and was not said in the reply before."""
    return len(sentence.split()) <= LONGEST and sentence.casefold() not in brief.before.casefold()
