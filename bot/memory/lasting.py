"""What a verified visitor keeps from one conversation to the next, on any device: likes, rejections, what was seen.

Pure: states and profiles in, states and profiles out. Knows no SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from bot.types import DialogueState

Profile: TypeAlias = Mapping[str, Sequence[str]]

LASTING = ("likes", "rejected", "seen")
_CONTRARY = {"likes": "rejected", "rejected": "likes"}
_MOST = 2000
"""Items of a kind that a profile remembers; the oldest go first."""


def profile_of(state: DialogueState | Mapping[str, Any]) -> dict[str, list[str]]:
    """The lasting part of a state, or of its JSON form."""
    held = state if isinstance(state, Mapping) else {name: getattr(state, name) for name in LASTING}
    return {name: list(held.get(name, ())) for name in LASTING}


def known(state: DialogueState, profile: Profile) -> DialogueState:
    """``state`` with what is known of its visitor by now."""
    likes, rejected, seen = (tuple(profile.get(name, ())) for name in LASTING)
    return replace(state, likes=likes, rejected=rejected, seen=seen)


def merged(profile: Profile, before: Profile, after: Profile) -> dict[str, list[str]]:
    """``profile`` with what one conversation changed from ``before`` to ``after``; other conversations go on meanwhile.

    What was added last wins: an item that is liked now is not rejected any more.
    """
    found = {name: _changed(profile.get(name, ()), before[name], after[name]) for name in LASTING}
    for name, contrary in _CONTRARY.items():
        added = set(after[name]) - set(before[name])
        found[contrary] = [id_ for id_ in found[contrary] if id_ not in added or id_ in after[contrary]]
    return found


def _changed(held: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[str]:
    """``held`` without what went and with what came, in the order in which this conversation has them, latest last."""
    gone, mine = set(before) - set(after), set(after)
    theirs = [id_ for id_ in held if id_ not in gone and id_ not in mine]
    still = [id_ for id_ in after if id_ in held or id_ not in before]
    return _unique((*theirs, *still))[-_MOST:]


def _unique(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))
