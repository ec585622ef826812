"""Whole turns with a language model in charge: it reads and writes, and what it cannot do others do, visibly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.assistant import Assistant
from bot.engines.chat.choosing import language_model
from bot.engines.understand_chat import ChatUnderstander
from bot.engines.understand_lexical import LexicalUnderstander
from bot.engines.write_chat import ChatWriter
from bot.engines.write_composed import ComposedWriter
from bot.memory import open_memory
from bot.runnable import as_runnable
from bot.understanding import Vocabulary
from tests import tiny_models, web
from tests.chat_server import ChatServer

WISH = "something funny like Alien, after 1990"
READING = {
    "acts": ["recommend"],
    "constraints": [{"facet": "genres", "op": "is", "value": "comedy"}],
    "titles": [{"text": "Alien", "role": "liked"}],
    "query": "funny space film",
}


@pytest.fixture(scope="module")
def server():
    """A server process that speaks the OpenAI API."""
    with ChatServer() as running:
        yield running


def talking(model, data_dir):
    """An assistant whose reading and writing ``model`` does."""
    shelf = web.shelf("films")
    vocabulary = Vocabulary(web.ITEMS, web.SCHEMA)
    lexical = LexicalUnderstander(vocabulary, shelf.embedder)
    made = replace(
        shelf,
        understander=ChatUnderstander(model, web.prompts(), vocabulary=vocabulary, lexical=lexical, catalog="films"),
        fallback=lexical,
        writer=ChatWriter(model, web.prompts()),
        composed=ComposedWriter(),
    )
    return Assistant({"films": lambda: made}, open_memory(f"sqlite:///{data_dir / 'memory.db'}"), web.prompts())


def test_the_model_reads_and_writes(server, tmp_path):
    """Conditions of both readers hold, the reply is the model's, and every prompt that spoke is recorded."""
    server.set(reading=READING, writing="Two comedies in space.\n\n**Galaxy Quest** (1999): from 1999.")
    reply = as_runnable(talking(language_model(server.url, timeout=5), tmp_path)).invoke(WISH)
    assert {item["title"] for item in reply["items"]} == {"Galaxy Quest", "Clueless"}
    assert reply["text"].startswith("Two comedies in space.\n\n- **Galaxy Quest** (1999): from 1999.\n- **Clueless**")
    engines = reply["intent"]["engines"]
    assert (engines["constraints.genres"], engines["constraints.year"], engines["query"]) == ("chat", "lexical", "chat")
    assert {prompt.split(".")[0] for prompt in reply["prompts"]} >= {"write/chat", "write/turn"}
    assert reply["notices"] == []


@pytest.mark.parametrize("mode", ["error", "hang", "malformed"])
def test_when_the_model_fails_the_conversation_goes_on(server, tmp_path, mode):
    """The lexical engine reads, the composed writer writes, one notice says so, and nothing else changes."""
    server.set()
    assistant = talking(language_model(server.url, timeout=0.5), tmp_path)
    server.set(mode=mode)
    reply = as_runnable(assistant).invoke(WISH)
    assert reply["text"].count("**") >= 2
    assert {item["title"] for item in reply["items"]} == {"Galaxy Quest", "Clueless"}
    assert [notice["code"] for notice in reply["notices"]] == ["no_model"] * len(reply["notices"]) != []
    assert reply["intent"]["engines"]["fallback"] == "lexical"


def test_a_stream_that_breaks_is_finished_by_the_composed_writer(server, tmp_path):
    """What the model said stays; the rest is said plainly, and the notice tells."""
    server.set(reading=READING)
    assistant = talking(language_model(server.url, timeout=5), tmp_path)
    server.set(mode="cut", reading=READING, writing="Two comedies here. " + "And more words. " * 10)
    reply = as_runnable(assistant).invoke(WISH)
    assert "no_model" in [notice["code"] for notice in reply["notices"]]
    assert "**Galaxy Quest**" in reply["text"]


def test_a_folder_of_random_weights_cannot_break_a_turn(tmp_path):
    """The worst model there is yields safe turns: legal state, items of the catalogue, some reply."""
    model = language_model(str(tiny_models.qwen3(tmp_path / "model")))
    model.temperature = 1.5
    turns = as_runnable(talking(model, tmp_path))
    for message in (WISH, "how do I cancel?", "the second one, but older"):
        reply = turns.invoke(message)
        assert reply["text"].strip()
        assert {item["id"] for item in reply["items"]} <= {item.id for item in web.ITEMS}
