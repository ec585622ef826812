"""The protocol `reranker` in small: what is asked and held out, candidates, orders, intervals, gates, the report."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import vectorstore.embedders.local
from bot.__main__ import app
from bot.engines.pairs.framing import SCENARIOS
from bot.engines.pairs.network import PairNetwork
from bot.engines.pairs.storing import FILE, save
from bot.engines.rerank_local import LateInteractionReranker
from bot.engines.rerank_pairs import PairReranker
from bot.errors import InvalidRequest
from bot.evaluation.placing import interval
from bot.evaluation.reranking import gating, protocol, wanted
from bot.evaluation.reranking.protocol import SINGLE, checks, set_rows
from bot.evaluation.reranking.trying import POOL, Engines, fused, trials
from bot.evaluation.reranking.wanted import HelpSet, ItemSet, Wanted
from bot.training.beginning import begun, tokenizer
from bot.training.ranking.recipe import RankingRecipe
from bot.types import Need
from tests import tiny_ranking, tiny_reader
from tests.small_catalog import film_index
from vectorstore.base import Passage
from vectorstore.embedders.scripted import HashedEmbedder

EMBEDDER = HashedEmbedder(64)
WISHES = {"a clown frightens children": "it", "a miner meets a hungry creature": "alien"}
PASSAGES = tuple(
    Passage(f"p#{n}", "p", "Help", f"Heading {n}", str(n), f"What is said of {word} stands here.")
    for n, word in enumerate(("refunds", "parcels", "payments", "accounts", "sizes", "stores"))
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """MiniLM's shape with one layer."""
    return tiny_reader.model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def network(model):
    """A network whose head has something to say."""
    torch.manual_seed(3)
    found = begun(PairNetwork, model, RankingRecipe(lora=2))
    torch.nn.init.normal_(found.head[-1].weight, std=0.05)
    return found.eval()


