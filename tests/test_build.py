"""Settings -> assistant: which catalogues are served, what runs where, and what is refused before anything starts."""

from __future__ import annotations

import json

import pytest

from bot import demo
from bot.build import build, catalogs, remember
from bot.errors import EngineError, MemoryFault, SettingsError
from tests import shop
from tests.films import cards, copied, said, settings, text
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.errors import EmbedderMismatch


def test_an_operators_catalogues_come_before_the_demos(tmp_path):
    """With catalogues of one's own they alone are served; without any, the demos; a choice is obeyed."""
    assert catalogs(settings(tmp_path)) == demo.NAMES
    shop.ingested(tmp_path)
    assert catalogs(settings(tmp_path)) == ("shop",)
    assert catalogs(settings(tmp_path, catalogs=("films", "shop"))) == ("films", "shop")


def test_what_an_ingest_left_unfinished_is_no_catalogue(tmp_path):
    """A folder without a complete generation neither is served nor keeps others from it."""
    shop.ingested(tmp_path)
    (tmp_path / "catalogs" / "killed" / "gen-0001.tmp").mkdir(parents=True)
    (tmp_path / "catalogs" / "stray.txt").write_text("")
    assert catalogs(settings(tmp_path)) == ("shop",)


def test_an_unknown_catalogue_is_refused_with_those_there_are(tmp_path):
    """The error names what could have been meant."""
    shop.ingested(tmp_path)
    with pytest.raises(SettingsError) as refused:
        build(settings(tmp_path, catalogs=("books",)))
    assert "'books'" in str(refused.value) and "shop" in refused.value.hint and "films" in refused.value.hint


def test_a_catalogue_of_ones_own_is_talked_about(tmp_path):
    """An invented shop: found by words and price, never a film, its help centre answers, what runs where is said."""
    shop.ingested(tmp_path)
    heard = []
    bot = build(settings(tmp_path), say=heard.append)
    session = bot.open().id
    found = cards(said(bot, session, "a lamp for reading under 22"))
    assert [card.item.title for card in found] == ["Red Lamp"]
    assert "three working days" in text(said(bot, session, "how long does delivery take?"))
    assert bot.catalogs == ("shop",)
    assert any("hashed" in line for line in heard) and any("lexical" in line for line in heard)
    assert any("overlap" in line for line in heard)


def test_several_catalogues_at_once(tmp_path):
    """A session stays with the catalogue that it was opened for; the first is the default."""
    shop.ingested(copied(tmp_path))
    bot = build(settings(tmp_path, catalogs=("films", "shop")))
    assert bot.catalogs == ("films", "shop")
    here, there = bot.open(), bot.open(catalog="shop")
    assert (here.catalog, there.catalog) == ("films", "shop")
    assert cards(said(bot, there.id, "an oak chair"))[0].item.title == "Oak Chair"
    assert len(cards(said(bot, here.id, "a horror film"))) == 3
    assert bot.open(there.id).catalog == "shop"


def test_vectors_of_another_embedder_are_refused(tmp_path):
    """Before anything is served, with the command that makes them anew."""
    root = shop.ingested(tmp_path)
    records = next(root.glob("gen-*/records.json"))
    kept = json.loads(records.read_text("utf-8"))
    (name,) = [key for key, value in kept.items() if value == HashedEmbedder().name]
    records.write_text(json.dumps(kept | {name: "another-model"}), "utf-8")
    with pytest.raises(EmbedderMismatch) as refused:
        build(settings(tmp_path))
    assert "another-model" in str(refused.value) and "rebuild" in refused.value.hint


def test_an_unknown_engine_is_refused_with_the_choices(tmp_path):
    """A reranker that is neither a name nor a folder names those there are."""
    shop.ingested(tmp_path)
    with pytest.raises(EngineError) as refused:
        build(settings(tmp_path, reranker="best"))
    assert "overlap" in refused.value.hint


def test_a_chosen_database_is_obeyed_or_refused(tmp_path):
    """Only the default gives way to a memory that ends with the process; one that was named does not."""
    (tmp_path / "memory.db").mkdir()
    heard = []
    assert remember(settings(tmp_path), heard.append).ephemeral and len(heard) == 1
    with pytest.raises(MemoryFault) as refused:
        remember(settings(tmp_path, memory_url=f"sqlite:///{tmp_path}/memory.db"))
    assert refused.value.hint
    assert not remember(settings(tmp_path, memory_url=f"sqlite:///{tmp_path}/other/m.db")).ephemeral
    assert remember(settings(tmp_path, memory_url="memory")).ephemeral
