"""`/healthz` says that the process lives, `/readyz` whether it can serve, and why not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from bot.errors import ShelftalkError
from bot.web.jsonable import Json
from bot.web.routes.asking import FrontDesk
from vectorstore.base import VectorStoreError

if TYPE_CHECKING:
    from bot.assistant import Assistant

routes = APIRouter()


@routes.head("/healthz", include_in_schema=False)
@routes.get("/healthz")
async def healthz() -> Json:
    """Alive."""
    return Json({"status": "ok"})


@routes.head("/readyz", include_in_schema=False)
@routes.get("/readyz")
def readyz(desk: FrontDesk) -> Json:
    """200 when every part works, 503 with the reasons otherwise. A degraded part works."""
    assistant = desk.assistant
    checks = [_checked("memory", partial(_memory, assistant))]
    checks += [_checked(f"catalog {name}", partial(_catalog, assistant, name)) for name in assistant.catalogs]
    if not assistant.catalogs:
        checks.append({"name": "catalogs", "ok": False, "detail": "none; run `shelftalk ingest items FILE`"})
    running, waiting = desk.load
    checks.append({"name": "turns", "ok": True, "detail": f"{running} running, {waiting} waiting"})
    ready = all(check["ok"] for check in checks)
    return Json({"ready": ready, "checks": checks}, status_code=200 if ready else 503)


def _checked(name: str, look: Callable[[], str]) -> dict[str, Any]:
    """One check: ``look`` says how it is, or raises."""
    try:
        return {"name": name, "ok": True, "detail": look()}
    except (ShelftalkError, VectorStoreError) as error:
        return {"name": name, "ok": False, "detail": str(error), "hint": error.hint}


def _memory(assistant: Assistant) -> str:
    """The database answers."""
    assistant.memory.ping()
    return "ephemeral: nothing is kept" if assistant.memory.ephemeral else "ok"


def _catalog(assistant: Assistant, name: str) -> str:
    """The catalogue is open; its faults are degradations."""
    shelf = assistant.shelf(name)
    return f"{len(shelf.items.ids)} items" + (f", degraded: {', '.join(shelf.faults)}" if shelf.faults else "")
