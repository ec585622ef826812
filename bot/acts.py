"""What each act of a message does: one short generator per act, and the table that names them.

Every generator reads the turn, yields events, and leaves the new state, the cards and the suggestions on the turn.
Words come from the writer and the voice; items, passages and numbers from the shelf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import about, suggesting, support, types
from bot.handing_over import ASKED, due, hand_over
from bot.recommending import place_of, recommend, show
from bot.state import again, beside
from bot.turn import Turn
from bot.writing import write

if TYPE_CHECKING:
    from bot.memory import Memory

_SEARCHES = ("recommend", "refine", "feedback")
_OF_ITEMS = (*_SEARCHES, "ask_item", "compare", "why_not")


def perform(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """Every act of the message in its order, a blank line between their texts; then a person, where we failed."""
    for number, act in enumerate(plan(turn.intent, items=bool(turn.shelf.items.ids))):
        if number:
            yield types.Delta("\n\n")
        yield from _HANDLERS[act](turn, memory)
    if reason := due(turn, memory):
        yield types.Delta("\n\n")
        yield from _called(turn, memory, reason)


def plan(intent: types.Intent, *, items: bool = True) -> tuple[types.Act, ...]:
    """The acts to perform: in order, one search at most, small talk only where it stands alone.

    Without ``items`` all that would speak of items is asked of the help centre.
    """
    acts: list[types.Act] = []
    for asked in intent.acts or ("recommend",):
        act: types.Act = "support" if asked in _OF_ITEMS and not items else asked
        searched = act in _SEARCHES and any(known in _SEARCHES for known in acts)
        if act not in acts and not searched:
            acts.append(act)
    if "ask_item" in acts and _asks_for_absent(intent):  # either search tells of the title
        told = _SEARCHES if not _wants_more(intent) else ("ask_item",) if set(acts) & set(_SEARCHES) else ()
        acts = [act for act in acts if act not in told]
    if len(acts) > 1:
        acts = [act for act in acts if act != "smalltalk"] or acts[:1]
    return tuple(acts)


def _asks_for_absent(intent: types.Intent) -> bool:
    """Whether the only items that a message names are not here."""
    return bool(intent.mentions) and all(one.item_id is None and one.how == "title" for one in intent.mentions)


def _wants_more(intent: types.Intent) -> bool:
    """Whether a message says what is wanted beside a title."""
    said = (intent.constraints, intent.wishes, intent.relatives, intent.dropped, intent.retracted)
    return any(said) or intent.order is not None or intent.more or intent.surprise


def _recommend(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """Cards with reasons."""
    yield from recommend(turn)


def _judge(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """What was chosen from the list is noted, and nothing else put in its place; any other verdict changes the list."""
    chosen = about.chosen(turn.intent)
    if not chosen:
        yield from recommend(turn)
        return
    turn.state = replace(turn.state, focus=chosen[0] if len(chosen) == 1 else None)
    turn.suggestions = suggesting.after_facts(turn, chosen)
    yield from _say([about.noted(turn.shelf, turn.voice, chosen)])


def _ask_item(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """An item's record in words; a title that is not here leads to its nearest ones, labelled as such."""
    ids = about.subjects(turn.state, turn.intent) or about.of_page(turn.state, turn.intent)
    if turn.intent.topic == "why":
        ids = ids or turn.state.last_shown[: about.MOST]
    absent = any(mention.item_id is None and mention.how == "title" for mention in turn.intent.mentions)
    if absent and not ids:
        yield from _instead(turn)
        return
    if not ids:
        turn.suggestions = suggesting.titles(turn, turn.state.last_shown)
        yield from _say([about.which(turn.shelf, turn.voice, turn.state.last_shown)])
        return
    turn.state = replace(turn.state, focus=ids[0])
    turn.suggestions = suggesting.after_facts(turn, ids)
    shown = about.shown_cards(memory.turns(turn.session_id), ids) if turn.intent.topic == "why" else {}
    if shown:
        yield from _say([about.why(turn.voice, card) for card in shown.values()], between="\n\n")
        return
    if not turn.intent.asked:
        listed = turn.state.last_shown
        yield from show(turn, ids)
        if set(ids) < set(listed):
            turn.state = replace(turn.state, last_shown=listed)
    yield from _unrecorded(turn, ids)
    yield from _say([*about.told(turn.shelf, turn.voice, ids, turn.intent.asked)])


