"""What the parts of a message are together: acts that go with each other, bounds that the last word decides.

Pure functions over findings; knows no lexicon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from bot.engines.lexical.facets import Speech
from bot.engines.lexical.findings import Findings
from bot.engines.lexical.spans import Span
from bot.types import Act, Mention
from vectorstore.base import Constraint

_MANY = 4
JUDGED = frozenset({"rejected", "seen"})
"""Roles of items that somebody has done with."""
Direction: TypeAlias = Literal["lower", "higher"]
_ON: Mapping[str, Direction] = {"<=": "lower", "<": "lower", ">=": "higher", ">": "higher"}
_AWAY: Mapping[str, Direction] = {"<=": "higher", "<": "higher", ">=": "lower", ">": "lower"}


def found_wanting(findings: Findings, span: Span) -> Mapping[str, Direction]:
    """Which way a word of degree points that finds a list wanting: "too long", "not long enough"; empty for others."""
    if span.start in findings.polarity.too:
        return _AWAY
    enough = findings.reading.norms(span.end, span.end + 1)[:1] == ("enough",)
    return _ON if enough and findings.polarity.negative(span.start) else {}


def overruled(old: Constraint, new: Sequence[Constraint]) -> bool:
    """Whether the same message bounds the same side of a number again: the last word counts."""
    return any(one.facet == old.facet and one.op[:1] == old.op[:1] and one.op[:1] in ("<", ">") for one in new)


def denied(one: Constraint, before: Sequence[Constraint]) -> bool:
    """Whether a message said the contrary before: "not Malbec, everyone brings Malbec"; "scary but not too scary"."""
    contrary = {"is": "not", "not": "is"}.get(one.op)
    return any((old.facet, old.op, old.value) == (one.facet, contrary, one.value) for old in before)


def merged(acts: Iterable[Act]) -> tuple[Act, ...]:
    """Each act once, in order; an evaluation beside a request is part of it, small talk gives way to anything else."""
    found = list(dict.fromkeys(acts))
    if "recommend" in found and "feedback" in found:
        found.remove("feedback")
    if len(found) > 1:
        found = [act for act in found if act != "smalltalk"] or found[:1]
    return tuple(found)


def evaluated(acts: tuple[Act, ...], mentions: Iterable[Mention], *, told: bool = False) -> tuple[Act, ...]:
    """``acts``; a change or a comparison asked for beside an item that was pointed at and is unwanted or known is a
    verdict as well, and so is a question beside one that is unwanted.

    ``told``: what is thought of a shown item has a clause of its own.
    """
    roles = {one.role for one in mentions if one.how == "reference"}
    judging = bool({"refine", "compare"} & set(acts)) and (told or bool(roles & JUDGED))
    refusing = "ask_item" in acts and "rejected" in roles
    return ("feedback", *acts) if (judging or refusing) and "feedback" not in acts else acts


def facet_words(constraints: Iterable[Constraint], speeches: Mapping[str, Speech]) -> list[str]:
    """The values asked for that describe content; names of people would only mislead the search by meaning."""
    found = []
    for constraint in constraints:
        speech = speeches.get(constraint.facet)
        if speech and not (speech.person or speech.strict or speech.numeric) and constraint.op in ("is", "any"):
            values = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
            found += [str(value) for value in values if isinstance(value, str) and len(values) < _MANY]
    return found
