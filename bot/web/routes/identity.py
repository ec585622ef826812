"""`POST /v1/identity/revocations`: for the operator, take back identity tokens before they expire."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot.errors import InvalidRequest
from bot.web.jsonable import Json
from bot.web.routes.asking import Body, Name, Text
from bot.web.routes.operator import OperatorDesk, checked, json_body

routes = APIRouter()


class Revocation(Body):
    """One token, or every token that a visitor was given so far; `host` where keys of several share the catalogue."""

    catalog: Name | None = None
    jti: Name | None = None
    sub: Name | None = None
    host: Annotated[Text, Field(max_length=200)] | None = None


@routes.post("/identity/revocations", status_code=201)
async def revoke(request: Request, desk: OperatorDesk) -> Json:
    """From now on refused; remembered until they have expired by themselves, a little more than an hour."""
    body = checked(Revocation, await json_body(request))
    kind = "jti" if body.jti else "sub"
    value = body.jti or body.sub
    if value is None or (body.jti and body.sub):
        raise InvalidRequest("name either jti or sub", hint="jti takes back one token, sub all of a visitor's so far")
    catalog = desk.assistant.shelf(body.catalog).name
    since, until = await run_in_threadpool(desk.door.revoke, kind, value, catalog=catalog, host=body.host)
    told = {"catalog": catalog, "revoked": kind, "since": since.isoformat(), "until": until.isoformat()}
    return Json(told, status_code=201)
