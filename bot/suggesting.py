"""What the visitor could say next: chips that each lead somewhere, and the one question of a broad request.

A chip is a message that a visitor could have typed, with the intent it stands for. Its count comes from folding that
intent into the state and counting, so a chip that leads to nothing is never made. Words come through the voice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot import types
from bot.retrieval import count
from bot.starting import examples
from bot.state import fold
from bot.turn import Turn
from bot.wording import condition
from vectorstore.base import Constraint, Facet

FEWEST, MOST = 3, 5
"""So many chips a turn offers."""
BROAD = 40
ANSWERS = 4
_CHIP = "suggest/chip"
_QUESTION = "clarify/question"


@dataclass(frozen=True, slots=True)
class Move:
    """One possible next message and what it would mean."""

    text: str
    intent: types.Intent
    kind: types.SuggestionKind = "chip"


@dataclass(frozen=True, slots=True)
class Question:
    """The one question of a turn, with the answers that lead somewhere."""

    event: types.Clarified
    answers: tuple[types.Suggestion, ...]


def after_cards(turn: Turn, found: types.Retrieved, question: Question | None) -> tuple[types.Suggestion, ...]:
    """Repairs first, then answers to the question, critiques of the list, something different; at most five."""
    chosen = [*_counted(turn, _repairs(turn, found))][:3]
    if question is not None:
        chosen += [*question.answers, *_counted(turn, [_any_answer(turn, question.event.facet)])]
    chosen += _critiques(turn, MOST - 1 - len(chosen))
    chosen = [*chosen[: MOST - 1], *_counted(turn, [_different(turn)])]
    if len(chosen) < FEWEST:
        chosen += list(_counted(turn, _loosenings(turn)))[: FEWEST - len(chosen)]
    return _filled(turn, chosen)


def after_support(turn: Turn, answer: types.Answer) -> tuple[types.Suggestion, ...]:
    """Did it help, a person, and the way back to what was looked for."""
    helped = [] if answer.abstained else [_plain(turn, "that_helped"), _plain(turn, "more_help")]
    person = [_plain(turn, "talk_to_person")] if answer.abstained or answer.topic else []
    return _filled(turn, [*helped, *person, *_back(turn)])


def after_talk(turn: Turn) -> tuple[types.Suggestion, ...]:
    """The way back, or else examples that work in this catalogue."""
    return _filled(turn, _back(turn) or _examples(turn))


def titles(turn: Turn, item_ids: Sequence[str]) -> tuple[types.Suggestion, ...]:
    """The titles on the table, to say which one is meant."""
    return _filled(turn, [types.Suggestion(turn.shelf.items.items[id_].title) for id_ in item_ids[:MOST]])


def after_facts(turn: Turn, item_ids: Sequence[str]) -> tuple[types.Suggestion, ...]:
    """More like the item that was asked about, and the way back."""
    return _filled(turn, [*_counted(turn, (_more_like(turn, id_) for id_ in item_ids[:2])), *_back(turn)])


def question(turn: Turn, found: types.Retrieved) -> Question | None:
    """One question, only where the request is broad and the best candidates disagree on one attribute."""
    state = turn.state
    narrow = state.constraints or state.wishes or state.likes or state.order
    if found.total < BROAD or (narrow and not turn.intent.surprise):
        return None
    rows = [turn.shelf.items.row(candidate.id) for candidate in found.candidates]
    splits = [(_split(turn, facet, rows), facet) for facet in _askable(turn)]
    if not splits:
        return None
    facet = max(splits, key=lambda pair: pair[0])[1]
    answers = tuple(_counted(turn, (_answer(turn, facet, value) for value in _common(turn, facet, rows))))
    if len(answers) < 2:
        return None
    key = turn.voice.pick(_QUESTION, facet.name, "other")
    asked = turn.voice.phrase(_QUESTION, key, label=turn.voice.label(facet.name, facet.label))
    return Question(types.Clarified(asked, facet.name), answers[: ANSWERS - 1])


def _askable(turn: Turn) -> list[Facet]:
    """Facets with few enough values to answer by a chip, of which nothing was asked or said yet."""
    settled = {*turn.state.asked, *turn.intent.dropped, *(one.facet for one in turn.state.constraints)}
    worded = [f for f in turn.shelf.items.schema.facets if f.type in ("category", "multi") and 2 <= len(f.values) <= 40]
    return [facet for facet in worded if facet.name not in settled]


def _split(turn: Turn, facet: Facet, rows: Sequence[int]) -> float:
    """How evenly the candidates spread over the facet's values, in bits; higher asks better."""
    counts = np.array([n for _, n in _tally(turn, facet, rows)], float)
    if counts.sum() == 0:
        return 0.0
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())


