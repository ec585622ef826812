"""The writer that asks a language model: a brief becomes evidence in a prompt, and the reply streams back.

What must be said as it stands (refusals, abstentions, hand-overs, questions) is said as it stands. Whether a sentence
is covered by the evidence is checked elsewhere. Knows nothing of how models are loaded or reached.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from bot.engines.chat.asking import Reply
from bot.engines.chat.json_text import without_thoughts
from bot.engines.chat.lengths import FRAME_WORDS, Measure, measured
from bot.engines.understand_chat import model_name
from bot.engines.write_composed import ComposedWriter
from bot.errors import EngineError
from bot.types import Brief, Card, plain
from prompts import PromptError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from prompts import Registry

SYSTEM, TURN = "write/chat", "write/turn"
STOPS = ("</brief>", "<brief")
_LANGUAGES = {"en": "English", "zh": "Chinese"}
_WORDS_A_SENTENCE = 60


class ChatWriter:
    """Writes with ``model``. Raises EngineError when it fails, stalls, or says nothing, also in the middle."""

    def __init__(self, model: BaseChatModel, prompts: Registry, *, seconds: float = 60.0) -> None:
        """``seconds`` bounds the time that a reply may take; how long it may be is a parameter of the prompt."""
        self.name = f"chat ({model_name(model)})"
        self.device = str(getattr(model, "device", "") or "")
        self._model = model
        self._prompts = prompts
        self._seconds = seconds
        self._composed = ComposedWriter()

    def write(self, brief: Brief) -> Iterator[str]:
        """Sentences of the reply; closing the iterator stops the model."""
        if fixed(brief):
            yield from self._composed.write(brief)
            return
        draft = "".join(self._composed.write(brief))
        said: list[str] = []
        opening = draft.split("\n", 1)[0]
        options = {"stop": list(STOPS), **brief.voice.parameters(SYSTEM)}
        reply = Reply(self._model, self._messages(brief, draft), **options)
        text = without_thoughts(_in_time(reply, self._seconds))
        for sentence in measured(text, measure(brief), instead=lambda: opening, cut=lambda: reply.cut):
            said.append(sentence)
            yield sentence
        if not said:
            raise EngineError("the language model wrote nothing", hint="choose another model, or --writer composed")
        yield from _missing(brief, draft, "".join(said))

    def _messages(self, brief: Brief, draft: str) -> list[BaseMessage]:
        """The fixed part, which a local model reads once, and the brief."""
        voice = brief.voice
        try:
            language = _LANGUAGES.get(voice.locale.split("-")[0], voice.locale)
            system = voice.say(SYSTEM, language=language, style=brief.style)
            return [SystemMessage(system), HumanMessage(voice.say(TURN, draft=draft, **evidence(brief)))]
        except PromptError as error:
            raise EngineError(f"the prompt cannot be made: {error}", hint=error.hint) from error


def fixed(brief: Brief) -> bool:
    """Whether the composed words stand: safety, abstention, hand-over, the one question, words spoken elsewhere."""
    if brief.task == "clarify" or brief.facts.get("text") or brief.facts.get("lines"):
        return True
    if brief.task == "answer":
        return brief.answer is None or brief.answer.abstained or not brief.answer.sentences
    key = brief.situation.removeprefix("refusal_")
    return brief.task == "talk" and (brief.situation.startswith("handover") or brief.voice.has("talk/refusal", key))


def measure(brief: Brief) -> Measure:
    """An opening of 25 words and a sentence for each item, one more where it misses a condition; else 120 words."""
    if brief.task != "explain":
        return Measure()
    most = 2 if any(card.unmet for card in brief.cards) else 1
    words = FRAME_WORDS + _WORDS_A_SENTENCE * most * len(brief.cards)
    return Measure(frame_words=FRAME_WORDS, lines=len(brief.cards), sentences=most, words=words)


def evidence(brief: Brief) -> dict[str, Any]:
    """The brief as data: the only things that the reply may say."""
    return {
        "task": brief.task,
        "situation": brief.situation,
        "message": brief.message,
        "facts": {name: plain(value) for name, value in brief.facts.items()},
        "items": [_item(card) for card in brief.cards],
        "sentences": list(brief.answer.sentences) if brief.answer else [],
    }


def _item(card: Card) -> Mapping[str, Any]:
    """What may be said of one item."""
    year = card.item.facets.get("year")
    return {
        "title": card.item.title,
        "year": str(int(year)) if isinstance(year, (int, float)) else str(year or ""),
        "reasons": list(card.reasons),
        "unmet": list(card.unmet),
        "facts": {label: value for label, value in card.facts},
        "quotes": [one.quote for one in card.evidence if one.quote],
    }


def _missing(brief: Brief, draft: str, said: str) -> Iterator[str]:
    """The draft's lines for the items that the model passed over."""
    if brief.task != "explain":
        return
    lines = [line for line in draft.split("\n") if line.startswith("- ")]
    left_out = [
        line for card, line in zip(brief.cards, lines, strict=False) if _bare(card.item.title) not in _bare(said)
    ]
    opened = len(left_out) < len(brief.cards)
    for number, line in enumerate(left_out):
        yield ("\n" if number or opened else "\n\n") + line


def _bare(text: str) -> str:
    """Letters and digits alone, so that marks and escapes make no difference."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _in_time(pieces: Iterable[str], seconds: float) -> Iterator[str]:
    """``pieces``, as long as they come within ``seconds`` altogether."""
    deadline = time.monotonic() + seconds
    for piece in pieces:
        if time.monotonic() > deadline:
            raise EngineError(f"the language model wrote for more than {seconds:g} s", hint="choose a faster model")
        yield piece