@pytest.fixture
def engines(model, network):
    """Both re-rankers."""
    pairs = PairReranker(network, tokenizer(model), torch.device("cpu"), torch.float32)
    return Engines(LateInteractionReranker(HashedEmbedder(256)), pairs)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Corpora of a few lines."""
    return tiny_ranking.corpora(tmp_path_factory.mktemp("data"))


@pytest.fixture
def sets():
    """A few wishes for films, one with a like, and a few questions."""
    films = film_index(EMBEDDER)
    asked = [Wanted(Need(text), frozenset([id_])) for text, id_ in WISHES.items()]
    asked.append(
        Wanted(Need("something like that", ("Alien",)), frozenset(["it", "jaws"]) & set(films.ids), ("alien",))
    )
    index = wanted.index_of(PASSAGES, EMBEDDER)
    questions = tuple(
        Wanted(Need(f"tell me of {word}"), frozenset([f"p#{n}"])) for n, word in ((0, "refunds"), (4, "sizes"))
    )
    return ItemSet("wishes", "works", films, tuple(asked)), HelpSet("help", index, questions)


# -- what is asked ----------------------------------------------------------------------------------------------------


def test_dialogues_that_tune_are_not_those_that_measure(data):
    """Both come from held-out dialogues of the training part, whole; what was liked before is known."""
    tuning, held = (wanted.dialogues(data, EMBEDDER, tuning=side) for side in (True, False))
    words = [{one.need.query for one in side.wanted} for side in (tuning, held)]
    assert words[0].isdisjoint(words[1])
    assert words[0] | words[1] == {f"Hi, I like films such as Number {n}" for n in (7, 16, 20, 21, 30, 31)}
    for one in (*tuning.wanted, *held.wanted):
        assert len(one.likes) == len(one.need.likes) == 1 and one.right <= set(tuning.index.ids)


def test_made_wishes_are_for_shelves_that_were_held_out(data):
    """One held-out category tunes, the other measures; every item that answers a wish counts as right."""
    tuning, held = (wanted.products(data, EMBEDDER, tuning=side) for side in (True, False))
    assert {item.facets["category"] for item in tuning.index.items.values()} == {"seasonal"}
    assert {item.facets["category"] for item in held.index.items.values()} == {"instruments"}
    assert held.wanted and all(1 <= len(one.right) <= wanted.VAGUE for one in held.wanted)
    assert held.wanted == wanted.products(data, EMBEDDER, tuning=False).wanted


def test_questions_are_of_pages_that_no_training_saw(data):
    """Manuals that were held out; of the policies only topics that were not trained on."""
    manuals = wanted.manual_questions(data, EMBEDDER)
    assert {one.need.query for one in manuals.wanted} == {
        "Can Tent 4 stand in the snow?", "How many people sleep in it?",
    }  # fmt: skip
    assert all(one.right <= set(manuals.index.ids) for one in manuals.wanted)
    assert wanted.policies(data, EMBEDDER, tuning=True).wanted == ()  # the small refund page was trained on
    with pytest.raises(InvalidRequest, match="basecamp_policies"):
        wanted.policies(data / "none", EMBEDDER, tuning=True)


# -- what is tried ----------------------------------------------------------------------------------------------------


def test_every_need_has_candidates_with_its_right_answers(sets, engines):
    """At most fifty, each scored by every system; what was liked is no candidate; orders hold the same ids."""
    for asked in sets:
        for one in trials(asked, engines):
            assert one.wanted.right <= set(one.ids) and len(one.ids) == len(set(one.ids)) <= POOL
            assert not set(one.wanted.likes) & set(one.ids)
            assert set(one.scores) == {"BM25", "dense", "BM25 + dense", "late interaction", "cross-encoder"}
            assert all(len(scores) == len(one.ids) for scores in one.scores.values())
            assert set(one.order(one.scores["dense"])) == set(one.ids)
            assert set(one.milliseconds) == {"late interaction", "cross-encoder"}
            assert set(one.product(None, 5)) == set(one.product(0.5, 5)) and one.product(0.5, 5)


def test_a_right_answer_that_search_lacks_stands_last(sets):
    """It takes the place of the last candidate, and it is told that it was not found."""
    from bot.evaluation.reranking.trying import _completed

    short = tuple(f"i{n}" for n in range(POOL))
    ids = _completed(short, frozenset(["i49", "lost"]))
    assert len(ids) == POOL and ids[-2:] == ("i49", "lost") and "i48" not in ids and "i47" in ids
    assert _completed(("a", "b"), frozenset("a")) == ("a", "b")


def test_fusion_prefers_what_both_place_high():
    """Reciprocal ranks are added."""
    scores = fused([np.array([3, 2, 1], np.float32), np.array([1, 3, 2], np.float32)])
    assert scores.argmax() == 1 and scores.tolist() == pytest.approx(
        [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    )


def test_the_cascade_reads_only_the_best(sets, engines):
    """The rest keeps its place; at weight 0 it is late interaction."""
    one = next(trials(sets[0], engines))
    late = one.scores["late interaction"]
    assert np.array_equal(one.cascade(0.0, 3), late)
    changed = np.flatnonzero(one.cascade(1.0, 3) != late)
    assert set(changed) <= set(np.argsort(-late, kind="stable")[:3])


def test_an_interval_holds_the_mean():
    """By the bootstrap, the same each time; wider for fewer values."""
    values = [0.0, 1.0] * 20
    low, high = interval(values)
    assert low < 0.5 < high and interval(values) == (low, high)
    assert high - low < np.subtract(*reversed(interval(values[:8]))) and interval([]) == (0.0, 0.0)


# -- what is told -----------------------------------------------------------------------------------------------------


def test_every_system_has_a_row_with_its_interval(sets, engines):
    """Singles, the cross-encoder on all, the cascade with what it reads, the product's order with and without it."""
    for asked in sets:
        found = list(trials(asked, engines))
        rows = list(set_rows(asked, found, engines, dict.fromkeys(SCENARIOS, 0.5)))
        systems = [*SINGLE, "cross-encoder on all", "cascade", "product as it is", "product with cascade"]
        assert [row["system"] for row in rows] == systems
        assert all(row["low"] <= row["nDCG@10"] <= row["high"] and row["n"] == len(found) for row in rows)
        by = {row["system"]: row for row in rows}
        assert by["cascade"]["weight"] == 0.5 and by["cascade"]["read"] >= 2 and by["cascade"]["ms"] > 0
        assert by["product as it is"]["change"] == 0.0
        assert [check.name.split(": ")[1] for check in checks(rows)] == [
            "cascade's nDCG@10", "what the product's order gains", "milliseconds of the cascade, p50",
        ]  # fmt: skip


