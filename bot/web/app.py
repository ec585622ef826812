"""The one app: the API under `/v1`, the probes, and the chat page at `/`, behind the same guards."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from bot.prompting.workshop import Workshop
from bot.settings import Settings
from bot.web import errors, security
from bot.web.bench import Bench
from bot.web.body import BodyGuard
from bot.web.desk import Desk
from bot.web.observing import Observed
from bot.web.paths import RootPath, prefix
from bot.web.routes import api, front, probes
from bot.web.tidying import tidying
from bot.webhooks import delivering, desk_of

if TYPE_CHECKING:
    from bot.assistant import Assistant


def create_app(assistant: Assistant, settings: Settings, *, with_page: bool = True) -> FastAPI:
    """Everything that is served over HTTP. ``with_page=False`` leaves out the chat page, and Gradio with it.

    Raises:
        SettingsError: an allow-listed origin is not an origin, or the support desk cannot be posted to.
    """
    desk_of(settings)
    desk = Desk(assistant, settings)
    bench = Bench(lambda: desk.load[1])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with tidying(assistant.memory, settings.retention_days):
            with delivering(assistant.memory.outbox, settings, count=desk.delivered):
                yield
        await bench.close()
        await desk.close()

    app = FastAPI(title="Shelftalk", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.desk = desk
    app.state.workshop, app.state.bench = Workshop(assistant, settings), bench
    errors.install(app)
    _guard(app, settings, desk)
    app.include_router(probes)
    app.include_router(front)
    app.include_router(api, prefix="/v1")
    app.mount("/v1", api)  # what no route above took ends here, as our 404 or 405, and not at the page
    if with_page:
        _mount_page(app, settings)
    return app


def _guard(app: FastAPI, settings: Settings, desk: Desk) -> None:
    """The middleware; the last one added sees a request first."""
    origins = security.checked(settings.allowed_origins)
    app.add_middleware(BodyGuard)
    app.add_middleware(errors.Unforeseen)
    app.add_middleware(CORSMiddleware, **security.cors(origins))
    app.add_middleware(security.SecurityHeaders, origins=origins, images=security.checked(settings.image_origins))
    app.add_middleware(Observed, metrics=lambda: desk.metrics)
    app.add_middleware(RootPath, root_path=settings.root_path)


def _mount_page(app: FastAPI, settings: Settings) -> None:
    """The chat page at `/`."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported; else it looks up outside hosts
    import gradio

    from bot.web.page import build_page, page_options

    desk: Desk = app.state.desk
    page = build_page(desk.assistant, settings, desk=desk)
    root_path = prefix(settings.root_path) or None
    gradio.mount_gradio_app(app, page, path="/", root_path=root_path, **page_options(settings))
    errors.install_missing(app.routes[-1].app)  # type: ignore[attr-defined]  # the mount that was just added
