"""Nouns for items shown that no record says, told by meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engines.lexical.likeness import Likeness
from bot.engines.understand_lexical import LexicalUnderstander
from bot.types import Message
from bot.understanding import Vocabulary
from vectorstore.catalog import read_items
from vectorstore.embedders.local import LocalEmbedder

FILMS = Path(__file__).parents[1] / "bot" / "demo" / "films" / "items.jsonl"
SHOWN = ("the-godfather-1972", "jaws-1975", "titanic-1997")


@pytest.fixture(scope="module")
def embedder():
    """MiniLM, as it ships."""
    return LocalEmbedder()


@pytest.fixture(scope="module")
def films():
    """The films of the demo."""
    return read_items(FILMS)


@pytest.fixture(scope="module")
def mentions(embedder, films):
    """What a message that follows a list names, with its role."""
    lexical = LexicalUnderstander(Vocabulary(films.items, films.schema), embedder)
    history = (Message("visitor", "a classic"), Message("assistant", "Here you are.", items=SHOWN))

    def said(message):
        found = lexical.understand(history, message, films.schema).mentions
        return {(one.role, one.item_id) for one in found}

    return said


@pytest.mark.parametrize(
    ("message", "role", "id_"),
    [
        ("who directed the shark one?", "mentioned", "jaws-1975"),
        ("seen the mafia one", "seen", "the-godfather-1972"),
        ("something like the shark one but newer", "liked", "jaws-1975"),
        ("not the shark one", "rejected", "jaws-1975"),
    ],
)
def test_a_noun_means_the_item_that_lies_nearest(mentions, message, role, id_):
    """No record says "shark" or "mafia" as it stands; the words near it do."""
    assert mentions(message) == {(role, id_)}


@pytest.mark.parametrize("message", ["the weird one", "the good one", "the boring one"])
def test_what_lies_near_none_or_several_means_none(mentions, message):
    """A word that fits any of them is no reference to one."""
    assert not {one for one in mentions(message) if one[1]}


def test_one_item_is_not_compared(embedder, films):
    """Nothing lies nearer than anything else."""
    assert Likeness(embedder).meant("the shark", [item for item in films.items if item.id == "jaws-1975"]) is None
