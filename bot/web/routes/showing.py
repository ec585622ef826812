"""What a request shows at the operator's gate: its token, or a cookie, and whether a page of ours sent it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from bot.web.gate import SESSION_SECONDS, Credentials

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE = "shelftalk-operator"


async def shown(request: Request) -> Credentials:
    """A cookie travels by itself: it lets read, and change only what a page of ours asks for."""
    return Credentials(
        authorization=request.headers.get("authorization", ""),
        session=request.cookies.get(_name(request), ""),
        trusted=request.method in _READING or is_own(request),
    )


def is_own(request: Request) -> bool:
    """Whether a page of this server sent the request, as the browser says; a program that says nothing is none."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    return request.headers.get("origin") == f"{request.url.scheme}://{request.headers.get('host', '')}"


def keep(response: Response, session: str, request: Request) -> None:
    """Let the browser keep a sign-in, out of reach of scripts, other sites, and plain HTTP where we have HTTPS."""
    response.set_cookie(
        _name(request),
        session,
        max_age=SESSION_SECONDS,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )


def drop(response: Response, request: Request) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="strict")


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request) -> str:
    """The prefix makes browsers refuse a cookie of that name from any other host, or over plain HTTP."""
    return f"__Host-{_COOKIE}" if _is_secure(request) else _COOKIE


Shown = Annotated[Credentials, Depends(shown)]
