"""A re-ranker trained in small: groups that are split and right, weights, curves, a card; stopped and gone on with."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from random import Random

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

import vectorstore.embedders.local
from bot.__main__ import app
from bot.engines.pairs.framing import MOST, SCENARIOS, Framer
from bot.engines.pairs.network import PairNetwork, collate
from bot.engines.pairs.storing import FILE, load
from bot.errors import InvalidRequest
from bot.terminal import console
from bot.training import checkpoints
from bot.training.adapters import merged
from bot.training.beginning import begun, tokenizer
from bot.training.ranking.dialogues import Dialogues, films, moments
from bot.training.ranking.groups import Group
from bot.training.ranking.helping import QUESTIONS, Helping, is_held
from bot.training.ranking.intents import Intents
from bot.training.ranking.material import PARTS, Groups, Sources
from bot.training.ranking.near import Near
from bot.training.ranking.own import Own, read_rows
from bot.training.ranking.pages import passages_of, section_of
from bot.training.ranking.recipe import RankingRecipe
from bot.training.ranking.reranker import train
from bot.training.ranking.scoring import placed
from bot.training.ranking.shelves import goods, story, works
from bot.training.ranking.subject import listwise
from bot.training.ranking.wishes import MadeWishes, fits, made
from tests import tiny_ranking, tiny_reader

RECIPE = RankingRecipe(steps=4, batch=2, every=2, minutes=5, lora=2, wrong=3, judged=4)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The same sums in the same order, whatever the machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A model of one layer, corpora of a few lines."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "data").mkdir()
    return Sources(tiny_ranking.corpora(folder / "data"), tiny_reader.model(folder / "model"))


@pytest.fixture(scope="module")
def trained(sources, tmp_path_factory):
    """One whole training of four steps: its folder, and what it told."""
    out = tmp_path_factory.mktemp("trained")
    return out, train(sources, out, RECIPE, device="cpu")


def weights_of(folder):
    return torch.load(folder / checkpoints.FILE, weights_only=True)["network"]


def stop_after(steps):
    def progress(step):
        if step.done == steps:
            raise KeyboardInterrupt

    return progress


# -- text -------------------------------------------------------------------------------------------------------------


def test_a_liked_film_stands_among_others(sources):
    """The words before it, at times with what was liked; a film that was not liked among the wrong ones; no plots."""
    part = Dialogues(sources.data)
    seed = next(one for one in part.train if one.dialogue == "redial 2")
    assert (seed.words, seed.film, seed.liked, seed.disliked) == (
        "Hi, I like films such as Number 2",
        "4",
        ("3",),
        ("5",),
    )
    groups = [part.group(seed, Random(n), 5) for n in range(20)]
    assert {group.need for group in groups} == {seed.words, f"{seed.words} Liked: The Denim Meadow 3"}
    for group in groups:
        assert group.texts[0].startswith("The Ebony Castle 4. genres: drama; director: Carl Ebony")
        assert group.labels == (1.0, *[0.0] * 5) and len(set(group.texts)) == 6
        assert any(text.startswith("The Frosty Engine 5.") for text in group.texts[1:])
        assert not any(text.startswith("The Denim Meadow 3.") for text in group.texts)
        assert "never to be read" not in " ".join(group.texts)


def test_only_training_dialogues_are_read_and_split_whole(sources):
    """The test part is not there; one dialogue lies on one side."""
    part = Dialogues(sources.data)
    found = list(moments(sources.data, films(sources.data)))
    assert "redial 99" not in {one.dialogue for one in found}
    assert {one.dialogue for one in part.held} == {f"redial {n}" for n in (7, 16, 20, 21, 30, 31)}
    assert len(part.train) + len(part.held) == len(found) == 31


def test_shelves_are_held_out_whole(sources):
    """Decades of films and of books, categories of goods; what is told of a film is its story alone."""
    shelves = {shelf.name: shelf for shelf in [*works(sources.data), *goods(sources.data)]}
    assert {name for name, shelf in shelves.items() if shelf.held} == {
        "films of the 1930s", "books of the 1950s", "retail instruments", "retail seasonal",
    }  # fmt: skip
    assert shelves["retail seasonal"].tunes and not shelves["retail instruments"].tunes
    film = shelves["films of the 1940s"].items[0]
    assert film.facets == {
        "genres": ("drama", "western"), "director": ("Carl Black",), "cast": ("Anna Lantern", "Bo Ek"),
    }  # fmt: skip
    assert film.description.startswith("It follows two friends") and "directed" not in film.description
    assert story("It was released in 1990. A boy finds a dog in the snow.") == "A boy finds a dog in the snow."


def test_a_wish_is_answered_by_its_item_and_by_no_wrong_one(sources):
    """The facet values and words that are asked for stand in the right item; no other that has them all is wrong."""
    for shelf in [*works(sources.data), *goods(sources.data)]:
        part = MadeWishes([shelf])
        for row in range(len(shelf.items)):
            wish = made(shelf, row, Random(row))
            if wish is None:
                continue
            assert fits(shelf, row, wish) and wish.need == wish.need.strip() and "{" not in wish.need
            group = part.group((shelf, row), Random(row), 4)
            right = {text for number, text in enumerate(shelf.texts) if fits(shelf, number, wish)}
            assert group is None or right.isdisjoint(group.texts[1:])


def test_a_question_has_its_passage_and_no_other_that_answers(sources):
    """Written questions of the tuning half with the part that holds the fact; manuals' own; headings and sentences."""
    part = Helping(sources.data)
    asked = [one for one in part.train if one.question]
    money = next(one for one in asked if one.question.startswith("I got billed for next month"))
    assert money.passage.id == "policies/refund#examples-of-full-refunds-wed-grant"
    assert "refund that extra charge" in money.passage.text and money.passage.title == "Refund policy"
    faq = next(one for one in asked if one.question == "Can Tent 1 stand in the snow?")
    assert faq.passage.text == "Tent 1 is made for three seasons and is not meant for heavy snow or freezing nights."
    assert {one.passage.page for one in part.train}.isdisjoint(one.passage.page for one in part.held)
    assert is_held("policies/taxes") and is_held("manuals/product_info_4") and not is_held("policies/refund")
    for seed in [*part.train, *part.held]:
        group = part.group(seed, Random(3), 4)
        if group is not None:
            assert group.scenario == "help" and group.labels[0] == 1 and group.texts[0] not in group.texts[1:]


