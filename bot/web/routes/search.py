"""`POST /v1/search`: items for a query and exact filters, without a conversation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from bot.web.filters import constraints
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Name, Text
from bot.web.routes.visiting import Asking

routes = APIRouter()


class Search(Body):
    """A query; `filters` maps a facet to a value, a list of values, or `{gte, lte, gt, lt, not, contains}`."""

    query: Annotated[Text, Field(max_length=4000)]
    catalog: Name | None = None
    filters: Annotated[dict[Name, Any], Field(default_factory=dict, max_length=50)]
    k: Annotated[int, Field(ge=1, le=100)] = 10
    rerank: bool = True


@routes.post("/search")
async def search(body: Search, visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """The best `k` items that meet every filter, best first."""
    catalog = visitor.catalog(body.catalog)

    def work() -> list[dict[str, Any]]:
        assistant = desk.assistant
        wanted = constraints(body.filters, assistant.shelf(catalog).items.schema)
        found = assistant.search(body.query, catalog=catalog, filters=wanted, k=body.k, rerank=body.rerank)
        return [card.as_dict() for card in found]

    return Json({"items": await desk.look_up(work, body.query, who=visitor.subject, address=address)})
