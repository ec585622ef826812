"""Public corpora and patterns as one stream of examples: what each source gives, and what is held out of training."""

from __future__ import annotations

import gzip
from random import Random

import pytest

from bot.engines.reader.sheet import MATCHES, TYPES, FacetEntry, Sheet, ValueEntry
from bot.errors import InvalidRequest
from bot.training.corpora.labelled import labelled
from bot.training.corpora.service import service
from bot.training.corpora.sgd import sgd
from bot.training.corpora.titles import titles
from bot.training.examples import Example, Targets
from bot.training.recipe import Recipe
from bot.training.shops import written
from bot.training.splitting import held_out
from bot.training.texts import Sources, Texts
from tests import tiny_reader

SAID = frozenset({"acts", "about", "verdicts", "numbers", "roles"})
"""What SGD annotates."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Corpora of a few lines, and a few patterns."""
    folder = tmp_path_factory.mktemp("few")
    tiny_reader.patterns(folder / "patterns")
    tiny_reader.messages(folder / "messages")
    tiny_reader.corpora(folder / "data")
    return folder


def sources(folder, rows=None):
    return Sources(folder / "data", folder / "model", rows, folder / "patterns", folder / "messages")


def test_the_lines_that_ship_are_read_and_held_out(folder):
    """Beside small corpora: patterns and written messages are drawn, and held out in known and in unknown shops."""
    texts = Texts(Sources(folder / "data", folder / "model"), Recipe())
    assert min(map(len, (texts.train, texts.held, texts.messages, texts.held_messages))) > 100
    assert {"patterns", "unknown shops", "messages"} <= set(texts.validation())


def test_a_turn_of_sgd_is_an_example(folder):
    """Slots are facets, their spans values and numbers, a true flag is wanted; greetings of assent say no act."""
    found = {one.source: one for one in sgd(folder / "data", Random(2))}
    assert set(found) == {f"1_0004{dialogue}:{turn}" for dialogue in (2, 3, 4) for turn in (0, 2, 3)}
    first = found["1_00042:0"]
    message = "Something greek in Berkeley for 2 people, with a bar, and nothing that is dear to us."
    assert first.sheet.message == message
    assert {(entry.words, TYPES[entry.type]) for entry in first.sheet.facets} == {
        ("city", "multi"), ("serves alcohol", "flag"), ("party size", "number"), ("kitchen", "multi"),
    }  # fmt: skip
    values = {(entry.words, MATCHES[entry.match], entry.span): place for place, entry in enumerate(first.sheet.values)}
    right = {
        values["Greek", "exact", (10, 15)],
        values["Berkeley", "exact", (19, 27)],
        values["serves alcohol", "none", None],
    }
    assert first.targets.verdicts == dict.fromkeys(right, "is")
    assert ("Thai", "none", None) in values
    assert (first.sheet.numbers, first.targets.operators) == (((32, 33),), ["is"])
    assert first.sheet.facets[first.targets.links[0]].words == "party size"
    assert (first.targets.acts, first.targets.known, first.family) == ({"recommend"}, SAID, "sgd/Food_1")


def test_a_question_and_a_thank_you_of_sgd(folder):
    """A request asks an item's facet once a list was shown; thanks are small talk."""
    found = {one.source: one for one in sgd(folder / "data", Random(2), part="dev")}
    asked, thanks = found["2_00001:2"], found["2_00001:3"]
    assert [(asked.sheet.facets[place].words, said) for place, said in asked.targets.about.items()] == [
        ("serves alcohol", {"asked"})
    ]
    assert (asked.targets.acts, asked.sheet.shown) == ({"ask_item"}, True)
    assert (thanks.targets.acts, thanks.sheet.before) == ({"smalltalk"}, "Does it serve wine?")


def test_service_questions_are_their_own_questions(folder):
    """Each message in a shop; quotes, other domains and bare assent as the corpora mean them."""
    found = service(folder / "data", written()[:2], Random(2))
    assert {(one.sheet.message, *one.targets.acts) for one in found} == {
        ("Where is my card?", "support"),
        ('my "plan" costs far too much', "support"),
        ("move money", "support"),
        ("good morning", "smalltalk"),
        ("hi", "smalltalk"),
        ("ho", "out_of_scope"),
    }
    for one in found:
        question = [((0, len(one.sheet.message)), "question")] if one.targets.acts == {"support"} else []
        assert one.targets.tags == question


def test_labelled_turns_take_their_words_from_the_public_files(folder):
    """Only turns whose words are there, of training dialogues, with what was said before."""
    found = {one.source: one for one in labelled(folder / "data", Random(2))}
    assert set(found) == {"3926:6", "1_00042:0"}
    assert found["3926:6"] == Example(
        Sheet(
            "yes, that one was fun. I liked it and I saw Up as well as another", (), mentions=((23, 33), (55, 64)),
            before="hello, what do you have for line 5 of us?", shown=True,
        ),
        Targets({"feedback"}, roles=[{"liked"}, {"liked"}]),
        "labelled/3926",
        "3926:6",
    )  # fmt: skip


