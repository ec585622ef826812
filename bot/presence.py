"""An understander, or a conversation, that is older than the items: nobody may point at what is gone.

While a large vocabulary is read anew, the old one reads on; a title that was added since is not known to it yet, and an
item that was removed is no longer meant. A conversation may be older still.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.types import Intent, Mention, Message, Understander
from vectorstore.base import Item, Schema


def present(intent: Intent, items: Container[str], hidden: Container[str] = ()) -> Intent:
    """``intent`` without items that are not there (any more), or ``hidden`` from visitors."""

    def there(id: str | None) -> bool:
        return id in items and id not in hidden

    def meant(mention: Mention) -> Mention:
        near = tuple(id for id in mention.near if there(id))
        return replace(mention, item_id=mention.item_id if there(mention.item_id) else None, near=near)

    relatives = tuple(one if there(one.anchor) else replace(one, anchor=None) for one in intent.relatives)
    return replace(intent, mentions=tuple(map(meant, intent.mentions)), relatives=relatives)


class Present:
    """``engine``, whose mentions are kept to ``items``."""

    def __init__(self, engine: Understander, items: Mapping[str, Item]) -> None:
        self.engine: Understander = engine.engine if isinstance(engine, Present) else engine
        self.name = self.engine.name
        self._items = items

    def understand(self, history: Sequence[Message], message: str, schema: Schema) -> Intent:
        """The engine's intent without items that are not there."""
        return present(self.engine.understand(history, message, schema), self._items)

    def link(self, text: str) -> Mention:
        """The item that a title means, if the engine knows titles and the item is there."""
        linker: Any = self.engine
        found: Mention = linker.link(text) if hasattr(linker, "link") else Mention(text, None)
        return present(Intent(acts=(), mentions=(found,)), self._items).mentions[0]
