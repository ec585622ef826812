"""The page behind a real server on a free loopback port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio
import uvicorn
from fastapi import FastAPI

from bot.settings import Settings
from bot.web.page import build_page, page_options
from bot.web.security import SecurityHeaders
from tests.services import free_port


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` from a thread; yields its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def page_app(assistant: Any, settings: Settings, *, desk: Any = None) -> FastAPI:
    """The page alone, under the security headers that it has in production."""
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    gradio.mount_gradio_app(app, build_page(assistant, settings, desk=desk), path="/", **page_options(settings))
    return app
