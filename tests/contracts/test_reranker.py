"""The reranker's contract: one finite float32 score per entry, the better the higher, the same every time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from bot.engines import rerank_local
from bot.engines.rerank_cross_encoder import CrossEncoderReranker
from bot.engines.rerank_dense import DenseReranker
from bot.engines.rerank_http import HttpReranker, read_scores
from bot.engines.rerank_local import LateInteractionReranker
from bot.engines.rerank_scripted import OverlapReranker
from bot.engines.rerank_texts import text_of
from bot.errors import EngineError
from bot.types import Reranker
from tests.rerank_server import RerankServer
from tests.small_catalog import films
from vectorstore.base import Item, Passage
from vectorstore.embedders.local import LocalEmbedder, model_folder
from vectorstore.embedders.scripted import HashedEmbedder

ITEMS = films()
PASSAGE = Passage("r#1", "r", "Refunds", "After renting", "after", "Money comes back within five days.")
EMPTY = Item("empty", "", "")


@pytest.fixture(scope="module")
def minilm() -> LocalEmbedder:
    return LocalEmbedder(device="cpu")


@pytest.fixture(scope="module")
def server() -> Iterator[RerankServer]:
    with RerankServer() as running:
        yield running


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with one label and MiniLM's tokenizer, as a folder of safetensors."""
    folder = tmp_path_factory.mktemp("cross-encoder")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(model_folder() / "tokenizer.json"),
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        unk_token="[UNK]",
        model_max_length=128,
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


NAMES = ("late", "late-hashed", "dense", "overlap", "http", "cross-encoder")


@pytest.fixture(params=NAMES)
def reranker(request, minilm, server, cross_encoder) -> Reranker:
    makers = {
        "late": lambda: LateInteractionReranker(minilm),
        "late-hashed": lambda: LateInteractionReranker(HashedEmbedder(64)),
        "dense": lambda: DenseReranker(minilm),
        "overlap": OverlapReranker,
        "http": lambda: HttpReranker(server.url),
        "cross-encoder": lambda: CrossEncoderReranker(cross_encoder, device="cpu"),
    }
    server.shape = "cohere"
    return makers[request.param]()


def test_one_finite_float32_score_per_entry(reranker):
    """Items and passages alike, an empty record too, in the order they were given."""
    scores = reranker.score("a film about space", [*ITEMS, PASSAGE, EMPTY])
    assert isinstance(reranker, Reranker) and reranker.name and reranker.device
    assert scores.shape == (len(ITEMS) + 2,) and scores.dtype == np.float32 and np.isfinite(scores).all()


def test_nothing_to_score_gives_nothing(reranker):
    """An empty list is fine."""
    assert reranker.score("anything", []).shape == (0,)


@pytest.mark.parametrize("query", ["", "🦖", "<b>'; DROP TABLE items; --</b>", "推荐一部喜剧片", "word " * 900])
def test_any_query_is_scored(reranker, query):
    """Empty, hostile, foreign and endless queries give finite scores."""
    assert np.isfinite(reranker.score(query, ITEMS[:3])).all()


def test_scores_do_not_depend_on_company_or_on_earlier_calls(reranker):
    """The same pair has the same score alone, among others, and again."""
    together = reranker.score("quiet and gentle", ITEMS)
    alone = np.array([reranker.score("quiet and gentle", [item])[0] for item in ITEMS])
    assert np.allclose(together, alone, atol=2e-2)
    assert np.allclose(together, reranker.score("quiet and gentle", ITEMS), atol=1e-6)


@pytest.mark.parametrize("name", ["late", "late-hashed", "dense", "overlap", "http"])
def test_what_answers_the_query_scores_highest(name, minilm, server):
    """Those that understand anything put the film about a clown first."""
    engines = {"late": lambda: LateInteractionReranker(minilm), "dense": lambda: DenseReranker(minilm)}
    engines |= {"late-hashed": lambda: LateInteractionReranker(HashedEmbedder(256)), "overlap": OverlapReranker}
    engines |= {"http": lambda: HttpReranker(server.url)}
    server.shape = "cohere"
    scores = engines[name]().score("children face a clown under the town", ITEMS)
    assert ITEMS[int(scores.argmax())].id == "it"


