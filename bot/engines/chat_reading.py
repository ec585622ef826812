"""What a language model said about one message, verified, and laid over what the lexical engine found.

Per slot the better source is kept: the model for what needs understanding, the lexical engine for numbers, language,
safety and everything that the model left out. Pure. Knows nothing of models or prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from bot.engines.chat_links import constraints, facet_names, mentions, references, said_in
from bot.engines.chat_schema import SENSITIVE, TOPICS, closed
from bot.engines.lexical.text import fold
from bot.types import Act, Intent, Mention, Order, Relative
from vectorstore.base import Constraint, Schema

CHAT, LEXICAL = "chat", "lexical"
_TALK = frozenset({"smalltalk", "out_of_scope"})
_FREE = ("wishes", "order", "relatives", "dropped", "retracted", "asked", "query")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a reading is checked against: the message, the catalogue, what links its titles, the ids shown last."""

    message: str
    schema: Schema
    link: Callable[[str], Mention]
    shown: tuple[str, ...] = ()


def reading(said: Mapping[str, Any], ground: Ground) -> Intent:
    """The legal part of a model's reply; what is malformed, unknown or not in the message is left out."""
    schema = ground.schema
    known = tuple(one for one in constraints(said.get("constraints"), schema) if _stated(one, ground))
    named = mentions(said.get("titles"), ground.message, ground.link)
    pointed = references(said.get("references"), ground.shown)
    return Intent(
        acts=tuple(dict.fromkeys(act for act in _strings(said.get("acts")) if act in get_args(Act))),  # type: ignore[misc]
        query=_string(said.get("query")),
        constraints=known,
        dropped=facet_names(said.get("dropped"), schema),
        retracted=constraints(said.get("retracted"), schema),
        wishes=tuple(dict.fromkeys(wish for wish in _strings(said.get("wishes")) if _own_words(wish, ground.message))),
        order=next(_orders([said.get("order")], schema), None),
        relatives=tuple(_relatives(said.get("relatives"), schema)),
        mentions=(*named, *(one for one in pointed if one.item_id not in {other.item_id for other in named})),
        asked=facet_names(said.get("asked"), schema),
        question=_string(said.get("question")),
        more=said.get("more") is True,
        surprise=said.get("surprise") is True,
        reset=said.get("reset") is True,
        sensitive=_one_of(said.get("sensitive"), SENSITIVE),
        topic=_one_of(said.get("topic"), TOPICS),
    )


def merged(chat: Intent, lexical: Intent, schema: Schema) -> Intent:
    """One intent of two; ``engines`` names the one that decided each slot, and each facet of the constraints."""
    both = {CHAT: chat, LEXICAL: lexical}
    chosen = {slot: CHAT if getattr(chat, slot) else LEXICAL for slot in _FREE}
    chosen["acts"] = LEXICAL if _only_talks(chat, lexical) else CHAT
    acts = both[chosen["acts"]].acts
    if "handover" in lexical.acts and "handover" not in acts:
        acts = (*acts, "handover")
    kept = {engine: tuple(_kept(engine, chat, lexical, schema)) for engine in (CHAT, LEXICAL)}
    by_facet = {f"constraints.{one.facet}": engine for engine in kept for one in kept[engine]}
    named, by_mention = _mentions(chat, lexical)
    nothing_else = not (chat.constraints or chat.wishes or chat.mentions)
    flags = {"more": chat.more, "surprise": chat.surprise, "reset": chat.reset and nothing_else}
    chosen.update({slot: CHAT if flag else LEXICAL for slot, flag in flags.items()})
    return replace(
        lexical,
        **{slot: getattr(both[engine], slot) for slot, engine in chosen.items() if slot in _FREE},
        acts=acts,
        constraints=(*kept[CHAT], *kept[LEXICAL]),
        mentions=named,
        question=(chat.question or lexical.question) if "support" in acts else "",
        sensitive=lexical.sensitive or chat.sensitive,
        topic=_topic(acts, chat, lexical),
        **{slot: flag or getattr(lexical, slot) for slot, flag in flags.items()},
        confidence=0.9 if chat.acts[:1] == lexical.acts[:1] else 0.7,
        engines={
            **chosen,
            **by_facet,
            "constraints": CHAT if kept[CHAT] else LEXICAL,
            "mentions": by_mention,
            "question": CHAT if chat.question else LEXICAL,
            "sensitive": LEXICAL if lexical.sensitive or not chat.sensitive else CHAT,
            "language": LEXICAL,
            "topic": CHAT if chat.topic else LEXICAL,
        },
    )