def _common(turn: Turn, facet: Facet, rows: Sequence[int]) -> list[str]:
    """The facet's values among the candidates, most frequent first."""
    return [value for value, _ in _tally(turn, facet, rows)][: ANSWERS * 2]


def _tally(turn: Turn, facet: Facet, rows: Sequence[int]) -> list[tuple[str, int]]:
    """Value -> how many of the candidates hold it, most frequent first."""
    index, counts = turn.shelf.items, dict[str, int]()
    for row in rows:
        held = index.items[index.ids[row]].facets.get(facet.name, ())
        for value in held if isinstance(held, tuple) else (held,):
            counts[str(value)] = counts.get(str(value), 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _answer(turn: Turn, facet: Facet, value: str) -> Move:
    """An answer to the question as a message."""
    intent = types.Intent(acts=("refine",), constraints=(Constraint(facet.name, "is", value),))
    return Move(turn.voice.phrase(_CHIP, "with_value", value=turn.voice.value(facet.name, value)), intent, "question")


def _any_answer(turn: Turn, facet: str) -> Move:
    """No preference, as a message."""
    return Move(turn.voice.phrase(_CHIP, "no_preference"), types.Intent(acts=("refine",), dropped=(facet,)), "question")


def _repairs(turn: Turn, found: types.Retrieved) -> Iterator[Move]:
    """Each smallest change that leads somewhere, as a message."""
    schema, voice = turn.shelf.items.schema, turn.voice
    for repair in found.repairs:
        if repair.new is not None:
            text = voice.phrase(_CHIP, "repair", condition=condition(repair.new, voice, schema))
            yield Move(text, types.Intent(acts=("refine",), constraints=(repair.new,)), "repair")
        else:
            names = tuple(dict.fromkeys(one.facet for one in (repair.old, *repair.also)))
            labels = [voice.label(name, facet.label if (facet := schema.get(name)) else "") for name in names]
            text = voice.phrase(_CHIP, "drop", label=voice.listed(labels))
            yield Move(text, types.Intent(acts=("refine",), dropped=names), "repair")


def _loosenings(turn: Turn) -> Iterator[Move]:
    """Each condition taken off again, the latest first, as a message."""
    schema = turn.shelf.items.schema
    for name in dict.fromkeys(one.facet for one in reversed(turn.state.constraints)):
        facet = schema.get(name)
        text = turn.voice.phrase(_CHIP, "drop", label=turn.voice.label(name, facet.label if facet else ""))
        yield Move(text, types.Intent(acts=("refine",), dropped=(name,)))


def _critiques(turn: Turn, room: int) -> list[types.Suggestion]:
    """Unit critiques on numbers that move the list, and one compound of two that can be met together."""
    facets = [f for f in turn.shelf.items.schema.facets if f.type == "number" and f.role != "popularity"]
    moves = [(facet, way) for facet in facets for way in ("lower", "higher")]
    named = [(f, w) for f, w in moves if turn.voice.has(_CHIP, f"{f.name}_{w}")]
    units = _counted(turn, (_relative(turn, (pair,)) for pair in named))
    by_text = {s.text: s for s in units}
    pairs = [(a, b) for i, a in enumerate(named) for b in named[i + 1 :] if a[0].name != b[0].name]
    compounds = sorted(_counted(turn, (_relative(turn, pair) for pair in pairs)), key=lambda s: -(s.count or 0))
    singles = sorted(by_text.values(), key=lambda s: -(s.count or 0))
    return [*singles[:2], *compounds[:1]][: max(room, 0)]


def _relative(turn: Turn, ways: Sequence[tuple[Facet, str]]) -> Move:
    """One or two critiques, "Older" or "Older and shorter", as a message."""
    words = [turn.voice.phrase(_CHIP, f"{facet.name}_{way}") for facet, way in ways]
    relatives = tuple(types.Relative(facet.name, way) for facet, way in ways)  # type: ignore[arg-type]
    text = words[0] if len(words) == 1 else turn.voice.listed([words[0], *(w[:1].lower() + w[1:] for w in words[1:])])
    return Move(text, types.Intent(acts=("refine",), relatives=relatives))


def _different(turn: Turn) -> Move:
    """Something different, as a message."""
    return Move(turn.voice.phrase(_CHIP, "different"), types.Intent(acts=("recommend",), more=True))


def _more_like(turn: Turn, item_id: str) -> Move:
    """More like one item, as a message."""
    title = turn.shelf.items.items[item_id].title
    intent = types.Intent(acts=("recommend",), mentions=(types.Mention(title, item_id, "liked"),))
    return Move(turn.voice.phrase(_CHIP, "more_like", title=title), intent)


def _back(turn: Turn) -> list[types.Suggestion]:
    """The way back to the items, once there were any."""
    return [_plain(turn, "back", kind="back")] if turn.state.shown else []


def _examples(turn: Turn) -> list[types.Suggestion]:
    """First messages that lead somewhere as long as nothing was said before them."""
    state = turn.state
    said = state.constraints or state.wishes or state.likes
    return [] if said else [types.Suggestion(text) for text in examples(turn.shelf, turn.voice)]


def _plain(turn: Turn, key: str, *, kind: types.SuggestionKind = "chip") -> types.Suggestion:
    """A chip whose effect needs no count."""
    return types.Suggestion(turn.voice.phrase(_CHIP, key), kind)


def _counted(turn: Turn, moves: Iterable[Move]) -> Iterator[types.Suggestion]:
    """The moves that lead somewhere, with how many items the reply chooses from.

    Somewhere is something new, or for a repair an exact match.
    """
    index, rules = turn.shelf.items, turn.shelf.rules
    for move in moves:
        state = fold(turn.state, move.intent, items=index.items)
        new, left = (count(index, state, exclude=ids, rules=rules) for ids in (turn.state.shown, ()))
        if new > 0 or (move.kind == "repair" and left > 0):
            yield types.Suggestion(move.text, move.kind, new if move.intent.more or move.intent.surprise else left)


def _filled(turn: Turn, chosen: Iterable[types.Suggestion]) -> tuple[types.Suggestion, ...]:
    """At most `MOST` of the chosen; where they are few, ways on that always lead somewhere, up to `FEWEST` in all."""
    found = _unique(chosen)
    return found if len(found) >= FEWEST else _unique([*found, *_ways_on(turn)])[:FEWEST]


def _ways_on(turn: Turn) -> Iterator[types.Suggestion]:
    """What can be said at any time, the most useful first."""
    yield from _examples(turn)
    surprise = types.Intent(acts=("recommend",), surprise=True)
    anew = types.Intent(acts=("recommend",), reset=True)
    moves = (Move(turn.voice.phrase(_CHIP, "surprise"), surprise), Move(turn.voice.phrase(_CHIP, "start_over"), anew))
    yield from _counted(turn, moves)
    yield _plain(turn, "what_can_you_do")


def _unique(suggestions: Iterable[types.Suggestion]) -> tuple[types.Suggestion, ...]:
    """The first of each text, at most `MOST`."""
    found: dict[str, types.Suggestion] = {}
    for suggestion in suggestions:
        found.setdefault(suggestion.text.casefold(), suggestion)
    return tuple(found.values())[:MOST]
