"""`GET /v1/catalogs`: what this server can talk about, and which facets a filter may name."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from bot.types import Shelf
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, FrontDesk
from vectorstore.base import Facet

routes = APIRouter()

_VALUES = 50


@routes.get("/catalogs")
def catalogs(desk: FrontDesk, address: Address) -> Json:
    """Every catalogue, the default first."""
    desk.limits.press(None, address)
    return Json({"catalogs": [_catalog(desk.assistant.shelf(name)) for name in desk.assistant.catalogs]})


def _catalog(shelf: Shelf) -> dict[str, Any]:
    """One catalogue with its counts and facets."""
    return {
        "name": shelf.name,
        "items": len(shelf.items.ids),
        "passages": len(shelf.help.passages),
        "facets": [_facet(facet) for facet in shelf.items.schema.facets],
    }


def _facet(facet: Facet) -> dict[str, Any]:
    """One facet; of many values the most frequent."""
    return {
        "name": facet.name,
        "type": facet.type,
        "role": facet.role,
        "label": facet.label,
        "unit": facet.unit,
        "filled": round(facet.filled, 3),
        "low": facet.low,
        "high": facet.high,
        "values": [{"value": value, "count": count} for value, count in facet.values[:_VALUES]],
        "distinct": len(facet.values),
    }
