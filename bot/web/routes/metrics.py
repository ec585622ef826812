"""`/metrics`: figures for Prometheus, open to this machine itself and to the operator."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.shelving import LiveShelf
from bot.web.desk import Desk
from bot.web.gate import is_loopback
from bot.web.routes.asking import Address, FrontDesk
from bot.web.routes.showing import Shown

routes = APIRouter()

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@routes.get("/metrics")
def metrics(request: Request, desk: FrontDesk, address: Address, shown: Shown) -> Response:
    """All figures. What a proxy passes on is not from this machine, whatever its address says."""
    if not is_loopback(address) or any(name in request.headers for name in _FORWARDED):
        desk.gate.check(shown, address)
    _gauge(desk)
    return Response(desk.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _gauge(desk: Desk) -> None:
    """What is so now."""
    running, waiting = desk.load
    desk.metrics.set("turns_running", running)
    desk.metrics.set("turns_waiting", waiting)
    desk.metrics.set("listeners", len(desk.listeners))
    for state, many in desk.assistant.memory.outbox.counts().items():
        desk.metrics.set(f"webhooks_{state}", many)
    for name in desk.assistant.catalogs:
        source = desk.assistant.source(name)
        shelf = source()
        desk.metrics.set("items", len(shelf.items), name)
        desk.metrics.set("passages", len(shelf.help), name)
        desk.metrics.set("rules", len(shelf.rules), name)
        desk.metrics.set("catalog_degraded", float(shelf.items.degraded), name)
        if isinstance(source, LiveShelf):
            desk.metrics.set("generation", source.generation, name)
            desk.metrics.set("changes_pending", source.pending, name)
