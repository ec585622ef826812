"""What a browser is told about our pages: who may frame them, what they may load, who may call the API.

An origin on the allow-list may show the page in an `<iframe>` and call the API from its own scripts; nobody else may.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import SettingsError
from bot.web import landing, workbench
from bot.web.paths import route_path

_ORIGIN = re.compile(r"https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

# The chat page is built in the browser by a bundle that uses inline scripts, inline styles and `new Function`.
_PAGE_POLICY = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "media-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PORTAL_POLICY = "; ".join(("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'self'"))
_EXACT = {"/operator": landing.POLICY, "/operator/leave": landing.POLICY, workbench.PATH: workbench.POLICY}
_BELOW = {"/v1/": _API_POLICY, "/demo/portal": _PORTAL_POLICY, f"{workbench.PATH}/": workbench.POLICY}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def checked(origins: Sequence[str]) -> tuple[str, ...]:
    """The allow-listed origins, each exactly as browsers send it. Raises SettingsError for what is not one origin."""
    found = tuple(_as_sent(origin) for origin in origins)
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"{origin!r} is not an origin",
                hint="write each as https://shop.example or http://localhost:3000; a wildcard would let every site in",
            )
    return found


def _as_sent(origin: str) -> str:
    """In small letters, without the port that its scheme has anyway, and without a slash at the end."""
    scheme, mark, rest = origin.strip().rstrip("/").lower().partition("://")
    return f"{scheme}{mark}{rest.removesuffix(_DEFAULT_PORTS.get(scheme, ''))}"


def cors(origins: Sequence[str]) -> dict[str, Any]:
    """The options of Starlette's CORSMiddleware. Sessions travel in a header, so cookies are never allowed."""
    return {
        "allow_origins": list(origins),
        "allow_methods": ["GET", "POST", "PATCH", "DELETE"],
        "allow_headers": ["Content-Type", "Authorization", "X-Session"],
        "expose_headers": ["Retry-After", "X-Request-Id"],
    }


def page_policy(origins: Sequence[str], images: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of the page: framed by us and ``origins`` only, pictures from us and ``images``."""
    shown = " ".join(("img-src 'self' data: blob:", *images))
    return "; ".join((*_PAGE_POLICY, shown, " ".join(("frame-ancestors 'self'", *origins))))


class SecurityHeaders:
    """Middleware: the headers above on every response, errors included."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str] = (), images: Sequence[str] = ()) -> None:
        self._app = app
        self._page = page_policy(origins, images)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with our headers on what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = route_path(scope)
        below = (policy for start, policy in _BELOW.items() if path.startswith(start))
        policy = _EXACT.get(path) or next(below, self._page)
        private = path.startswith("/v1/") or path in _EXACT

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**_ALWAYS, "Content-Security-Policy": policy})
                if private:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, with_headers)
