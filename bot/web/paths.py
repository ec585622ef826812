"""Paths behind a proxy: the prefix under which we are reached, and the path of ours that is left without it."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


def prefix(root_path: str) -> str:
    """A root path in its one form: `/bot`, or nothing."""
    inner = root_path.strip("/")
    return f"/{inner}" if inner else ""


def route_path(scope: Scope) -> str:
    """The path as our routes name it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


class RootPath:
    """Middleware: one form of path behind every proxy, whether it strips the prefix or passes it on."""

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app = app
        self._prefix = prefix(root_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the prefix back where it was stripped, and say which it is."""
        if self._prefix and scope["type"] == "http":
            stripped = not f"{scope['path']}/".startswith(f"{self._prefix}/")
            front = self._prefix if stripped else ""
            raw = front.encode() + scope.get("raw_path", b"")
            scope = {**scope, "root_path": self._prefix, "path": front + scope["path"], "raw_path": raw}
        await self._app(scope, receive, send)
