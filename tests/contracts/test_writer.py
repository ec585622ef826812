"""The writer's contract: pieces whose join is the reply, from the brief alone, the same every time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from bot.engines.phraser.sheet import Frame
from bot.engines.write_chat import ChatWriter
from bot.engines.write_composed import ComposedWriter
from bot.engines.write_model import ModelWriter
from bot.engines.write_scripted import EchoWriter
from bot.types import Answer, Brief, Card, Citation, Writer
from prompts import Registry, Voice
from tests.films import shelf
from vectorstore.base import Item, Passage


def _chat() -> ChatWriter:
    """The language model's writer over a model that always says the same."""
    return ChatWriter(FakeListChatModel(responses=["These come close."]), Registry.load())


class _Phrases:
    """A phraser that says what it is given, one slot after the other."""

    device = "cpu"

    def sentences(self, frame: Frame, *, seed: int) -> Iterator[str]:
        """One sentence."""
        yield "this one is on record with " + ", and with ".join(frame.words.values())


def _model() -> ModelWriter:
    """The trained writer's, over the films."""
    return ModelWriter(_Phrases(), shelf().items)


WRITERS = {"composed": ComposedWriter, "echo": EchoWriter, "chat": _chat, "model": _model}

ALIENS = Item("aliens-1986", "Aliens", facets={"year": 1986.0})
THING = Item("the-thing-1982", "The Thing", facets={"year": 1982.0})
CARDS = (
    Card(ALIENS, 0, 0.9, reasons=("Science fiction, from 1986.",)),
    Card(THING, 1, 0.8, reasons=("Horror, from 1982.",), unmet=("Does not meet: after 1985 (it is from 1982).",)),
)
QUOTE = "You can cancel a rental until you press play."
ANSWER = Answer(
    question="how do I cancel?",
    abstained=False,
    sentences=(QUOTE,),
    citations=(Citation("c#1", "Cancel a rental", "Before", "before", QUOTE),),
    passages=(Passage("c#1", "c", "Cancel a rental", "Before", "before", QUOTE),),
    topic="money",
)
LOST = Answer(question="who owns the moon?", abstained=True, checked=("Refunds", "Vouchers"))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


@pytest.fixture(params=sorted(WRITERS))
def writer(request: pytest.FixtureRequest) -> Writer:
    return WRITERS[request.param]()


@pytest.fixture(params=["en", "zh-CN", "fi"])
def voice(request: pytest.FixtureRequest, registry: Registry) -> Voice:
    return registry.voice(request.param, catalog="films")


def briefs(voice: Voice) -> Iterator[Brief]:
    """One brief of every task, with and without what it could hold."""
    yield Brief("explain", "exact", voice, cards=CARDS, facts={"conditions": ["before 1990"]})
    yield Brief("explain", "none", voice)
    yield Brief("answer", "quoted", voice, answer=ANSWER)
    yield Brief("answer", "abstain", voice, answer=LOST)
    yield Brief("compare", "compare", voice, facts={"titles": ["Aliens", "The Thing"]})
    yield Brief("clarify", "genres", voice)
    yield Brief("talk", "hello", voice, message="hello")


def test_is_a_writer(writer: Writer) -> None:
    """It has a name and writes."""
    assert isinstance(writer, Writer)
    assert writer.name


def test_pieces_join_to_the_reply(writer: Writer, voice: Voice) -> None:
    """Every brief gets a reply in non-empty pieces, several where it is long, the same each time."""
    for brief in briefs(voice):
        pieces = list(writer.write(brief))
        assert all(pieces), brief.task
        assert "".join(pieces).strip(), brief.task
        assert len(pieces) > 1 or len(pieces[0]) < 40, brief.task
        assert pieces == list(writer.write(brief)), brief.task


def test_writing_is_lazy(writer: Writer, voice: Voice) -> None:
    """The reply is an iterator that can be dropped half-way."""
    pieces = writer.write(next(briefs(voice)))
    assert next(iter(pieces))
    assert not isinstance(pieces, (list, str))


def test_names_no_other_item(writer: Writer, voice: Voice) -> None:
    """A reply about two cards names no third title."""
    text = "".join(writer.write(Brief("explain", "exact", voice, cards=CARDS[:1], message="something like that")))
    assert "The Thing" not in text
