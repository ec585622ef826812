"""`/operator`: signing in by a one-time link or the token, and where to go from there."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.routing import Match, Mount

from bot.errors import ShelftalkError
from bot.web import landing
from bot.web.errors import fault
from bot.web.gate import OtherSite
from bot.web.languages import language_of
from bot.web.paths import prefix
from bot.web.routes.asking import Address, FrontDesk
from bot.web.routes.showing import Shown, drop, is_own, keep
from prompts import Voice

front = APIRouter(include_in_schema=False)

_LONGEST = 400
_LOOKING_AHEAD = ("purpose", "sec-purpose")


@front.head("/operator")
@front.get("/operator")
def operator(
    request: Request, desk: FrontDesk, address: Address, shown: Shown, once: str = "", next: str = ""
) -> Response:
    """The page, or the form; a one-time link is used up by opening it, and not by a browser that looks ahead.

    ``next`` is the place to go on to, of those that there are.
    """
    if desk.gate.knows(shown.session):
        if place := _place(next):
            return RedirectResponse(f"{_root(request)}{place}", status_code=303)
        return HTMLResponse(landing.signed_in(_voice(request), _places(request), root=_root(request)))
    early = any("prefetch" in request.headers.get(name, "") for name in _LOOKING_AHEAD)
    if not once or early or request.method == "HEAD":
        return _form(request, status=401, onwards=next)
    try:
        session = desk.gate.sign_in(address, code=once[:_LONGEST])
    except ShelftalkError as error:
        return _form(request, error, trouble="link_used" if error.code == "wrong_token" else error.code)
    response = HTMLResponse(landing.entering(_voice(request), root=_root(request)))
    keep(response, session, request)
    return response


@front.post("/operator")
async def enter(request: Request, desk: FrontDesk, address: Address) -> Response:
    """The form's token, for a cookie."""
    given = parse_qs((await request.body()).decode("utf-8", errors="replace"))
    onwards = given.get("next", [""])[0]
    try:
        if not is_own(request):
            raise OtherSite("another site asked to sign in here", hint="open /operator and sign in there")
        session = desk.gate.sign_in(address, token=given.get("token", [""])[0].strip()[:_LONGEST])
    except ShelftalkError as error:
        return _form(request, error, trouble=error.code, onwards=onwards)
    response = RedirectResponse(f"{_root(request)}{_place(onwards) or '/operator'}", status_code=303)
    keep(response, session, request)
    return response


@front.post("/operator/leave")
def leave(request: Request, desk: FrontDesk, shown: Shown) -> Response:
    """Sign out, here and for whoever else holds the cookie."""
    if shown.trusted:
        desk.gate.sign_out(shown.session)
    response = RedirectResponse(f"{_root(request)}/operator", status_code=303)
    if shown.trusted:
        drop(response, request)
    return response


@front.get("/operator.css")
def style() -> Response:
    """The page's style sheet."""
    return Response(landing.style(), media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


def _form(
    request: Request,
    error: ShelftalkError | None = None,
    *,
    trouble: str = "",
    status: int = 200,
    onwards: str = "",
) -> Response:
    """The page to sign in on, with what went wrong, and where to go on to."""
    said = fault(error) if error else None
    voice = _voice(request)
    text = landing.signing_in(
        voice,
        root=_root(request),
        trouble=trouble and voice.pick(landing.WORDS, trouble, "other"),
        onwards=_place(onwards),
    )
    return HTMLResponse(text, status_code=said.status if said else status, headers=dict(said.headers) if said else {})


def _place(path: str) -> str:
    """``path`` where it is one of ours, else nothing: nobody is sent to another site."""
    return next((place for _, place in landing.PLACES if place == path), "")


def _places(request: Request) -> tuple[landing.Place, ...]:
    """Those that this server has."""
    return tuple((key, path) for key, path in landing.PLACES if _has(request, path))


def _has(request: Request, path: str) -> bool:
    """Whether a route of this server is at ``path``; a mount takes all below its own, so that has to be ``path``."""
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    for route in request.app.routes:
        if isinstance(route, Mount):
            if route.path == path.rstrip("/"):
                return True
        elif route.matches(dict(scope))[0] is Match.FULL:
            return True
    return False


def _voice(request: Request) -> Voice:
    """The words in the browser's language."""
    registry = request.app.state.desk.assistant.prompts
    found: Voice = registry.voice(language_of(request.headers.get("accept-language", ""), registry.locales()))
    return found


def _root(request: Request) -> str:
    """The path under which a proxy shows us."""
    return prefix(request.scope.get("root_path", ""))
