"""Messages written for one shop: said as they stand or in another shop, and refused by file and line."""

from __future__ import annotations

import tomllib
from collections import Counter
from random import Random

import pytest

from bot.errors import InvalidRequest
from bot.training.messages import MESSAGES, read_messages
from bot.training.shops import pseudo, written
from bot.training.splitting import split
from bot.training.texts import MANY
from bot.training.turns import Teller
from tests import tiny_reader
from tests.test_training_turns import said_of


@pytest.fixture
def messages(tmp_path):
    """The messages of a tiny shop, by their first words."""
    found = read_messages(tiny_reader.messages(tmp_path / "messages"))
    return {"".join(map(_words, message.pattern.text)).split()[0]: message for message in found}


def _words(piece):
    return piece if isinstance(piece, str) else piece.words or ""


def teller(seed=4):
    return Teller(["Aurora"], Random(seed))


def test_a_message_is_said_as_it_stands(messages):
    """Every mark means what its facet's name says; synonyms stay as they were written."""
    message = messages["scary"]
    found = said_of(teller().tell(message.pattern, message.scene(), MANY))
    assert found["verdicts"] == {("horror", "not"), ("France", "is")}
    assert found["about"] == {("runtime minutes", "vague<")}
    assert [text.casefold() for text, _ in found["tags"]] == ["for tea"]


def test_either_of_two_values_and_a_flag(messages):
    """Values joined by "or" are both wanted; a flag is its own value; a number keeps its words."""
    message = messages["comedy"]
    found = said_of(teller().tell(message.pattern, message.scene(), MANY))
    assert found["verdicts"] == {("comedy", "is"), ("horror", "is"), ("subtitles", "is")}
    assert [(text.casefold(), facet, op) for text, facet, op in found["numbers"]] == [
        ("two hours", "runtime minutes", "<")
    ]


def test_a_message_is_said_in_another_shop(messages):
    """Its own words are taken out and the other shop's put in; "too" before a degree turns it round."""
    pattern = messages["scary"].anywhere()
    shop = next(shop for shop in written() if shop.name == "films")
    found = said_of(teller().say(pattern, shop))
    assert Counter(verdict for _, verdict in found["verdicts"]) == {"not": 1, "is": 1}
    assert {name for _, name in found["about"]} == {"vague<"}
    assert [text.casefold() for text, _ in found["tags"]] == ["for tea"]


def test_a_question_about_a_facet_stays_in_its_shop(messages):
    """Its words fit no other facet: "how long" asks for nothing but a length."""
    assert messages["how"].anywhere() is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("@ genre multi\n[recommend] x", "no facet can be read"),
        ("@ genre: multi = a, b\n[recommend] {is:mood=a|x}", "no facet 'mood'"),
        ("@ genre: multi = a, b\n[recommend] {is:genre=c|x}", "genre has no value 'c'"),
        ("@ genre: multi = a, b\n[recommend] {<:genre|9}", "cannot be said of genre, a multi"),
        ("@ year: number\n[recommend] {is:year|9}", "cannot be said of year, a number"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, why):
    """File, line and reason."""
    (tmp_path / "shop.txt").write_text(text, "utf-8")
    with pytest.raises(InvalidRequest, match=r"shop\.txt:\d") as caught:
        read_messages(tmp_path)
    assert why in str(caught.value)


def test_the_shipped_messages_can_all_be_said():
    """Over 2,000 messages of more than twenty shops, about a fifth of them held out; nine in ten fit a made-up shop."""
    found = read_messages()
    train, held = split(found)
    assert len(found) >= 2000
    assert len({message.shop.name for message in found}) >= 20
    assert 0.1 < len(held) / len(found) < 0.3
    assert {message.family for message in train}.isdisjoint(message.family for message in held)
    for message in found:
        teller().tell(message.pattern, message.scene(), MANY)
    assert sum(message.anywhere() is not None for message in found) > 0.8 * len(found)
    assert pseudo(Random(1)).facets


def test_no_message_is_one_of_those_that_measure():
    """None shares seven words in a row with a message of the gold set."""
    gold = {seven for text in _gold() for seven in _sevens(text)}
    texts = ("".join(map(_words, message.pattern.text)) for message in read_messages())
    assert [text for text in texts if gold & set(_sevens(text))] == []


def _gold():
    for path in (MESSAGES.parents[1] / "evaluation" / "gold").glob("*.toml"):
        yield from (case["message"] for case in tomllib.loads(path.read_text("utf-8"))["case"])


def _sevens(text):
    words = text.casefold().replace(",", " ").split()
    return [tuple(words[start : start + 7]) for start in range(len(words) - 6)]
