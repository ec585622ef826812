"""The trained writer: slots that cannot be said wrongly, words filled in, the claim check, and the composed floor."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from bot.build import build
from bot.engines import choose
from bot.engines.phraser.cues import cue_of, noun_of
from bot.engines.phraser.decoding import MOST, Decoder
from bot.engines.phraser.filling import filled, said
from bot.engines.phraser.framing import prompt
from bot.engines.phraser.sheet import RELATIONS, SLOTS, Cue, Frame, Slot, apart
from bot.engines.phraser.speaking import Phraser, open_phraser
from bot.engines.phraser.storing import FILE, WORDS, load
from bot.engines.phraser.words import NAMES, Words, names_of, parts
from bot.engines.write_composed import ComposedWriter
from bot.engines.write_model import ModelWriter
from bot.errors import EngineError, SettingsError
from bot.phrasing import Speaker
from bot.reasons import choices
from bot.settings import Settings
from bot.types import Brief
from tests import films, tiny_writer
from tests.tiny_writer import Loud, cue

FRAMES = (
    Frame((cue("asked", genre="horror"),), noun="film"),
    Frame((cue("like", title="Alien", director="Ridley Scott", rest_="horror"), cue("has", runtime="117 minutes"))),
    Frame((cue("stand.lower", standing_="the shortest of these", rivals_="the others", runtime_="88 minutes"),)),
    Frame((cue("asked.flag", flag="vegan"), cue("wish.said", wish_="“warm”", quote="“warm and dry”")), style="playful"),
)


class Scripted:
    """A phraser that always has the same sentences to offer, given the frame."""

    device = "cpu"

    def __init__(self, *sentences):
        self.sentences_, self.frames, self.seeds = sentences, [], []

    def sentences(self, frame, *, seed):
        """The sentences with the frame's words in them, those that it can say."""
        self.frames.append(frame)
        self.seeds.append(seed)
        for text in self.sentences_:
            if set(names_of(text)) <= frame.words.keys():
                yield filled(list(parts(text)), frame.words)


class Heard:
    """A writer that keeps the briefs that it is given."""

    name = "heard"

    def __init__(self):
        self.briefs = []

    def write(self, brief):
        """Nothing but a word, which the claim check lets pass."""
        self.briefs.append(brief)
        yield "Here."


@pytest.fixture(scope="module")
def briefs(tmp_path_factory):
    """What a writer is given in a conversation about films."""
    heard = Heard()
    bot = films.assistant(tmp_path_factory.mktemp("briefs"), writer=heard)
    session = bot.open().id
    for message in ("something like Alien but shorter than two hours", "only horror", "the shortest first"):
        films.said(bot, session, message)
    return [brief for brief in heard.briefs if brief.task == "explain" and brief.cards]


@pytest.fixture
def brief(briefs):
    """A recommendation of three films for a like and a limit."""
    assert len(briefs[0].cards) == 3
    return briefs[0]


def written(brief, *sentences):
    return "".join(ModelWriter(Scripted(*sentences), films.shelf().items).write(brief))


def composed(brief):
    return "".join(ComposedWriter().write(brief))


# -- decoding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.kinds)
def test_no_slot_that_was_not_given_none_twice_and_all_that_are_due(frame):
    """Whatever the network cries: slots of the frame alone, each once, everything due before the end."""
    vocabulary = tiny_writer.words()
    found = []
    for seed in range(6):
        decoder = Decoder(Loud(vocabulary, seed=seed), vocabulary, torch.device("cpu"))
        found += decoder.sentences(frame, seed=seed, count=4)
    assert len(found) > 8
    for ids in found:
        used = [name for name, is_slot in vocabulary.tokens(ids) if is_slot]
        assert len(used) == len(set(used)) and set(used) <= frame.words.keys() and not frame.missing(used)
        assert len(ids) < MOST and not any(name in NAMES for name, is_slot in vocabulary.tokens(ids) if not is_slot)


def test_a_step_at_a_time_is_the_same_as_all_at_once():
    """What is kept of the tokens before gives the logits that reading the whole gives."""
    net = tiny_writer.network(80)
    ids = torch.randint(0, 80, (2, 12))
    with torch.inference_mode():
        whole, _ = net(ids)
        logits, past = net(ids[:, :5])
        steps = [logits]
        for place in range(5, 12):
            logits, past = net(ids[:, place : place + 1], past)
            steps.append(logits)
    torch.testing.assert_close(torch.cat(steps, 1), whole, atol=1e-5, rtol=1e-4)


