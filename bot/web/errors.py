"""Errors as the API says them: `{error: {code, message, hint}}` with the right status, never a stack trace.

Knows no route. An error that nobody foresaw is logged with an id, and the visitor gets that id.
"""

from __future__ import annotations

import logging
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import ShelftalkError, TooBusy
from bot.web.jsonable import Json
from vectorstore.base import VectorStoreError

_log = logging.getLogger(__name__)

_UNPROCESSABLE = frozenset({"UnknownFacet", "BadConstraint"})
_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_type"}
_MESSAGES = {"Not Found": "there is no such route", "Method Not Allowed": "this route does not take that method"}
_HINTS = {
    400: "send one JSON object in UTF-8",
    404: "the routes are listed in /openapi.json",
    405: "the methods of each route are listed in /openapi.json",
    413: "send less, or in several requests",
    415: "set the header Content-Type: application/json",
}


class NoSession(ShelftalkError):
    """The request does not say whose data it is about."""

    code = "no_session"
    status = 401


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a visitor's program sees it."""

    status: int
    code: str
    message: str
    hint: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """The body of the response, or the data of an `error` event."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}

    def response(self) -> Json:
        """The whole response."""
        return Json(self.payload(), status_code=self.status, headers=dict(self.headers))


def fault(error: BaseException) -> Fault:
    """What to say about ``error``; one that nobody foresaw is logged here."""
    if isinstance(error, ShelftalkError):
        headers = {"Retry-After": str(math.ceil(error.retry_after))} if isinstance(error, TooBusy) else {}
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"  # RFC 9110, 15.5.2
        return Fault(error.status, error.code, str(error), error.hint, headers)
    if isinstance(error, VectorStoreError):
        name = type(error).__name__
        return Fault(422 if name in _UNPROCESSABLE else 503, _snake(name), str(error), error.hint)
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _http(error)
    return _unforeseen(error)


def install(app: FastAPI) -> None:
    """Let every error of ``app``'s routes leave in the one shape."""
    for kind in (ShelftalkError, VectorStoreError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)


def install_missing(app: FastAPI) -> None:
    """The same for what ``app`` does not have (404, 405); its own errors stay, its own browser code reads them."""
    for status in (404, 405):
        app.add_exception_handler(status, _answer)


class Unforeseen:
    """Middleware: an exception that no handler took becomes a 500 with an id, also in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answer in the place of whatever failed before it answered."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            said = _unforeseen(error)
            if not started:
                await said.response()(scope, receive, send)


async def _answer(_: Request, error: Exception) -> Json:
    """The handler of every foreseen error."""
    return fault(error).response()


def _http(error: HTTPException) -> Fault:
    """What the framework refused."""
    status = error.status_code
    message = _MESSAGES.get(error.detail, error.detail)
    return Fault(status, _CODES.get(status, f"http_{status}"), message, _HINTS.get(status, ""), error.headers or {})


def _unforeseen(error: BaseException) -> Fault:
    """Log the error with an id; say only the id."""
    id_ = secrets.token_hex(4)
    _log.error("unforeseen error %s", id_, exc_info=error)
    return Fault(500, "internal", f"something failed here (error {id_})", "try again; quote the id when you report it")


def _invalid(error: RequestValidationError) -> Fault:
    """Which fields do not fit, in words; broken JSON is a 400."""
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        where = problems[0]["loc"][-1]
        return Fault(400, "malformed_json", f"the body is not JSON (at character {where})", _HINTS[400])
    said = "; ".join(f"{_place(problem['loc'])}: {problem['msg']}" for problem in problems[:3])
    hints = [str(problem.get("ctx", {}).get("hint", "")) for problem in problems]
    hint = next(filter(None, hints), "the fields of each route are listed in /openapi.json")
    return Fault(422, "invalid_request", said, hint)


def _place(loc: tuple[int | str, ...]) -> str:
    """A field's path: ("body", "filters", "year") -> "filters.year"."""
    return ".".join(str(part) for part in loc[1:]) or str(loc[0])


def _snake(name: str) -> str:
    """UnknownFacet -> unknown_facet."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
