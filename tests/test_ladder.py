"""The ladder: whatever is missing or breaks, the conversation goes on one rung lower, and the visitor is told."""

from __future__ import annotations

import pytest

from bot import types
from bot.build import build
from bot.engines.understand_scripted import ScriptedUnderstander
from bot.engines.write_composed import ComposedWriter
from bot.engines.write_scripted import EchoWriter
from bot.errors import EngineError
from tests.films import (
    Broken,
    after,
    assistant,
    cards,
    chips,
    codes,
    copied,
    names,
    only,
    said,
    settings,
    shelf,
    text,
)  # fmt: skip
from vectorstore.errors import IndexFault
from vectorstore.index import ItemIndex, PassageIndex
from vectorstore.records import Records, load

MESSAGE = "a funny film about the sea, after 1960"


def turn(folder, message=MESSAGE, **changes):
    """The events of one turn with other engines."""
    bot = assistant(folder, **changes)
    return said(bot, bot.open().id, message)


def ids(events):
    """The shown ids, in order."""
    return [card.item.id for card in cards(events)]


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """The films' canonical records."""
    return load(next(copied(tmp_path_factory.mktemp("records")).glob("catalogs/films/gen-*")))


def test_no_reranker_orders_by_combination(tmp_path):
    """Without a reranker three cards come in combined order; nothing is missing, so nothing is said."""
    events = turn(tmp_path, reranker=None)
    assert len(cards(events)) == 3 and codes(events) == []
    assert not any("reranked" in card.features for card in cards(events))


def test_a_failing_reranker_orders_by_combination_and_says_so(tmp_path):
    """The order is the one without a reranker, and a notice says that the fine sorting is missing."""
    events = turn(tmp_path, reranker=Broken())
    assert codes(events) == ["no_reranker"]
    assert ids(events) == ids(turn(tmp_path, reranker=None))
    assert names(events)[-1] == "done"


def test_a_failing_reranker_does_not_fail_a_search(tmp_path):
    """Search outside a conversation falls to the combined order too."""
    without = assistant(tmp_path, reranker=None).search("a shark in the sea")
    assert assistant(tmp_path, reranker=Broken()).search("a shark in the sea") == without
    assert without


@pytest.mark.parametrize("error", [EngineError, TimeoutError, ValueError])
def test_a_model_that_cannot_read_gives_way_to_the_lexical_engine(tmp_path, error):
    """Whatever the language model raises, the message is understood as without it, and a notice says so."""
    events = turn(tmp_path, understander=Broken(error))
    plain = turn(tmp_path)
    assert codes(events) == ["no_model"]
    assert ids(events) == ids(plain) and len(ids(events)) == 3
    assert after(events) == after(plain)
    assert only(events, types.Understood)[0].intent.engines["fallback"] == shelf().fallback.name


def test_what_not_even_the_rules_can_read_is_searched_for(tmp_path):
    """The message's words are looked up as they stand, and a notice asks for another wording."""
    broken = Broken()
    events = turn(tmp_path, understander=broken, fallback=broken)
    assert codes(events) == ["unread"] and len(cards(events)) == 3


def test_a_model_that_reads_nothing_gives_way_too(tmp_path):
    """An intent without any act is no reading."""
    events = turn(tmp_path, understander=ScriptedUnderstander({MESSAGE: types.Intent(acts=())}))
    assert codes(events) == ["no_model"] and len(cards(events)) == 3


def test_a_model_that_cannot_write_gives_way_to_the_composed_writer(tmp_path):
    """The reply is the composed one, whole, and a notice says that the model is missing."""
    events = turn(tmp_path, writer=Broken())
    assert codes(events) == ["no_model"]
    assert text(events) == text(turn(tmp_path))


class HalfWay:
    """Says the first line of the composed reply and begins the second, and dies."""

    name = "half-way"

    def write(self, brief):
        """The first line, then the end."""
        first, _, rest = "".join(ComposedWriter().write(brief)).partition("\n")
        yield f"{first}\n{rest[:20]}"
        raise EngineError("the line is dead")


