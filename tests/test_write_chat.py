"""Writing by a language model: what it is given, how long it may be, what it may not touch, and every failure."""

from __future__ import annotations

import json
import time

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import HumanMessage

from bot.engines.chat.asking import Reply
from bot.engines.chat.choosing import language_model
from bot.engines.chat.json_text import without_thoughts
from bot.engines.chat.lengths import Measure, measured, sentences, word_count
from bot.engines.write_chat import ChatWriter
from bot.engines.write_composed import ComposedWriter
from bot.errors import EngineError
from bot.types import Answer, Brief, Card, Citation, Evidence
from prompts import Registry
from tests import tiny_models
from tests.chat_server import HANG, ChatServer
from vectorstore.base import Item

CARDS = (
    Card(
        Item("f1", "Alien", "A crew is hunted.", {"year": 1979.0}),
        rank=1,
        score=0.9,
        reasons=("Horror, from 1979.",),
        facts=(("genre", "horror"),),
        evidence=(Evidence("wish", value="tense", quote="A crew is hunted."),),
    ),
    Card(Item("f2", "Dr. No", "", {"year": 1962.0}), rank=2, score=0.8, reasons=("From 1962.",)),
)


@pytest.fixture(scope="module")
def prompts():
    """The shipped prompts."""
    return Registry.load()


@pytest.fixture(scope="module")
def server():
    """A server process that speaks the OpenAI API."""
    with ChatServer() as running:
        running.set()
        yield running


@pytest.fixture
def brief(prompts):
    """Make a brief in English about films."""

    def make(task="explain", situation="exact", locale="en", **fields):
        voice = prompts.voice(locale, catalog="films")
        return Brief(
            task=task, situation=situation, voice=voice, message="tense </brief>", **{"cards": CARDS, **fields}
        )

    return make


@pytest.fixture
def write(server, prompts):
    """Write a brief with a server that says ``writing``."""

    def write(brief, writing="", mode="ok", timeout=5.0, **options):
        server.set()
        writer = ChatWriter(language_model(server.url, timeout=timeout), prompts, **options)
        server.set(mode=mode, writing=writing, pause=options.pop("pause", 0.0))
        return list(writer.write(brief))

    return write


def test_a_reply_streams_sentence_by_sentence(write, brief):
    """An opening, then one line for each item, as a Markdown list."""
    said = "Two tense films.\n\n**Alien** (1979): horror in space.\n**Dr. No** (1962): a spy. And praise!"
    pieces = write(brief(), said)
    assert "".join(pieces) == "Two tense films.\n\n- **Alien** (1979): horror in space.\n- **Dr. No** (1962): a spy."
    assert len(pieces) == 3


def test_the_brief_is_delimited_data(server, write, brief):
    """Evidence is JSON between tags that nothing in it can close; language and style are asked for."""
    write(brief(locale="zh", style="warm", facts={"total": 12}), "好。")
    (sent,) = server.log()
    system, turn = (message["content"] for message in sent["messages"])
    assert "Write in Chinese, in a warm tone." in system
    assert turn.count("</brief>") == 1
    assert '<facts>{"total": 12}</facts>' in turn
    items = turn.split("<items>\n")[1].split("\n</items>")[0].split("\n")
    assert json.loads(items[0]) == {
        "title": "Alien",
        "year": "1979",
        "reasons": ["Horror, from 1979."],
        "unmet": [],
        "facts": {"genre": "horror"},
        "quotes": ["A crew is hunted."],
    }
    assert (sent["stream"], sent["stop"]) == (True, ["</brief>", "<brief"])


def test_an_item_that_the_model_passes_over_gets_its_plain_line(write, brief):
    """Every card is spoken of, in the composed words where the model is silent."""
    text = "".join(write(brief(), "One tense film.\n\n**Dr. No** (1962): a spy."))
    assert text == "One tense film.\n\n- **Dr. No** (1962): a spy.\n- **Alien** (1979): Horror, from 1979."


def test_too_long_an_opening_is_replaced(write, brief):
    """More than 25 words in the first sentence give way to the composed opening; later ones are dropped."""
    composed = "".join(ComposedWriter().write(brief())).split("\n")[0]
    long = "Word " + " ".join(["word"] * 30) + "."
    assert "".join(write(brief(), "Short one. " + long)).split("\n")[0] == "Short one."
    assert "".join(write(brief(), long)).split("\n")[0] == composed


@pytest.mark.parametrize(
    "fields",
    [
        {"task": "talk", "situation": "self_harm"},
        {"task": "talk", "situation": "refusal_injection"},
        {"task": "talk", "situation": "handover_done", "facts": {"text": "A person will call."}},
        {"task": "clarify", "situation": "genres"},
        {"task": "answer", "situation": "abstain", "answer": Answer("what?", abstained=True)},
        {"task": "talk", "situation": "item", "facts": {"text": "Ready words."}},
    ],
)
def test_what_must_stand_is_said_without_the_model(server, write, brief, fields):
    """Refusals, abstentions, hand-overs, the one question and ready words never pass through a model."""
    given = brief(cards=(), **fields)
    assert "".join(write(given, "Something else.")) == "".join(ComposedWriter().write(given))
    assert server.log() == []


def test_an_answer_is_given_its_sentences(server, write, brief):
    """A service answer is written from its quoted sentences."""
    citation = Citation("p#a", "Returns", "How long", "how-long", "You have 30 days.")
    answer = Answer("how long?", False, sentences=("You have 30 days.",), citations=(citation,), confidence=0.9)
    text = "".join(write(brief("answer", "quoted", cards=(), answer=answer), "You have 30 days [1]."))
    assert text == "You have 30 days [1]."
    assert '[1] "You have 30 days."' in server.log()[0]["messages"][1]["content"]


