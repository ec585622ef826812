"""The assistant offered to LangChain: a whole turn as a Runnable, its two searches as retrievers, and a tool.

A face like the others: it passes messages in and events out. Knows no engine, no prompt wording and no web framework.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from bot import types
from bot.errors import InvalidRequest
from bot.web.replying import collect

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from vectorstore.base import Passage

Asked: TypeAlias = str | Mapping[str, Any]
"""A message, or ``{"message": ..., "session_id"?: ...}``."""
Json: TypeAlias = dict[str, Any]

_LEXICAL = 0.3
"""How much the best lexical match adds to a cosine, between 0 and this."""


def as_runnable(assistant: Assistant, catalog: str | None = None) -> Runnable[Asked, Json]:
    """One whole turn about ``catalog`` (None: the default one).

    ``invoke`` gives what `POST /v1/chat` answers; ``stream`` its events as ``{"event": name, "data": {...}}``. Without
    a ``session_id`` each call is a conversation of its own. Raises InvalidRequest, UnknownSession, UnknownCatalog.
    """
    return _Turns(assistant, catalog)


class _Turns(Runnable[Asked, Json]):
    """See `as_runnable`."""

    name = "shelftalk"

    def __init__(self, assistant: Assistant, catalog: str | None) -> None:
        self._assistant = assistant
        self._catalog = assistant.shelf(catalog).name

    def invoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Json:
        """The whole reply."""
        return self._call_with_config(lambda asked: whole(self._events(asked)), input, config)

    def stream(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Json]:
        """The events as they come; closing the iterator stops the turn, which is kept and marked."""
        yield from self._transform_stream_with_config(iter([input]), self._told, config)

    def _told(self, inputs: Iterator[Asked]) -> Iterator[Json]:
        """Every event of every turn as a dictionary."""
        for asked in inputs:
            for event in self._events(asked):
                yield {"event": event.name, "data": event.data()}

    def _events(self, asked: Asked) -> Iterator[types.Event]:
        """The events of one turn."""
        given = {"message": asked} if isinstance(asked, str) else asked
        if not isinstance(given, Mapping) or not isinstance(given.get("message"), str):
            raise InvalidRequest(
                "no message was given", hint='pass a string, or {"message": "...", "session_id": "..."}'
            )
        session = self._assistant.open(given.get("session_id"), catalog=self._catalog)
        return self._assistant.reply(session.id, given["message"])


class ItemRetriever(BaseRetriever):
    """The items that fit a query and meet every one of ``filters`` (`Constraint`s), best first, outside a conversation.

    A document holds the description; its metadata ``id``, ``title``, ``score`` (higher is better), ``url`` and
    ``facets``.
    """

    assistant: SkipValidation[Any]
    catalog: str | None = None
    filters: tuple[Any, ...] = ()
    k: int = Field(default=10, ge=1, le=100)
    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        """At most ``k`` documents."""
        found = self.assistant.search(query, catalog=self.catalog, filters=self.filters, k=self.k)
        return [_item(card) for card in found]


class PassageRetriever(BaseRetriever):
    """The sections of the help centre nearest to a question, best first: dense and lexical search combined.

    A document holds the section's text; its metadata ``id``, ``title``, ``heading``, ``anchor``, ``score`` (higher is
    better) and ``url``.
    """

    assistant: SkipValidation[Any]
    catalog: str | None = None
    k: int = Field(default=4, ge=1, le=100)
    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        """At most ``k`` documents."""
        index = self.assistant.shelf(self.catalog).help
        if not query.strip() or not len(index):
            return []
        scores = {hit.id: hit.score for hit in index.dense(index.embed(query), len(index))}
        matches = index.lexical(query, len(index))
        for hit in matches:
            scores[hit.id] = scores.get(hit.id, 0.0) + _LEXICAL * hit.score / max(matches[0].score, 1e-9)
        best = sorted(scores, key=lambda id_: -scores[id_])[: self.k]
        return [_passage(index.passages[id_], scores[id_]) for id_ in best]


class Asking(BaseModel):
    """The arguments of the tool."""

    message: str = Field(description="the request or question, in the visitor's words")
    session_id: str | None = Field(default=None, description="the session_id of the last reply, to go on")


def as_tool(assistant: Assistant, catalog: str | None = None, *, name: str = "shelftalk") -> BaseTool:
    """A tool that asks the assistant. The model reads a short JSON; the artifact is the whole reply."""
    turns = as_runnable(assistant, catalog)

    def ask(message: str, session_id: str | None = None) -> tuple[str, Json]:
        reply = turns.invoke({"message": message, "session_id": session_id})
        return json.dumps(_short(reply), ensure_ascii=False), reply

    said = assistant.prompts.voice().say("write/tool", catalogs=[catalog] if catalog else list(assistant.catalogs))
    return StructuredTool.from_function(
        ask, name=name, description=said, args_schema=Asking, response_format="content_and_artifact"
    )


def whole(events: Iterator[types.Event]) -> Json:
    """The events of a turn as the reply of `POST /v1/chat`."""

    async def walked() -> AsyncIterator[types.Event]:
        for event in events:
            yield event

    folding = collect(walked())
    try:
        folding.send(None)  # nothing in it waits, so one step runs it to its end
    except StopIteration as done:
        reply: Json = done.value
        return reply
    raise RuntimeError("the reply waited for something")


def _item(card: types.Card) -> Document:
    """A card as a document."""
    facets = card.as_dict()["facets"]
    metadata = {"id": card.item.id, "title": card.item.title, "score": card.score, "url": card.item.url}
    return Document(id=card.item.id, page_content=card.item.description, metadata={**metadata, "facets": facets})


def _passage(passage: Passage, score: float) -> Document:
    """A section as a document."""
    names = ("id", "title", "heading", "anchor", "url")
    metadata = {name: getattr(passage, name) for name in names}
    return Document(id=passage.id, page_content=passage.text, metadata={**metadata, "score": float(score)})


def _short(reply: Json) -> Json:
    """What a model needs of a reply."""
    items = [{name: item[name] for name in ("id", "title", "reasons", "unmet")} for item in reply["items"]]
    return {
        "session_id": reply["session_id"],
        "text": reply["text"],
        "items": items,
        "citations": [{name: cited[name] for name in ("heading", "anchor")} for cited in reply["citations"]],
    }
