"""The trained re-ranker as an engine: scores, the cascade and its budget, where it is used, what stands without it."""

from __future__ import annotations

import logging
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from bot import recommending
from bot.engines import choose, rerank_pairs
from bot.engines.pairs import gates
from bot.engines.pairs.budget import FEWEST, MOST, Budget
from bot.engines.pairs.framing import Framer, worded
from bot.engines.pairs.network import PairNetwork
from bot.engines.pairs.storing import FILE, save
from bot.engines.rerank_pairs import Cascade, PairReranker, mixed, open_cascade, open_pairs
from bot.engines.rerank_scripted import OverlapReranker
from bot.errors import EngineError
from bot.evaluation.reranking.gating import write
from bot.settings import Settings
from bot.support import trusted
from bot.training.beginning import begun, tokenizer
from bot.training.ranking.recipe import RankingRecipe
from bot.types import DialogueState, Need, NeedReranker, Reranker
from tests import tiny_reader
from tests.small_catalog import film_index, films
from vectorstore.base import Item, Passage
from vectorstore.embedders.local import LocalEmbedder

ITEMS = films()
PASSAGE = Passage("r#1", "r", "Refunds", "After renting", "after", "Money comes back within five days.")
EMPTY = Item("empty", "", "")
OPEN = dict(gates.OPEN)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """MiniLM's shape with one layer."""
    return tiny_reader.model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def weights(model, tmp_path_factory):
    """A folder of weights that something was learned in."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(3)
    network = begun(PairNetwork, model, RankingRecipe(lora=2))
    for name, weight in network.named_parameters():
        if name.endswith(".up") or name.startswith("head.3"):
            torch.nn.init.normal_(weight, std=0.05)
    save(network, folder)
    return folder


@pytest.fixture(scope="module")
def network(model, weights):
    """The network of these weights."""
    return rerank_pairs.load(weights, model)


@pytest.fixture(scope="module")
def pairs(model, network):
    """The engine over it, in float32."""
    return PairReranker(network, tokenizer(model), torch.device("cpu"), torch.float32)


class Counting:
    """A first re-ranker of given scores, and a second that remembers how many pairs it read."""

    name, device = "first", "cpu"

    def __init__(self, scores):
        self.scores, self.asked = np.asarray(scores, np.float32), []

    def score(self, query, items):
        self.asked.append(query)
        return self.scores[: len(items)]


class Second(PairReranker):
    """Scores by place in the order in which pairs come."""

    read = 0

    def score_pairs(self, pairs):
        self.read = len(pairs)
        return np.arange(len(pairs), dtype=np.float32)


@pytest.fixture
def second(model, network):
    return Second(network, tokenizer(model), torch.device("cpu"), torch.float32)


# -- scores -----------------------------------------------------------------------------------------------------------


def test_one_finite_score_per_entry(pairs):
    """Items, passages, empty records, no records; the same alone and among others, and again."""
    entries = [*ITEMS, PASSAGE, EMPTY]
    scores = pairs.score("a film about space", entries)
    assert isinstance(pairs, Reranker) and isinstance(pairs, NeedReranker) and pairs.device.startswith("cpu")
    assert scores.shape == (len(entries),) and scores.dtype == np.float32 and np.isfinite(scores).all()
    assert pairs.score("anything", []).shape == (0,)
    alone = np.array([pairs.score("a film about space", [entry])[0] for entry in entries])
    assert np.allclose(scores, alone, atol=1e-4) and np.array_equal(scores, pairs.score("a film about space", entries))


@pytest.mark.parametrize("query", ["", "🦖", "<b>'; DROP TABLE items; --</b>", "推荐一部喜剧片", "word " * 900])
def test_any_query_is_scored(pairs, query):
    """Empty, hostile, foreign and endless queries give finite scores."""
    assert np.isfinite(pairs.score(query, ITEMS[:3])).all()


def test_what_was_liked_is_read_too(pairs):
    """A need with titles is another need; of many titles the latest count."""
    plain, liked = pairs.score("space", ITEMS[:4]), pairs.score_need(Need("space", ("Alien", "It")), ITEMS[:4])
    assert not np.allclose(plain, liked)
    assert worded(" quiet ", ()) == "quiet"
    assert worded("quiet", tuple("abcdef")) == "quiet Liked: c; d; e; f"


def test_passages_works_and_goods_are_told_apart(pairs):
    """By what they are: a section, an item with a director or an author, any other item; the pair says which."""
    tent = Item("t", "Tent", "For two.", {"category": "tents", "price": 9.0})
    assert [gates.scenario_of(one) for one in (PASSAGE, ITEMS[0], tent)] == ["help", "works", "goods"]
    assert gates.scenario_of_all([tent, ITEMS[0], ITEMS[1]]) == "works"
    assert [pair.ids[1] for pair in pairs.pairs(Need("q"), [PASSAGE, ITEMS[0], tent])] == [3, 1, 2]


def test_a_long_need_keeps_its_end_and_a_long_text_its_beginning(model):
    """At most 160 tokens, 64 of them the need's."""
    framer = Framer(tokenizer(model))
    need, text = framer.tokens("old " * 500 + "new"), framer.tokens("first " + "last " * 500)
    pair = framer.pair(need, text, "goods")
    assert len(pair.ids) == 160 and pair.need == 64 + 3
    assert pair.ids[pair.need - 2] == framer.tokens("new")[0] and pair.ids[pair.need] == framer.tokens("first")[0]


