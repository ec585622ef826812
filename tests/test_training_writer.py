"""A writer trained in small: sentences with slots from every source, weights, curves, a card; stopped and resumed."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from bot.__main__ import app
from bot.engines.phraser.cues import cue_of
from bot.engines.phraser.network import PhraserNetwork, Shape
from bot.engines.phraser.sheet import STYLES, Frame, apart
from bot.engines.phraser.speaking import open_phraser
from bot.engines.phraser.storing import FILE, WORDS, load
from bot.engines.phraser.words import names_of
from bot.errors import EngineError, InvalidRequest
from bot.terminal import console
from bot.training import checkpoints
from bot.training.phrasing.evidence import Visits
from bot.training.phrasing.examples import Example, bare
from bot.training.phrasing.listed import bared, listed
from bot.training.phrasing.material import PARTS, Sentences, Sources
from bot.training.phrasing.pieces import SHIPPED, read_pieces
from bot.training.phrasing.scoring import Phrased, right
from bot.training.phrasing.spoken import spoken
from bot.training.phrasing.subject import Phrasing
from bot.training.phrasing.writer import train
from tests import films, tiny_writer
from tests.tiny_writer import RECIPE, cue


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The same sums in the same order, whatever the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return Sources(tiny_writer.corpora(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def trained(sources, tmp_path_factory):
    """One whole training of four steps: its folder, and what it told."""
    out = tmp_path_factory.mktemp("trained")
    return out, train(sources, out, RECIPE, device="cpu")


@pytest.fixture(scope="module")
def visits():
    """Points and cues of a few hundred made-up visits, with who is spoken of."""
    found, random = [], Random(2)
    drawn = Visits(films.prompts(), random)
    for number in range(240):
        speaker, points = drawn.visit(STYLES[number % 4])
        found.append((speaker, points, [cue_of(speaker, point) for point in points]))
    return found


def weights_of(folder):
    return torch.load(folder / checkpoints.FILE, weights_only=True)["network"]


def stop_after(steps):
    def progress(step):
        if step.done == steps:
            raise KeyboardInterrupt

    return progress


# -- pieces -----------------------------------------------------------------------------------------------------------


def test_pieces_say_exactly_what_a_visitor_is_told(visits):
    """In every style: all of the frame, each slot once, nothing beyond it; a sentence for all but a few."""
    pieces, random, silent = read_pieces(), Random(1), []
    for number, (_, _, cues) in enumerate(visits):
        if not cues:
            continue
        frame = Frame(apart(cues), style="plain" if len(cues) > 1 else STYLES[number % 4], noun="film" * (number % 2))
        text = pieces.sentence(frame, random)
        if not text:
            silent.append((frame.kinds, frame.style))
            continue
        assert Example(frame, text, "").whole, text
        assert ",," not in text and "  " not in text and " ," not in text, text
        assert text == text.strip(" ,") and "{" not in text and "[*]" not in text
    assert len(silent) <= 0.02 * len(visits), silent


def test_every_written_piece_can_be_said():
    """No piece says less than is due of its cues, or a slot that none of them has."""
    from bot.training.phrasing.pieces import _can

    told = _every_cue()
    lost = []
    for kind, found in read_pieces().cues.items():
        cues = [one for one in told if kind in (one.kind, one.relation)]
        for piece in found:
            names = [{slot.name: slot.name for slot in one.slots} for one in cues]
            if not any(_can(piece.words, one, held, noun=True) for one, held in zip(cues, names, strict=True)):
                lost.append((kind, piece.words))
    assert lost == []


def _every_cue():
    """A cue of each kind that a point may become."""
    from bot.engines.phraser.sheet import NUMBERED, WORDED

    found = [cue(one, **{"clause": "x"}) for one in ("clause",)]
    for sense in (*WORDED, *NUMBERED):
        label = {"label": "x"} if sense in ("number", "measure", "temperature", "other") else {}
        found += [cue(relation, **{sense: "x"}, **label) for relation in ("asked", "has", "lacks")]
        found += [cue("lacks", **{sense: "x"}), cue("asked.and", **{sense: "x"}, others="y")]
        found += [cue(f"side.{side}", **{sense: "x"}, **label) for side in ("lower", "higher")]
        found += [
            cue(f"within.{side}", **{sense: "x"}, **label, gap_="y", condition_="z")
            for side in ("below", "above", "inside")
        ]
        found += [cue(one, standing_="x", rivals_="y", **{f"{sense}_": "z"}) for one in ("stand.lower", "stand.higher")]
        found += [cue("stand", standing_="x", **{f"{sense}_": "z"}), cue("order.next", **{sense: "x"}, rank="2")]
        found += [cue("like", title="t", **{sense: "x"}), cue("like", title="t", **{sense: "x"}, rest_="y")]
    found += [cue(f"within.{side}", condition="x") for side in ("below", "above", "inside")]
    found += [cue(f"stand{side}", standing_="x", rivals_="y") for side in ("", ".lower", ".higher")]
    found += [cue(one, flag="x") for one in ("asked.flag", "asked.noflag", "has.flag")]
    found += [cue("like", title="t", shared="x"), cue("like.close", title="t"), cue("like.led", title="t")]
    found += [cue("near", near="x"), cue("wish.said", wish_="x", quote="y"), cue("wish.quote", wish="x", quote="y")]
    found += [cue("wish.word", words="x"), cue("wish.found", wish="x"), cue("order.first", order="x")]
    return [*found, cue("order.next", rank="2"), cue("told", quote="x")]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("head: a [genre] [noun]", "under no heading"),
        ("# asked colours\nhead: in [colour]", "asked colours"),
        ("# asked genre\nhead: a [mood] one", "mood"),
        ("# asked genre\nbody: a [genre]", "body"),
        ("# asked genre\nhead loud: a [genre]", "loud"),
        ("# asked genre\nhead: the 3 best [genre]", "3 best"),
        ("# of 2\n{head} {tails}", "tails"),
    ],
)
def test_wrong_lines_are_refused_with_their_number(line, wrong, tmp_path):
    """Which line, and what is wrong with it."""
    (tmp_path / "own.txt").write_text(f"; mine\n{line}", "utf-8")
    with pytest.raises(InvalidRequest, match=rf"own.txt, line [23]: .*{wrong}") as caught:
        read_pieces(tmp_path / "own.txt")
    assert SHIPPED.name in caught.value.hint


# -- the prompts' clauses and people's sentences ----------------------------------------------------------------------


def test_the_prompts_clauses_stand_with_slots(visits):
    """What the composed writer would say, with the item's words taken out; nothing of the item is left."""
    told = 0
    for speaker, points, cues in visits:
        if points and len(apart(cues)) == len(cues):
            text = listed(speaker, list(zip(points, apart(cues), strict=True)), [0] * len(points))
            told += bool(text)
            assert not any(character.isdigit() for character in text.replace("#2", "")), text
    assert told > 0.8 * sum(bool(points) for _, points, _ in visits)