def test_what_protocols_measure_with_is_not_trained_on(sources):
    """No held-out question, no page of a held-out topic, nothing of the films demo's help centre."""
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    held = {row["question"] for row in rows if row["split"] == "held-out"}
    part = Helping(sources.data)
    seeds = [*part.train, *part.held]
    assert held and held.isdisjoint(one.question for one in seeds)
    policies = [one for one in seeds if one.passage.page.startswith("policies/")]
    closed = {name for row in rows if row["split"] == "held-out" for name in row["sections"]}
    assert policies and all(one.question for one in policies)
    assert closed.isdisjoint(section_of(one.passage).removeprefix("policies/") for one in policies)
    assert not any("films" in one.passage.page for one in seeds)


def test_questions_of_one_intent_stand_together(sources):
    """Its name and two other questions, against intents of the same side; the question itself is not in the text."""
    part = Intents(sources.data)
    assert {name for name, _ in part.held} == {"transfer", "card_lost"}
    group = part.group(("card_arrival", "card_arrival question 1"), Random(1), 3)
    assert group.texts[0].startswith("Card arrival. card_arrival question ") and "question 1" not in group.texts[0]
    assert not any(text.startswith(("Transfer", "Card lost", "Card arrival")) for text in group.texts[1:])


def test_sections_of_a_page_have_githubs_anchors():
    """Front matter names the page; a heading under a heading says both; links and marks go; long sections are cut."""
    text = "---\ntitle: Returns\n---\n# Returns\n## How long?\nYou have **sixty** days, see [here](x) for all of it.\n"
    text += "### In *shops*\n" + "\n".join(f"- line {n} of a long list that goes on" for n in range(40))
    found = list(passages_of(text, "help/returns"))
    assert (found[0].id, found[0].title, found[0].heading) == ("help/returns#how-long", "Returns", "How long?")
    assert found[0].text == "You have sixty days, see here for all of it."
    assert {one.heading for one in found[1:]} == {"How long? › In shops"} and len(found) == 5
    assert [one.id for one in found[1:]] == [f"help/returns#in-shops{end}" for end in ("", ".2", ".3", ".4")]
    assert {section_of(one) for one in found[1:]} == {"help/returns#in-shops"}


def test_near_misses_share_rare_words():
    """What shares the rarest words comes first; a word that is everywhere counts nothing."""
    texts = [f"the red house number {n}" for n in range(30)] + ["the blue whale", "the blue house", "a green whale"]
    assert Near(texts).like("a blue whale", 3) == [30, 32, 31]
    assert Near(texts).like("the house", 5) == []


