"""What the page asks of the server: to be drawn, to say something, to act on a press.

Every handler takes what the browser keeps and sends, none of it trusted, and returns what changes on the page. Knows
nothing of Gradio.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from threading import Event as Flag
from typing import TYPE_CHECKING, Any

from bot.errors import ShelftalkError, UnknownSession
from bot.types import Delta
from bot.web.errors import fault
from bot.web.page.conversation import Drawn
from bot.web.page.drawings import Drawings
from bot.web.page.face import Face
from bot.web.page.live import Live
from bot.web.page.scene import Scene, scene_of
from bot.web.page.screen import PRESSES, SAYINGS, Asked, Kept, Screen, Visit, read_asked, read_kept

if TYPE_CHECKING:
    from bot.web.desk import Desk

_log = logging.getLogger(__name__)

_ERRORS = "error/page"
_REDRAWS_PER_SECOND = 14.0
_PATIENCE = 30
_CONFIRMED = {"like": "confirm_liked", "dislike": "confirm_disliked", "seen": "confirm_seen", "undo": "confirm_undone"}


class Handlers:
    """The page's side of a `Desk`. ``_running`` holds the stop flags of the turns that this page started."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: dict[str, Flag] = {}
        self._drawings: Drawings[Drawn] = Drawings()

    def load(self, kept: Any, visit: Visit) -> Screen:
        """Draw the page from what is stored. A turn that the reload just cut off is given a moment to end."""
        known = read_kept(kept, self._desk.assistant.catalogs)
        for _ in range(_PATIENCE):
            if known.session_id not in self._running:
                break
            time.sleep(0.05)
        scene = scene_of(self._desk.assistant, self._drawings, known, visit)
        return scene.screen(status=_error(scene.face, "unknown_session") if scene.lost else "")

    async def say(self, kept: Any, visit: Visit, data: Any) -> AsyncGenerator[Screen]:
        """Answer one message, or search again without one wish; the page follows event by event."""
        asked = read_asked(data, SAYINGS)
        if asked is None or not (asked.text.strip() or asked.key):
            return
        scene = await asyncio.to_thread(self._prepare, kept, visit, asked)
        message = asked.text if asked.act == "say" else scene.face.ui("search_again")
        live, failure = Live(message), ""
        yield Screen(chat=scene.chat(running=live.turn()), kept=scene.kept.plain())
        try:
            async with aclosing(self._turn(scene, message, live, visit)) as screens:
                async for screen in screens:
                    yield screen
        except Exception as error:
            failure = _error(scene.face, fault(error).code)
        yield await asyncio.to_thread(self._finished, scene, visit, live, failure)

    def press(self, kept: Any, visit: Visit, data: Any) -> Screen:
        """Act on one press. Every answer is marked, each differently: the browser sends the next one after it."""
        screen = self._pressed(kept, visit, data)
        return replace(screen, bridge={**(screen.bridge or {}), "answer": time.monotonic_ns()})

    def _pressed(self, kept: Any, visit: Visit, data: Any) -> Screen:
        """The effect of one press, or what to say when it is refused."""
        scene = scene_of(self._desk.assistant, self._drawings, read_kept(kept, self._desk.assistant.catalogs), visit)
        asked = read_asked(data, PRESSES)
        if asked is None:
            return Screen()
        try:
            self._desk.limits.press(scene.kept.session_id, visit.address)
            return self._act(scene, asked, visit)
        except UnknownSession:
            return self.load(kept, visit)
        except ShelftalkError as error:
            return Screen(bridge={"status": _error(scene.face, error.code), **scene.votes()})

    def _prepare(self, kept: Any, visit: Visit, asked: Asked) -> Scene:
        """The conversation before the message: begun if there was none, the wish removed."""
        assistant = self._desk.assistant
        scene = scene_of(assistant, self._drawings, read_kept(kept, assistant.catalogs), visit)
        if scene.kept.session_id is None:
            session = assistant.open(catalog=scene.kept.catalog)
            scene = replace(scene, kept=scene.kept.using(session.id))
        elif asked.act == "unwish":
            scene = scene.knowing(assistant.edit(scene.kept.session_id, remove=(asked.key,)))
        return scene

    async def _turn(self, scene: Scene, message: str, live: Live, visit: Visit) -> AsyncGenerator[Screen]:
        """The events of one turn as drawings; text is drawn at most `_REDRAWS_PER_SECOND` times a second."""
        session_id, cancel, due = scene.kept.session_id or "", Flag(), 0.0
        self._running[session_id] = cancel
        try:
            events = self._desk.converse(session_id, message, address=visit.address, cancel=cancel)
            async with aclosing(events):
                async for event in events:
                    live.hear(event)
                    if isinstance(event, Delta) and time.monotonic() < due:
                        continue
                    due = time.monotonic() + 1 / _REDRAWS_PER_SECOND
                    yield Screen(chat=scene.chat(running=live.turn()))
        finally:
            cancel.set()
            if self._running.get(session_id) is cancel:
                del self._running[session_id]

    def _finished(self, before: Scene, visit: Visit, live: Live, failure: str) -> Screen:
        """The page after a turn, from what is stored; a message that could not be kept stays to be sent again."""
        scene = scene_of(self._desk.assistant, self._drawings, before.kept, visit)
        if not failure:
            return scene.screen()
        *kept, last = scene.turns if len(scene.turns) > len(before.turns) else (*scene.turns, live.turn())
        return replace(scene, turns=kept).screen(running=replace(last, status="done"), failure=failure)

    def _act(self, scene: Scene, asked: Asked, visit: Visit) -> Screen:
        """The effect of a press that is allowed."""
        assistant, session_id = self._desk.assistant, scene.kept.session_id
        if asked.act == "catalog":
            return self._switch(scene.kept, asked, visit)
        if session_id is None:
            return Screen()
        if asked.act == "stop":
            self._stop(session_id)
            return Screen()
        if asked.act == "export":
            text = json.dumps(assistant.memory.export(session_id), ensure_ascii=False, indent=2)
            return Screen(bridge={"download": {"name": "shelftalk.json", "text": text}})
        if asked.act == "erase":
            return self._erase(scene, session_id, visit)
        if asked.act == "forget":
            return _known(scene.knowing(assistant.edit(session_id, remove=(asked.key,))))
        return self._feedback(scene, session_id, asked)

    def _feedback(self, scene: Scene, session_id: str, asked: Asked) -> Screen:
        """A like, a dislike (with its reason), seen, undo or a look at the details of one shown item."""
        kind: Any = "dislike" if asked.act == "reason" else asked.act
        changed = self._desk.assistant.feedback(session_id, kind, item_id=asked.id, reason=asked.reason)
        if asked.act == "click":
            return Screen()
        items = self._desk.assistant.shelf(scene.kept.catalog).items.items
        title = items[asked.id].title if asked.id in items else ""
        said = scene.face.ui(_CONFIRMED[kind], title=title)
        return _known(scene.knowing(changed), status=said)

    def _switch(self, kept: Kept, asked: Asked, visit: Visit) -> Screen:
        """Another catalogue, with its own conversation."""
        if asked.key not in self._desk.assistant.catalogs:
            return Screen()
        return self.load(Kept(asked.key, kept.sessions).plain(), visit)

    def _erase(self, scene: Scene, session_id: str, visit: Visit) -> Screen:
        """Forget everything; the page begins anew."""
        self._stop(session_id)
        self._desk.assistant.memory.erase(session_id)
        self._drawings.forget()
        fresh = scene_of(self._desk.assistant, self._drawings, scene.kept.using(None), visit)
        return fresh.screen(status=fresh.face.ui("erased"))

    def _stop(self, session_id: str) -> None:
        """Tell a running turn to end."""
        if running := self._running.get(session_id):
            running.set()


def _known(scene: Scene, **told: Any) -> Screen:
    """The parts that show the state, after it changed."""
    wishes, panel = scene.memory()
    return Screen(bridge={**scene.votes(), **told}, wishes=wishes, profile=panel)


def _error(face: Face, code: str) -> str:
    """An error as the page says it."""
    return face.voice.phrase(_ERRORS, face.voice.pick(_ERRORS, code, "other"))