def test_a_clause_that_says_more_than_its_slots_is_not_learned():
    """Words of the item that no slot stands for cannot be told from ours."""
    one = cue("within.below", runtime="88 minutes", gap_="12 minutes", condition_="under 100 minutes")
    assert bared("88 minutes long, 12 minutes inside the limit", one) == "[runtime] long, [gap] inside the limit"
    assert bared("88 minutes long, 13 minutes inside the limit", one) == ""
    assert bared("directed by Ann Lee", cue("has", director="Bo Ek")) == ""


def test_people_are_heard_without_names_and_opinions(sources):
    """Slots for what gives way, the film as "this one"; questions, feelings, numbers and the test part are left out."""
    found = spoken(sources.data)
    texts = [(one.frame.kinds, one.text) for one in found if one.family == "redial 1"]
    assert texts == [
        ("asked cast + has genre", "this one is a [genre] with [cast]"),
        ("has director", "if you like [director] you might like this one too"),
        ("has genre", "it's also a [genre]"),
    ]
    assert {one.family for one in found} == {"redial 1", "redial 2", "redial 3", "redial 7"}
    assert all(one.frame.manner == "spoken" and one.whole for one in found)


# -- material ---------------------------------------------------------------------------------------------------------


def test_what_is_held_out_is_held_out_whole(sources):
    """No combination of cues and no dialogue on both sides; every part measures."""
    found = Sentences(sources, RECIPE)
    assert set(found.validation()) == set(PARTS)
    for train_, held in (
        (found._frames, found._held_frames),
        (found._listed, found._held_listed),
        (found._spoken, found._held_spoken),
    ):
        assert {one.family for one in train_}.isdisjoint(one.family for one in held)
    assert {one.family for one in found._held_spoken} == {"redial 7"}
    counts = found.counts()
    assert counts["pieces"] == (len(read_pieces()), 0) and all(counts[name][0] for name in PARTS)


