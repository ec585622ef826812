"""`shelftalk serve`: the port first, then the assistant, then the server, until it is told to stop."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from bot import collecting
from bot.errors import SettingsError
from bot.settings import Settings
from bot.web.logs import log_to_stderr, worth_reading
from bot.web.paths import prefix
from bot.web.token import ensure_token, token_file
from vectorstore.errors import StorageError

__all__ = ["address", "free_port", "listen", "log_to_stderr", "serve", "worth_reading"]

if TYPE_CHECKING:
    from fastapi import FastAPI

Say = Callable[[str], None]

_LINGER_SECONDS = 10
_OWN = ("127.0.0.1", "::1")
"""A proxy on this machine is believed when it says whom it speaks for."""


def serve(settings: Settings, *, say: Say, operator_link: bool = False) -> None:
    """Serve until interrupted. ``say`` hears what runs where and the address; logs go to standard error, redacted.

    ``operator_link``: it also hears an address that signs an operator in, once; nobody else may hear it.

    Raises:
        SettingsError: the port is taken or the host is not ours, with the remedy; nothing was loaded yet.
        ShelftalkError, VectorStoreError: the assistant cannot be built.
    """
    with listen(settings.host, settings.port) as door:
        log_to_stderr(settings.log_format)
        _run(settings, door, say, operator_link=operator_link)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket: nobody takes the port meanwhile, early visitors wait. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen()
    except OSError as error:
        door.close()
        raise _cannot_listen(error, host, port) from error
    return door


def _run(settings: Settings, door: socket.socket, say: Say, *, operator_link: bool) -> None:
    """Build, announce, serve."""
    from bot.build import build
    from bot.web.app import create_app
    from bot.web.identity import Keyring
    from bot.webhooks import desk_of

    Keyring.read(settings.identity_keys)  # keys that do not fit are refused before anything slow is loaded
    desk_of(settings)
    app = create_app(build(settings, say=say), settings)
    say(_operators(settings))
    if operator_link:
        say(f"operators: {address(door, settings)}operator?once={app.state.desk.gate.link()} (once, within 10 minutes)")
    say(f"open {address(door, settings)} (stop with Ctrl+C)")
    run_app(app, settings, door)


def run_app(app: FastAPI, settings: Settings, door: socket.socket) -> None:
    """Serve an app until interrupted. No access log: addresses are personal data, and a proxy may keep one."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        forwarded_allow_ips=[*_OWN, *settings.trusted_proxies],
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_LINGER_SECONDS,
    )
    collecting.keep()
    with suppress(KeyboardInterrupt):  # the server has already ended in good order
        uvicorn.Server(config).run(sockets=[door])


def _operators(settings: Settings) -> str:
    """Where the operator's token is, made now if there is none yet."""
    if settings.operator_token:
        return "the operator's token is the one in SHELFTALK_OPERATOR_TOKEN"
    try:
        ensure_token(settings)
    except StorageError as error:
        return f"the operator's routes are closed: {error} ({error.hint})"
    return f"the operator's token is in {token_file(settings)} (`shelftalk token` prints it)"


def address(door: socket.socket, settings: Settings) -> str:
    """The page's address as a browser on this machine reaches it."""
    host, port = door.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}{prefix(settings.root_path)}/"


def _cannot_listen(error: OSError, host: str, port: int) -> SettingsError:
    """Why, and what to do."""
    if error.errno == errno.EADDRINUSE:
        hint = f"stop the program that uses it, or choose another: --port {free_port(host)} is free now"
        return SettingsError(f"port {port} on {host} is taken", hint=hint)
    if error.errno == errno.EACCES:
        return SettingsError(f"port {port} needs more rights than we have", hint="choose one above 1023 with --port")
    hint = "choose an address of this machine with --host, for example 127.0.0.1 or 0.0.0.0"
    return SettingsError(f"cannot listen on {host}: {error.strerror or error}", hint=hint)


def free_port(host: str) -> int:
    """A port that nobody uses now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
