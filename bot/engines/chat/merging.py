"""Two readings of one message, a language model's and the lexical engine's -> one intent, slot by slot.

The better source is kept and recorded: the model for what needs understanding, the lexical engine for numbers,
language, safety and all that the model left out. Pure. Knows nothing of models or prompts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.engines.lexical.text import fold
from bot.types import Act, Intent, Mention
from vectorstore.base import Constraint, Schema

CHAT, LEXICAL = "chat", "lexical"
_TALK = frozenset({"smalltalk", "out_of_scope"})
_EITHER = ("wishes", "order", "relatives", "dropped", "retracted", "asked", "query", "more", "surprise")
"""Slots that are the model's where it filled them, else the lexical engine's."""


def merged(chat: Intent, lexical: Intent, schema: Schema) -> Intent:
    """One intent of two; ``engines`` names who decided each filled slot, and each facet of the constraints."""
    acts, by_acts = _acts(chat, lexical)
    either: dict[str, Any] = {slot: getattr(chat, slot) or getattr(lexical, slot) for slot in _EITHER}
    kept = {engine: tuple(_kept(engine, chat, lexical, schema)) for engine in (CHAT, LEXICAL)}
    reset = chat.reset and not (chat.constraints or chat.wishes or chat.mentions)
    intent = replace(
        lexical,
        **either,
        acts=acts,
        constraints=(*kept[CHAT], *kept[LEXICAL]),
        mentions=_mentions(chat, lexical),
        question=(chat.question or lexical.question) if "support" in acts else "",
        reset=reset or lexical.reset,
        sensitive=lexical.sensitive or chat.sensitive,
        topic=_topic(acts, chat, lexical),
        confidence=0.9 if chat.acts[:1] == lexical.acts[:1] else 0.7,
    )
    by_facet = {f"constraints.{one.facet}": engine for engine, found in kept.items() for one in found}
    return replace(intent, engines={**_decided(intent, chat, lexical), **by_facet, "acts": by_acts})


def _decided(intent: Intent, chat: Intent, lexical: Intent) -> dict[str, str]:
    """Who decided each filled slot: the model where it filled it too, but for what is the lexical engine's anyway."""
    slots = [
        slot for slot in (*_EITHER, "constraints", "mentions", "question", "topic", "reset") if getattr(intent, slot)
    ]
    found = {slot: CHAT if getattr(chat, slot) else LEXICAL for slot in slots}
    if intent.sensitive:
        found["sensitive"] = LEXICAL if lexical.sensitive else CHAT
    return {**found, "language": LEXICAL}


def _acts(chat: Intent, lexical: Intent) -> tuple[tuple[Act, ...], str]:
    """The model's acts, unless it calls talk what the lexical engine read a wish in; a person stays within reach."""
    says = bool(lexical.constraints or lexical.mentions or lexical.relatives or lexical.order)
    only_talks = set(chat.acts) <= _TALK and says and not set(lexical.acts) <= _TALK
    engine = LEXICAL if only_talks or not chat.acts else CHAT
    acts = lexical.acts if engine == LEXICAL else chat.acts
    if "handover" in lexical.acts and "handover" not in acts:
        acts = (*acts, "handover")
    return acts, engine


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


def _mentions(chat: Intent, lexical: Intent) -> tuple[Mention, ...]:
    """Every item named by either: the lexical engine's links, the model's view of their roles, then its own."""
    roles = {mention.item_id: mention.role for mention in chat.mentions if mention.item_id}
    found = [replace(one, role=roles.get(one.item_id or "", one.role)) for one in lexical.mentions]
    ids = {one.item_id for one in found if one.item_id}
    texts = [fold(one.text) for one in found]
    for one in chat.mentions:
        known = one.item_id in ids if one.item_id else any(fold(one.text) in text for text in texts)
        if not known:
            found.append(one)
    return tuple(found)


def _topic(acts: Sequence[Act], chat: Intent, lexical: Intent) -> str:
    """What talk is about; of anything else, only "why this one?"."""
    if not set(acts) & _TALK:
        return lexical.topic if lexical.topic == "why" and "ask_item" in acts else ""
    heard = lexical.topic if set(lexical.acts) & _TALK else ""
    return chat.topic or heard or ("off_topic" if "out_of_scope" in acts else "")