def test_an_operators_lines_are_groups_by_query(tmp_path):
    """Right and wrong ones of a query; others' texts where none is wrong; a query lies on one side."""
    part = Own(read_rows(tiny_ranking.rows(tmp_path)))
    assert {one.query for one in part.train}.isdisjoint({one.query for one in part.held}) and part.held
    seed = next(one for one in [*part.train, *part.held] if one.query == "where is it?")
    group = part.group(seed, Random(1), 3)
    assert (group.scenario, group.texts[0], group.labels) == ("help", "Tracking. Follow your parcel.", (0.5, 0, 0, 0))
    brew = part.group(part.train[0], Random(1), 1)
    assert brew.labels == (1.0, 0.0) and brew.texts[1].startswith("cider")


@pytest.mark.parametrize(
    "lines", ["no tabs here", "q\ttext\tmuch", "q\ttext\t2", "q\ttext\t1\tshoes", "\ttext\t1", "q\tone\t0", ""]
)
def test_wrong_lines_are_refused_with_the_form(lines, tmp_path):
    """Which line, and what one looks like."""
    (tmp_path / "own.tsv").write_text(lines, "utf-8")
    with pytest.raises(InvalidRequest) as caught:
        read_rows(tmp_path / "own.tsv")
    assert "<TAB>" in caught.value.hint


def test_draws_follow_the_seed_and_go_on(sources):
    """The same seed, the same groups; restored, the draws go on where they stood; measuring is always the same."""
    first, second = Groups(sources, RECIPE), Groups(sources, RECIPE)
    one, other = first.batches(3), second.batches(3)
    assert [next(one) for _ in range(3)] == [next(other) for _ in range(3)]
    state = first.state()
    rest = next(one)
    second.restore(state)
    assert next(other) == rest
    assert first.validation() == Groups(sources, replace(RECIPE, seed=8)).validation()
    assert list(first.validation()) == list(PARTS[:-1]) and all(first.validation().values())


# -- learning ---------------------------------------------------------------------------------------------------------


def test_the_loss_is_lowest_where_the_right_text_is_first():
    """Softmax over the group; two right ones share."""
    group = Group("q", "goods", ("a", "b", "c"), (1.0, 0.0, 0.0))
    good, even = (listwise([torch.tensor(own)], [group]).item() for own in ([5.0, 0, 0], [0.0, 0, 0]))
    assert good == pytest.approx(0.0134, abs=1e-3) and even == pytest.approx(1.0986, abs=1e-3)
    both = replace(group, labels=(0.5, 0.5, 0.0))
    assert listwise([torch.tensor([9.0, 9.0, 0.0])], [both]).item() == pytest.approx(0.693, abs=1e-3)


def test_places_are_worth_what_they_are_worth():
    """First 1, second 1 / log2(3); of equal scores the wrong one is thought first."""
    found = placed([[3.0, 1.0], [1.0, 2.0], [0.0, 0.0]], [[1, 0], [1, 0], [1, 0]])
    assert found.ndcg == pytest.approx((1.0, 0.6309, 0.6309), abs=1e-4) and found.reciprocal == (1.0, 0.5, 0.5)
    assert found.rounded() == {"nDCG@10": 0.754, "se": 0.123, "MRR": 0.667, "first": 0.333}


def test_a_training_leaves_all_that_belongs_to_it(trained, sources):
    """Weights that load, what was done as JSON, curves, a card that names the run's numbers, and a checkpoint."""
    out, told = trained
    assert {path.name for path in out.iterdir()} == {
        FILE, "training.json", "curves.svg", "MODEL_CARD.md", checkpoints.FILE,
    }  # fmt: skip
    assert [row["step"] for row in told["curve"]] == [2, 4]
    assert set(told["held out"]) == set(PARTS[:-1]) and told["bytes"] == (out / FILE).stat().st_size
    assert "nDCG@10 of groups held out" in (out / "curves.svg").read_text("utf-8")
    text = (out / "MODEL_CARD.md").read_text("utf-8")
    assert "$" not in text and "adapters of rank 2" in text and f"{told['bytes']:,} bytes" in text
    best = max(told["curve"], key=lambda row: row["score"])
    assert f"| goods | {told['held out']['goods']} | {best['goods']['nDCG@10']:.3f} (" in text
    load(out, sources.model)


def test_only_what_was_learned_is_stored(trained, sources):
    """Two thin matrices beside each of the encoder's, and the head; loaded, they make the network that was trained."""
    out, told = trained
    stored = load_file(out / FILE)
    assert not any(name.endswith("encoder.layer.0.attention.self.query.weight") for name in stored)
    assert stored["encoder.encoder.layer.0.attention.self.query.down"].shape == (2, 384)
    last = max(told["curve"], key=lambda row: row["score"])["step"]
    if last == told["steps"]:
        network = begun(PairNetwork, sources.model, RECIPE)
        network.load_state_dict(weights_of(out))
        pairs = _pairs(sources.model)
        with torch.no_grad():
            want, have = merged(network).eval()(collate(pairs)), load(out, sources.model)(collate(pairs))
        torch.testing.assert_close(have, want, atol=1e-2, rtol=1e-2)


