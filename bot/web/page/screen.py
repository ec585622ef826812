"""What one answer of the server changes on the page, and what the browser may tell the server. Both plain data.

The browser is not trusted: its memory and its presses are read field by field, bounded, and only as far as known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.web.languages import language_of
from bot.web.page.conversation import Drawn

if TYPE_CHECKING:
    from bot.assistant import Assistant

PRESSES = frozenset(
    {"like", "dislike", "seen", "undo", "reason", "click", "stop", "forget", "export", "erase", "catalog"}
)
SAYINGS = frozenset({"say", "unwish"})
_LONGEST_NAME = 500
_LONGEST_TEXT = 40_000


@dataclass(frozen=True, slots=True)
class Screen:
    """New values for the parts of the page; None leaves a part as it is.

    ``bridge`` goes to the script: ``words`` and ``locale``, ``votes``, ``status`` to announce, ``trouble`` to show,
    a ``download``. ``watch``: whether the browser asks now and then what a person wrote.
    """

    top: str | None = None
    chat: Drawn | None = None
    wishes: str | None = None
    profile: str | None = None
    bridge: Mapping[str, Any] | None = None
    kept: Mapping[str, Any] | None = None
    watch: bool | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What the browser keeps: the catalogue in use, the secret session id of each, and the number of the last message
    of a person that it shows.
    """

    catalog: str
    sessions: Mapping[str, str] = field(default_factory=dict)
    heard: int = 0

    @property
    def session_id(self) -> str | None:
        """The session of the catalogue in use; None before the first message."""
        return self.sessions.get(self.catalog)

    def using(self, session_id: str | None) -> Kept:
        """The same with another session (None: none) for the catalogue in use."""
        others = {name: known for name, known in self.sessions.items() if name != self.catalog}
        return Kept(self.catalog, others if session_id is None else {**others, self.catalog: session_id})

    def plain(self) -> dict[str, Any]:
        """As the browser stores it."""
        return {"catalog": self.catalog, "sessions": dict(self.sessions)} | (
            {"heard": self.heard} if self.heard else {}
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """One press or message, as far as it makes sense."""

    act: str
    id: str = ""
    key: str = ""
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks: the network address, and the languages that the browser prefers."""

    address: str = ""
    languages: str = ""

    def language(self, assistant: Assistant) -> str:
        """The language to speak before the visitor has said anything."""
        return language_of(self.languages, assistant.prompts.locales())


def read_kept(value: Any, catalogs: Sequence[str]) -> Kept:
    """The browser's memory; whatever does not fit is forgotten."""
    stored = value if isinstance(value, Mapping) else {}
    sessions = stored.get("sessions") if isinstance(stored.get("sessions"), Mapping) else {}
    known = {
        name: id_
        for name in catalogs
        if isinstance(id_ := (sessions or {}).get(name), str) and 0 < len(id_) <= _LONGEST_NAME
    }
    catalog = stored.get("catalog")
    named = isinstance(catalog, str) and catalog in catalogs
    heard = stored.get("heard")
    last = heard if isinstance(heard, int) and not isinstance(heard, bool) and 0 < heard < 2**31 else 0
    return Kept(str(catalog) if named else next(iter(catalogs), ""), known, last)


def read_asked(data: Any, known: frozenset[str]) -> Asked | None:
    """A press or message, None when its act is not one of ``known``."""
    fields = data if isinstance(data, Mapping) else {}
    act = fields.get("act")
    if not isinstance(act, str) or act not in known:
        return None
    return Asked(
        act,
        id=_text(fields.get("id"), _LONGEST_NAME),
        key=_text(fields.get("key"), _LONGEST_NAME),
        text=_text(fields.get("text"), _LONGEST_TEXT),
        reason=_text(fields.get("reason"), 80),
    )


def _text(value: Any, longest: int) -> str:
    """A bounded text without NUL characters; anything else is ``""``."""
    return value[:longest].replace("\x00", "") if isinstance(value, str) else ""
