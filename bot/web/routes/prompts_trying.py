"""`/v1/prompts/try` and `/run`: old and new side by side, on one turn or on the test set, as events; and the marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from threading import Event as Flag
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot.errors import InvalidRequest
from bot.prompting.cases import Case
from bot.prompting.drafts import PromptDraft
from bot.prompting.steps import Step, running, trying, unless_broken
from bot.prompting.workshop import Workshop
from bot.web.jsonable import Json
from bot.web.routes.asking import Body, Name, Text
from bot.web.routes.operator import checked, json_body
from bot.web.routes.prompts_shared import Asked, EditorBody, Place, Rules, Slot
from bot.web.sse import EventStream

routes = APIRouter()

_SHOWN = 30
"""Turns of one page of conversations."""


class Chosen(Body):
    """Which drafts are meant: those named, else those of ``editor``, else all that can be said."""

    editor: EditorBody | None = None
    files: Annotated[list[Slot], Field(max_length=200)] | None = None

    def drafts(self, shop: Workshop) -> tuple[PromptDraft, ...]:
        """Those drafts. Raises UnknownPrompt."""
        named = None if self.files is None else [(one.name, one.language) for one in self.files]
        return shop.chosen(self.editor.id if self.editor else "", named)


class TryBody(Chosen, Asked):
    """The drafts, and the turn to hear them on."""


class RunBody(Chosen):
    """The cases to play; all where none is named."""

    cases: Annotated[list[Name], Field(max_length=1000)] | None = None


class MarkBody(Body):
    """A reader's word on what a state of the prompts made of a case."""

    mark: Literal["up", "down"] | None = None
    comment: Annotated[Text, Field(max_length=2000)] = ""
    state: Annotated[Text, Field(pattern=r"^[0-9a-f]{64}$")]
    editor: EditorBody | None = None


@routes.get("/prompts/conversations")
def conversations(
    shop: Rules,
    after: Annotated[str, Query(max_length=80)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = _SHOWN,
) -> Json:
    """The latest stored turns, to be tried; `after` is the `next` of the page before."""
    found = shop.assistant.memory.past.recent(limit, after=after)
    rows = [
        {
            "session": one.session[:16],
            "turn": str(one.number),
            "catalog": one.catalog,
            "at": one.created.isoformat(),
            "message": one.message[:400],
            "reply": one.reply[:160],
            "cards": one.cards,
        }
        for one in found
    ]
    return Json({"turns": rows, "next": found[-1].id if len(found) == limit else None})


@routes.post("/prompts/try")
async def try_(request: Request, shop: Rules, place: Place) -> Response:
    """One turn as it is spoken and as it would be: events `old`, `new`, `done`, or `blocked`. Hanging up stops it."""
    body = checked(TryBody, await json_body(request))

    def work(cancel: Flag) -> Iterator[Step]:
        case = body.case(shop)
        new = shop.readings.of(shop.readings.composed(body.drafts(shop)))
        yield from trying(shop.assistant, case, shop.readings.spoken(), new, cancel=cancel)

    return EventStream(place.work(lambda cancel: unless_broken(work(cancel))))


@routes.post("/prompts/run")
async def run(request: Request, shop: Rules, place: Place) -> Response:
    """The test set under both wordings: `progress`, `pair`, `done`, or `blocked`. Hanging up stops it within a turn."""
    body = checked(RunBody, await json_body(request))

    def work(cancel: Flag) -> Iterator[Step]:
        drafts = body.drafts(shop)
        if not drafts:
            raise InvalidRequest("there is no draft to run", hint="change a prompt first")
        new = shop.readings.of(shop.readings.composed(drafts))
        yield from shop.marked(running(shop.assistant, _cases(body, shop), shop.readings.spoken(), new, cancel=cancel))

    return EventStream(place.work(lambda cancel: unless_broken(work(cancel))))


@routes.get("/prompts/marks")
def marks(shop: Rules, state: Annotated[str, Query(max_length=64)] = "") -> Json:
    """Every mark, or those of one state, to be taken along."""
    return Json({"marks": [asdict(one) for one in shop.marks.all() if state in ("", one.state)]})


@routes.put("/prompts/marks/{case:path}")
async def mark(case: str, request: Request, shop: Rules) -> Json:
    """Keep a thumb and a comment; neither takes back what was there."""
    body = checked(MarkBody, await json_body(request))
    author = body.editor.name if body.editor else ""

    def work() -> Json:
        shop.cases.find(case)
        said = shop.marks.put(case, body.state, mark=body.mark, comment=body.comment, author=author)
        return Json({"mark": asdict(said) if said else None})

    return await run_in_threadpool(work)


def _cases(body: RunBody, shop: Workshop) -> Sequence[Case]:
    """The cases that are meant, of catalogues that are here. Raises UnknownCase, InvalidRequest."""
    found = shop.cases.all() if body.cases is None else [shop.cases.find(name) for name in dict.fromkeys(body.cases)]
    served = [one.case for one in found if one.case.catalog in shop.assistant.catalogs]
    if not served:
        raise InvalidRequest("no case is about a catalogue of this server", hint="save a turn as a case first")
    return served