def _kept(engine: str, chat: Intent, lexical: Intent, schema: Schema) -> Iterator[Constraint]:
    """The constraints that one engine decides: the model words, the lexical engine numbers, each the rest alone."""
    own, other = (chat, lexical) if engine == CHAT else (lexical, chat)
    titles = [fold(mention.text) for mention in chat.mentions if mention.how == "title"]
    for one in own.constraints:
        facet = schema.get(one.facet)
        measured = facet is not None and facet.type in ("number", "date")
        decides = measured == (engine == LEXICAL)
        if not decides and any(rival.facet == one.facet for rival in other.constraints):
            continue
        if engine == LEXICAL and (one in chat.retracted or any(fold(str(one.value)) in title for title in titles)):
            continue
        yield one


def _mentions(chat: Intent, lexical: Intent) -> tuple[tuple[Mention, ...], str]:
    """Every item named by either, the model's view of its role; the lexical engine's links where both know it."""
    roles = {mention.item_id: mention.role for mention in chat.mentions if mention.item_id}
    found = [replace(one, role=roles.get(one.item_id, one.role)) for one in lexical.mentions]
    known = {one.item_id for one in found if one.item_id}
    texts = [fold(one.text) for one in found]
    found += [
        one
        for one in chat.mentions
        if (one.item_id not in known if one.item_id else not any(fold(one.text) in text for text in texts))
    ]
    return tuple(found), CHAT if chat.mentions else LEXICAL


def _topic(acts: Sequence[Act], chat: Intent, lexical: Intent) -> str:
    """What talk is about; of anything else, only "why this one?"."""
    if not set(acts) & _TALK:
        return lexical.topic if lexical.topic == "why" and "ask_item" in acts else ""
    heard = lexical.topic if set(lexical.acts) & _TALK else ""
    return chat.topic or heard or ("off_topic" if "out_of_scope" in acts else "")


def _only_talks(chat: Intent, lexical: Intent) -> bool:
    """Whether the model says nothing useful, or calls talk what the lexical engine read a wish in."""
    says = bool(lexical.constraints or lexical.mentions or lexical.relatives or lexical.order)
    return not chat.acts or (set(chat.acts) <= _TALK and says and not set(lexical.acts) <= _TALK)


def _stated(one: Constraint, ground: Ground) -> bool:
    """Whether a name is in the message: a model may infer a genre, but not whom the visitor wants to see."""
    facet = ground.schema.get(one.facet)
    if facet is None or facet.type not in ("category", "multi") or closed(facet):
        return True
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    aliases = [alias for alias, value in facet.aliases.items() if value in values]
    return said_in(ground.message, [*map(str, values), *aliases])


def _own_words(wish: str, message: str) -> bool:
    """Whether a wish is the visitor's; what was written in another script may have been translated."""
    return bool(wish.strip()) and (not message.isascii() or said_in(message, [wish], least=70.0))


def _orders(rows: Sequence[Any], schema: Schema) -> Iterator[Order]:
    """Orders by a facet that has one."""
    for row in rows:
        if isinstance(row, Mapping) and _sortable(row, schema) and row.get("direction") in ("asc", "desc"):
            yield Order(row["facet"], row["direction"])


def _relatives(rows: Any, schema: Schema) -> Iterator[Relative]:
    """Comparisons with what was shown, by a facet that has an order."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and _sortable(row, schema) and row.get("direction") in ("lower", "higher"):
            yield Relative(row["facet"], row["direction"])


def _sortable(row: Mapping[str, Any], schema: Schema) -> bool:
    """Whether the facet of a row exists and is a number or a date."""
    facet = schema.get(str(row.get("facet")))
    return facet is not None and facet.type in ("number", "date")


def _strings(rows: Any) -> list[str]:
    """The texts of a list."""
    return [row.strip() for row in rows if isinstance(row, str)] if isinstance(rows, list) else []


def _one_of(value: Any, known: Sequence[str]) -> str:
    """A known text, or nothing."""
    return value if isinstance(value, str) and value in known else ""


def _string(value: Any) -> str:
    """A text, or nothing."""
    return value.strip() if isinstance(value, str) else ""
