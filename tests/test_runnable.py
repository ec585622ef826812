"""The LangChain faces: a turn as a Runnable, items and passages as retrievers, the assistant as a tool."""

from __future__ import annotations

import json

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda

from bot.errors import InvalidRequest, UnknownCatalog, UnknownSession
from bot.runnable import ItemRetriever, PassageRetriever, as_runnable, as_tool
from tests.web import ITEMS, PASSAGES, ScriptedAssistant
from vectorstore.base import Constraint


@pytest.fixture
def assistant(tmp_path):
    """Scripted acts over a real memory."""
    return ScriptedAssistant(tmp_path)


def test_a_turn_gives_what_the_api_answers(assistant):
    """The reply has the fields of `POST /v1/chat`, and the words are the join of the pieces."""
    reply = as_runnable(assistant).invoke({"message": "something in space"})
    assert set(reply) >= {"session_id", "turn_id", "catalog", "intent", "state", "items", "text", "citations"}
    assert set(reply) >= {"suggestions", "notices", "timings", "prompts"}
    assert (reply["catalog"], reply["text"]) == ("films", "Here is one thing for you. ")
    assert [item["title"] for item in reply["items"]] == ["Alien"]


def test_a_session_goes_on(assistant):
    """With its id the conversation continues; a bare string begins a new one."""
    turns = as_runnable(assistant, "outdoor")
    first = turns.invoke("warm")
    second = turns.invoke({"message": "light", "session_id": first["session_id"]})
    other = turns.invoke("light")
    assert second["state"]["wishes"] == ["warm", "light"]
    assert (second["session_id"] == first["session_id"], other["session_id"] == first["session_id"]) == (True, False)
    assert other["state"]["wishes"] == ["light"]


def test_events_stream_as_they_are(assistant):
    """The stream holds every event by name, and its pieces are the text."""
    events = list(as_runnable(assistant).stream("in space"))
    assert [event["event"] for event in events if event["event"] != "delta"] == [
        "understood",
        "state",
        "recommended",
        "suggested",
        "notice",
        "done",
    ]
    assert (
        "".join(event["data"]["text"] for event in events if event["event"] == "delta") == "Here is one thing for you. "
    )
    json.dumps(events)


def test_a_reader_that_leaves_stops_the_turn(assistant):
    """Closing the stream keeps what was said and marks it as stopped."""
    session = assistant.open()
    stream = as_runnable(assistant).stream({"message": "in space", "session_id": session.id})
    events = [next(stream) for _ in range(5)]
    assert events[-1]["event"] == "delta"
    stream.close()
    (turn,) = assistant.memory.turns(session.id)
    assert (turn.status, turn.reply.strip()) == ("stopped", "Here is")


def test_it_composes_and_is_traced(assistant):
    """It pipes like any Runnable, and callbacks see it by name."""
    seen = []

    class Watch(BaseCallbackHandler):
        def on_chain_start(self, serialized, inputs, **kwargs):
            seen.append(kwargs.get("name"))

    chain = RunnableLambda(lambda text: {"message": text}) | as_runnable(assistant) | (lambda reply: reply["text"])
    assert chain.invoke("hi", {"callbacks": [Watch()]}) == "Here is one thing for you. "
    assert "shelftalk" in seen
    assert len(chain.batch(["a", "b"])) == 2


@pytest.mark.parametrize("asked", [{}, {"message": 3}, 5, None])
def test_a_missing_message_is_refused(assistant, asked):
    """What is no message is an error with a hint, in both forms."""
    for call in (as_runnable(assistant).invoke, lambda given: list(as_runnable(assistant).stream(given))):
        with pytest.raises(InvalidRequest) as caught:
            call(asked)
        assert "message" in caught.value.hint


def test_what_is_not_there_is_refused(assistant):
    """An unknown catalogue and an unknown session keep their errors."""
    with pytest.raises(UnknownCatalog):
        as_runnable(assistant, "cars")
    with pytest.raises(UnknownSession):
        as_runnable(assistant).invoke({"message": "x", "session_id": "nobody"})


def test_items_are_documents(assistant):
    """An item's description with its id, title, score, link and facets."""
    found = ItemRetriever(assistant=assistant, k=2).invoke("space")
    assert [document.page_content for document in found] == [item.description for item in ITEMS[:2]]
    assert found[0].metadata == {
        "id": "f1",
        "title": "Alien",
        "score": 1.0,
        "url": None,
        "facets": {"year": 1979.0, "genres": ["horror"], "director": "Ridley Scott"},
    }


def test_filters_hold(assistant):
    """A retriever may be held to conditions."""
    filters = (Constraint("genres", "is", "comedy"),)
    found = ItemRetriever(assistant=assistant, filters=filters).invoke("space")
    assert [document.id for document in found] == ["f2", "f3"]


def test_passages_are_documents(assistant):
    """A section of the help centre with its heading and anchor; a blank question finds nothing."""
    retriever = PassageRetriever(assistant=assistant, catalog="films")
    (found,) = retriever.invoke("how do I cancel a rental?")
    metadata = {name: value for name, value in found.metadata.items() if name != "score"}
    assert metadata == {
        "id": "cancel#how",
        "title": "Cancel a rental",
        "heading": "How to cancel",
        "anchor": "how",
        "url": None,
    }
    assert (found.page_content, found.metadata["score"] > 0.3) == (PASSAGES[0].text, True)
    assert retriever.invoke("  ") == []


def test_the_assistant_is_a_tool(assistant):
    """A model reads a short JSON with the session to go on with; the artifact is the whole reply."""
    tool = as_tool(assistant)
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"message": "in space"}}
    message = tool.invoke(call)
    said = json.loads(message.content)
    assert said == {
        "session_id": message.artifact["session_id"],
        "text": "Here is one thing for you. ",
        "items": [{"id": "f1", "title": "Alien", "reasons": ["It is set in space."], "unmet": []}],
        "citations": [],
    }
    again = tool.invoke({**call, "args": {"message": "more", "session_id": said["session_id"]}})
    assert again.artifact["state"]["wishes"] == ["in space", "more"]
    assert "films, outdoor" in tool.description
    assert set(tool.args) == {"message", "session_id"}
