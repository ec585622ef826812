"""`/v1/items`: look at one item; for the operator: insert or change it, remove it, or many at once."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot.changing import Batch, Outcome, Refused
from bot.errors import InvalidRequest, ShelftalkError
from bot.rules import hidden
from bot.types import Shelf
from bot.web.desk import Desk
from bot.web.errors import fault
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Name
from bot.web.routes.operator import CatalogName, OperatorDesk, checked, json_body, live
from bot.web.routes.showing import Shown
from vectorstore.base import Item

routes = APIRouter()

MOST = 1000
"""Rows of one bulk request."""


class UnknownItem(ShelftalkError):
    """No such item in this catalogue."""

    code = "unknown_item"
    status = 404


class Bulk(Body):
    """Rows to insert or change, each with its `id`, and ids to remove."""

    catalog: Name | None = None
    upsert: Annotated[list[dict[str, Any]], Field(default_factory=list, max_length=MOST)]
    delete: Annotated[list[str], Field(default_factory=list, max_length=MOST)]


@routes.get("/items/{id:path}")
def look(
    id: str,
    desk: FrontDesk,
    address: Address,
    shown: Shown,
    catalog: CatalogName = None,
) -> Json:
    """One item, in the form in which it may be sent back; a hidden one for the operator alone."""
    desk.limits.press(None, address)
    shelf = desk.assistant.shelf(catalog)
    item = _held(shelf, id)
    if id in hidden(shelf.items, shelf.rules):
        if not (shown.authorization or shown.session):
            raise _unknown(id)
        desk.gate.check(shown, address)
    return Json(_row(shelf, item))


@routes.put("/items/{id:path}")
async def put(id: str, request: Request, desk: OperatorDesk, catalog: CatalogName = None) -> Json:
    """Insert or change one item; it is live at the next turn. What is not given or blank stays, null erases."""
    row = await json_body(request)
    if not isinstance(row, dict):
        raise InvalidRequest("an item is one JSON object", hint="send its fields and facets, as GET returns them")
    if str(row.get("id", id)) != id:
        raise InvalidRequest(f"the body's id is another than {id[:80]!r}", hint="leave out id, or send the same")
    shelf = live(desk, catalog)
    try:
        (outcome,) = await run_in_threadpool(shelf.change, Batch(upsert=[(id, row)]))
    except Refused as error:
        problem = error.outcomes[0].problems[0]
        said = InvalidRequest(f"{problem.field} {problem.value!r}: {problem.rule}", hint=problem.repair)
        return _refused(said, error.outcomes)
    _count(desk, (outcome,))
    created = outcome.status == "created"
    return Json({**outcome.data(), "item": _row(shelf(), _held(shelf(), id))}, status_code=201 if created else 200)


@routes.delete("/items/{id:path}")
async def remove(id: str, desk: OperatorDesk, catalog: CatalogName = None) -> Json:
    """Remove one item. Conversations that showed it keep their cards; it is not recommended any more."""
    shelf = live(desk, catalog)
    (outcome,) = await run_in_threadpool(shelf.change, Batch(delete=[id]))
    if outcome.status == "absent":
        raise _unknown(id)
    _count(desk, (outcome,))
    return Json(outcome.data())


@routes.post("/items:bulk")
async def bulk(request: Request, desk: OperatorDesk, partial: Annotated[bool, Query()] = False) -> Json:
    """Up to 1,000 rows at once, all or none of them; `?partial=true` keeps the good ones. Says what became of each."""
    body = checked(Bulk, await json_body(request))
    if not 0 < len(body.upsert) + len(body.delete) <= MOST:
        raise InvalidRequest(f"upsert and delete name {len(body.upsert) + len(body.delete)} rows", hint=f"1 to {MOST}")
    shelf = live(desk, body.catalog)
    batch = Batch([(_id(row), row) for row in body.upsert], body.delete)
    try:
        outcomes = await run_in_threadpool(shelf.change, batch, partial=partial)
    except Refused as error:
        return _refused(error, error.outcomes)
    counts = Counter(outcome.status for outcome in outcomes)
    _count(desk, outcomes)
    rows = [outcome.data() for outcome in outcomes]
    return Json({"catalog": shelf().name, "items": len(shelf().items), "counts": dict(counts), "rows": rows})


def _count(desk: Desk, outcomes: tuple[Outcome, ...]) -> None:
    """The figures of what operators change."""
    for status, many in Counter(outcome.status for outcome in outcomes).items():
        desk.metrics.count("item_changes_total", status, by=many)


def _id(row: dict[str, Any]) -> str:
    """The id of a row; a number is read as text, as in a file."""
    id = row.get("id")
    return str(id) if isinstance(id, (str, int)) and not isinstance(id, bool) and abs(_size(id)) < 10**30 else ""


def _size(id: str | int) -> int:
    return id if isinstance(id, int) else 0


def _held(shelf: Shelf, id: str) -> Item:
    """The item with that id. Raises UnknownItem."""
    item = shelf.items.items.get(id)
    if item is None:
        raise _unknown(id)
    return item


def _unknown(id: str) -> UnknownItem:
    return UnknownItem(f"there is no item {id[:80]!r}", hint="ids are those of a search result")


def _row(shelf: Shelf, item: Item) -> dict[str, Any]:
    """An item as it may be sent back."""
    facets = {name: list(value) if isinstance(value, tuple) else value for name, value in item.facets.items()}
    words = {"id": item.id, "title": item.title, "description": item.description}
    return {"catalog": shelf.name, **words, "facets": facets, "image": item.image, "url": item.url}


def _refused(error: InvalidRequest, outcomes: tuple[Outcome, ...]) -> Json:
    """The error, and every row with what is wrong with it."""
    said = fault(error)
    return Json({**said.payload(), "rows": [outcome.data() for outcome in outcomes]}, status_code=said.status)
