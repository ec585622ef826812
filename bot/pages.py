"""The page of the host's site that a message was written on: which item "this one" is there.

What the host or the browser says of a page is data: an id to look up, and nothing that is read as words.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.rules import hidden
from bot.types import DialogueState, Message, PageContext, Shelf

_log = logging.getLogger(__name__)

_LONGEST_LOGGED = 80


def product(shelf: Shelf, context: PageContext) -> str | None:
    """The item whose page it is. One that the catalogue does not show is named in the log, and is none."""
    id_ = context.product_id
    if not id_:
        return None
    if id_ in shelf.items.items and id_ not in hidden(shelf.items, shelf.rules):
        return id_
    _log.info("a page's product_id is not in the catalogue %s: %r", shelf.name, id_[:_LONGEST_LOGGED])
    return None


def followed(history: Sequence[Message], state: DialogueState, item_id: str | None) -> Sequence[Message]:
    """``history`` up to the page of ``item_id``: who has just come to it was shown that item last.

    Who has left an item's page for one that is no item's is told of by a "system" message without items.
    """
    if item_id == state.page:
        return history
    return (*history, Message("system", "", () if item_id is None else (item_id,)))
