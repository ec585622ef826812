"""What a language model said about one message -> an intent that holds only what is legal and was said.

Pure. Knows nothing of models, prompts or other engines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from bot.engines.chat.links import constraints, facet_names, mentions, references, said_in
from bot.engines.chat.schema import SENSITIVE, TOPICS, closed
from bot.types import Act, Intent, Mention, Order, Relative
from vectorstore.base import Constraint, Schema


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
