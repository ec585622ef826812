"""Everything that a page shows of one conversation, read from memory and drawn.

Reads; writes nothing. The page is drawn from what is stored, so a reload shows the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.errors import UnknownSession
from bot.memory import PersonMessage, StoredTurn
from bot.starting import examples
from bot.types import DialogueState, StateChanged
from bot.web.page.conversation import Drawn, begun, conversation, empty, failed, pair
from bot.web.page.drawings import Drawings
from bot.web.page.face import Face
from bot.web.page.profile import profile
from bot.web.page.screen import Kept, Screen, Visit
from bot.web.page.script_words import script_words
from bot.web.page.top import top
from bot.web.page.turns import RUNNING, language
from bot.web.page.wishes import wishes

if TYPE_CHECKING:
    from bot.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Scene:
    """One conversation as it stands. ``lost``: the browser named a session that no longer exists.

    ``said`` is what persons said in it; ``waits``: one has it, or was asked for.
    """

    assistant: Assistant
    drawings: Drawings
    kept: Kept
    locale: str
    turns: Sequence[StoredTurn] = ()
    known: StateChanged | None = None
    lost: bool = False
    images: tuple[str, ...] = ()
    said: Sequence[PersonMessage] = ()
    waits: bool = False
    _faces: dict[str, Face] = field(default_factory=dict)

    @property
    def face(self) -> Face:
        """The words of the page's own language."""
        return self.faces(self.locale)

    def faces(self, locale: str) -> Face:
        """The words of one language; each is made once."""
        if locale not in self._faces:
            self._faces[locale] = self._face(locale)
        return self._faces[locale]

    def screen(self, *, running: StoredTurn | None = None, failure: str = "", notice: str = "") -> Screen:
        """The whole page; see `chat`. A ``notice`` is shown on an empty page and announced."""
        wishes_now, panel = self.memory()
        return Screen(
            top=str(top(self.assistant.catalogs, self.kept.catalog, self.face)),
            chat=self.chat(running=running, failure=failure, notice=notice),
            bridge={**self.votes(), **script_words(self.face), "status": notice},
            kept=self.keeping,
            wishes=wishes_now,
            profile=panel,
            watch=self.waits,
        )

    @property
    def keeping(self) -> dict[str, Any]:
        """What the browser keeps once it shows this."""
        return replace(self.kept, heard=self.said[-1].number if self.said else 0).plain()

    def chat(self, *, running: StoredTurn | None = None, failure: str = "", notice: str = "") -> Drawn:
        """The conversation, with a turn that is not stored (yet) and a failure at its end."""
        if not self.turns and running is None and not failure:
            first = examples(self.assistant.shelf(self.kept.catalog), self.face.voice)
            return empty(first, self.face, notice=notice)
        followed = running is not None or bool(failure)
        past = conversation(
            self.turns, self.faces, self.drawings, locale=self.locale, then=running, last=not followed, said=self.said
        )
        face = self.faces(language(running, self.locale)) if running else self.face
        return [
            *begun(self.face),
            *past,
            *(pair(running, face, self.drawings, number=len(self.turns) + 1, last=not failure) if running else []),
            *(failed(failure, face) if failure else []),
        ]

    def memory(self) -> tuple[str, str]:
        """What the visitor sees of the state: the chips above the message box, and the panel."""
        chips = self.known.chips if self.known else ()
        return str(wishes(chips, self.face)), str(profile(self.known, self.turns, self.face))

    def votes(self) -> dict[str, Any]:
        """What was pressed, by item."""
        state = self.known.state if self.known else DialogueState()
        return {"votes": {"like": list(state.likes), "dislike": list(state.rejected), "seen": list(state.seen)}}

    def knowing(self, known: StateChanged) -> Scene:
        """The same with a newer state."""
        return replace(self, known=known, _faces=self._faces)

    def _face(self, locale: str) -> Face:
        """Words, schema and help pages."""
        shelf = self.assistant.shelf(self.kept.catalog)
        voice = self.assistant.voice(locale, shelf.name)
        return Face(
            voice,
            shelf.items.schema,
            shelf.help.passages,
            page_locale=self.locale,
            help_only=not shelf.items.ids,
            images=self.images,
        )


def scene_of(assistant: Assistant, drawings: Drawings, kept: Kept, visit: Visit) -> Scene:
    """The conversation that the browser remembers; an empty one where there is none, or none any more."""
    accepted = visit.language(assistant)
    if kept.session_id is None:
        return Scene(assistant, drawings, kept, accepted)
    try:
        turns = assistant.memory.turns(kept.session_id)
        known = assistant.profile(kept.session_id)
        said = assistant.memory.hand_overs.messages(kept.session_id)
        over = assistant.memory.hand_overs.latest(kept.session_id)
    except UnknownSession:
        return Scene(assistant, drawings, kept.using(None), accepted, lost=True)
    settled = [replace(turn, status="cut") if turn.status == RUNNING else turn for turn in turns]
    locale, waits = known.state.language if turns else accepted, over is not None and over.status != "resumed"
    return Scene(assistant, drawings, kept, locale, settled, known, said=said, waits=waits)
