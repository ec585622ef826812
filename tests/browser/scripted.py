"""The real assistant with scripted acts, for states that are hard to meet: slow, broken, handed over, Chinese.

The message picks the script: "slow" waits, "slow slow" twice as long, "broken" raises, "refund" is answered from the
help pages, "person" hands over, Chinese is answered in Chinese, everything else recommends three films. Memory, words
and sessions are real.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot import types
from bot.assistant import Assistant
from bot.errors import MemoryFault
from bot.memory import open_memory
from bot.profile import state_event
from bot.state import after_shown, fold
from bot.turn import Turn
from prompts import Registry
from vectorstore.base import Constraint, Facet, Item, Passage, Schema
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.index import index_in_memory
from vectorstore.records import embed_changed

FILMS = Path(__file__).parents[2] / "bot" / "demo" / "films" / "items.jsonl"
SHOWN = ("galaxy-quest-1999", "shaun-of-the-dead-2004", "men-in-black-1997")
SCHEMA = Schema(
    (
        Facet("year", "number", role="year", low=1920, high=2025),
        Facet("genres", "multi"),
        Facet("runtime", "number", unit="minutes"),
        Facet("director", "multi"),
        Facet("cast", "multi"),
        Facet("country", "multi"),
        Facet("rating", "category"),
    )
)
PASSAGE = Passage(
    "refunds#when-we-refund",
    "refunds",
    "Refunds for rentals",
    "When we refund",
    "when-we-refund",
    "We refund the full price if a film would not play, stopped half-way, had the wrong language or subtitles, or was"
    " charged more than once. Report it within 7 days of the rental from My rentals, Report a problem.",
)
QUOTE = "Report it within 7 days of the rental from My rentals, Report a problem."
UNDER = Constraint("runtime", "<", 120.0)
WISH = "funnier"


class ScriptedAssistant(Assistant):
    """``pace`` is the pause between two words of a slow reply, in seconds."""

    def __init__(self, *, catalogs: Sequence[str] = ("films",), pace: float = 0.05) -> None:
        shelves = {name: _shelf(name) for name in catalogs}
        super().__init__(
            {name: lambda shelf=shelf: shelf for name, shelf in shelves.items()}, open_memory("memory"), Registry.load()
        )
        self._pace = pace

    def _events(self, turn: Turn) -> Iterator[types.Event]:
        """The script that the message picks."""
        if "broken" in turn.message:
            raise MemoryFault("scripted", hint="none")
        if "refund" in turn.message:
            yield from _answer(turn)
        elif "person" in turn.message or "人工" in turn.message:
            yield from self._hand_over(turn)
        else:
            yield from self._recommend(turn)

    def _recommend(self, turn: Turn) -> Iterator[types.Event]:
        locale = "zh" if re.search(r"[\u4e00-\u9fff]", turn.message) else "en"
        turn.voice = voice = self.voice(locale, turn.shelf.name)
        fresh = turn.message not in ("Search again", "继续找")
        wanted = {"constraints": (UNDER,), "wishes": (WISH,)} if fresh else {}
        turn.intent = types.Intent(acts=("recommend",), query=turn.message, language=locale, **wanted)
        turn.state = fold(turn.state, turn.intent, items=turn.shelf.items.items)
        yield types.Understood(turn.intent)
        yield state_event(turn.state, turn.shelf, voice)
        if locale == "zh":
            yield types.Notice("english", voice.phrase("notice/degraded", "english_only_descriptions"))
        yield types.Progress(voice.phrase("progress/search", "searching", total=688, matching=212, n=50))
        self._wait(turn, 12)
        turn.cards = tuple(_card(item, rank, turn) for rank, item in enumerate(_chosen(turn)))
        turn.state = after_shown(turn.state, tuple(card.item.id for card in turn.cards))
        yield types.Recommended(turn.cards, 212)
        for word in re.split(r"(?<= )", _text(turn)):
            self._wait(turn, 1)
            yield types.Delta(word)
        yield types.Clarified(voice.phrase("clarify/question", "mood"))
        kinds = {"runtime_lower": "chip", "year_lower": "repair", "mood_quiet": "question", "different": "chip"}
        turn.suggestions = tuple(
            types.Suggestion(voice.phrase("suggest/chip", key), kind, 12) for key, kind in kinds.items()
        )
        yield types.Suggested(turn.suggestions)

    def _hand_over(self, turn: Turn) -> Iterator[types.Event]:
        yield types.Understood(types.Intent(acts=("handover",)))
        record = self.memory.hand_over(turn.session_id, summary=f"Goal: {turn.message}", reason="asked")
        yield types.HandedOver(record.id, record.status, record.summary)
        yield types.Delta(turn.voice.phrase("support/handover", "already", id=record.id))

    def _wait(self, turn: Turn, beats: int) -> None:
        turn.cancel.wait(beats * self._pace * turn.message.count("slow"))


def _answer(turn: Turn) -> Iterator[types.Event]:
    turn.intent = types.Intent(acts=("support",), question=turn.message)
    yield types.Understood(turn.intent)
    yield types.Progress(turn.voice.phrase("progress/search", "looking_up"))
    cited = types.Citation(PASSAGE.id, PASSAGE.title, PASSAGE.heading, PASSAGE.anchor, QUOTE)
    yield types.Answered((cited,), abstained=False, confidence=0.8)
    yield types.Delta(turn.voice.phrase("support/answer", "quoted", sentence=QUOTE, number=1))
    yield types.Suggested((types.Suggestion("That helped"), types.Suggestion("Back to films", "back")))


def _shelf(name: str) -> types.Shelf:
    """Sixty films with real indexes over hashed vectors."""
    rows = [json.loads(line) for line in FILMS.read_text(encoding="utf-8").splitlines()]
    items = [_item(row) for number, row in enumerate(rows) if number < 57 or row["id"] in SHOWN]
    embedder = HashedEmbedder(64)
    records = embed_changed(None, items=items, passages=[PASSAGE], schema=SCHEMA, embedder=embedder)
    found, help_ = index_in_memory(records, embedder)
    none = {"understander": None, "fallback": None, "writer": None, "composed": None}
    return types.Shelf(name=name, items=found, help=help_, embedder=embedder, **none)


def _item(row: dict) -> Item:
    names = [facet.name for facet in SCHEMA.facets if row.get(facet.name)]
    facets = {name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in names}
    return Item(row["id"], row["title"], row["description"], facets)


def _chosen(turn: Turn) -> list[Item]:
    """The three fixed films first, then the rest, without what was rejected or shown."""
    gone = {*turn.state.shown, *turn.state.rejected}
    items = turn.shelf.items.items
    return [items[id_] for id_ in (*SHOWN, *(one for one in items if one not in SHOWN)) if id_ not in gone][:3]


def _card(item: Item, rank: int, turn: Turn) -> types.Card:
    voice, held = turn.voice, [facet for facet in SCHEMA.facets if facet.name in item.facets]
    facts = [(voice.label(f.name), voice.value(f.name, item.facets[f.name], f.unit)) for f in held]
    clauses = [voice.value("genres", item.facets["genres"]), voice.phrase("explain/wish", "nearest", wish=WISH)]
    unmet = voice.phrase("explain/unmet", "runtime", condition="under 90 minutes", value="99 minutes")
    quote = item.description.split(". ")[0] + "."
    return types.Card(
        item=item,
        rank=rank,
        score=0.9 - rank / 10,
        reasons=(voice.phrase("explain/reason", "sentence", clauses=clauses),),
        unmet=(unmet,) if rank == 1 else (),
        details=(voice.phrase("explain/details", "wish", wish=WISH, quote=quote),),
        label=voice.phrase("explain/label", ("runtime_lower", "year_higher", "popularity_lower")[rank]),
        facts=tuple(facts),
        evidence=(types.Evidence("constraint", "runtime", "102", constraint=UNDER),),
        features={"dense": 0.82 - rank / 9, "lexical": 0.31, "rerank": 0.64, "popularity": 0.4},
    )


def _text(turn: Turn) -> str:
    """A frame and a line per card, as the composed writer writes them; then a sentence that no card says."""
    voice = turn.voice
    lines = [voice.phrase("explain/frame", "exact", n=3, conditions=["under 120 minutes"], loose=False), ""]
    for card in turn.cards:
        year = str(card.item.facets["year"])
        line = {"title": card.item.title, "year": year, "reason": card.reasons[0]}
        lines.append("- " + voice.phrase("explain/item", "line", **line))
    return "\n".join([*lines, "", "All three are quick and light, and the middle one is the loudest of them."])
