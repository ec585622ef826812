"""`/v1/handovers`: the desk's side of a hand-over, and the operator's view of all of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot.errors import InvalidRequest
from bot.memory import HandOver
from bot.web import told
from bot.web.desk import Desk
from bot.web.jsonable import Json
from bot.web.routes.asking import Body, Text
from bot.web.routes.calling import Call, Calling
from bot.web.routes.operator import OperatorDesk

routes = APIRouter()

Person = Annotated[Text, Field(max_length=80)]
Words = Annotated[Text, Field(min_length=1, max_length=8000)]


class Take(Body):
    """Who has the conversation from now on."""

    name: Person = ""


class Message(Body):
    """What that person says."""

    name: Person = ""
    text: Words


class Resume(Body):
    """A last word to the visitor, if any."""

    note: Annotated[Text, Field(max_length=8000)] = ""
    name: Person = ""


@routes.get("/handovers")
def listed(
    desk: OperatorDesk,
    state: Literal["open", "taken", "resumed", "waiting", "delivered", "dead"] | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Json:
    """The newest first, by status or by what became of their webhooks."""
    memory = desk.assistant.memory
    found = memory.persons.listed(state=state, limit=limit)
    return Json({"handovers": [told.for_operator(one) for one in found], "webhooks": dict(memory.outbox.counts())})


@routes.get("/handovers/{id}")
def look(id: str, desk: OperatorDesk) -> Json:
    """One hand-over with what goes along with it, and every webhook that tells of it."""
    return Json(_whole(desk, desk.assistant.memory.persons.find(id)))


@routes.post("/handovers/{id}/retry")
def retry(id: str, desk: OperatorDesk) -> Json:
    """Send again at once what was not delivered, also what was given up."""
    memory = desk.assistant.memory
    if not memory.outbox.is_open:
        raise InvalidRequest("no desk is connected", hint="set SHELFTALK_HANDOVER_URL, then start the server again")
    return Json(_whole(desk, memory.persons.retry(id)))


@routes.post("/handovers/{id}/take")
async def take(id: str, call: Calling) -> Json:
    """The assistant is silent from now on; a reply that is being written is stopped."""
    body = await call.read(Take)
    persons = call.desk.assistant.memory.persons

    def work() -> HandOver:
        words = _words(call, id, "taken", body.name)
        return persons.take(id, name=body.name, words=words, once=call.once)

    return await _done(call, await run_in_threadpool(work))


@routes.post("/handovers/{id}/messages", status_code=201)
async def say(id: str, call: Calling) -> Json:
    """A person's message to the visitor; the first one takes the conversation."""
    body = await call.read(Message)
    persons = call.desk.assistant.memory.persons

    def work() -> tuple[int, HandOver]:
        words = _words(call, id, "taken", body.name)
        number = persons.say(id, name=body.name, text=body.text, words=words, once=call.once)
        return number, persons.find(id)

    number, found = await run_in_threadpool(work)
    await _done(call, found)
    return Json({"id": f"m{number}", "number": number, "handover": told.for_operator(found)}, status_code=201)


@routes.post("/handovers/{id}/resume")
async def resume(id: str, call: Calling) -> Json:
    """The assistant has the conversation again."""
    body = await call.read(Resume)
    persons = call.desk.assistant.memory.persons

    def work() -> HandOver:
        person = body.name or persons.find(id).person
        words = _words(call, id, "resumed", person)
        return persons.resume(id, words=words, note=body.note.strip(), name=body.name, once=call.once)

    return await _done(call, await run_in_threadpool(work))


def _words(call: Call, id: str, key: str, name: str) -> str:
    """What the visitor is told, in the language of the conversation. Raises NoHandOver."""
    assistant = call.desk.assistant
    found = assistant.memory.persons.find(id)
    return assistant.voice(found.language, found.catalog).phrase("support/person", key, name=name)


async def _done(call: Call, found: HandOver) -> Json:
    """Tell who listens; while a person has the conversation, nothing of ours goes on."""
    conversation = await run_in_threadpool(call.desk.assistant.memory.persons.conversation, found.id)
    if found.status == "taken":
        call.desk.hush(conversation)
    call.desk.listeners.tell(conversation)
    return Json({"handover": told.for_operator(found)})


def _whole(desk: Desk, found: HandOver) -> dict[str, object]:
    """A hand-over with its webhooks."""
    deliveries = desk.assistant.memory.outbox.of(found.id)
    along = {"context": dict(found.context), "items": dict(found.items), "transcript": list(found.transcript)}
    return {"handover": {**told.for_operator(found), **along}, "webhooks": deliveries}
