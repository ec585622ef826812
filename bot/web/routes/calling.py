"""Who may act for the support desk: a webhook that it signed, or the operator. What is neither is not read as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel

from bot.web.desk import Desk
from bot.web.routes.asking import Address, FrontDesk
from bot.web.routes.operator import checked, json_body
from bot.web.routes.showing import Shown
from bot.webhooks.signing import ID, SIGNATURE, TIMESTAMP, Refused

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the desk that was let in. ``once``: the webhook's id, None for the operator."""

    desk: Desk
    request: Request
    once: str | None

    async def read(self, model: type[_Model]) -> _Model:
        """The body, an empty one as `{}`. Raises HTTPException and RequestValidationError."""
        return checked(model, await json_body(self.request) if await self.request.body() else {})


async def calling(request: Request, desk: FrontDesk, address: Address, shown: Shown) -> Call:
    """The desk by its signature, else the operator. Raises Refused, NoToken, WrongToken, OtherSite, TooBusy."""
    if not any(name in request.headers for name in (ID, TIMESTAMP, SIGNATURE)):
        desk.gate.check(shown, address)
        return Call(desk, request, None)
    try:
        return Call(desk, request, desk.signing.verify(request.headers, await request.body()))
    except Refused:
        desk.metrics.count("desk_calls_refused_total")
        desk.limits.press(None, address)
        raise


Calling = Annotated[Call, Depends(calling)]
