"""`/v1/prompts`: reading: what there is, what is spoken, who edits what, what was published and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from bot.prompting.describing import version_dict
from bot.prompting.figuring import figures
from bot.prompting.refusing import told
from bot.web.jsonable import Json
from bot.web.routes.prompts_shared import EditorId, PageLocale, Rules
from prompts.differing import differences

routes = APIRouter()

Ref = Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[a-z0-9]+$")]


@routes.get("/prompts")
def prompts(shop: Rules, locale: PageLocale, editor: EditorId) -> Json:
    """Every prompt in plain words, what is spoken, and who edits what."""
    return Json(shop.overview(locale=locale, editor=editor))


@routes.get("/prompts/history")
def history(shop: Rules) -> Json:
    """Everything that happened, the latest first, and each version with what became of its turns."""
    library = shop.library
    with told():
        versions = library.store.versions()
        entries = [asdict(one) for one in reversed(library.store.history())]
        damaged = {one.id for one in library.store.damaged()}
    numbers = {one.id: one.number for one in versions}
    found = {one.version.id: one for one in figures(versions, shop.assistant.memory.effects.by_state()) if one.version}
    rows = [
        {
            **version_dict(one),
            "damaged": one.id in damaged,
            "figures": found[one.id].as_dict() if one.id in found else None,
        }
        for one in reversed(versions)
    ]
    return Json({"entries": [{**one, "number": numbers.get(one["state"])} for one in entries], "versions": rows})


@routes.get("/prompts/diff")
def diff(shop: Rules, a: Ref, b: Ref) -> Json:
    """What two versions say differently; a number, a label, `shipped`, or `spoken`."""
    found = differences(shop.readings.version(a), shop.readings.version(b))
    return Json([_difference(one) for one in found])


@routes.get("/prompts/{task}/{name}")
def prompt(task: str, name: str, shop: Rules, locale: PageLocale, editor: EditorId, language: str = "en") -> Json:
    """One prompt with its phrases as they are spoken, shipped and drafted."""
    return Json(shop.prompt(f"{task}/{name}", language, locale=locale, editor=editor))


def _difference(one: Any) -> dict[str, Any]:
    sides = {side: [text for text in getattr(one, side).split("\n---\n") if text] for side in ("before", "after")}
    return {"name": one.name, "language": one.locale, "key": one.key, **sides, "words": one.words}
