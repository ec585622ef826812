"""Middleware: what a request may carry. Too large is refused while it is read, another type before it is read."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.errors import fault
from bot.web.paths import route_path

_KILOBYTE = 1024
_LARGEST = (
    ("/v1/items:bulk", 4096 * _KILOBYTE),
    ("/v1/items/", 512 * _KILOBYTE),
    ("/v1/rules", 512 * _KILOBYTE),
    ("/v1/", 64 * _KILOBYTE),
    ("/gradio_api/upload", 0),  # nothing on the page takes a file
    ("/", 1024 * _KILOBYTE),
)


class BodyGuard:
    """At most 64 kB of JSON for the API (more for the operator's items), 1 MB for the page, and no uploads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 or 415 in the place of the app, or let it read with a limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = route_path(scope)
        limit = next((size for prefix, size in _LARGEST if path.startswith(prefix)), 64 * _KILOBYTE)
        headers = Headers(scope=scope)
        if refused := _refusal(headers, limit=limit, json_only=path.startswith("/v1/")):
            await fault(refused).response()(scope, receive, send)
            return
        await self._app(scope, _limited(receive, limit), send)


def _refusal(headers: Headers, *, limit: int, json_only: bool) -> HTTPException | None:
    """What the headers alone already rule out."""
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit:
        return _too_large(limit)
    has_body = length != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if json_only and has_body and kind != "application/json":
        return HTTPException(415, f"the body is {kind or 'of no stated type'}; this route reads application/json")
    return None


def _limited(receive: Receive, limit: int) -> Receive:
    """``receive`` that stops at ``limit`` bytes, whatever the headers promised."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise _too_large(limit)
        return message

    return limited


def _too_large(limit: int) -> HTTPException:
    """The refusal of a large body."""
    return HTTPException(
        413, f"the body is larger than {limit // _KILOBYTE} kB" if limit else "nothing is uploaded here"
    )