def test_a_model_that_dies_half_way_gives_way_on_a_new_paragraph(tmp_path):
    """What it said stays, the composed reply follows apart from it, and a notice stands between them."""
    events = turn(tmp_path, writer=HalfWay())
    composed = text(turn(tmp_path))
    assert codes(events) == ["no_model"]
    assert text(events).startswith(composed.split("\n")[0])
    assert text(events).strip().endswith(f"\n\n{composed}") and text(events) != composed


def test_a_model_that_says_too_much_is_cut_to_the_evidence(tmp_path):
    """Sentences of a writer that no evidence covers are not said, and no notice is needed."""
    events = turn(
        tmp_path, writer=EchoWriter("The Godfather won nine Oscars in 1812. You will adore this masterpiece.")
    )
    assert "Oscars" not in text(events) and "masterpiece" not in text(events)
    assert len(cards(events)) == 3


class Failing:
    """A store whose index is gone."""

    dimension = 64

    def search(self, vector, k, *, where=None):
        """Fails."""
        raise IndexFault("the index is gone")

    def count(self):
        """Fails."""
        raise IndexFault("the index is gone")


def test_an_index_that_dies_while_serving_is_searched_exactly_and_said(tmp_path, records, monkeypatch):
    """In a catalogue too large to score row by row, the turn that notices it says so, and so do the following ones."""
    monkeypatch.setattr("vectorstore.index.FEW", 10)
    index = ItemIndex(records, Failing(), shelf().embedder)
    bot = assistant(tmp_path, items=index)
    session = bot.open().id
    first, then = said(bot, session, "a funny film"), said(bot, session, "something else")
    assert len(cards(first)) == len(cards(then)) == 3
    assert codes(first) == codes(then) == ["exact_search"]


def test_an_index_that_is_damaged_at_the_start_is_searched_exactly_and_said(tmp_path):
    """The shelf opens without its index, finds the same films, and every turn says so, once."""
    for path in copied(tmp_path).rglob("chroma.sqlite3"):
        path.write_bytes(b"this is no database" * 500)
    bot = build(settings(tmp_path, catalogs=("films",)))
    events = said(bot, bot.open().id, MESSAGE)
    assert codes(events) == ["exact_search"]
    assert ids(events) == ids(turn(tmp_path))


@pytest.mark.parametrize("obstacle", ["memory.db is a folder", "memory.db is no database"])
def test_no_database_is_a_session_that_ends_with_the_process(tmp_path, obstacle):
    """The assistant starts and talks, remembers within the session, and a notice says that nothing is saved."""
    if "folder" in obstacle:
        (tmp_path / "memory.db").mkdir()
    else:
        (tmp_path / "memory.db").write_bytes(b"no database" * 200)
    heard = []
    bot = build(settings(copied(tmp_path), catalogs=("films",)), say=heard.append)
    assert any("not kept" in line for line in heard)
    session = bot.open().id
    first, then = said(bot, session, "a French film"), said(bot, session, "before 1970")
    assert codes(first) == codes(then) == ["ephemeral"]
    assert {one.facet for one in after(then).constraints} == {"country", "year"}


def test_no_help_centre_is_said(tmp_path, records):
    """A service question without any help page is not answered, and a person is offered."""
    bare = Records(
        records.items, records.item_vectors, (), records.passage_vectors[:0],
        records.schema, records.embedder_name, records.item_hashes, (),
    )  # fmt: skip
    events = turn(tmp_path, "how do I cancel my rental?", help=PassageIndex(bare, shelf().embedder))
    (answered,) = only(events, types.Answered)
    assert answered.abstained and not answered.citations and text(events)
    assert "Talk to a person" in [chip.text for chip in chips(events)]


def test_everything_at_once(tmp_path, records):
    """With every engine broken the visitor still gets three films and every notice once."""
    index = ItemIndex(records, None, shelf().embedder, fault="gone")
    faults = {"items": index, "faults": ("exact_search",), "reranker": Broken()}
    events = turn(tmp_path, understander=Broken(), writer=Broken(), **faults)
    assert len(cards(events)) == 3 and text(events)
    assert sorted(codes(events)) == ["exact_search", "no_model", "no_reranker"]
