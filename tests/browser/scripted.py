"""An assistant whose turns follow a script: real memory, words and films, no engines. For states that are hard to meet.

The message picks the script: "slow" waits, "fail" raises, "refund" is answered from the help pages, "human" hands over,
Chinese is answered in Chinese, everything else recommends.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag
from types import SimpleNamespace
from typing import Any

from bot import types
from bot.errors import EngineError
from bot.memory import Memory
from bot.state import after_shown, edit, fold
from bot.turn import Turn
from bot.wording import chips
from prompts import Registry, Voice
from vectorstore.base import Constraint, Facet, Item, Passage, Schema

FILMS = Path(__file__).parents[2] / "bot" / "demo" / "films" / "items.jsonl"
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
BEFORE = Constraint("runtime", "<", 120.0)
FUNNY = "funnier"


def films() -> dict[str, Item]:
    """The films of the demo."""
    rows = [json.loads(line) for line in FILMS.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: _item(row) for row in rows}


def _item(row: dict[str, Any]) -> Item:
    names = [facet.name for facet in SCHEMA.facets if row.get(facet.name)]
    facets = {name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in names}
    return Item(row["id"], row["title"], row["description"], facets)


class ScriptedAssistant:
    """Has what the page uses of an `Assistant`."""

    def __init__(self, memory: Memory, *, catalogs: Sequence[str] = ("films",), pace: float = 0.0) -> None:
        self.memory = memory
        self.prompts = Registry.load()
        self.catalogs = tuple(catalogs)
        self.pace = pace
        self._items = films()
        index = SimpleNamespace(items=self._items, schema=SCHEMA, ids=tuple(self._items))
        help_ = SimpleNamespace(passages={PASSAGE.id: PASSAGE})
        self._shelves = {name: SimpleNamespace(name=name, items=index, help=help_) for name in catalogs}

    def shelf(self, catalog: str | None = None) -> Any:
        return self._shelves[catalog or self.catalogs[0]]

    def voice(self, locale: str, catalog: str) -> Voice:
        return self.prompts.voice(locale, catalog=catalog)

    def open(self, session_id: str | None = None, *, catalog: str | None = None) -> Any:
        return self.memory.open_session(session_id, catalog=self.shelf(catalog).name)

    def feedback(self, session_id, kind, *, item_id=None, turn_id=None, reason="") -> types.StateChanged:
        self.memory.record_feedback(session_id, kind=kind, item_id=item_id, turn_id=turn_id, reason=reason)
        pressed = (types.Feedback(item_id, kind, reason),)
        return self._change(
            session_id, lambda state: fold(state, types.Intent(acts=()), feedback=pressed, items=self._items)
        )

    def edit(self, session_id: str, *, remove: tuple[str, ...]) -> types.StateChanged:
        return self._change(session_id, lambda state: edit(state, remove=remove))

    def profile(self, session_id: str) -> types.StateChanged:
        return self._change(session_id, lambda state: state)

    def reply(self, session_id: str, message: str, *, cancel: Flag | None = None) -> Iterator[types.Event]:
        session = self.open(session_id)
        turn = Turn(
            id=self.memory.begin_turn(session.id, message),
            session_id=session.id,
            shelf=self.shelf(session.catalog),
            voice=self.voice("zh" if re.search(r"[\u4e00-\u9fff]", message) else "en", session.catalog),
            message=message,
            state=session.state,
            cancel=cancel or Flag(),
        )
        try:
            yield from turn.watch(self._script(turn))
        finally:
            if "broken" not in message:
                turn.state = replace(
                    turn.state, **{n: getattr(self.open(session_id).state, n) for n in ("likes", "rejected", "seen")}
                )
                self.memory.finish_turn(turn.id, turn.record())
        yield types.Done(session.id, turn.id, session.catalog, stopped=turn.status == "stopped")

    def _script(self, turn: Turn) -> Iterator[types.Event]:
        if "broken" in turn.message:
            raise EngineError("scripted", hint="none")
        if "refund" in turn.message:
            yield from self._answer(turn)
        elif "person" in turn.message:
            yield from self._hand_over(turn)
        else:
            yield from self._recommend(turn)

    def _recommend(self, turn: Turn) -> Iterator[types.Event]:
        voice, schema = turn.voice, SCHEMA
        refined = "Search again" not in turn.message
        turn.intent = types.Intent(
            acts=("recommend",),
            query=turn.message,
            constraints=(BEFORE,) if refined else (),
            wishes=(FUNNY,) if refined else (),
            language=voice.locale,
        )
        turn.state = fold(turn.state, turn.intent, items=self._items)
        yield types.Understood(turn.intent)
        yield self._known(turn.state, voice)
        if voice.locale == "zh":
            yield types.Notice("english", voice.phrase("notice/degraded", "english_only_descriptions"))
        yield types.Progress(voice.phrase("progress/search", "searching", total=688, matching=212, n=50))
        self._wait(turn, 6)
        chosen = self._choose(turn)
        turn.cards = tuple(self._card(item, rank, turn) for rank, item in enumerate(chosen))
        turn.state = after_shown(turn.state, tuple(card.item.id for card in turn.cards))
        yield types.Recommended(turn.cards, 212)
        conditions = [chip.label for chip in chips(turn.state, voice, schema) if chip.kind == "constraint"]
        lines = [voice.phrase("explain/frame", "exact", n=3, conditions=conditions) + "\n"]
        for card in turn.cards:
            lines.append(
                "- "
                + voice.phrase(
                    "explain/item",
                    "line",
                    title=card.item.title,
                    year=str(card.item.facets.get("year", "")),
                    reason=card.reasons[0],
                )
            )
        for word in re.split(r"(?<= )", "\n".join(lines)):
            self._wait(turn, 1)
            yield types.Delta(word)
        yield types.Clarified(voice.phrase("clarify/question", "mood"))
        words = ("runtime_lower", "year_lower", "mood_quiet", "different")
        kinds = ("chip", "repair", "question", "chip")
        yield types.Suggested(
            tuple(
                types.Suggestion(voice.phrase("suggest/chip", key), kind, 40 - n * 9)
                for n, (key, kind) in enumerate(zip(words, kinds, strict=True))
            )
        )

    def _choose(self, turn: Turn) -> list[Item]:
        names = ["galaxy-quest-1999", "shaun-of-the-dead-2004", "men-in-black-1997"]
        fixed = [self._items[name] for name in names if name in self._items]
        left = [i for i in self._items.values() if i.id not in turn.state.shown and i.id not in turn.state.rejected]
        return ([item for item in fixed if item in left] + [item for item in left if item not in fixed])[:3]

    def _card(self, item: Item, rank: int, turn: Turn) -> types.Card:
        voice = turn.voice
        facts = tuple(
            (voice.label(facet.name), voice.value(facet.name, item.facets[facet.name], facet.unit))
            for facet in SCHEMA.facets
            if facet.name in item.facets
        )
        clauses = [voice.value("genres", item.facets["genres"]), voice.phrase("explain/reason", "wish", wish=FUNNY)]
        unmet = (
            [voice.phrase("explain/unmet", "runtime", condition="under 90 minutes", value="102 minutes")]
            if rank == 1
            else []
        )
        quote = item.description.split(". ")[0] + "."
        return types.Card(
            item=item,
            rank=rank,
            score=0.9 - rank / 10,
            reasons=(voice.phrase("explain/reason", "sentence", clauses=clauses),),
            unmet=tuple(unmet),
            details=(voice.phrase("explain/details", "wish", wish=FUNNY, quote=quote),),
            label=voice.phrase("explain/label", ("runtime_lower", "year_higher", "popularity_lower")[rank]),
            facts=facts,
            evidence=(types.Evidence("constraint", "runtime", "102", constraint=BEFORE),),
            features={"dense": 0.82 - rank / 9, "lexical": 0.31, "rerank": 0.64, "popularity": 0.4, "chance": 0.2},
        )

    def _answer(self, turn: Turn) -> Iterator[types.Event]:
        turn.intent = types.Intent(acts=("support",), question=turn.message)
        yield types.Understood(turn.intent)
        yield self._known(turn.state, turn.voice)
        yield types.Progress(turn.voice.phrase("progress/search", "looking_up"))
        cited = types.Citation(PASSAGE.id, PASSAGE.title, PASSAGE.heading, PASSAGE.anchor, QUOTE)
        yield types.Answered((cited,), abstained=False, confidence=0.8)
        yield types.Delta(turn.voice.phrase("support/answer", "quoted", sentence=QUOTE, number=1))
        yield types.Suggested((types.Suggestion("That helped"), types.Suggestion("Back to films", "back")))

    def _hand_over(self, turn: Turn) -> Iterator[types.Event]:
        yield types.Understood(types.Intent(acts=("handover",)))
        yield self._known(turn.state, turn.voice)
        record = self.memory.hand_over(turn.session_id, summary=f"Goal: {turn.message}", reason="asked")
        yield types.HandedOver(record.id, record.status, record.summary)
        yield types.Delta(turn.voice.phrase("support/handover", "already", id=record.id))

    def _wait(self, turn: Turn, beats: int) -> None:
        turn.cancel.wait(beats * self.pace * (1 if "slow" in turn.message else 0.1))

    def _known(self, state: types.DialogueState, voice: Voice) -> types.StateChanged:
        def titled(ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
            return tuple((id_, self._items[id_].title) for id_ in ids if id_ in self._items)

        return types.StateChanged(
            state, chips(state, voice, SCHEMA), titled(state.likes), titled(state.rejected), titled(state.seen)
        )

    def _change(self, session_id: str, change: Any) -> types.StateChanged:
        session = self.open(session_id)
        state = change(session.state)
        self.memory.save_state(session_id, state)
        return self._known(state, self.voice(state.language, session.catalog))


def settle() -> None:
    """Long enough for what should not happen."""
    time.sleep(0.3)