def test_it_is_safe_between_threads(pairs):
    """Four at once agree with one alone."""
    expected, results = pairs.score("space", ITEMS), []
    threads = [threading.Thread(target=lambda: results.append(pairs.score("space", ITEMS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(np.allclose(one, expected, atol=1e-4) for one in results)


# -- the cascade ------------------------------------------------------------------------------------------------------


def test_only_the_best_are_read_again_and_stay_above_the_rest(second):
    """The first score's range holds; what was not read keeps its score."""
    first = Counting([0.1, 0.9, 0.5, 0.7, 0.3])
    cascade = Cascade(first, second, {**OPEN, "works": 1.0}, budget=Budget(0.0, most=3, fewest=3))
    scores = cascade.score_need(Need("space", ("Alien",)), ITEMS[:5])
    assert second.read == 3 and first.asked == ["space"]
    assert scores.tolist() == pytest.approx([0.1, 0.5, 0.9, 0.7, 0.3])


def test_a_closed_gate_leaves_the_first_order_untouched(second):
    """Scenario by scenario; nothing is read."""
    scores = [0.4, 0.1, 0.2]
    cascade = Cascade(Counting(scores), second, {"works": 0.0, "goods": 1.0, "help": 0.0})
    assert cascade.score("q", ITEMS[:3]).tolist() == pytest.approx(scores) and second.read == 0
    assert not cascade.reads_help and trusted(cascade) is None and trusted(None) is None
    helping = Cascade(Counting(scores), second, {**OPEN, "help": 0.4})
    assert trusted(helping) is helping and trusted(OverlapReranker()) is None
    assert helping.score("q", [PASSAGE] * 3).shape == (3,) and second.read == 3
    assert cascade.score("q", []).shape == (0,)


def test_scores_are_mixed_by_weight():
    """0.5 of two opposite orders is none; one alone decides at 0 or 1; a single entry cannot be reordered."""
    first, rows = np.array([3, 2, 1, 0], np.float32), np.array([0, 1, 2])
    second = np.array([1, 2, 3], np.float32)
    assert mixed(first, rows, second, 1.0).tolist() == [1, 2, 3, 0]
    assert mixed(first, rows, second, 0.5).tolist() == first.tolist()
    assert mixed(first, rows, second, 0.4).argmax() == 0 and mixed(first, rows, second, 0.6).argmax() == 2
    assert mixed(first, rows[:1], second[:1], 1.0).tolist() == first.tolist()


def test_the_budget_follows_what_pairs_take():
    """As many as fit, within bounds; one slow call among fast ones changes nothing."""
    budget, lengths = Budget(0.2), [100] * 50
    budget.note(1000, 0.1)
    assert budget.count(lengths) == MOST
    for _ in range(9):
        budget.note(1000, 0.2)
    assert budget.count(lengths) == 10
    budget.note(1000, 9.0)
    assert budget.count(lengths) == 10
    for _ in range(9):
        budget.note(1000, 9.0)
    assert budget.count(lengths) == FEWEST and budget.count([100]) == 1 and budget.count([]) == 0


def test_warming_measures_and_warms_the_first(pairs):
    """The budget knows this machine before anybody asks; what the first re-ranker keeps is handed on."""
    heard = []
    first = Counting([0.0] * 20)
    first.warm = lambda items, **how: heard.append((len(items), how))
    budget = Budget()
    before = budget.rate
    Cascade(first, pairs, OPEN, budget=budget).warm(ITEMS, cache=None)
    assert heard == [(len(ITEMS), {"cache": None})] and budget.rate != before
    Cascade(first, pairs, OPEN).warm(())


# -- files ------------------------------------------------------------------------------------------------------------


def test_gates_are_a_file_beside_the_weights(tmp_path):
    """Written and read again; a scenario that is not named is closed; without a file there is nothing to read."""
    assert gates.read(tmp_path) is None
    write(tmp_path, {"works": 0.65, "goods": 0.0, "help": 1.0})
    assert gates.read(tmp_path) == {"works": 0.65, "goods": 0.0, "help": 1.0}
    (tmp_path / gates.FILE).write_text("[weights]\nhelp = 1", "utf-8")
    assert gates.read(tmp_path) == {"works": 0.0, "goods": 0.0, "help": 1.0}


@pytest.mark.parametrize(
    "text", ["", "weights = 1", "[weights]\nworks = 2", "[weights]\nshoes = 1", "[weights]\nworks = 'a'", "\0"]
)
def test_wrong_gates_are_refused_with_the_form(tmp_path, text):
    """The file, what is wrong, and what it should hold."""
    (tmp_path / gates.FILE).write_text(text, "utf-8")
    with pytest.raises(EngineError, match=r"gates.toml cannot be used") as caught:
        gates.read(tmp_path)
    assert "[weights]" in caught.value.hint


def _cut(path):
    path.write_bytes(path.read_bytes()[:500])


def _fewer(path):
    stored = load_file(path)
    save_file({name: one for name, one in stored.items() if not name.startswith("head.3")}, path)


def _other(path):
    save_file({name: one[:1] for name, one in load_file(path).items()}, path)


def _adrift(path):
    stored = load_file(path)
    save_file({f"nowhere.{name}" if name.endswith(".up") else name: one for name, one in stored.items()}, path)


def _wild(path):
    stored = load_file(path)
    save_file({name: torch.full_like(one, float("nan")) for name, one in stored.items()}, path)


@pytest.mark.parametrize("harm", [_cut, _fewer, _other, _adrift, _wild, lambda path: path.unlink()])
def test_weights_that_are_not_whole_are_refused(model, weights, tmp_path, harm):
    """Cut short, of another shape, of no matrix, not numbers, or not there: one error with the remedy."""
    (tmp_path / FILE).write_bytes((weights / FILE).read_bytes())
    harm(tmp_path / FILE)
    with pytest.raises(EngineError, match=r"the re-ranker in .* cannot be used") as caught:
        rerank_pairs.load(tmp_path, model)
    assert "shelftalk train reranker" in caught.value.hint


# -- where it is used -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def minilm():
    return LocalEmbedder(device="cpu")


@pytest.fixture
def here(monkeypatch, model, tmp_path):
    """Weights would ship in this folder, over the tiny model; there are none yet."""
    monkeypatch.setattr(rerank_pairs, "model_folder", lambda: model)
    monkeypatch.setattr(rerank_pairs, "WEIGHTS", tmp_path)
    return tmp_path


def settings(reranker):
    return Settings.load(environ={"HOME": "/nowhere"}, device="cpu", **({"reranker": reranker} if reranker else {}))


def test_without_weights_nothing_changes(here, minilm):
    """The default is late interaction, as before; asked for by name, the remedy is said."""
    assert choose.reranker(settings(None), minilm).name == "late-interaction"
    with pytest.raises(EngineError, match="cannot be used") as caught:
        choose.reranker(settings("pairs"), minilm)
    assert "shelftalk train reranker" in caught.value.hint


def test_weights_ship_only_with_open_gates(here, minilm, weights, caplog):
    """Weights alone are not used; with a gate they are; a damaged file is left out, and the log says so."""
    (here / FILE).write_bytes((weights / FILE).read_bytes())
    assert choose.reranker(settings(None), minilm).name == "late-interaction"
    write(here, {"works": 0.5, "goods": 0.0, "help": 0.0})
    assert choose.reranker(settings(None), minilm).name == "late-interaction, then cross-encoder"
    assert choose.reranker(settings("late"), minilm).name == "late-interaction"
    assert choose.reranker(settings("pairs"), minilm).name == "late-interaction, then cross-encoder"
    _cut(here / FILE)
    with caplog.at_level(logging.WARNING):
        assert choose.reranker(settings(None), minilm).name == "late-interaction"
    assert "the trained re-ranker is left out" in caplog.text


def test_a_folder_of_ones_own_weights_can_be_named(here, minilm, weights):
    """Without gates it counts everywhere."""
    found = choose.reranker(settings(str(weights)), minilm)
    assert isinstance(found, Cascade) and found.reads_help
    assert found.score("a quiet film", ITEMS).shape == (len(ITEMS),)
    assert open_pairs("cpu", weights).score("q", ITEMS[:1]).shape == (1,)
    with pytest.raises(EngineError, match="cannot be used"):
        open_cascade(OverlapReranker(), device="cuda:77", folder=weights)


def test_a_turn_hands_on_what_was_liked():
    """A re-ranker that reads needs hears the words to search for and the titles of earlier likes; others the words."""
    heard = []

    class Hearing(OverlapReranker):
        def score_need(self, need, items):
            heard.append(need)
            return self.score(need.query, items)

    state = DialogueState(query="quiet film", likes=("alien", "gone", "it"))
    shelf = SimpleNamespace(items=film_index())
    scores = [
        recommending._scores(SimpleNamespace(shelf=shelf, state=state), one(), ITEMS)
        for one in (Hearing, OverlapReranker)
    ]
    assert heard == [Need("quiet film", ("Alien", "It"))] and np.array_equal(*scores)
