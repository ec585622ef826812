"""What a conversation knows about its visitor, in words: removable chips, likes, what was rejected or seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot import types
from bot.wording import chips

if TYPE_CHECKING:
    from prompts import Voice


def state_event(state: types.DialogueState, shelf: types.Shelf, voice: Voice) -> types.StateChanged:
    """The complete `state` event: nothing is left for a face to look up."""

    def titled(ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple((id_, shelf.items.items[id_].title) for id_ in ids if id_ in shelf.items.items)

    return types.StateChanged(
        state=state,
        chips=chips(state, voice, shelf.items.schema),
        likes=titled(state.likes),
        rejected=titled(state.rejected),
        seen=titled(state.seen),
    )