def test_a_closed_gate_leaves_the_product_as_it_is(sets, engines):
    """Row for row."""
    rows = list(set_rows(sets[1], list(trials(sets[1], engines)), engines, dict.fromkeys(SCENARIOS, 0.0)))
    by = {row["system"]: row for row in rows}
    assert by["product with cascade"]["change"] == 0.0
    assert by["product with cascade"]["nDCG@10"] == by["product as it is"]["nDCG@10"]


class Trying:
    """A trial whose product puts the right answer first from a weight on, and second before it."""

    def __init__(self, good):
        self.wanted, self.good = Wanted(Need("q"), frozenset("a")), good

    def product(self, weight, count):
        return ("a", "b") if weight in self.good else ("b", "a")


def test_a_weight_is_chosen_only_where_the_gain_is_sure():
    """The surest of those whose gain cannot be chance; else the gate stays closed."""
    found, rows = gating.chosen(
        {
            "works": [Trying({0.5, 0.65})] * 6,
            "goods": [Trying({None})] * 6,
            "help": [Trying({0.5}), *[Trying({None, 0.2, 0.35, 0.65, 0.8, 1.0})] * 2],
        }
    )
    assert found == {"works": 0.5, "goods": 0.0, "help": 0.0}
    assert len(rows) == 3 * (len(gating.GRID) - 1)


def test_without_weights_all_other_rows_stand_and_the_way_is_told(monkeypatch, sets, tmp_path, data):
    """No row of the cross-encoder; what to run stands in the report."""
    monkeypatch.setattr(vectorstore.embedders.local, "LocalEmbedder", lambda: HashedEmbedder(256))
    monkeypatch.setattr(protocol, "measured", lambda data, embedder: iter(sets))
    monkeypatch.setattr(protocol, "WEIGHTS", tmp_path)
    report = protocol.run(data)
    assert [row["system"] for row in report.rows[:5]] == [*SINGLE, "product as it is"] and not report.checks
    assert "shelftalk train reranker" in report.rows[-1]["system"] and "shelftalk train reranker" in report.protocol


def test_with_weights_the_report_has_checks(monkeypatch, sets, tmp_path, data, model, network):
    """The weights' own gates are used, or all are open; the size is checked; nothing may be missing."""
    monkeypatch.setattr(vectorstore.embedders.local, "LocalEmbedder", lambda: HashedEmbedder(256))
    monkeypatch.setattr(protocol, "measured", lambda data, embedder: iter(sets[1:]))
    monkeypatch.setattr("bot.engines.rerank_pairs.model_folder", lambda: model)
    save(network, tmp_path)
    gating.write(tmp_path, {"works": 0.0, "goods": 0.0, "help": 0.35})
    report = protocol.run(data, weights=tmp_path)
    assert "works 0, goods 0, help 0.35" in report.protocol
    assert report.checks[-1].name == "megabytes of the weights" and report.checks[-1].ok
    assert report.checks[-1].value == round((tmp_path / FILE).stat().st_size / 1e6, 2)
    assert next(row for row in report.rows if row["system"] == "cascade")["weight"] == 0.35


def test_the_command_refuses_what_it_cannot_measure(tmp_path):
    """A folder without weights, weights of another protocol: one line, and what to do."""
    for words, what in (
        (["reranker", "--weights", tmp_path, "--data", tmp_path], "the re-ranker in .* cannot be used"),
        (["retrieval", "--weights", tmp_path], "takes no weights"),
    ):
        done = CliRunner().invoke(app, ["eval", *map(str, words)])
        assert done.exit_code == 1 and "Traceback" not in done.output
        assert re.search(what, " ".join(done.stderr.split())), done.stderr
        assert "to do" in done.stderr
