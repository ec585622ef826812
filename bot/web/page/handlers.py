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
from typing import TYPE_CHECKING, Any

from bot.errors import UnknownSession
from bot.types import Delta
from bot.web.errors import fault
from bot.web.page.drawings import Drawings
from bot.web.page.face import Face
from bot.web.page.live import Live
from bot.web.page.scene import Scene, scene_of
from bot.web.page.screen import PRESSES, SAYINGS, Asked, Kept, Screen, Visit, read_asked, read_kept
from bot.web.page.stops import Stops

if TYPE_CHECKING:
    from bot.web.desk import Desk

_log = logging.getLogger(__name__)

_ERRORS = "error/page"
_REDRAWS_PER_SECOND = 10.0
_PATIENCE = 30
_CONFIRMED = {"like": "confirm_liked", "dislike": "confirm_disliked", "seen": "confirm_seen", "undo": "confirm_undone"}


class Handlers:
    """The page's side of a `Desk`."""

    def __init__(self, desk: Desk, *, images: tuple[str, ...] = ()) -> None:
        """Pictures of items are shown from the origins ``images`` and from our own."""
        self._desk = desk
        self._images = images
        self._stops = Stops()
        self._drawings = Drawings()

    def load(self, kept: Any, visit: Visit) -> Screen:
        """Draw the page from what is stored. A turn that the reload just cut off is given a moment to end."""
        known = read_kept(kept, self._desk.assistant.catalogs)
        for _ in range(_PATIENCE):
            if not self._stops.busy(known.session_id):
                break
            time.sleep(0.05)
        try:
            scene = self._scene(known, visit)
        except Exception as error:
            return self._blind(known, visit, error)
        return scene.screen(notice=_error(scene.face, "unknown_session") if scene.lost else "")

    def look(self, kept: Any, visit: Visit) -> Screen:
        """What a person wrote meanwhile; nothing changes where nobody did, or while a reply is being written."""
        known = read_kept(kept, self._desk.assistant.catalogs)
        if known.session_id is None or self._stops.busy(known.session_id):
            return Screen(watch=None if known.session_id else False)
        try:
            scene = self._scene(known, visit)
        except Exception as error:
            _log.warning("a page could not look for a person's words: %s", fault(error).code)
            return Screen()
        if not scene.said or scene.said[-1].number == known.heard:
            return Screen(watch=scene.waits)
        return Screen(chat=scene.chat(), kept=scene.keeping, watch=scene.waits)

    async def say(self, kept: Any, visit: Visit, data: Any) -> AsyncGenerator[Screen]:
        """Answer one message, or search again without one wish; the page follows event by event."""
        asked = read_asked(data, SAYINGS)
        if asked is None or not (asked.text.strip() or asked.key):
            return
        known = read_kept(kept, self._desk.assistant.catalogs)
        try:
            scene = await asyncio.to_thread(self._prepare, known, visit, asked)
        except Exception as error:
            yield self._blind(known, visit, error)
            return
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
        known, asked = read_kept(kept, self._desk.assistant.catalogs), read_asked(data, PRESSES)
        if asked is None:
            return Screen()
        scene = Scene(
            self._desk.assistant, self._drawings, known, visit.language(self._desk.assistant), images=self._images
        )
        try:
            self._desk.limits.press(known.session_id, visit.address)
            scene = self._scene(known, visit)
            return self._act(scene, asked, visit)
        except UnknownSession:
            return self.load(kept, visit)
        except Exception as error:
            return Screen(bridge={"trouble": _error(scene.face, fault(error).code), **scene.votes()})

    def _scene(self, kept: Kept, visit: Visit) -> Scene:
        """The conversation as it is stored."""
        return replace(scene_of(self._desk.assistant, self._drawings, kept, visit), images=self._images)

    def _bare(self, kept: Kept, visit: Visit) -> Scene:
        """A conversation of which nothing was read."""
        assistant = self._desk.assistant
        return Scene(assistant, self._drawings, kept, visit.language(assistant), images=self._images)

    def _blind(self, kept: Kept, visit: Visit, error: Exception) -> Screen:
        """The page when nothing can be read: what is wrong, and the way to try again."""
        scene = Scene(
            self._desk.assistant, self._drawings, kept, visit.language(self._desk.assistant), images=self._images
        )
        return scene.screen(failure=_error(scene.face, fault(error).code))

    def _prepare(self, kept: Kept, visit: Visit, asked: Asked) -> Scene:
        """The conversation before the message: begun if there was none, the wish removed."""
        assistant, scene = self._desk.assistant, self._scene(kept, visit)
        if scene.kept.session_id is None:
            session = assistant.open(catalog=scene.kept.catalog)
            scene = replace(scene, kept=scene.kept.using(session.id))
        elif asked.act == "unwish":
            scene = scene.knowing(assistant.edit(scene.kept.session_id, remove=(asked.key,)))
        return scene

    async def _turn(self, scene: Scene, message: str, live: Live, visit: Visit) -> AsyncGenerator[Screen]:
        """The events of one turn as drawings; text is drawn at most `_REDRAWS_PER_SECOND` times a second."""
        session_id, due = scene.kept.session_id or "", 0.0
        with self._stops.running(session_id) as cancel:
            events = self._desk.converse(session_id, message, address=visit.address, cancel=cancel)
            async with aclosing(events):
                async for event in events:
                    live.hear(event)
                    if isinstance(event, Delta) and time.monotonic() < due:
                        continue
                    due = time.monotonic() + 1 / _REDRAWS_PER_SECOND
                    yield Screen(chat=scene.chat(running=live.turn()))

    def _finished(self, before: Scene, visit: Visit, live: Live, failure: str) -> Screen:
        """The page after a turn, from what is stored; a message that could not be kept stays to be sent again."""
        scene = self._scene(before.kept, visit)
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
            self._stops.stop(session_id)
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
        self._desk.metrics.count("feedback_total", kind)
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
        self._stops.stop(session_id)
        self._desk.assistant.memory.erase(session_id)
        self._drawings.forget()
        fresh = self._scene(scene.kept.using(None), visit)
        return fresh.screen(notice=fresh.face.ui("erased"))


def _known(scene: Scene, **told: Any) -> Screen:
    """The parts that show the state, after it changed."""
    wishes, panel = scene.memory()
    return Screen(bridge={**scene.votes(), **told}, wishes=wishes, profile=panel)


def _error(face: Face, code: str) -> str:
    """An error as the page says it."""
    return face.voice.phrase(_ERRORS, face.voice.pick(_ERRORS, code, "other"))
