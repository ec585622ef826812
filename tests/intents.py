"""Intents as short text, for tables of cases: what a test wants is read at a glance."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from bot.types import Intent, Mention, Message
from vectorstore.base import Constraint

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of ``tests/cases/<name>.toml``."""
    return tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))["case"]


def shown(ids: tuple[str, ...]) -> tuple[Message, ...]:
    """A history whose last list was ``ids``."""
    return (Message("visitor", "show me something"), Message("assistant", "Here you are.", items=ids))


def render(intent: Intent) -> dict[str, Any]:
    """Every filled slot of an intent, in words; search text, engines and confidence are left out."""
    slots = {
        "acts": list(intent.acts),
        "constraints": [condition(one) for one in intent.constraints],
        "dropped": list(intent.dropped),
        "retracted": [condition(one) for one in intent.retracted],
        "wishes": list(intent.wishes),
        "order": f"{intent.order.facet} {intent.order.direction}" if intent.order else "",
        "relatives": [
            f"{one.facet} {one.direction}" + (f" than {one.anchor}" if one.anchor else "") for one in intent.relatives
        ],
        "mentions": [named(one) for one in intent.mentions],
        "asked": list(intent.asked),
        "question": intent.question,
        "more": intent.more,
        "surprise": intent.surprise,
        "reset": intent.reset,
        "sensitive": intent.sensitive,
        "topic": intent.topic,
        "language": "" if intent.language == "en" else intent.language,
    }
    return {name: value for name, value in slots.items() if value}


def condition(constraint: Constraint) -> str:
    """``year > 1990``, ``genres any comedy|drama``."""
    return f"{constraint.facet} {constraint.op} {_value(constraint.value)}"


def named(mention: Mention) -> str:
    """``liked alien-1979``, or ``mentioned ?Inception 2`` for one that the catalogue lacks."""
    return f"{mention.role} {mention.item_id or '?' + mention.text}"


def same(found: dict[str, Any], want: dict[str, Any]) -> bool:
    """Whether an intent is the wanted one: lists in any order, ``*`` for a number that depends on the catalogue."""
    if found.keys() != want.keys():
        return False
    return all(_same_slot(found[name], want[name]) for name in want)


def _same_slot(found: Any, want: Any) -> bool:
    if not isinstance(want, list):
        return found == want
    if len(found) != len(want):
        return False
    loose = [text[:-1] for text in want if text.endswith(" *")]
    open_ = [text for text in found if not any(text.startswith(start) for start in loose)]
    return sorted(open_) == sorted(text for text in want if not text.endswith(" *")) and len(found) - len(open_) == len(
        loose
    )


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(map(_value, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
