"""`/workbench`: the page on which operators change how replies sound, its scripts and its style sheet."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from bot.web import workbench
from bot.web.languages import language_of
from bot.web.paths import prefix
from bot.web.routes.asking import FrontDesk
from bot.web.routes.showing import Shown

front = APIRouter(include_in_schema=False)


@front.head(workbench.PATH)
@front.get(workbench.PATH)
def page(request: Request, desk: FrontDesk, shown: Shown) -> Response:
    """The page, for who is signed in; others sign in first and come back."""
    root = prefix(request.scope.get("root_path", ""))
    if not desk.gate.knows(shown.session):
        return RedirectResponse(f"{root}/operator?next={workbench.PATH}", status_code=303)
    prompts = desk.assistant.prompts
    voice = prompts.voice(language_of(request.headers.get("accept-language", ""), prompts.locales()))
    return HTMLResponse(workbench.page(prompts, voice, root=root))


@front.get("/workbench.css")
def style(request: Request) -> Response:
    """The page's style sheet."""
    return _asset(request, workbench.style(), "text/css")


@front.get("/workbench/{name}")
def script(request: Request, name: str) -> Response:
    """One of its modules; they hold no secret, so anybody may load them."""
    text = workbench.script(name)
    if text is None:
        raise HTTPException(404)
    return _asset(request, text, "text/javascript")


def _asset(request: Request, text: str, kind: str) -> Response:
    """A file that the browser asks about every time and loads when it has changed."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in [known.strip().removeprefix("W/") for known in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=kind, headers=headers)
