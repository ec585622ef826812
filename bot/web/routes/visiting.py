"""Who asks, as a route needs to know it: read from the headers `Authorization` and `X-Session`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header
from starlette.concurrency import run_in_threadpool

from bot.web.errors import NoSession
from bot.web.identity import Visitor
from bot.web.identity.context import Value
from bot.web.routes.asking import Address, Body, FrontDesk

_LONGEST_ID = 200


class Context(Body):
    """Where on the host's site the visitor is; each value up to 500 characters."""

    product_id: Value = ""
    order_id: Value = ""
    page: Value = ""


async def visitor(
    desk: FrontDesk,
    address: Address,
    x_session: Annotated[str, Header()] = "",
    authorization: Annotated[str, Header()] = "",
) -> Visitor:
    """A bearer token with a dot is an identity token; any other is the id of a session, as `X-Session` is.

    Raises IdentityRefused, NoSession, TooBusy.
    """
    scheme, _, given = authorization.partition(" ")
    bearer = given.strip() if scheme.lower() == "bearer" else ""
    signed = desk.door.is_token(bearer)
    named = x_session or ("" if signed or len(bearer) > _LONGEST_ID else bearer)
    if len(named) > _LONGEST_ID:
        raise NoSession("this request names no session", hint="a session's id is as long as the session_id of a reply")
    identity = await run_in_threadpool(desk.door.check, bearer, address) if signed else None
    return Visitor(desk.assistant, identity, named)


Asking = Annotated[Visitor, Depends(visitor)]
