"""The chat page put together: the parts, the events between browser and server. Only this file knows Gradio.

The chat holds static HTML; one registered component, the bridge, listens for all of it (a component inside a chat
message cannot send events by itself).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import gradio as gr

from bot.settings import Settings
from bot.web.page.assets import bridge, composer, script
from bot.web.page.handlers import Handlers
from bot.web.page.screen import Screen, Visit
from bot.web.security import checked

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.web.desk import Desk

_STORAGE = "shelftalk"
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": True}
_LINE_PER_TURN = 4
_LOOK_SECONDS = 4.0
"""Between two looks for a person's words, while one has the conversation or was asked for."""


def build_page(assistant: Assistant, settings: Settings, *, desk: Desk | None = None) -> gr.Blocks:
    """The page at `/`, ready for `gradio.mount_gradio_app` with `page_options`.

    ``desk`` is the one that the API uses, so that both share one limit; without it the page has its own.
    """
    if desk is None:
        from bot.web.desk import Desk

        desk = Desk(assistant, settings)
    handlers = Handlers(desk, images=checked(settings.image_origins))
    page: gr.Blocks
    with gr.Blocks(title="Shelftalk", analytics_enabled=False, fill_width=True) as page:
        kept = gr.BrowserState(None, storage_key=_STORAGE, secret=_STORAGE)
        parts = {
            "top": _html("st-top"),
            "chat": _chat(),
            "wishes": _html("st-wishes"),
            "composer": _html("st-composer", composer()),
            "profile": _html("st-profile"),
        }
        parts["watch"] = gr.Timer(_LOOK_SECONDS, active=False)
        parts["bridge"] = gr.HTML({}, html_template=bridge(), js_on_load=script(), elem_id="st-bridge", padding=False)
        outputs = [kept if field.name == "kept" else parts[field.name] for field in fields(Screen)]
        _listen(page, parts, kept, outputs, handlers, settings)
    waiting = (settings.turns_at_once + settings.queue) * _LINE_PER_TURN
    page.queue(max_size=waiting, api_open=False, default_concurrency_limit=settings.turns_at_once * _LINE_PER_TURN)
    return page


def _listen(
    page: gr.Blocks,
    parts: dict[str, Any],
    kept: gr.BrowserState,
    outputs: list[Any],
    handlers: Handlers,
    settings: Settings,
) -> None:
    """Tie the four things a browser may ask to their handlers."""
    bridge = parts["bridge"]

    def load(known: Any, request: gr.Request) -> list[Any]:
        return _updates(handlers.load(known, _visit(request)))

    async def say(known: Any, request: gr.Request, event: gr.EventData) -> AsyncIterator[list[Any]]:
        async for screen in handlers.say(known, _visit(request), event._data):
            yield _updates(screen)

    def press(known: Any, request: gr.Request, event: gr.EventData) -> list[Any]:
        return _updates(handlers.press(known, _visit(request), event._data))

    def look(known: Any, request: gr.Request) -> list[Any]:
        return _updates(handlers.look(known, _visit(request)))

    page.load(load, [kept], outputs, **_QUIET)
    turns = settings.turns_at_once + settings.queue + 1  # one more: who is too many is told so by us
    bridge.saying(say, [kept], outputs, trigger_mode="multiple", concurrency_limit=turns, **_QUIET)
    parts["watch"].tick(look, [kept], outputs, **_QUIET)
    bridge.pressing(press, [kept], outputs, trigger_mode="multiple", **_QUIET)


def _chat() -> gr.Chatbot:
    """The conversation's frame."""
    return gr.Chatbot(
        elem_id="st-chat",
        layout="panel",
        container=False,
        show_label=False,
        height="100%",
        buttons=[],
        autoscroll=False,
        allow_tags=False,
        feedback_options=None,
        group_consecutive_messages=False,
    )


def _html(name: str, value: str = "") -> gr.HTML:
    """A part of the page that is drawn by us."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None, padding=False)


def _updates(screen: Screen) -> list[Any]:
    """A screen in the order of the outputs; what stays is skipped."""
    values = {field.name: getattr(screen, field.name) for field in fields(Screen)}
    if screen.watch is not None:
        values["watch"] = gr.Timer(active=screen.watch)
    return [gr.skip() if value is None else value for value in values.values()]


def _visit(request: gr.Request) -> Visit:
    """Who asks."""
    return Visit(request.client.host if request.client else "", request.headers.get("accept-language", ""))