def test_draws_follow_the_seed_and_go_on(sources):
    """The same seed, the same sentences; restored, draws go on where they stood; what measures is always the same."""
    first, second = Sentences(sources, RECIPE), Sentences(sources, RECIPE)
    one, other = first.batches(6), second.batches(6)
    assert [next(one) for _ in range(3)] == [next(other) for _ in range(3)]
    state = first.state()
    rest = next(one)
    second.restore(state)
    assert next(other) == rest
    assert first.validation() == second.validation()
    assert all(example.whole for _ in range(20) for example in next(one))


def test_an_operators_own_pieces_are_said(sources, tmp_path):
    """A share of the sentences is said in their words where they have any, in ours elsewhere."""
    (tmp_path / "own.txt").write_text("# has genre, asked genre\npred: belongs on the [genre] shelf\n", "utf-8")
    recipe = replace(RECIPE, own=1.0, visits=200)
    drawn = Sentences(replace(sources, rows=tmp_path / "own.txt"), recipe)
    assert drawn.counts()["own"] == (len(drawn._own), 0)
    texts = [one.text for _ in range(30) for one in next(drawn.batches(8))]
    assert any("belongs on the [genre] shelf" in text for text in texts)
    assert not any("filed under [genre]" in text for text in texts)


# -- learning ---------------------------------------------------------------------------------------------------------


def test_right_slots_and_perplexity():
    """Everything due once, nothing else; 1 is perfect."""
    frame = Frame((cue("asked", genre="x"), cue("stand", standing_="y", price_="z")), noun="film")
    assert right(frame, names_of("a [genre] [noun], [standing]")) and right(frame, ["price", "genre"])
    assert not right(frame, ["genre"]) and not right(frame, ["genre", "standing", "standing"])
    assert not right(frame, ["genre", "standing", "cast"])
    found = Phrased(0.0, 0.5)
    assert (found.perplexity, found.overall) == (1.0, 0.75)
    assert Phrased(1.0, 1.0).rounded() == {"perplexity": 2.718, "slots": 1.0}


def test_only_the_sentence_is_learned():
    """What is given is no part of the loss: another style costs the same where the network cannot tell them apart."""
    words = tiny_writer.words()
    subject = Phrasing(tiny_writer.network(len(words)), words, torch.device("cpu"))
    one = Example(Frame((bare(cue("asked", genre="x")),)), "a [genre]", "")
    _, wanted = subject._rows([one, replace(one, text="a [genre] by [director] that runs")])
    said = [[number for number in row.tolist() if number >= 0] for row in wanted]
    assert said[0] == [*words.encode("a [genre]"), words.id("<end>")]
    assert len(said[1]) > len(said[0]) and wanted[0].tolist().count(-100) > 5


