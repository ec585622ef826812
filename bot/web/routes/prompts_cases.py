"""`/v1/prompts/cases`: the test set: shipped cases, and stored turns with what should have happened."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot.prompting.casebook import Kept
from bot.prompting.cases import Expect
from bot.types import plain
from bot.web.jsonable import Json
from bot.web.routes.asking import Body, Text
from bot.web.routes.operator import checked, json_body
from bot.web.routes.prompts_shared import Asked, Line, Rules

routes = APIRouter()

_Lines = Annotated[list[Line], Field(max_length=20)]


class ExpectBody(Body):
    """What should happen; nothing of it has to be said."""

    says: _Lines = Field(default_factory=list)
    avoids: _Lines = Field(default_factory=list)
    items: _Lines = Field(default_factory=list)
    words: Annotated[int, Field(ge=0, le=2000)] = 0
    cites: bool | None = None
    language: Annotated[Text, Field(max_length=20)] = ""
    note: Annotated[Text, Field(max_length=1000)] = ""

    def read(self) -> Expect:
        """As a case has it."""
        told = {name: tuple(one for one in getattr(self, name) if one.strip()) for name in ("says", "avoids", "items")}
        return Expect(**told, words=self.words, cites=self.cites, language=self.language, note=self.note)


class CaseBody(Asked):
    """A turn to keep."""

    name: Annotated[Text, Field(max_length=80)] = ""
    expect: ExpectBody = ExpectBody()


class Expected(Body):
    """What should happen from now on."""

    expect: ExpectBody


@routes.get("/prompts/cases")
def cases(shop: Rules) -> Json:
    """Every case; shipped ones stay as they are. `served`: its catalogue is here."""
    served = shop.assistant.catalogs
    rows = [_told(one, served=one.case.catalog in served) for one in shop.cases.all()]
    return Json({"cases": rows, "problems": list(shop.cases.problems())})


@routes.post("/prompts/cases")
async def add(request: Request, shop: Rules) -> Json:
    """Keep a stored turn with what it began with, or a typed message, under a name of its own."""
    body = checked(CaseBody, await json_body(request))

    def work() -> Json:
        kept = shop.cases.add(body.case(shop, name=body.name.strip(), expect=body.expect.read()))
        return Json(_told(kept, served=True), status_code=201)

    return await run_in_threadpool(work)


@routes.put("/prompts/cases/{name:path}")
async def put(name: str, request: Request, shop: Rules) -> Json:
    """Change what should happen."""
    body = checked(Expected, await json_body(request))
    kept = await run_in_threadpool(shop.cases.expect, name, body.expect.read())
    return Json(_told(kept, served=kept.case.catalog in shop.assistant.catalogs))


@routes.delete("/prompts/cases/{name:path}")
def remove(name: str, shop: Rules) -> Json:
    """Take a case out of the set."""
    shop.cases.remove(name)
    return Json({"removed": name})


def _told(kept: Kept, *, served: bool) -> dict[str, Any]:
    case = kept.case
    return {
        "name": case.name,
        "catalog": case.catalog,
        "message": case.message,
        "reply": case.reply[:160],
        "expect": plain(case.expect),
        "shipped": kept.path is None,
        "served": served,
    }
