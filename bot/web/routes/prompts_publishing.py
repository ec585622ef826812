"""`/v1/prompts/publish`, `/rollback`, `/trial`: what everybody hears."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event as Flag
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot.prompting import describing
from bot.prompting.refusing import told
from bot.prompting.releasing import Release, releasing, require_followed, require_reason, roll_back
from bot.prompting.steps import Step
from bot.web.jsonable import Json
from bot.web.routes.asking import Body, Text
from bot.web.routes.operator import checked, json_body
from bot.web.routes.prompts_shared import EditorBody, Place, Rules, Slot
from bot.web.sse import EventStream

routes = APIRouter()

Why = Annotated[Text, Field(max_length=500)]
Number = Annotated[int, Field(ge=1, le=10**6)]


class PublishBody(Body):
    """The drafts to publish (the editor's own where none is named), and the reason."""

    why: Why
    editor: EditorBody
    files: Annotated[list[Slot], Field(max_length=200)] | None = None
    expected: Annotated[Text, Field(max_length=64)] = ""


class RollbackBody(Body):
    """The reason; the version to go back to, or whatever was heard before."""

    why: Why
    editor: EditorBody
    to: Number | None = None


class TrialBody(Body):
    """The version that a share of the visitors hears."""

    number: Number
    percent: Annotated[float, Field(gt=0, lt=100)]
    why: Why
    editor: EditorBody


class EndBody(Body):
    """Why a trial ends."""

    why: Why = ""
    editor: EditorBody


@routes.post("/prompts/publish")
async def publish(request: Request, shop: Rules, place: Place) -> Response:
    """Check, play the test set, publish: events `progress`, then `published` or `blocked`."""
    body = checked(PublishBody, await json_body(request))
    named = None if body.files is None else [(one.name, one.language) for one in body.files]

    def work(cancel: Flag) -> Iterator[Step]:
        drafts = shop.chosen(body.editor.id, named)
        asked = Release(drafts, body.editor.read(), body.why, body.expected)
        yield from releasing(shop, asked, cancel=cancel)

    return EventStream(place.work(work))


@routes.post("/prompts/rollback")
async def rollback(request: Request, shop: Rules) -> Json:
    """What was heard before is heard again, at once."""
    body = checked(RollbackBody, await json_body(request))

    def work() -> Json:
        found = roll_back(shop.library, why=body.why, author=body.editor.name, to=body.to)
        return Json(describing.version_dict(found))

    return await run_in_threadpool(work)


@routes.post("/prompts/trial")
async def begin(request: Request, shop: Rules) -> Json:
    """Let a share of the visitors hear another version, always the same ones."""
    body = checked(TrialBody, await json_body(request))

    def work() -> Json:
        library = shop.library
        require_followed(library)
        require_reason(body.why)
        with told():
            library.store.begin_trial(str(body.number), percent=body.percent, why=body.why, author=body.editor.name)
        library.refresh()
        return Json({"trial": describing.trial(library)})

    return await run_in_threadpool(work)


@routes.delete("/prompts/trial")
async def end(request: Request, shop: Rules) -> Json:
    """Everybody hears the same again."""
    body = checked(EndBody, await json_body(request))

    def work() -> Json:
        library = shop.library
        with told():
            library.store.end_trial(why=body.why or "Ended.", author=body.editor.name)
        library.refresh()
        return Json({"trial": describing.trial(library)})

    return await run_in_threadpool(work)