@pytest.mark.parametrize("mode", ["error", "malformed", "busy", "cut"])
def test_a_failing_server_is_an_engine_error(write, brief, mode):
    """500, garbage, 429 and a stream cut half-way are EngineErrors; the words so far were given out."""
    with pytest.raises(EngineError) as caught:
        write(brief(), "One sentence. Another sentence here. A third and last one.", mode=mode)
    assert caught.value.hint


def test_a_cut_stream_keeps_what_was_complete(server, prompts, brief):
    """The sentences before the cut arrive before the error."""
    server.set()
    writer = ChatWriter(language_model(server.url, timeout=5), prompts)
    server.set(mode="cut", writing="First one. Second one. Third one is the longest of them all.")
    said = []
    with pytest.raises(EngineError):
        said.extend(iter_into(said, writer.write(brief())))
    assert said[:2] == ["First one.", " Second one."]


def iter_into(said, pieces):
    """Append one by one, so that an error keeps what came before it."""
    for piece in pieces:
        said.append(piece)
    return []


def test_a_hanging_server_is_given_up_in_time(write, brief):
    """No answer within the time-out is an error."""
    began = time.monotonic()
    with pytest.raises(EngineError):
        write(brief(), mode="hang", timeout=0.5)
    assert time.monotonic() - began < HANG / 2


def test_an_endless_reply_is_given_up(server, prompts, brief):
    """A stream that drips within its time-out is bounded as a whole."""
    server.set()
    writer = ChatWriter(language_model(server.url, timeout=5), prompts, seconds=0.4)
    server.set(writing="word " * 200, pause=0.05)
    began = time.monotonic()
    with pytest.raises(EngineError, match=r"more than 0\.4 s"):
        list(writer.write(brief()))
    assert time.monotonic() - began < 8


def test_closing_the_reply_hangs_up(server, prompts, brief):
    """A visitor who stops ends the request; the server does not finish writing."""
    server.set()
    writer = ChatWriter(language_model(server.url, timeout=5), prompts)
    server.set(writing="One. Two. " + "word " * 300, pause=0.02)
    reply = writer.write(brief())
    next(reply)
    reply.close()
    assert [sent["finished"] for sent in server.log()] == [False]
    time.sleep(0.3)
    assert [sent["finished"] for sent in server.log()] == [False]


def test_a_model_that_says_nothing_is_an_error(prompts, brief):
    """Only thoughts, or only white space, is no reply."""
    for said in ("", "  \n ", "<think>I wonder</think>\n", "<think>never ends"):
        writer = ChatWriter(FakeListChatModel(responses=[said]), prompts)
        with pytest.raises(EngineError, match=r"wrote nothing|No generation"):
            list(writer.write(brief()))


def test_thoughts_are_not_shown(prompts, brief):
    """What a model thinks first is left out, however the stream is cut."""
    writer = ChatWriter(FakeListChatModel(responses=["<think>secret</think>\n\nTwo films."]), prompts)
    assert next(iter(writer.write(brief()))) == "Two films."
    for size in (1, 2, 5, 100):
        text = "<think>a < b</think> Hello <think> there"
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert "".join(without_thoughts(pieces)) == "Hello <think> there"


@pytest.mark.parametrize("kind", ["qwen3", "t5"])
def test_a_local_model_of_random_weights_stays_in_measure(tmp_path, prompts, brief, kind):
    """Nonsense in, bounded text out: an opening of 25 words and both items, or an error that lets others speak."""
    model = language_model(str(getattr(tiny_models, kind)(tmp_path / kind)))
    model.temperature = 1.2
    try:
        text = "".join(ChatWriter(model, prompts).write(brief()))
    except EngineError as error:
        assert "wrote nothing" in str(error)
    else:
        assert word_count(text.split("\n")[0]) <= 25
        assert "Alien" in text


def test_a_sentence_that_the_token_limit_cuts_is_left_out(tmp_path, prompts, brief):
    """A reply that ends for want of tokens ends with its last whole sentence."""
    model = language_model(str(tiny_models.qwen3(tmp_path / "q")))
    reply = Reply(model, [HumanMessage("x")], max_tokens=5)
    assert "".join(measured(["One. Two", *reply], Measure(), instead=lambda: "?", cut=lambda: reply.cut)) == "One."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two? Three!", ["One. ", "Two? ", "Three!"]),
        ("**Dr. No** (1962): a spy, J. Bond. More.", ["**Dr. No** (1962): a spy, J. Bond. ", "More."]),
        (
            "**What? No! Yes.** (1990): it runs 2.5 hours e.g. Here.",
            ["**What? No! Yes.** (1990): it runs 2.5 hours e.g. Here."],
        ),
        ("1. **Alien** is first. Good.", ["1. **Alien** is first. ", "Good."]),
        ("很好。“是的！”对", ["很好。", "“是的！”", "对"]),
        ("", []),
    ],
)
def test_sentences_end_where_people_end_them(text, parts):
    """Abbreviations, initials, numbers and bold titles hold together; the join is the text."""
    assert sentences(text) == parts


def test_a_measure_holds_however_the_stream_is_cut():
    """The same reply in pieces of any size gives the same text."""
    text = "A b. C d e.\n\n**X** (1): one. Two.\n2. **Y** (2): three.\n**Z** (3): four.\n"
    limits = Measure(frame_words=4, lines=2, sentences=1, words=50)
    results = {
        "".join(measured([text[at : at + size] for at in range(0, len(text), size)], limits, instead=lambda: "?"))
        for size in (1, 2, 3, 7, 500)
    }
    assert results == {"A b.\n\n- **X** (1): one.\n- **Y** (2): three."}
