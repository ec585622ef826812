"""A catalogue's facets -> the JSON schema of an intent: what a model may say about one message, and no more.

Everything in it is bounded, so that a constrained reply always ends. Knows nothing of models or of what is done with
the reply.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, get_args

from bot.types import Act, Role
from vectorstore.base import Facet, Schema

Json: TypeAlias = dict[str, Any]

MOST_FACETS = 40
"""A prompt names so many facets at most: the first ones, in the schema's order."""
FEW_VALUES = 60
"""A facet with at most so many values is closed: only they can be said. Longer lists are said freely and linked."""
SENSITIVE = ("self_harm", "harm", "illegal", "personal_data", "injection")
TOPICS = (
    "hello",
    "thanks",
    "bye",
    "how_are_you",
    "identity",
    "capabilities",
    "praise",
    "complaint",
    "insult",
    "affirm",
    "deny",
    "no_preference",
    "off_topic",
)
_ORDERED = ("number", "date")


def intent_schema(schema: Schema) -> Json:
    """The JSON schema; every key but "acts" may be left out, in the order of the prompt file."""
    facets = schema.facets[:MOST_FACETS]
    names = [facet.name for facet in facets]
    sortable = [facet.name for facet in facets if facet.type in _ORDERED]
    role = {"enum": list(get_args(Role))}
    flag = {"type": "boolean"}
    about_facets: Json = {
        "constraints": _list({"$ref": "#/$defs/constraint"}, most=8),
        "dropped": _list({"enum": names}, most=4),
        "retracted": _list({"$ref": "#/$defs/constraint"}, most=4),
    }
    about_order: Json = {
        "order": _object(facet={"enum": sortable}, direction={"enum": ["asc", "desc"]}),
        "relatives": _list(_object(facet={"enum": sortable}, direction={"enum": ["lower", "higher"]}), most=3),
    }
    properties: Json = {
        "acts": {**_list({"enum": list(get_args(Act))}, most=3), "minItems": 1},
        **(about_facets if names else {}),
        "wishes": _list(_text(80), most=4),
        **(about_order if sortable else {}),
        "titles": _list(_object(text=_text(80), role=role), most=5),
        "references": _list(_object(number={"type": "integer", "minimum": -1, "maximum": 12}, role=role), most=4),
        **({"asked": _list({"enum": names}, most=4)} if names else {}),
        "question": _text(200),
        "query": _text(120),
        "language": {"type": "string", "pattern": "^[a-z]{2}$"},
        **{name: flag for name in ("more", "surprise", "reset")},
        "topic": {"enum": list(TOPICS)},
        "sensitive": {"enum": list(SENSITIVE)},
    }
    whole: Json = {"type": "object", "properties": properties, "required": ["acts"], "additionalProperties": False}
    return {**whole, "$defs": {"constraint": {"anyOf": list(_constraints(facets))}}} if names else whole


def closed(facet: Facet) -> bool:
    """Whether only the listed values can be said."""
    return facet.type in ("category", "multi") and 0 < len(facet.values) <= FEW_VALUES


def _constraints(facets: Sequence[Facet]) -> Iterator[Json]:
    """One shape per closed facet, and one for each kind of the others."""
    for facet in facets:
        if closed(facet):
            yield _worded([facet], {"enum": [value for value, _ in facet.values]})
        elif facet.type == "flag":
            yield _object(facet={"const": facet.name}, op={"const": "is"}, value={"type": "boolean"})
    if spoken := [facet for facet in facets if facet.type in ("category", "multi") and not closed(facet)]:
        yield _worded(spoken, _text(60))
    if dates := [facet for facet in facets if facet.type == "date"]:
        yield _measured(dates, {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"})
    numbers = [facet for facet in facets if facet.type == "number"]
    for number in dict.fromkeys(map(_bounds, numbers)):
        yield _measured([facet for facet in numbers if _bounds(facet) == number], _number(*number))


def _worded(facets: Sequence[Facet], value: Json) -> Json:
    """A constraint whose value is a word, or several of which one suffices."""
    several = {**_list(value, most=4), "minItems": 2}
    ops = ["is", "not", "any"] if closed(facets[0]) else ["is", "not", "any", "contains"]
    names = {"enum": [facet.name for facet in facets]}
    return _object(facet=names, op={"enum": ops}, value={"anyOf": [value, several]})


def _measured(facets: Sequence[Facet], value: Json) -> Json:
    """A constraint whose value is a number or a date, or the two ends of a range."""
    two = {"type": "array", "items": value, "minItems": 2, "maxItems": 2}
    ops = {"enum": ["is", "not", ">=", "<=", ">", "<", "between"]}
    return _object(facet={"enum": [facet.name for facet in facets]}, op=ops, value={"anyOf": [value, two]})


def _bounds(facet: Facet) -> tuple[int, int, bool]:
    """Lowest and highest number that can be said, well outside the facet's own, and whether only whole ones can."""
    ends = [end for end in (facet.low, facet.high) if end is not None and math.isfinite(end)]
    whole = facet.role != "price" and all(float(end).is_integer() for end in ends)
    digits = len(str(int(max(map(abs, ends), default=999_999))))
    most = 10 ** min(digits + 1, 12) - 1
    return (-most if min(ends, default=0) < 0 else 0), most, whole


def _number(low: int, high: int, whole: bool) -> Json:
    """A bounded number; a fraction has at most two digits."""
    kind: Json = {"type": "integer"} if whole else {"type": "number", "multipleOf": 0.01}
    return {**kind, "minimum": low, "maximum": high}


def _text(most: int) -> Json:
    return {"type": "string", "maxLength": most}


def _list(item: Json, *, most: int) -> Json:
    return {"type": "array", "items": item, "maxItems": most}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