def test_the_seed_decides():
    """The same seed, the same sentences; a frame too long to read, or without cues, has none."""
    vocabulary = tiny_writer.words()
    decoder = Decoder(Loud(vocabulary, noise=0.0), vocabulary, torch.device("cpu"))
    one, same, other = (decoder.sentences(FRAMES[0], seed=seed, count=9) for seed in (3, 3, 4))
    assert one == same != other
    assert decoder.sentences(Frame(()), seed=1, count=2) == []
    long = Frame(tuple(Cue("clause", tuple(Slot(name) for name in SLOTS)) for _ in range(3)))
    assert decoder.sentences(long, seed=1, count=2) == []


def test_words_that_training_never_saw_are_not_said():
    """Pieces may be put together to anything; only known words pass, none twice in a row, and not a slot alone."""
    vocabulary = tiny_writer.words()
    phraser = Phraser(tiny_writer.network(len(vocabulary)), vocabulary, torch.device("cpu"), torch.float32)

    def sound(text):
        return phraser._sound(list(parts(text)))

    assert sound("a [genre] [noun] that runs [runtime]") and sound("it has [cast] in it")
    assert not sound("a [genre] zorp that runs [runtime]") and not sound("it has has [cast] in it")
    assert not sound("[genre] [noun]") and sound("it is like [title], it is")


# -- words ------------------------------------------------------------------------------------------------------------


def test_sentences_are_numbers_and_back():
    """Pieces of words, marks and slots come back as they were written."""
    vocabulary = tiny_writer.words()
    for text in ("a [genre] [noun] by [director]", "[title], and it runs [runtime]", "it has [cast]: by it"):
        ids = vocabulary.encode(text)
        slots = {name: f"[{name}]" for name in SLOTS}
        assert filled(vocabulary.tokens(ids), slots) == text
    again = Words.of(json.loads(json.dumps(vocabulary.stored())))
    assert again.encode("a [genre] by [cast]") == vocabulary.encode("a [genre] by [cast]")
    assert again.known == vocabulary.known and "runs" in again.known and len(again) == len(vocabulary)


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("a [genre] [noun]", {"genre": "animation", "noun": "film"}, "an animation film"),
        ("an [genre] [noun]", {"genre": "horror", "noun": "film"}, "a horror film"),
        ("a [kind] or an [genre]", {"kind": "one-man tent", "genre": "Euro noir"}, "a one-man tent or a Euro noir"),
        ("i would say [title]", {"title": "I, Robot"}, "I would say I, Robot"),
        ("it is [quote] (at [price])", {"quote": "“an i”", "price": "€5"}, "it is “an i” (at €5)"),
    ],
)  # fmt: skip
def test_slots_are_filled_with_the_article_that_they_ask_for(text, words, sentence):
    """Spaces, articles and the I are set right; what stands in a slot is never touched."""
    assert filled(list(parts(text)), words) == sentence


def test_what_was_spelled_outside_of_slots():
    """Words between slots do not touch."""
    assert said(list(parts("it has [cast], has [genre]"))) == ["it", "has", "", "has", ""]


# -- cues -------------------------------------------------------------------------------------------------------------


def test_every_point_of_a_conversation_is_a_cue_in_its_own_words(briefs):
    """Relations and slots that the network knows, filled with words that the composed reason or the record holds."""
    kinds = set()
    for brief in briefs:
        schema = films.shelf().items.schema
        speakers = [
            Speaker(card.item, schema, brief.voice, card.evidence, brief.state, variant=card.rank, among=3)
            for card in brief.cards
        ]
        for speaker, found in zip(speakers, choices(speakers), strict=True):
            assert noun_of(speaker) == "film"
            for one in apart([cue_of(speaker, point) for point in found]):
                kinds.add(one.kind)
                assert one.relation in RELATIONS and {slot.name for slot in one.slots} <= set(SLOTS)
                assert all(slot.words for slot in one.slots)
    assert {"order.next", "within.below runtime"} <= {kind.removesuffix(" runtime") for kind in kinds} | kinds
    assert not any(kind.startswith("clause") for kind in kinds)


def test_two_cues_of_one_sense_are_told_apart():
    """The second label has a mark; a third that cannot be told apart is left out."""
    found = apart(
        [
            cue("has", number="3", label="drop"),
            cue("has", number="4", label="rise"),
            cue("has", number="5", label="run"),
        ]
    )
    assert [[slot.name for slot in one.slots] for one in found] == [["number", "label"], ["number#2", "label#2"]]
    assert apart([cue("has", genre="drama"), cue("asked", genre="war")]) == (cue("has", genre="drama"),)


