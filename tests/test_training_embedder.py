"""An embedder trained in small: a sentence-transformers folder that loads, learns, and is gone on with."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from sentence_transformers import SentenceTransformer
from typer.testing import CliRunner

import vectorstore.embedders.local
from bot.__main__ import app
from bot.engines.encoder import EncoderNetwork
from bot.training.beginning import begun, tokenizer
from bot.training.ranking.embedder import train
from bot.training.ranking.embedding import Embedding
from bot.training.ranking.groups import Group
from bot.training.ranking.material import Sources
from bot.training.ranking.recipe import RankingRecipe
from tests import tiny_ranking, tiny_reader

RECIPE = RankingRecipe(steps=4, batch=2, every=2, minutes=5, lora=2, wrong=3, judged=4)
POOLING = {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True}
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The same sums in the same order, whatever the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A model of one layer as its package has it, corpora of a few lines."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "data").mkdir()
    model = tiny_reader.model(folder / "model")
    (model / "1_Pooling").mkdir()
    (model / "1_Pooling" / "config.json").write_text(json.dumps(POOLING), "utf-8")
    (model / "modules.json").write_text(json.dumps(MODULES), "utf-8")
    return Sources(tiny_ranking.corpora(folder / "data"), model)


@pytest.fixture(scope="module")
def trained(sources, tmp_path_factory):
    """One whole training of four steps: its folder, and what it told."""
    out = tmp_path_factory.mktemp("trained")
    return out, train(sources, out, RECIPE, device="cpu")


def test_it_leaves_a_folder_that_sentence_transformers_loads(trained):
    """Unit vectors of 384 numbers, the curves and a card beside the weights."""
    out, told = trained
    assert {"model.safetensors", "config.json", "tokenizer.json", "modules.json", "1_Pooling"} <= {
        path.name for path in out.iterdir()
    }
    assert [row["step"] for row in told["curve"]] == [2, 4]
    assert "with adapters of rank 2" in (out / "MODEL_CARD.md").read_text("utf-8")
    rows = SentenceTransformer(str(out)).encode(["a lantern in the harbour"], normalize_embeddings=True)
    assert rows.shape == (1, 384)


def test_it_brings_a_need_near_to_its_text(sources, tmp_path):
    """Some steps on one group put its right text first, though the wrong one shares the need's words."""
    group = Group("a gift for a sailor", "goods", ("an amber lantern", "a gift for a kitten"), (1.0, 0.0))
    torch.manual_seed(3)
    place = torch.device("cpu")
    subject = Embedding(
        begun(EncoderNetwork, sources.model, replace(RECIPE, lora=0, dropout=0.0)), tokenizer(sources.model), place,
        sources.model,
    )  # fmt: skip
    before = subject.judge([group]).overall
    optimizer = torch.optim.AdamW([one for one in subject.network.parameters() if one.requires_grad], lr=1e-3)
    for _ in range(20):
        optimizer.zero_grad()
        subject.losses([group])["order"].backward()
        optimizer.step()
    assert before < subject.judge([group]).overall == 1.0


def test_the_command_trains_and_says_how_to_use_it(sources, tmp_path, monkeypatch):
    """`shelftalk train embedder` shows what was held out, where the folder is, and the setting that names it."""
    monkeypatch.setattr(vectorstore.embedders.local, "model_folder", lambda: sources.model)
    options = ["--data", str(sources.data), "--out", str(tmp_path), "--steps", "2", "--every", "2", "--lora", "2"]
    done = CliRunner().invoke(app, ["train", "embedder", *options, "--batch", "2", "--device", "cpu"])
    assert done.exit_code == 0, done.output
    assert "SHELFTALK_EMBEDDER" in done.output
    assert (tmp_path / "model.safetensors").is_file()
