"""What the rules read, corrected where the trained reader is sure: slot by slot, each remembering who decided it.

What the reader is not sure of stays as the rules had it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.engines.lexical.combining import evaluated
from bot.engines.lexical.lexicon import common_words
from bot.engines.reader.acting import WANTING, acts_of
from bot.engines.reader.conditions import conditions
from bot.engines.reader.deciding import Told
from bot.engines.reader.proposing import Proposed
from bot.engines.reader.sheet import CharSpan
from bot.engines.reader.trust import Trust
from bot.engines.reader.wishing import NOT, wishes
from bot.types import Act, Intent, Mention, Order, Relative, Role
from vectorstore.base import Constraint

READER = "reader"
SURER = 0.8
"""How sure the reader must be where a mistake costs more than a miss."""
EVERYDAY = 0.65
"""How sure it must be of a title in which no word is a name's."""
NEVER = 1.01
_DESCRIBED = re.compile(r"\s+ones?\b", re.IGNORECASE)
_CHANGES = ("constraints", "wishes", "relatives", "order", "dropped", "more", "surprise", "reset")
_MEASURE = re.compile(r"\b(than|as)\s+((the|that|this|those|these)\s+)?$", re.IGNORECASE)
DANGERS = ("self_harm", "harm", "illegal", "personal_data", "injection")


def corrected(
    intent: Intent, proposed: Proposed, told: Told, *, link: Callable[[str], Mention], trust: Trust
) -> Intent:
    """``intent`` with what the reader is sure of; ``link`` finds the item that a title means."""
    if intent.sensitive:
        return intent
    if danger := _danger(told, trust):
        return Intent(
            acts=("out_of_scope",), sensitive=danger, topic=danger, engines={"acts": READER, "sensitive": READER}
        )
    named = _named_too(proposed, told, trust)
    missing = any(one.name == "missing" and one.sure >= trust.title for one in told.tags)
    acts = acts_of(intent, told, trust, named=bool(intent.mentions or named or missing), shown=proposed.sheet.shown)
    wanting, asking = bool(WANTING & set(acts)), bool({"ask_item", "compare"} & set(acts))
    changing = wanting or ("feedback" in acts and not asking)
    mentions = _judged(intent, acts, _mentions(intent, proposed, told, trust, named=named, link=link))
    slots = {
        "acts": evaluated(acts, mentions),
        "constraints": conditions(intent, proposed, told, trust) if wanting else (),
        "wishes": wishes(intent, proposed, told, trust, named=tuple(named)) if wanting else (),
        "mentions": mentions,
        "asked": _asked(intent, proposed, told, trust, wanting=wanting) if asking else (),
        "dropped": _named(proposed, told, "dropped", trust, also=intent.dropped),
        "relatives": _relatives(intent, proposed, told, trust) if changing else (),
        "order": _order(intent, proposed, told, trust) if changing else None,
        "question": (intent.question or proposed.sheet.message) if "support" in acts else "",
        "more": intent.more or (told.acts["more"] >= trust.flag and proposed.sheet.shown),
        "surprise": intent.surprise or told.acts["surprise"] >= trust.flag,
        "reset": intent.reset or told.acts["reset"] >= trust.flag,
    }
    told_of = intent.acts == ("ask_item",) and {one.role for one in mentions} == {"mentioned"}
    if wanting and told_of and not (intent.retracted or any(slots[one] for one in _CHANGES)):
        slots |= {"acts": intent.acts, "asked": intent.asked}  # a change of nothing is none
    slots["query"] = _query(intent, slots["constraints"], slots["wishes"])  # type: ignore[arg-type]
    changed = {name: value for name, value in slots.items() if value != getattr(intent, name)}
    engines = {**intent.engines, **dict.fromkeys(changed.keys() - {"query"}, READER)}
    kept = slots["acts"] == intent.acts and not (intent.topic == "unrecorded" and slots["asked"])
    topic = intent.topic if kept else _topic(intent, acts, slots["asked"])
    return replace(intent, **changed, topic=topic, engines=engines)  # type: ignore[arg-type]


def _topic(intent: Intent, acts: Sequence[Act], asked: object) -> str:
    """What is asked of an item that the rules took for a service question, and that no facet tells."""
    item = "ask_item" in acts and "support" in intent.acts and "support" not in acts
    return "unrecorded" if item and not asked else ""


def _danger(told: Told, trust: Trust) -> str:
    """The danger that the reader is sure of, the greatest first; the rules' own are never taken back."""
    found = [name for name in DANGERS if told.acts[name] >= trust.danger]
    return found[0] if found else ""


def _query(intent: Intent, constraints: Sequence[Constraint], wishes: Sequence[str]) -> str:
    """What to search for: the rules' words, or those of the wishes and values that the reader made of them.

    Words that are no wish may still be what the catalogue calls a thing: they are searched for.
    """
    if constraints == intent.constraints and set(wishes) <= set(intent.wishes):
        return intent.query
    values = [one.value for one in constraints if one.op == "is" and isinstance(one.value, str)]
    said = wishes if set(wishes) - set(intent.wishes) else intent.wishes
    return " ".join(dict.fromkeys((*(one for one in said if not one.startswith(NOT)), *values)))


def _named_too(proposed: Proposed, told: Told, trust: Trust) -> dict[CharSpan, tuple[Mention, ...]]:
    """The items that only the reader is sure are meant, by where they are named, in the roles that it gives them."""
    first = len(proposed.mentions)
    places = zip(proposed.sheet.mentions[first:], proposed.doubtful, told.roles[first:], strict=True)
    return {
        where: tuple(replace(one, role=role, confidence=max(chances.values())) for role in _roles(chances, trust.name))
        for where, span, chances in places
        for one in span.mentions
        if max(chances.values()) >= trust.name
    }


