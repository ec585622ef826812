"""`/widget.js`, the embeddable launcher; `GET /v1/widget`, what its panel opens with; `/demo/portal`, both at work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from bot.web.jsonable import Json
from bot.web.paths import prefix
from bot.web.routes.asking import Address, FrontDesk
from bot.web.routes.operator import CatalogName
from bot.web.security import checked
from bot.web.widget import portal
from bot.web.widget.opening import opening
from bot.web.widget.script import script

routes = APIRouter()
front = APIRouter()

_FRESH = "public, max-age=300, stale-while-revalidate=86400"
_LOCALE = r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{2,8}){0,3}$"


@routes.get("/widget")
def panel(
    desk: FrontDesk,
    address: Address,
    catalog: CatalogName = None,
    locale: Annotated[str, Query(pattern=_LOCALE)] = "en",
) -> Json:
    """The catalogue's nouns and examples in one language, and the origins that pictures may come from."""
    desk.limits.press(None, address)
    shelf = desk.assistant.shelf(catalog)
    voice = desk.assistant.voice(locale, shelf.name)
    return Json(opening(shelf, voice, images=checked(desk.settings.image_origins)))


@front.head("/widget.js", include_in_schema=False)
@front.get("/widget.js")
def launcher(request: Request, desk: FrontDesk) -> Response:
    """The script. It changes with the prompts, so its tag is that of its content; any page may load it."""
    made = script(desk.assistant.prompts, longest=desk.settings.max_message)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{made.tag}-gz"' if packed else f'"{made.tag}"'
    headers = {
        "ETag": tag,
        "Cache-Control": _FRESH,
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if tag in [known.strip().removeprefix("W/") for known in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    body = made.packed if packed else made.plain
    encoding = {"Content-Encoding": "gzip"} if packed else {}
    return Response(body, media_type="text/javascript", headers={**headers, **encoding})


@front.get("/demo/portal", include_in_schema=False)
@front.get("/demo/portal/{name}", include_in_schema=False)
def demo(request: Request, desk: FrontDesk, name: str = portal.HOME) -> Response:
    """A help centre and a product page of the demo shop, each with the one line that embeds the widget."""
    if name not in portal.FILES or portal.CATALOG not in desk.assistant.catalogs:
        raise HTTPException(404)
    root = prefix(request.scope.get("root_path", ""))
    text = portal.file(name, widget=f"{root}/widget.js", home=f"{root}/demo/portal")
    return Response(text, media_type=portal.FILES[name])
