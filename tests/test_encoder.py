"""MiniLM's encoder: what transformers' `BertModel` computes, without importing it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from bot.engines.reader.reading import open_reader
from bot.engines.rerank_pairs import open_pairs
from vectorstore.embedders.encoder import Encoder, Shape, padded
from vectorstore.embedders.local import LocalEmbedder, model_folder

ROOT = Path(__file__).parents[1]
SMALL = Shape(vocab_size=200, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64)


def theirs(shape: Shape, attention: str = "sdpa") -> BertModel:
    """`BertModel` of a shape."""
    told = {name: value for name, value in asdict(shape).items() if name != "plain"}
    return BertModel(BertConfig(**told, attn_implementation=attention), add_pooling_layer=False)


def batch() -> dict[str, torch.Tensor]:
    """Two texts of two parts, one of them padded."""
    ids = torch.arange(1, 25).reshape(2, 12)
    mask, segments = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 7:] = 0
    segments[:, 5:] = 1
    return {"input_ids": ids * mask, "attention_mask": mask, "token_type_ids": segments}


@pytest.mark.parametrize("plain", [False, True])
def test_it_computes_what_bert_computes(plain):
    """Under the same names, for padded texts of two parts; gradients are the same too."""
    shape = Shape(**{**asdict(SMALL), "plain": plain})
    torch.manual_seed(3)
    known, ours = theirs(shape, "eager" if plain else "sdpa").eval(), Encoder(shape).eval()
    ours.load_state_dict(known.state_dict())
    given = batch()
    seen = given["attention_mask"].bool()
    wanted = known(**given).last_hidden_state[seen]
    found = ours(*given.values())[seen]
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-5)
    wanted.square().sum().backward()
    found.square().sum().backward()
    for name, weight in known.named_parameters():
        torch.testing.assert_close(ours.get_parameter(name).grad, weight.grad, atol=1e-4, rtol=1e-4)


def test_texts_without_padding_or_parts():
    """Neither a mask nor parts need be given."""
    known, ours = theirs(SMALL).eval(), Encoder(SMALL).eval()
    ours.load_state_dict(known.state_dict())
    ids = batch()["input_ids"][:1]
    torch.testing.assert_close(ours(ids), known(input_ids=ids).last_hidden_state, atol=1e-5, rtol=1e-5)


def test_minilm_itself():
    """The embedder's own model, in the precision in which it runs, gives the vectors that `BertModel` gives."""
    embedder = LocalEmbedder("cpu")
    folder = model_folder()
    known = theirs(Shape.read(folder)).eval()
    names = known.state_dict()
    known.load_state_dict({name: one for name, one in load_file(folder / "model.safetensors").items() if name in names})
    known = known.to(embedder._dtype)
    ids = torch.arange(2000, 2060).reshape(3, 20)
    mask = torch.ones_like(ids)
    mask[2, 9:] = 0
    with torch.inference_mode():
        wanted, found = known(ids, mask).last_hidden_state.float(), embedder._model(ids, mask).float()
    torch.testing.assert_close(found[mask.bool()], wanted[mask.bool()], atol=2e-2, rtol=2e-2)


def test_starting_does_not_import_transformers():
    """The embedder, the re-ranker and the reader of a newcomer load without it, which is most of a start."""
    code = "import sys; from vectorstore.embedders.local import LocalEmbedder; LocalEmbedder('cpu'); "
    code += "from bot.engines.rerank_pairs import open_pairs; open_pairs('cpu'); "
    code += "from bot.engines.reader.reading import open_reader; open_reader('cpu'); "
    code += "print('transformers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_all_networks_share_one_table_of_words():
    """Half of MiniLM is held once, however many networks read with it."""
    tables = [
        LocalEmbedder("cpu")._model.embeddings.word_embeddings.weight,
        open_reader("cpu")._network.encoder.embeddings.word_embeddings.weight,
        open_pairs("cpu")._network.encoder.embeddings.word_embeddings.weight,
    ]
    assert len({table.data_ptr() for table in tables}) == 1


def test_messages_of_all_lengths_are_read_in_few_widths():
    """The library under torch keeps a plan for every shape; what is filled in changes no vector."""
    assert {padded(length) for length in range(1, 161)} == set(range(16, 161, 16))
    embedder = LocalEmbedder("cpu")
    alone, beside = (embedder.embed(texts, kind="query")[0] for texts in (["red"], ["red", "red " * 90]))
    assert float(alone @ beside) > 0.999