def test_a_training_leaves_all_that_belongs_to_it(trained):
    """Weights that load, a vocabulary, what was done as JSON, curves, a card that names the run's numbers."""
    out, told = trained
    assert {path.name for path in out.iterdir()} == {
        FILE, WORDS, "training.json", "curves.svg", "MODEL_CARD.md", checkpoints.FILE,
    }  # fmt: skip
    assert [row["step"] for row in told["curve"]] == [2, 4] and set(told["held out"]) == set(PARTS)
    assert json.loads(json.dumps(told)) == json.loads((out / "training.json").read_text("utf-8"))
    assert told["bytes"] == (out / FILE).stat().st_size and "the right slots" in (out / "curves.svg").read_text("utf-8")
    text = (out / "MODEL_CARD.md").read_text("utf-8")
    best = max(told["curve"], key=lambda row: row["score"])
    assert "$" not in text and f"{told['bytes']:,} bytes" in text
    assert f"| told | {told['held out']['told']:,} | {best['told']['perplexity']:.2f} |" in text
    network, words = load(out)
    assert load_file(out / FILE)["tokens.weight"].dtype == torch.int8 and len(network.tokens.weight) == len(words)
    frame = Frame((cue("asked", genre="horror"),), noun="film")
    assert list(open_phraser("cpu", out).sentences(frame, seed=1)) == list(
        open_phraser("cpu", out).sentences(frame, seed=1)
    )


def test_a_stopped_training_goes_on_as_if_it_had_not_stopped(sources, trained, tmp_path):
    """The same weights to the last bit; a vocabulary that is gone is told like a damaged checkpoint."""
    with pytest.raises(KeyboardInterrupt):
        train(sources, tmp_path, RECIPE, device="cpu", progress=stop_after(2))
    again = train(sources, tmp_path, RECIPE, device="cpu")
    whole, parts = weights_of(trained[0]), weights_of(tmp_path)
    assert [name for name in whole if not torch.equal(whole[name], parts[name])] == []
    assert again["losses"] == trained[1]["losses"]
    (tmp_path / WORDS).unlink()
    with pytest.raises(EngineError, match="cannot be read"):
        train(sources, tmp_path, RECIPE, device="cpu")


def test_it_learns():
    """After some steps over one way of speaking it says the slots that it is given, and foresees the words."""
    words = tiny_writer.words()
    torch.manual_seed(4)
    network = PhraserNetwork(Shape(len(words), 64, 1))
    subject = Phrasing(network, words, torch.device("cpu"))
    kinds = ("genre", "director", "cast", "runtime")
    examples = [Example(Frame((bare(cue("has", **{kind: "x"})),)), f"it has [{kind}] in it", "") for kind in kinds]
    steps = torch.optim.AdamW(network.parameters(), 5e-3)
    network.eval()  # nothing is dropped
    for _ in range(200):
        loss = subject.losses(examples)["words"]
        steps.zero_grad()
        torch.autograd.backward(loss)
        steps.step()
    with torch.inference_mode():
        found = subject.judge(examples)
    assert found.slots == 1.0 and found.perplexity < 1.2


@pytest.mark.parametrize(
    ("options", "wrong"),
    [({"--data": "nowhere"}, "redial"), ({"--device": "tpu"}, "tpu"), ({"--rows": "gone.txt"}, "gone.txt")],
)
def test_what_cannot_be_trained_with_is_refused(sources, tmp_path, monkeypatch, options, wrong):
    """Before anything is learned, with the remedy."""
    monkeypatch.setattr(console.err, "width", 400)
    given = {"--data": str(sources.data), "--out": str(tmp_path / "out"), "--visits": "9"} | options
    done = CliRunner().invoke(app, ["train", "writer", *(part for pair in given.items() for part in pair)])
    assert done.exit_code == 1 and wrong in done.output


def test_the_command_trains_and_says_what_to_do_next(sources, tmp_path, monkeypatch):
    """A few steps from the command line: a table of what was held out, and how to use the weights."""
    monkeypatch.setattr(console.out, "width", 200)
    out = tmp_path / "out"
    options = ["--data", str(sources.data), "--out", str(out), "--steps", "2", "--batch", "4", "--visits", "60"]
    done = CliRunner().invoke(
        app, ["train", "writer", *options, "--width", "64", "--layers", "1", "--every", "2", "--device", "cpu"]
    )
    assert done.exit_code == 0, done.output
    assert "right slots" in done.output and f"SHELFTALK_WRITER={out}" in done.output and (out / FILE).is_file()
