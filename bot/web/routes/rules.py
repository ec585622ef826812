"""`/v1/rules`: what the operator promotes, buries, hides or wants in stock, as data."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot import rulebook
from bot.shelving import LiveShelf
from bot.web.jsonable import Json
from bot.web.routes.asking import Body
from bot.web.routes.operator import CatalogName, OperatorDesk, checked, json_body, live

routes = APIRouter()


class Rules(Body):
    """All rules of the catalogue, in the order in which they apply."""

    rules: Annotated[list[Any], Field(max_length=rulebook.MOST)]


@routes.get("/rules")
def rules(desk: OperatorDesk, catalog: CatalogName = None) -> Json:
    """Every rule, with its name and how many items it touches now."""
    return Json(_described(live(desk, catalog)))


@routes.put("/rules")
async def put(request: Request, desk: OperatorDesk, catalog: CatalogName = None) -> Json:
    """Replace all rules; they are in force at the next turn. An unknown id or facet names the nearest."""
    body = checked(Rules, await json_body(request))
    shelf = live(desk, catalog)
    await run_in_threadpool(shelf.rule, body.rules)
    return Json(_described(shelf))


def _described(shelf: LiveShelf) -> dict[str, Any]:
    """The rules on file against the items of now."""
    return {"catalog": shelf().name, "rules": rulebook.described(shelf.rules, shelf().items)}