def test_a_frame_is_read_as_names(brief):
    """Style, manner, place, relations and slots; no word of an item."""
    vocabulary = tiny_writer.words()
    names = {vocabulary.id(name): name for name in NAMES}
    assert [names[one] for one in prompt(FRAMES[0], vocabulary)] == [
        "<begin>", "<style:plain>", "<manner:told>", "<place:alone>", "<asked>", "[genre]", "[noun]", "<say>",
    ]  # fmt: skip


# -- writing ----------------------------------------------------------------------------------------------------------


def test_the_model_words_the_lines_and_the_frame_stays(brief):
    """The opening as composed, each line with the sentence, capital and stop set; what is not met stays."""
    one = "this is a [noun], [standing]"
    text, floor = written(brief, one, "it runs [runtime], [gap] inside your limit"), composed(brief)
    assert text.split("\n\n")[0] == floor.split("\n\n")[0] and text != floor
    lines = text.split("\n")[2:]
    assert len(lines) == 3 and all(
        line.startswith(f"- **{card.item.title}**") for line, card in zip(lines, brief.cards, strict=True)
    )
    assert any("inside your limit." in line for line in lines)


def test_a_sentence_that_is_not_true_is_never_said(brief):
    """What the record does not hold is left out, and the next sentence, or the composed one, is taken."""
    false = ("it won the Oscar for best film", "it is a documentary from Norway", "it runs 12 minutes in all")
    assert written(brief, *false) == composed(brief)
    true = "it runs [runtime], so there is [gap] to spare"
    assert "to spare" in written(brief, *false, true)


def test_no_two_lines_begin_alike(brief):
    """The same sentence for every card stands once; the others are as composed."""
    text = written(brief, "it runs [runtime], which leaves [gap] to spare")
    reasons = [line.split(": ", 1)[1] for line in text.split("\n")[2:]]
    assert sum(reason.startswith("It runs") for reason in reasons) == 1
    begun = {" ".join(reason.split()[:2]) for reason in reasons}
    assert len(begun) == len(reasons)


def test_what_the_reply_before_said_is_not_said_again(brief):
    """Word for word the same sentence is no news."""
    one = "it runs [runtime], which leaves [gap] to spare"
    first = written(brief, one)
    again = written(replace(brief, before=first), one)
    told = next(line for line in first.split("\n") if "which leaves" in line).split(": ", 1)[1]
    assert told not in again


def test_the_card_and_the_message_are_the_seed(brief):
    """The same turn is told in the same words; another message may be told in others."""
    phrasers = [Scripted("it is [standing]") for _ in range(3)]
    items = films.shelf().items
    texts = [
        "".join(ModelWriter(phraser, items).write(one))
        for phraser, one in zip(phrasers, (brief, brief, replace(brief, message="another")), strict=True)
    ]
    assert phrasers[0].seeds == phrasers[1].seeds != phrasers[2].seeds and texts[0] == texts[1]
    assert len(set(phrasers[0].seeds)) == 3
    assert [frame.place for frame in phrasers[0].frames] == ["first", "middle", "last"]


@pytest.mark.parametrize("voice", ["zh", "terse-like"])
def test_another_language_or_style_is_composed(brief, voice):
    """The network writes English in four styles; else it has no say."""
    other = films.prompts().voice("zh", catalog="films") if voice == "zh" else brief.voice
    one = replace(brief, voice=other, style="plain" if voice == "zh" else "formal")
    assert written(one, "it is [standing]") == composed(one)


def test_other_tasks_are_composed(brief):
    """Small talk, words spoken elsewhere, and a recommendation of nothing."""
    for one in (
        Brief("talk", "hello", brief.voice, message="hello"),
        replace(brief, facts={**brief.facts, "text": "As it stands."}),
        replace(brief, cards=()),
        replace(
            brief,
            cards=tuple(
                replace(card, item=replace(card.item, facets={}, description=""), evidence=()) for card in brief.cards
            ),
        ),
    ):
        assert written(one, "it is [standing]") == composed(one)


def test_too_long_is_no_sentence(brief):
    """A quote may be long, a sentence may not."""
    assert written(brief, "it runs [runtime]" + ", and it runs" * 40) == composed(brief)


def test_a_turn_with_the_model_as_its_writer(tmp_path):
    """Through the assistant: the frame stays as composed, lines are worded, cards keep their composed reasons."""
    phraser = Scripted("it runs [runtime], [gap] inside your limit", "here is one [noun], [standing]")
    bot = films.assistant(tmp_path, writer=ModelWriter(phraser, films.shelf().items))
    events = films.said(bot, bot.open().id, "a horror film under 100 minutes")
    assert "inside your limit." in films.text(events) and not films.codes(events)
    assert not any("inside your limit." in reason for card in films.cards(events) for reason in card.reasons)