def _unrecorded(turn: Turn, ids: Sequence[str]) -> Iterator[types.Event]:
    """Where no facet holds what was asked of the items, that comes first."""
    if turn.intent.topic == "unrecorded":
        yield types.Delta(f"{about.unrecorded(turn.shelf, turn.voice, ids)}\n\n")


def _instead(turn: Turn) -> Iterator[types.Event]:
    """What comes near a title that is not here, whatever else was wanted before; that is wanted again afterwards."""
    before = turn.state
    turn.state = beside(before, turn.intent)
    yield from recommend(turn)
    turn.state = again(turn.state, before)


def _compare(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """What was asked of the items, or differences and common ground, from the records."""
    named = about.subjects(turn.state, turn.intent)
    ids = named if len(named) > 1 else tuple(dict.fromkeys((*named, *turn.state.last_shown)))[:2]
    turn.suggestions = suggesting.after_facts(turn, ids)
    yield from _unrecorded(turn, ids)
    yield from _listed([*about.compared(turn.shelf, turn.voice, ids, turn.intent.asked)])


def _why_not(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """Why a named item is not on the list."""
    ids = about.subjects(turn.state, turn.intent)
    absent = [one for one in turn.intent.mentions if one.item_id is None and one.how == "title"]
    lines = [about.missing(turn.voice, one.text) for one in absent]
    for id_ in ids:
        place, total = place_of(turn, id_)
        lines.append(about.why_not(turn.shelf, turn.voice, turn.state, id_, place=place, total=total))
    turn.suggestions = suggesting.after_facts(turn, ids)
    yield from _say(lines or [about.which(turn.shelf, turn.voice, turn.state.last_shown)])


def _support(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """A cited answer, or "I do not know" with what was checked and the way to a person."""
    question = turn.intent.question or turn.message
    answer = support.answer(
        turn.shelf.help,
        question,
        embedder=turn.shelf.embedder,
        reranker=support.trusted(turn.shelf.reranker),
        language=turn.state.language,
    )
    abstained = turn.state.abstained + 1 if answer.abstained else 0
    turn.state = replace(turn.state, abstained=abstained, last_question=question)
    turn.suggestions = suggesting.after_support(turn, answer)
    if "handover" in turn.intent.acts:
        answer = replace(answer, topic="")  # a person is on the way and need not be offered
    yield types.Answered(answer.citations, answer.abstained, answer.confidence, answer.nearest)
    if answer.abstained:
        situation = "no_help" if not len(turn.shelf.help) else "again" if abstained > 1 else "abstain"
    else:
        situation = "quoted"
    yield from write(turn, "answer", situation, answer=answer)


def _hand_over(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """A person is asked for, with the transcript."""
    yield from _called(turn, memory, ASKED)


def _called(turn: Turn, memory: Memory, reason: str) -> Iterator[types.Event]:
    """A person is called, because the visitor asked or because we fail."""
    for event in hand_over(turn, memory, reason=reason):
        if isinstance(event, types.HandedOver):
            turn.state = replace(turn.state, handed_over=event.id)
        yield event
    turn.suggestions = suggesting.after_talk(turn)


def _talk(turn: Turn, memory: Memory) -> Iterator[types.Event]:
    """A short answer to what is no request, and the way back."""
    turn.suggestions = suggesting.after_talk(turn)
    situation = turn.intent.sensitive or turn.intent.topic or "unclear"
    alone = f"{situation}_help"
    if not turn.shelf.items.ids and turn.voice.has("talk/reply", alone):
        situation = alone
    yield from write(turn, "talk", situation)


def _say(sentences: Sequence[str], *, between: str = " ") -> Iterator[types.Event]:
    """Finished sentences from the records, one at a time."""
    for number, sentence in enumerate(sentences):
        yield types.Delta((between if number else "") + sentence)


def _listed(lines: Sequence[str]) -> Iterator[types.Event]:
    """Finished lines: those of a list beneath each other, any other a paragraph of its own."""
    before = ""
    for line in lines:
        beneath = line.startswith("- ") and before.startswith("- ")
        yield types.Delta(("\n" if beneath else "\n\n" if before else "") + line)
        before = line


_HANDLERS: dict[types.Act, Callable[[Turn, Memory], Iterator[types.Event]]] = {
    "recommend": _recommend,
    "refine": _recommend,
    "feedback": _judge,
    "ask_item": _ask_item,
    "compare": _compare,
    "why_not": _why_not,
    "support": _support,
    "handover": _hand_over,
    "smalltalk": _talk,
    "out_of_scope": _talk,
}
