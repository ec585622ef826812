"""Middleware: every request has an id, a line in the log and a place in the figures. Neither addresses nor bodies.

The route is named by its template, so that ids in a path are neither logged nor counted.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.logs import REQUEST
from bot.web.metrics import Metrics
from bot.web.paths import route_path

HEADER = "X-Request-Id"
_GIVEN = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{8,64}")
_CONVERTER = re.compile(r":\w+}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_API = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")

_log = logging.getLogger("bot.web.requests")


class Observed:
    """Watches every request and its response. ``metrics`` is asked for at each request."""

    def __init__(self, app: ASGIApp, *, metrics: Callable[[], Metrics]) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the id on what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        id_ = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        began, status = time.perf_counter(), 499
        token = REQUEST.set(id_)

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id_
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._note(scope, status, time.perf_counter() - began)
            REQUEST.reset(token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count it, and write its line; the page's own files are only counted."""
        route, metrics = _route(scope), self._metrics()
        method = scope["method"] if scope["method"] in _METHODS else "other"
        metrics.count("http_requests_total", route, method, str(status))
        metrics.observe("http_seconds", seconds, route)
        if status == 429:
            metrics.count("refused_total", "request")
        if status >= 500:
            metrics.count("errors_total", "request")
        if route != "page":
            fields = {"status": status, "ms": round(seconds * 1000, 1)}
            _log.info("%s %s", method, route, extra={"fields": fields})


def _route(scope: Scope) -> str:
    """The template of the route that answered; `page` for the chat page, `unknown` for what no route took."""
    template: Any = getattr(scope.get("route"), "path", None)
    path = route_path(scope)
    if not any(path.startswith(prefix) for prefix in _API):
        return "page"
    if not isinstance(template, str) or not template:
        return "unknown"
    template = _CONVERTER.sub("}", template)
    return template if not path.startswith("/v1/") or template.startswith("/v1") else f"/v1{template}"