def _pairs(model):
    framer = Framer(tokenizer(model))
    need = framer.tokens("a quiet film about a harbour")
    return [framer.pair(need, framer.tokens(text), "works") for text in ("Red Harbour. quiet", "no", "", "word " * 400)]


def test_a_whole_encoder_is_stored_as_int8(sources, tmp_path):
    """Without adapters the encoder itself is trained, and loads again."""
    told = train(sources, tmp_path, replace(RECIPE, lora=0, steps=2), device="cpu")
    stored = load_file(tmp_path / FILE)
    assert stored["encoder.encoder.layer.0.attention.self.query.weight"].dtype == torch.int8
    assert told["parameters"] > 500_000 and "trained further (int8)" in (tmp_path / "MODEL_CARD.md").read_text("utf-8")
    load(tmp_path, sources.model)


def test_a_stopped_training_goes_on_as_if_it_had_not_stopped(sources, trained, tmp_path):
    """The same weights to the last bit."""
    with pytest.raises(KeyboardInterrupt):
        train(sources, tmp_path, RECIPE, device="cpu", progress=stop_after(1))
    again = train(sources, tmp_path, RECIPE, device="cpu")
    whole, parts = weights_of(trained[0]), weights_of(tmp_path)
    assert [name for name in whole if not torch.equal(whole[name], parts[name])] == []
    assert again["losses"] == trained[1]["losses"]


def test_it_learns(sources, tmp_path):
    """A few steps over two needs that an operator judged put the right texts first."""
    lines = "dark\tale, black\t1\ndark\tcider, pale\t0\nlight\tcider, pale\t1\nlight\tale, black\t0"
    (tmp_path / "own.tsv").write_text(lines, "utf-8")
    recipe = replace(RECIPE, steps=60, every=60, rate=2e-3, own=1.0, lora=8)
    told = train(replace(sources, rows=tmp_path / "own.tsv"), tmp_path / "out", recipe, device="cpu")
    assert told["losses"][-1][1] < 0.75 * told["losses"][0][1]


def test_an_untrained_network_begins_like_late_interaction(sources):
    """Its head adds nothing yet: what shares words with the need stands higher."""
    network = begun(PairNetwork, sources.model, RECIPE).eval()
    pairs = _pairs(sources.model)
    with torch.no_grad():
        scores = network(collate(pairs))
    assert scores[0] > scores[1] and scores.isfinite().all()
    assert [len(pair.ids) <= MOST for pair in pairs] == [True] * 4
    assert {pair.ids[1] for pair in pairs} == {1 + SCENARIOS.index("works")}


def test_another_training_is_not_overwritten(sources, trained, tmp_path):
    """Other options in a folder with a checkpoint, and lines that were not there."""
    with pytest.raises(InvalidRequest, match="wrong was 3, now 4"):
        train(sources, trained[0], replace(RECIPE, wrong=4), device="cpu")
    with pytest.raises(InvalidRequest, match="other texts"):
        train(replace(sources, rows=tiny_ranking.rows(tmp_path)), trained[0], RECIPE, device="cpu")


# -- the command ------------------------------------------------------------------------------------------------------


def test_the_command_trains_and_says_what_is_missing(sources, tmp_path, monkeypatch):
    """A table of what was held out and the files; without data one error with its remedy."""
    monkeypatch.setattr(vectorstore.embedders.local, "model_folder", lambda: sources.model)
    monkeypatch.setattr(console.out, "_width", 200)
    monkeypatch.setattr(console.err, "_width", 200)

    def run(*words):
        options = ["--steps", 2, "--batch", 2, "--every", 2, "--lora", 2, "--device", "cpu"]
        return CliRunner().invoke(app, ["train", "reranker", *map(str, [*options, *words])])

    done = run("--data", sources.data, "--out", tmp_path / "out", "--rows", tiny_ranking.rows(tmp_path))
    assert done.exit_code == 0, done.output
    assert "held out, at step 2 of 2" in done.stdout and re.search(r"own\W+\d+\W+\d\.\d{3}", done.stdout)
    assert f"reranker.safetensors, training.json, curves.svg and MODEL_CARD.md are in {tmp_path / 'out'}" in done.stdout
    assert "the operator's own queries" in (tmp_path / "out/MODEL_CARD.md").read_text("utf-8")
    failed = run("--data", tmp_path / "none", "--out", tmp_path / "other")
    assert failed.exit_code == 1 and "Traceback" not in failed.output
    assert re.search(r"^error .*there is no", failed.stderr, re.MULTILINE)