def _roles(chances: Mapping[str, float], least: float) -> list[Role]:
    """The roles of which the reader is sure."""
    return [role for role, chance in chances.items() if chance >= least]  # type: ignore[misc]


def _mentions(
    intent: Intent,
    proposed: Proposed,
    told: Told,
    trust: Trust,
    *,
    named: Mapping[CharSpan, Sequence[Mention]],
    link: Callable[[str], Mention],
) -> tuple[Mention, ...]:
    """The rules' items, in the reader's roles where it is sure; titles that it alone saw.

    What words of verdict say of an item that is only pointed at, the rules read better, and that it is a measure.
    """
    roles = dict[str, Sequence[Role]]()
    for place, (judged, chances) in enumerate(zip(proposed.mentions, told.roles, strict=False)):
        sure = _roles(chances, trust.role)
        pointed = judged.span.kind == "reference"
        firm = (judged.said and judged.span.kind != "title") or (pointed and _yardstick(proposed, place))
        for mention in judged.span.mentions if sure and not firm else ():
            roles[mention.item_id or mention.text] = sure
    found: list[Mention] = [
        replace(mention, role=role)
        for mention in intent.mentions
        for role in roles.get(mention.item_id or mention.text, [mention.role])
    ]
    known = {one.item_id for one in found}
    found += [one for several in named.values() for one in several if one.item_id not in known]
    for tagged in told.tags:
        words = proposed.sheet.message[slice(*tagged.span)]
        seen = any(words.casefold() in one.text.casefold() or one.text.casefold() in words.casefold() for one in found)
        least = trust.title if not _everyday(words) else EVERYDAY if " " in words else NEVER
        described = _DESCRIBED.match(proposed.sheet.message[tagged.span[1] :]) is not None
        if tagged.name == "missing" and tagged.sure >= least and len(words) > 1 and not (seen or described):
            found.append(link(words))
    return tuple({(one.item_id or one.text, one.role): one for one in found}.values())


def _yardstick(proposed: Proposed, place: int) -> bool:
    """Whether others are compared with what is pointed at: "not as mad as the clutch"."""
    start, _ = proposed.sheet.mentions[place]
    return _MEASURE.search(proposed.sheet.message[:start]) is not None


def _everyday(words: str) -> bool:
    """Whether none of the words is a name's: "for tonight", "normal people by"."""
    return {word.casefold() for word in words.split()} <= common_words()


def _judged(intent: Intent, acts: Sequence[Act], mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """``mentions``; what the rules took for a thing to resemble is only named where nothing is asked for after all."""
    if WANTING & set(acts) or "feedback" in acts or not WANTING & set(intent.acts):
        return mentions
    return tuple(replace(one, role="mentioned") if one.role == "liked" else one for one in mentions)


def _asked(intent: Intent, proposed: Proposed, told: Told, trust: Trust, *, wanting: bool) -> tuple[str, ...]:
    """The facets that the rules saw named, else those that the reader is sure of, else those that the words would ask
    about; a comparison is of all facets.

    Where the rules saw a question that no facet answers it must be `SURER`: a wrong fact is worse than none. What the
    rules took for conditions is asked about where nothing is wanted after all: "the sago palm: bad for dogs?".
    """
    if intent.asked or "compare" in intent.acts:
        return intent.asked
    least = max(trust.about, SURER) if intent.topic == "unrecorded" else trust.about
    found = _named(proposed, told, "asked", replace(trust, about=least)) or proposed.asking
    about = any(one.item_id for one in intent.mentions)
    said = tuple(dict.fromkeys(one.facet for one in intent.constraints)) if about and not wanting else ()
    return found or said


def _named(proposed: Proposed, told: Told, name: str, trust: Trust, *, also: Sequence[str] = ()) -> tuple[str, ...]:
    """The facets of which the reader says ``name``, after ``also``."""
    found = [facet.name for facet, about in zip(proposed.facets, told.about, strict=True) if about[name] >= trust.about]
    return tuple(dict.fromkeys((*also, *found)))


def _relatives(intent: Intent, proposed: Proposed, told: Told, trust: Trust) -> tuple[Relative, ...]:
    """The rules' critiques; where they saw none, after a list, the reader's of facets that nothing bounds."""
    if intent.relatives or not proposed.sheet.shown:
        return intent.relatives
    found, bounded = list[Relative](), {one.facet for one in intent.constraints}
    for facet, about in zip(proposed.facets, told.about, strict=True):
        if facet.type not in ("number", "date") or facet.name in bounded:
            continue
        if about["lower"] >= trust.about:
            found.append(Relative(facet.name, "lower"))
        elif about["higher"] >= trust.about:
            found.append(Relative(facet.name, "higher"))
    return tuple(found)


def _order(intent: Intent, proposed: Proposed, told: Told, trust: Trust) -> Order | None:
    """The rules' order, else the reader's surest, where it is `SURER`: another order changes the whole list."""
    if intent.order:
        return intent.order
    chances = [
        (about[way], Order(facet.name, "asc" if way == "asc" else "desc"))
        for facet, about in zip(proposed.facets, told.about, strict=True)
        if facet.type in ("number", "date")
        for way in ("asc", "desc")
    ]
    best = max(chances, key=lambda one: one[0], default=(0.0, None))
    return best[1] if best[0] >= max(trust.about, SURER) else None