class TestLateInteraction:
    """What is special about the embedded reranker."""

    def test_a_cache_file_is_taken_up_and_gives_the_same_scores(self, minilm, tmp_path):
        """Warming writes at most 6 kB an item; a second start encodes nothing."""
        first, cache, steps = LateInteractionReranker(minilm), tmp_path / "late.npz", []
        first.warm(ITEMS, cache=cache, progress=lambda *step: steps.append(step))
        assert steps == [("rerank", len(ITEMS), len(ITEMS))] and cache.stat().st_size < 6000 * len(ITEMS) + 4000
        second = LateInteractionReranker(minilm)
        second.warm(ITEMS, cache=cache, progress=lambda *step: steps.append(step))
        assert len(steps) == 1 and [path.name for path in tmp_path.iterdir()] == ["late.npz"]
        assert np.array_equal(first.score("space", ITEMS), second.score("space", ITEMS))
        assert np.allclose(first.score("space", ITEMS), LateInteractionReranker(minilm).score("space", ITEMS))

    def test_only_a_changed_item_is_encoded_again(self, minilm, tmp_path):
        """Tokens are known by the hash of their text."""
        cache, steps = tmp_path / "late.npz", []
        LateInteractionReranker(minilm).warm(ITEMS, cache=cache)
        changed = (Item("alien", "Alien", "Another text."), *ITEMS[1:])
        LateInteractionReranker(minilm).warm(changed, cache=cache, progress=lambda *step: steps.append(step))
        assert steps == [("rerank", 1, 1)]

    def test_a_new_price_encodes_nothing(self, tmp_path):
        """Numbers are not read, so they are not part of what is known."""
        cache, steps = tmp_path / "late.npz", []
        LateInteractionReranker(HashedEmbedder(64)).warm(ITEMS, cache=cache)
        dearer = [Item(one.id, one.title, one.description, {**one.facets, "price": 9.5}) for one in ITEMS]
        warmed = LateInteractionReranker(HashedEmbedder(64))
        warmed.warm(dearer, cache=cache, progress=lambda *step: steps.append(step))
        assert steps == []

    @pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
    def test_a_damaged_cache_costs_time_only(self, damage, tmp_path):
        """It is made again, with a line in the log."""
        cache = tmp_path / "late.npz"
        cache.write_bytes(damage)
        reranker = LateInteractionReranker(HashedEmbedder(64))
        reranker.warm(ITEMS, cache=cache)
        with np.load(cache, allow_pickle=False) as held:
            assert len(str(held["hashes"]).split()) == len(ITEMS)

    def test_a_cache_of_another_embedder_is_not_used(self, tmp_path):
        """The file says which embedder and projection made it."""
        cache, steps = tmp_path / "late.npz", []
        LateInteractionReranker(HashedEmbedder(64)).warm(ITEMS, cache=cache)
        LateInteractionReranker(HashedEmbedder(128)).warm(ITEMS, cache=cache, progress=lambda *step: steps.append(step))
        assert steps == [("rerank", len(ITEMS), len(ITEMS))]

    def test_a_folder_that_cannot_be_written_is_no_fault(self, tmp_path):
        """Scores come all the same."""
        reranker = LateInteractionReranker(HashedEmbedder(64))
        reranker.warm(ITEMS, cache=tmp_path / "missing" / "late.npz")
        assert reranker.score("space", ITEMS).shape == (len(ITEMS),)

    def test_an_embedder_without_token_vectors_is_refused_with_the_remedy(self):
        """The message says what to choose instead."""

        class Plain:
            name, dimension = "plain", 3

            def embed(self, texts, *, kind):
                return np.zeros((len(texts), 3), np.float32)

        with pytest.raises(EngineError) as caught:
            LateInteractionReranker(Plain())
        assert "plain" in str(caught.value) and "dense" in caught.value.hint

    def test_a_title_counts_less_than_the_description(self):
        """A quiet film is not one that is called quiet."""
        called = Item("a", "Quiet Place", "Monsters hunt by sound; loud shocks and panic.")
        quiet = Item("b", "Summer Place", "Gentle and slow; hardly a word, quiet to the end.")
        scores = LateInteractionReranker(HashedEmbedder(256)).score("quiet", [called, quiet])
        assert scores[1] > scores[0] > 0.5

    def test_a_projection_is_orthogonal_and_always_the_same(self):
        """The shipped one and the one for any other embedder."""
        for name, dimension in (("all-MiniLM-L6-v2", 384), ("unknown", 100), ("small", 16)):
            matrix = rerank_local.projection(name, dimension)
            assert matrix.shape == (dimension, rerank_local.WIDTH)
            assert np.array_equal(matrix, rerank_local.projection(name, dimension))
            if dimension >= rerank_local.WIDTH:
                assert np.allclose(matrix.T @ matrix, np.eye(rerank_local.WIDTH), atol=1e-2)

    def test_it_is_safe_between_threads(self, minilm):
        """Four threads that score and one that warms agree with one alone."""
        reranker, expected = LateInteractionReranker(minilm), LateInteractionReranker(minilm).score("space", ITEMS)
        results = []
        threads = [threading.Thread(target=lambda: results.append(reranker.score("space", ITEMS))) for _ in range(4)]
        threads.append(threading.Thread(target=lambda: reranker.warm(ITEMS)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 4 and all(np.allclose(one, expected, atol=1e-4) for one in results)


class TestHttp:
    """The three shapes of `/rerank`, and what can go wrong with a service."""

    @pytest.mark.parametrize("shape", ["cohere", "tei", "sglang"])
    def test_every_shape_gives_the_same_scores(self, server, shape):
        """The field and the reply are recognised, and remembered: one refused request at most."""
        server.shape, server.bodies = "cohere", []
        expected = HttpReranker(server.url).score("space show", ITEMS)
        server.shape, server.bodies = shape, []
        reranker = HttpReranker(f"{server.url}/rerank", "some-model", api_key="secret")
        assert np.array_equal(reranker.score("space show", ITEMS), expected)
        assert np.array_equal(reranker.score("space show", ITEMS), expected)
        assert len(server.bodies) == (3 if shape == "tei" else 2)
        path, authorization, body = server.bodies[-1]
        assert (path, authorization) == ("/rerank", "Bearer secret")
        assert set(body) == ({"query", "texts"} if shape == "tei" else {"query", "documents", "model"})

    def test_a_long_list_is_sent_in_batches(self, server):
        """A TEI server takes 32 at a time."""
        server.shape, server.bodies = "cohere", []
        assert HttpReranker(server.url).score("space", ITEMS * 5).shape == (len(ITEMS) * 5,)
        assert [len(body["documents"]) for *_, body in server.bodies] == [32, 32, len(ITEMS) * 5 - 64]

    @pytest.mark.parametrize("shape", ["broken", "short"])
    def test_a_service_that_fails_is_an_engine_error_with_a_hint(self, server, shape):
        """A status or a shape that is not known names the URL and what to do."""
        server.shape = shape
        with pytest.raises(EngineError) as caught:
            HttpReranker(server.url).score("space", ITEMS)
        assert server.url in str(caught.value) and caught.value.hint

    def test_a_service_that_is_not_there_is_an_engine_error(self):
        """A refused connection too."""
        with pytest.raises(EngineError, match="ConnectError"):
            HttpReranker("http://127.0.0.1:9", timeout=1.0).score("space", ITEMS)

    def test_a_reply_that_covers_other_indices_is_refused(self):
        """Every entry has exactly one score."""
        assert read_scores([{"score": 2}, {"score": 1}], 2) == [2.0, 1.0]
        with pytest.raises(ValueError, match="cover"):
            read_scores([{"index": 0, "score": 1.0}, {"index": 0, "score": 2.0}], 2)
        with pytest.raises(ValueError, match="2 scores"):
            read_scores({"message": "no"}, 2)


class TestCrossEncoder:
    """Folders that are one, and folders that are not."""

    def test_an_explicit_device_is_obeyed_or_refused(self, cross_encoder):
        """Only `auto` falls back."""
        assert CrossEncoderReranker(cross_encoder, device="cpu").device.startswith("cpu")
        assert CrossEncoderReranker(cross_encoder, device="auto").device
        if not torch.cuda.is_available():
            with pytest.raises(EngineError) as caught:
                CrossEncoderReranker(cross_encoder, device="cuda:7")
            assert "cuda:7" in str(caught.value) and caught.value.hint

    def test_an_encoder_without_a_head_is_refused(self):
        """Random weights would score like noise."""
        with pytest.raises(EngineError, match="no cross-encoder"):
            CrossEncoderReranker(model_folder(), device="cpu")

    def test_a_folder_without_a_model_is_refused(self, tmp_path):
        """The remedy says what a folder needs."""
        with pytest.raises(EngineError) as caught:
            CrossEncoderReranker(tmp_path, device="cpu")
        assert "safetensors" in caught.value.hint


def test_the_text_of_an_entry():
    """Title, facets in words, description; a passage's headings and section; numbers are left out."""
    assert text_of(ITEMS[0]) == (
        "Alien. genres: horror, science fiction; director: Ridley Scott; cast: Sigourney Weaver, Tom Skerritt; "
        "rating: R. A mining crew meets a hungry creature. Slow, cold and frightening"
    )
    assert text_of(PASSAGE) == "Refunds. After renting. Money comes back within five days."
    assert text_of(EMPTY) == ""
