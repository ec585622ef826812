"""What the trained reader is asked about a message: candidates, each with where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engines.reader.proposing import Proposer
from bot.engines.understand_lexical import LexicalUnderstander
from bot.understanding import Vocabulary
from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder

OUTDOOR = Path(__file__).parents[1] / "bot" / "demo" / "outdoor" / "items.jsonl"


class Tokens(HashedEmbedder):
    """The hashed embedder, which also knows words one by one."""

    def token_vectors(self, texts):
        """A row for every word."""
        return [self.embed(text.split() or [text], kind="query") for text in texts]


@pytest.fixture(scope="module")
def propose():
    """Makes the sheet of one message to the outdoor shop."""
    found = read_items(OUTDOOR)
    lexical = LexicalUnderstander(Vocabulary(found.items, found.schema), HashedEmbedder())
    proposer = Proposer(found.schema, Tokens())

    def sheet(message):
        _, findings = lexical.read((), message)
        return proposer.sheet(findings, before="", shown=False)

    return sheet


@pytest.mark.parametrize(
    ("message", "words", "worth"),
    [
        ("a tent under 50 euros", "50 euros", {"price": 50.0}),
        ("a tent below $80 please", "$80", {"price": 80.0}),
        ("a rucksack of at least thirty litres", "thirty litres", {"volume_l": 30.0}),
        ("a stove lighter than half a kilo", "half a kilo", {"weight_kg": 0.5}),
        ("something around 1500", "1500", {"price": 1500.0, "weight_kg": 1500.0}),
    ],
)
def test_numbers_are_shown_with_their_units(propose, message, words, worth):
    """An amount stands there whole, in digits or words, and is worth what its unit makes of it in each facet."""
    proposed = propose(message)
    (where,), (amount,) = proposed.sheet.numbers, proposed.numbers
    assert proposed.sheet.message[slice(*where)] == words
    assert {name: amount.worth.get(name) for name in worth} == worth
    assert all(amount.worth[name] for name in amount.worth)


def test_a_number_of_a_title_is_none(propose):
    """The figure in a product's name is no amount."""
    assert propose("is the Fjellvik Tindra 2 tent waterproof?").sheet.numbers == ()


def test_values_stand_where_they_were_said(propose):
    """A value that the message says is shown first with its place; every flag is shown, said or not."""
    proposed = propose("a red tent that is waterproof")
    said = {
        (facet.name, value): proposed.sheet.message[slice(*entry.span)]
        for (facet, value), entry in zip(proposed.values, proposed.sheet.values, strict=True)
        if entry.span
    }
    assert {("waterproof", True): "waterproof"}.items() <= said.items()
    assert "tent" in said.values()
    flags = {facet.name for facet, value in proposed.values if value is True}
    assert flags == {facet.name for facet in proposed.facets if facet.type == "flag"}


def test_titles_for_which_too_little_speaks_are_asked_about(propose):
    """One word of a product's name, in small letters: the rules leave it, the reader may say that it is meant."""
    proposed = propose("does puddle leak")
    ((where, found),) = _doubted(proposed)
    assert proposed.sheet.message[slice(*where)] == "puddle"
    assert found.mentions[0].item_id == "junipa-puddle-kids-hiking-boots"
    assert not proposed.mentions


def test_what_is_named_for_sure_is_not_doubtful(propose):
    """Titles that the rules found are judged alone."""
    proposed = propose("do you have the Tindra 2")
    assert [one.span.mentions[0].item_id for one in proposed.mentions] == ["fjellvik-tindra-2-tent"]
    assert not proposed.doubtful


def _doubted(proposed):
    """The doubtful items, each with where it is named."""
    return zip(proposed.sheet.mentions[len(proposed.mentions) :], proposed.doubtful, strict=True)
