"""The understander without a model: a gazetteer, rules and example sentences over the vocabulary of one catalogue.

It holds a conversation alone and is the floor of every other engine. Deterministic; a few milliseconds a message, plus
one embedding where no rule decides. It knows only words: what a catalogue holds comes from its vocabulary, what a
language says from ``lexical/lexicon``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.engines.lexical.assembly import Assembler
from bot.engines.lexical.findings import Finders, Findings
from bot.engines.lexical.gloss import Gloss, foreign, language_of
from bot.engines.lexical.pointers import Scene
from bot.engines.lexical.shorthand import written_out
from bot.engines.lexical.special import special
from bot.engines.lexical.text import Reading, clean, read, words
from bot.types import Act, Intent, Mention, Message
from bot.understanding import Vocabulary
from vectorstore.base import Embedder, Schema

_LOOK_BACK = 3
"""How many of the visitor's messages since the last list are read to know what "it" means."""
_LETTERS = re.compile(r"[^\W\d_]")


class LexicalUnderstander:
    """Reads messages by words and rules. Safe to use from several threads."""

    name = "lexical"

    def __init__(self, vocabulary: Vocabulary, embedder: Embedder) -> None:
        """Index ``vocabulary`` and embed the example sentences: well under a second for ten thousand items."""
        self._finders = Finders(vocabulary, embedder)
        self._assembler = Assembler(self._finders)
        self._gloss = Gloss("zh", foreign(vocabulary.schema))

    def understand(self, history: Sequence[Message], message: str, schema: Schema) -> Intent:
        """The intent of one message; never raises on odd text. ``schema`` is the vocabulary's own."""
        return self.read(history, message)[0]

    def read(self, history: Sequence[Message], message: str) -> tuple[Intent, Findings | None]:
        """The intent and what it was made of: None for a message that is answered as what it is (harm, gibberish)."""
        text = clean(message)
        language, sure = language_of(text)
        reading = self._read(text, language)
        intent, findings = self._special(message, reading), None
        if intent is None:
            findings = self._finders.find(reading, self._scene(history))
            intent = replace(self._assembler.intent(findings), unheld=findings.unheld)
        read_as = replace(
            intent,
            language=language or _spoken(history),
            confidence=round(intent.confidence * sure, 3),
            engines=_decided(intent),
        )
        return read_as, findings

    def link(self, text: str) -> Mention:
        """The item that a title means, or a mention without one and with what is near."""
        key = words(clean(text))
        titles = self._finders.titles
        found = titles.exact(key) or titles.fuzzy(key) if key else None
        if found is None and len(titles.content(key)) > 1:
            found = titles.partial(key)
        if found:
            return Mention(text, found.item_id, confidence=found.score / 100)
        return Mention(text, None, near=titles.near(key) if key else (), confidence=0.6)

    def _read(self, text: str, language: str) -> Reading:
        return read(clean(self._gloss.english(text)) if language == "zh" else written_out(text))

    def _special(self, message: str, reading: Reading) -> Intent | None:
        """Messages that are answered as what they are: no sentence, or none that is served."""
        situation = special(message, reading, self._finders.known)
        if situation:
            act: Act = "out_of_scope" if situation == "gibberish" else "smalltalk"
            return Intent(acts=(act,), topic=situation, confidence=0.5 if situation == "gibberish" else 0.9)
        danger = self._finders.acts.safety(reading.lower)
        return Intent(acts=("out_of_scope",), sensitive=danger, topic=danger, confidence=0.9) if danger else None

    def _scene(self, history: Sequence[Message]) -> Scene:
        """What was shown last, and the item in focus since."""
        place = next((index for index in range(len(history) - 1, -1, -1) if history[index].items), None)
        shown = history[place].items if place is not None else ()
        page = next((one.items[0] for one in reversed(history) if one.role == "system" and one.items), None)
        left = next((not one.items for one in reversed(history) if one.role == "system"), False)
        scene = Scene(shown, shown[0] if len(shown) == 1 else None, None if left else page)
        said = [message.text for message in history[(place or 0) :] if message.role == "visitor"]
        for text in said[-_LOOK_BACK:]:
            cleaned = clean(text)
            judged = self._finders.mentioned(self._read(cleaned, language_of(cleaned)[0]), scene)
            ids = [mention.item_id for found in judged for mention in found.span.mentions if mention.item_id]
            scene = replace(scene, focus=scene.focus if not ids else ids[0] if len(set(ids)) == 1 else None)
        before = clean(next((one.text for one in reversed(history) if one.role == "visitor"), ""))
        return replace(scene, limited=self._finders.limited(self._read(before, language_of(before)[0])))


def _spoken(history: Sequence[Message]) -> str:
    """The language of the visitor's last message that has letters; English before there is one."""
    for message in reversed(history):
        if message.role == "visitor" and _LETTERS.search(message.text):
            return language_of(message.text)[0] or "en"
    return "en"


def _decided(intent: Intent) -> dict[str, str]:
    """Every filled slot, by this engine; the acts also say whether rules or examples decided them."""
    by = intent.engines.get("acts", "rules")
    slots = ("constraints", "dropped", "retracted", "wishes", "order", "relatives", "mentions", "asked", "question")
    return {"acts": f"lexical/{by}", **{slot: "lexical" for slot in slots if getattr(intent, slot)}}
