"""`/v1/prompts/{task}/{name}/draft`: what an editor types is checked and kept, and nobody else's is lost."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bot.prompting.drafting import Checked
from bot.prompting.drafts import HeldByOther
from bot.web.errors import fault
from bot.web.jsonable import Json
from bot.web.routes.asking import Body, Text
from bot.web.routes.operator import checked, json_body
from bot.web.routes.prompts_shared import EditorBody, Locale, Rules

routes = APIRouter()

Key = Annotated[str, Field(max_length=200, pattern=r"^([^\s#][^\s]*( [^\s]+)*)?$")]
Wording = Annotated[Text, Field(max_length=20_000)]
Wordings = Annotated[list[Wording], Field(max_length=30)]


class DraftBody(Body):
    """The changed phrases of one prompt, all of them; ``seen`` is the state that the editor looked at."""

    language: Locale = "en"
    editor: EditorBody
    phrases: Annotated[dict[Key, Wordings], Field(max_length=1000)]
    take_over: bool = False
    save: bool = True
    seen: Annotated[Text, Field(max_length=64)] = ""


class Gone(Body):
    """Who gives a draft up."""

    editor: EditorBody
    take_over: bool = False


@routes.put("/prompts/{task}/{name}/draft")
async def put(task: str, name: str, request: Request, shop: Rules) -> Json:
    """Check, show as it would sound, and keep; a broken wording is kept as well, and never spoken."""
    body = checked(DraftBody, await json_body(request))
    return await run_in_threadpool(_put, f"{task}/{name}", body, shop)


@routes.delete("/prompts/{task}/{name}/draft")
async def delete(task: str, name: str, request: Request, shop: Rules, language: str = "en") -> Json:
    """Give a draft up; what is spoken stays."""
    body = checked(Gone, await json_body(request))

    def work() -> Json:
        try:
            there = shop.drafts.drop(f"{task}/{name}", language, body.editor.read(), take_over=body.take_over)
        except HeldByOther as error:
            return _held(error)
        return Json({"removed": there})

    return await run_in_threadpool(work)


def _put(name: str, body: DraftBody, shop: Rules) -> Json:
    phrases = {key: tuple(text.replace("\r\n", "\n") for text in texts) for key, texts in body.phrases.items()}
    found = shop.check(name, body.language, phrases)
    if not body.save:
        return Json({"saved": None, "draft": None, **_checked(found)})
    try:
        draft = shop.save(
            (name, body.language), phrases, editor=body.editor.read(), take_over=body.take_over, seen=body.seen
        )
    except HeldByOther as error:
        return _held(error)
    told = shop.held(draft, editor=body.editor.id) if draft.phrases else None
    return Json({"saved": draft.saved, "draft": told, **_checked(found)})


def _held(error: HeldByOther) -> Json:
    """Who holds the draft, for the page to say."""
    said = fault(error)
    return Json({**said.payload(), "holder": error.holder, "since": error.since}, status_code=said.status)


def _checked(found: Checked) -> dict[str, Any]:
    return {
        "problems": [asdict(one) for one in found.problems],
        "preview": {key: list(texts) for key, texts in found.preview.items()},
    }
