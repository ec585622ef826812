"""Points of a card -> cues of the phraser: which relation each is, and the words that fill its slots.

Words come from the prompt ``write/slot``, in the same forms in which the clauses of a reason hold them. A point that no
relation stands for becomes a finished clause, so that everything can be said. Knows no network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.engines.phraser.sheet import NUMBERED, SENSES, Cue, Slot
from bot.phrasing import ASKED, HAS, LACKS, LIKED, ORDER, STANDING, WISH, WITHIN, Speaker
from bot.points import Point
from bot.senses import sense_of

SLOT = "write/slot"
_LABELLED = frozenset({"number", "measure", "temperature", "other"})
"""Senses whose value says nothing without the facet's name."""
_SIDES = ("below", "above", "inside", "lower", "higher")


def cue_of(speaker: Speaker, point: Point) -> Cue:
    """What the phraser is told of one point."""
    given = dict(point.given)
    cue = _MAKERS[point.prompt](speaker, point, given) if point.prompt in _MAKERS else None
    return cue or Cue("clause", (Slot("clause", speaker.say(point.prompt, point.key, **given)),))


def noun_of(speaker: Speaker) -> str:
    """What the items are called; "" where each has a kind of its own, which says more."""
    return "" if speaker.schema.kind else speaker.say(SLOT, "noun")


def _has(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue | None:
    if point.key == "description":
        return Cue("told", (_slot(speaker, "quote", given["value"]),))
    if point.key == "flag":
        return Cue("has.flag", (Slot("flag", given["label"]),))
    return _valued(speaker, "has", point.key, given)


def _asked(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue | None:
    if point.key in ("flag", "flag_no"):
        return Cue(f"asked.{'no' * (point.key == 'flag_no')}flag", (Slot("flag", given["label"]),))
    sense, _, more = point.key.partition("_and")
    cue = _valued(speaker, "asked", sense if point.key.endswith("_and") else point.key, given)
    if cue is None or not point.key.endswith("_and") or more:
        return cue
    return Cue("asked.and", (*cue.slots, _slot(speaker, sense, given["others"], name="others")))


def _lacks(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue | None:
    return Cue("lacks", (_slot(speaker, point.key, given["value"]),)) if point.key in SENSES else None


def _within(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue | None:
    sense, _, side = point.key.rpartition("_")
    if sense not in NUMBERED or side not in _SIDES:
        return None
    if sense == "year":  # which stands beside the title
        named = "condition" in given
        return Cue(f"within.{side}", (Slot("condition", given["condition"]),)) if named else None
    slots = [_slot(speaker, sense, given["value"])]
    if sense in _LABELLED:
        slots.append(Slot("label", given["label"]))
    if side in ("lower", "higher"):
        return Cue(f"side.{side}", tuple(slots))
    slots += [Slot("gap", given["gap"], due=False)] if side != "inside" else []
    return Cue(f"within.{side}", (*slots, Slot("condition", given["condition"], due=False)))


def _stands(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue:
    """Words of comparison stand for themselves, so that nothing of it is due but one of its slots."""
    sense, _, side = point.key.rpartition("_")
    relation = f"stand.{side}" if side in ("lower", "higher") else "stand"
    slots = [Slot("standing", given["label"], due=False)]
    if relation != "stand":
        slots.append(Slot("rivals", speaker.say(SLOT, "rivals", n=given["n"]), due=False))
    held = sense if relation != "stand" else point.key
    if held in NUMBERED and held != "year":
        slots.append(_slot(speaker, held, given["value"], due=False))
    return Cue(relation, tuple(slots))


def _ordered(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue | None:
    if not point.key.startswith("next"):
        return Cue("order.first", (Slot("order", speaker.say(ORDER, point.key, **given)),))
    rank = Slot("rank", str(given["place"]))
    facet = speaker.schema.get(point.topics[0])
    sense = sense_of(facet) if facet else ""
    if point.key == "next_bare":
        return Cue("order.next", (rank,))
    return Cue("order.next", (_slot(speaker, sense, given["value"]), rank)) if sense in SENSES else None


def _liked(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue | None:
    if point.key == "title":
        return Cue("near", (_slot(speaker, "wish", given["title"], name="near"),))
    title = Slot("title", given["title"])
    if point.key in ("close", "led"):
        return Cue(f"like.{point.key}", (title,))
    if point.key == "genre":
        return Cue("like", (title, _listed(speaker, "genres", given["both"], name="genre")))
    if point.key == "other":
        return Cue("like", (title, _listed(speaker, "shared", given["both"])))
    if point.key not in SENSES:
        return None
    rest = [_listed(speaker, "rest", given["rest"], due=False)] if given["rest"] else []
    return Cue("like", (title, Slot(point.key, given["first"]), *rest))


def _wished(speaker: Speaker, point: Point, given: Mapping[str, Any]) -> Cue | None:
    if point.key == "word":
        return Cue("wish.word", (_listed(speaker, "words", given["words"]),))
    wish = _slot(speaker, "wish", given["wish"], due=point.key != "said")
    if point.key == "nearest":
        return Cue("wish.found", (wish,))
    quote = _slot(speaker, "quote", given["quote"])
    return Cue(f"wish.{point.key}", (wish, quote)) if point.key in ("said", "quote") else None


def _valued(speaker: Speaker, relation: str, sense: str, given: Mapping[str, Any]) -> Cue | None:
    if sense not in SENSES:
        return None
    label = [Slot("label", given["label"])] if sense in _LABELLED else []
    return Cue(relation, (_slot(speaker, sense, given["value"]), *label))


def _slot(speaker: Speaker, key: str, value: str, *, name: str = "", due: bool = True) -> Slot:
    """A slot in the form that its key has among the prompt's phrases, else as it stands."""
    form = speaker.voice.pick(SLOT, key, "other")
    return Slot(name or key, speaker.say(SLOT, form, value=value), due)


def _listed(speaker: Speaker, key: str, values: Sequence[str], *, name: str = "", due: bool = True) -> Slot:
    return Slot(name or key, speaker.say(SLOT, key, values=list(values)), due)


_MAKERS: Mapping[str, Callable[[Speaker, Point, Mapping[str, Any]], Cue | None]] = {
    HAS: _has,
    ASKED: _asked,
    LACKS: _lacks,
    WITHIN: _within,
    STANDING: _stands,
    ORDER: _ordered,
    LIKED: _liked,
    WISH: _wished,
}