def test_frames_and_what_is_not_met_are_said_in_full(tmp_path):
    """Composed sentences stand beside worded ones: the order that was asked for, and what an item does not meet."""
    phraser = Scripted("it runs [runtime]", "here is one [noun], [standing]")
    worded = films.assistant(tmp_path / "worded", writer=ModelWriter(phraser, films.shelf().items))
    plain = films.assistant(tmp_path / "plain")
    for message in ("the newest documentaries you have", "the longest comedy from Korea under 60 minutes"):
        ours, theirs = (films.text(films.said(bot, bot.open().id, message)) for bot in (worded, plain))
        assert ours.split("\n")[0] == theirs.split("\n")[0]
        assert ours.count("Does not meet") == theirs.count("Does not meet")


# -- weights ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tiny_writer.saved(tmp_path_factory.mktemp("weights"))


def test_weights_are_a_byte_each_and_load_as_they_were(weights):
    """Matrices as int8; what is loaded is within half a step of what was saved."""
    stored = load_file(weights / FILE)
    assert stored["tokens.weight"].dtype == torch.int8
    network, words = load(weights)
    before = tiny_writer.network(len(words)).state_dict()
    for name, one in network.state_dict().items():
        torch.testing.assert_close(one, before[name], atol=float(before[name].abs().max()) / 200, rtol=0)
    assert list(open_phraser("cpu", weights).sentences(FRAMES[0], seed=1)) is not None


def _no_weights(folder):
    (folder / FILE).unlink()


def _cut(folder):
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:500])


def _of_another(folder):
    stored = load_file(folder / FILE)
    save_file({name: one for name, one in stored.items() if "wide_out" not in name}, folder / FILE)


def _no_number(folder):
    stored = load_file(folder / FILE)
    save_file(stored | {"norm.bias": torch.full_like(stored["norm.bias"], torch.nan)}, folder / FILE)


def _other_words(folder):
    stored = json.loads((folder / WORDS).read_text("utf-8"))
    (folder / WORDS).write_text(json.dumps(stored | {"form": "another"}), "utf-8")


def _no_words(folder):
    (folder / WORDS).write_text("{", "utf-8")


def _fewer_words(folder):
    texts = ["it is it"]
    (folder / WORDS).write_text(json.dumps(Words.learned(texts, most=200).stored()), "utf-8")


@pytest.mark.parametrize("harm", [_no_weights, _cut, _of_another, _no_number, _other_words, _no_words, _fewer_words])
def test_damaged_weights_are_named_with_the_remedy(weights, tmp_path, harm):
    """Missing, cut, of another shape, no numbers, another vocabulary: one error that names the folder."""
    folder = tmp_path / "harmed"
    shutil.copytree(weights, folder)
    harm(folder)
    with pytest.raises(EngineError, match="harmed") as caught:
        open_phraser("cpu", folder)
    assert "SHELFTALK_WRITER=composed" in caught.value.hint


def test_the_writer_is_chosen_like_the_other_engines(weights, tmp_path):
    """`composed` by default, `model` or a folder when asked; what is asked for and not there is refused."""
    load_ = Settings.load
    assert load_(environ={}).writer_engine == "composed"
    assert choose.phraser(load_(environ={})) is None
    found = load_(environ={"SHELFTALK_WRITER": str(weights)}, device="cpu")
    assert found.writer_engine == "model" and isinstance(choose.phraser(found), Phraser)
    assert load_(environ={}, writer="model").writer_engine == "model"
    with pytest.raises(SettingsError, match="nowhere"):
        load_(environ={}, writer="nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EngineError, match="empty"):
        build(films.settings(tmp_path, catalogs=("films",), writer=str(tmp_path / "empty")))


def test_a_catalogue_is_served_with_the_trained_writer(weights, tmp_path):
    """What runs where says so, and every shelf has a writer over its own items."""
    heard = []
    bot = build(films.settings(films.copied(tmp_path), catalogs=("films",), writer=str(weights)), say=heard.append)
    assert any("writing with model" in line for line in heard)
    shelf = bot.shelf("films")
    assert isinstance(shelf.writer, ModelWriter) and isinstance(shelf.composed, ComposedWriter)
    assert len(films.cards(films.said(bot, bot.open().id, "a horror film"))) == 3