def test_titles_are_names_alone(folder):
    """Without years and brackets, neither too short nor too long, sorted."""
    assert titles(folder / "data") == ["Paper Lanterns", "Red Harbour", "The Long Way Home"]


def test_a_missing_file_is_named(tmp_path):
    """The path, and which option names the folder."""
    with pytest.raises(InvalidRequest, match=r"there is no .*movies.jsonl.gz") as caught:
        titles(tmp_path)
    assert caught.value.hint == "name the folder of public data files with --data"


def test_a_damaged_file_is_named(tmp_path):
    """A download that broke off is not a shorter corpus."""
    path = tiny_reader.corpora(tmp_path / "data") / "wikipedia_movies" / "movies.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(InvalidRequest, match=r"movies.jsonl.gz cannot be read") as caught:
        titles(tmp_path / "data")
    assert caught.value.hint == "fetch the file again"
    path.write_bytes(gzip.compress(b'{"title": "Up'))
    with pytest.raises(InvalidRequest, match=r"movies.jsonl.gz cannot be read"):
        titles(tmp_path / "data")


def test_what_is_held_out_is_never_drawn(folder):
    """No family, shop or dialogue that measures occurs in what is trained on, over many draws."""
    texts = Texts(sources(folder), Recipe(batch=50))
    batches = texts.batches(50)
    drawn = [one for _ in range(12) for one in next(batches)]
    told = {one.family for one in drawn if one.family.startswith("few/")}
    assert told == {"few/plain", "few/service", "few/items", "few/facts", "few/people"}
    assert {one.family for one in texts.held} == {"few/greetings", "few/limits"}
    assert not {one.source for one in drawn} & {one.source for one in texts.held_sgd}
    assert {shop.name for shop in texts.shops}.isdisjoint(shop.name for shop in texts.held_shops)
    assert all(held_out(shop.name) for shop in texts.held_shops) and len(texts.held_shops) >= 4
    families = [one.family for one in drawn]
    kinds = ("few/", "labelled", "sgd", "service", "films/")
    shares = [sum(family.startswith(kind) for family in families) / 600 for kind in kinds]
    assert shares == pytest.approx(Recipe().shares, abs=0.06)


def test_what_measures_is_said_once_in_known_and_in_unknown_shops(folder):
    """Every held-out pattern that can be said, and SGD's development services; the same each time."""
    texts = Texts(sources(folder), Recipe())
    parts = texts.validation()
    assert {name: len(examples) for name, examples in parts.items()} == {"patterns": 2, "unknown shops": 2, "sgd": 3}
    assert parts == texts.validation() == Texts(sources(folder), Recipe(seed=99)).validation()
    assert texts.counts() == {
        "patterns": (7, 2), "families": (5, 2), "shops": (40, 6), "labelled": (2, 0), "sgd": (9, 3),
        "service": (12, 0), "messages": (4, 0), "own": (0, 0),
    }  # fmt: skip


def test_draws_go_on_where_they_were_left(folder):
    """The state of one stream makes another go on alike."""
    recipe = Recipe(batch=4)
    one, other = (Texts(sources(folder), recipe) for _ in range(2))
    batches = one.batches(4)
    next(batches)
    other.restore(one.state())
    assert next(batches) == next(other.batches(4))


def test_own_lines_are_drawn_beside_the_rest(folder, tmp_path):
    """They take their share of a batch; a line about facets by name stands among the values of the file."""
    (tmp_path / "own.txt").write_text(
        "# plain\n[recommend] a {noun} or two for {wish|my aunt}\n"
        "# named\n[recommend] a {is:brew=stout|dark beer}\n[recommend] no {not:brew=lager|lager}\n"
        "# gifts2\n[recommend] {is:brew=ale|an ale}\n",
        "utf-8",
    )
    texts = Texts(sources(folder, tmp_path / "own.txt"), Recipe(own=0.4))
    batches = texts.batches(100)
    drawn = [one for _ in range(6) for one in next(batches)]
    own = [one for one in drawn if one.family.startswith("own/")]
    assert len(own) / len(drawn) == pytest.approx(0.4, abs=0.07)
    assert {one.family for one in own} == {"own/plain", "own/named"}
    dark = [one.sheet for one in own if one.sheet.message == "a dark beer"]
    assert {entry.words for sheet in dark for entry in sheet.values} == {"stout", "lager", "ale"}
    assert {sheet.facets for sheet in dark} == {(FacetEntry("brew", TYPES.index("multi")),)}
    assert {ValueEntry(0, "stout")} <= {entry for sheet in dark for entry in sheet.values}
    assert [one.source for one in texts.validation()["own lines"]] == ["own.txt:7"]
    assert texts.counts()["own"] == (3, 1)


def test_an_own_line_that_no_shop_can_say_is_refused(folder, tmp_path):
    """A unit that no shop knows: file and line, and what to do."""
    (tmp_path / "own.txt").write_text("[recommend] under {<:N|40 parsecs}\n", "utf-8")
    with pytest.raises(InvalidRequest, match=r"own.txt:1: no shop .* has facets for this line") as caught:
        Texts(sources(folder, tmp_path / "own.txt"), Recipe())
    assert "name the facets" in caught.value.hint
