"""Replies cut into statements as the claim check cuts them: the sentences of the text, and what only a card says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.cutting import sentences
from bot.evaluation.writing.playing import Reply
from bot.grounds import Grounds
from vectorstore.index import ItemIndex

_COMPARES = re.compile(r"\b(?:these|others?|fits?|order|place|number|only|nearest|closest|least|most)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence. ``item`` is the card that it stands on, "" for a sentence of the reply as a whole."""

    text: str
    item: str = ""

    @property
    def compares(self) -> bool:
        """Whether its truth may hang on the whole list: it speaks of the reply, or in words of comparison."""
        return not self.item or _COMPARES.search(self.text) is not None


class Cutter:
    """Cuts the replies about one catalogue."""

    def __init__(self, index: ItemIndex) -> None:
        self._grounds = Grounds(index, ())

    def cut(self, reply: Reply) -> tuple[Statement, ...]:
        """The statements in order, each once; a reason that the text holds too is not repeated."""
        found = [*self._of_text(reply)]
        said = _plain(reply.text)
        for card in reply.cards:
            told = [one for one in (*card.reasons, *card.unmet) if _plain(one) not in said]
            found += [Statement(one, card.item.id) for one in told]
        return tuple(dict.fromkeys(found))

    def named(self, text: str) -> tuple[str, ...]:
        """The ids of the items that a text names."""
        return tuple(dict.fromkeys(one.item_id for one in self._grounds.titles.find(text)))

    def _of_text(self, reply: Reply) -> Iterator[Statement]:
        """The sentences, line by line: a line that begins with a card's title is about that card."""
        for line in reply.text.split("\n"):
            begun = _plain(line).lstrip("- ").casefold()
            item = next((card.item.id for card in reply.cards if _heads(begun, card.item.title)), "")
            for sentence in sentences(line, self._grounds):
                if sentence.strip():
                    yield Statement(sentence.strip(), item)


def _heads(line: str, title: str) -> bool:
    """Whether a line begins with the title and a mark, not with a longer title."""
    head, rest = line[: len(title)], line[len(title) :].lstrip()
    return head == title.casefold() and rest[:1] in ("", "(", ":", ".", ",")


def _plain(text: str) -> str:
    """Without the marks of Markdown."""
    return text.replace("\\", "").replace("**", "").replace("&amp;", "&")
