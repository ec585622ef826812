"""`POST /v1/answer`: a service question, answered with citations or not at all."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from bot.types import plain
from bot.web.jsonable import Json
from bot.web.routes.asking import Address, Body, FrontDesk, Name, Text
from bot.web.routes.visiting import Asking

routes = APIRouter()


class Question(Body):
    """A question about the service."""

    question: Annotated[Text, Field(max_length=4000)]
    catalog: Name | None = None


@routes.post("/answer")
async def answer(body: Question, visitor: Asking, desk: FrontDesk, address: Address) -> Json:
    """What the help centre says; `abstained` when it says nothing, and then `checked` is where we looked."""
    catalog = visitor.catalog(body.catalog)

    def work() -> dict[str, Any]:
        found, text = desk.assistant.answer(body.question, catalog=catalog)
        return {
            "answer": text,
            "citations": plain(found.citations),
            "nearest": plain(found.nearest),
            "abstained": found.abstained,
            "confidence": found.confidence,
            "topic": found.topic,
            "checked": list(found.checked),
        }

    return Json(await desk.look_up(work, body.question, who=visitor.subject, address=address))
