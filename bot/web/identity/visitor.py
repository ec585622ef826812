"""Who asks: a visitor whom a token names, or whoever holds the id of an anonymous session; and which session is theirs.

A verified visitor's sessions answer to the token alone: their ids are names, and no secrets. The first request that
carries a token beside the id of an anonymous session makes that session the visitor's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import InvalidRequest, UnknownSession
from bot.memory.ids import is_outward
from bot.types import PageContext
from bot.web.errors import NoSession
from bot.web.identity.claims import Identity
from bot.web.identity.context import joined, placed
from bot.web.identity.refusals import IdentityRefused

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.memory import Session

_HINT = "send the session_id of a reply in the header X-Session, or as a bearer token"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever sent one request. ``named`` is the session that its headers name, "" for none."""

    assistant: Assistant
    identity: Identity | None = None
    named: str = ""

    @property
    def who(self) -> str | None:
        """What limits count this visitor by."""
        return self.subject or self.named or None

    @property
    def subject(self) -> str | None:
        """What a verified visitor is known by, None for all others."""
        return self.identity.subject if self.identity else None

    def latest(self, named: str | None = None) -> str | None:
        """The named session, else the one that a verified visitor used last; None for one who has none yet.

        Raises:
            NoSession: neither a session is named nor a visitor.
            UnknownSession: it does not exist, or is somebody else's.
            IdentityRefused: it is about another catalogue than the token.
        """
        id_ = named or self.named
        if self.identity is None:
            if not id_:
                raise NoSession("this request names no session", hint=_HINT)
            return _checked(id_)
        if not id_:
            return self.assistant.memory.visitors.latest(self.identity.subject)
        return self._own(_checked(id_), self.identity)

    def session(self, named: str | None = None) -> str:
        """As `latest`, where there has to be one. Raises what that raises."""
        found = self.latest(named)
        if found is None:
            raise UnknownSession("this visitor has no session yet", hint="begin one with POST /v1/sessions or /v1/chat")
        return found

    def open(self, named: str | None = None, *, catalog: str | None = None) -> Session:
        """The session to talk in: the named one, else the latest of a verified visitor, else a new one.

        Raises:
            UnknownSession, UnknownCatalog: there is none such, or it is somebody else's.
            IdentityRefused: the token is for another catalogue.
            InvalidRequest: the session is about another catalogue.
        """
        self.require(catalog)
        id_ = (named and _checked(named)) if self.identity is None else self.latest(named)
        if id_ is None:
            return self.begin(catalog=catalog)
        session = self.assistant.open(id_, catalog=catalog)
        if catalog and session.catalog != catalog:
            raise InvalidRequest(
                f"this session is about {session.catalog}, not {catalog}",
                hint="leave out catalog, or leave out session_id to begin a new session",
            )
        return session

    def begin(self, *, catalog: str | None = None) -> Session:
        """A new session. Raises UnknownCatalog, IdentityRefused."""
        self.require(catalog)
        if self.identity is None:
            return self.assistant.open(catalog=catalog)
        if self.named:
            with suppress(UnknownSession):  # one that is gone, or somebody else's, is no reason not to begin
                self.latest()  # what was said before signing in is not lost
        known = self.assistant.prompts.locales()
        spoken = (self.identity.locale, self.identity.locale.replace("_", "-").partition("-")[0])
        language = next((locale for locale in spoken if locale in known), "en")
        begun = self.assistant.memory.visitors.begin(
            self.identity.subject, catalog=self.identity.catalog, language=language
        )
        return self.assistant.open(begun, catalog=self.identity.catalog)

    def require(self, catalog: str | None) -> None:
        """Refuse a token for another catalogue than the one that is asked; one that names none asks its token's."""
        if self.identity is not None and catalog is not None and catalog != self.identity.catalog:
            raise IdentityRefused("identity_audience")

    def catalog(self, asked: str | None) -> str | None:
        """The catalogue to look into: the one that is asked, else the token's. Raises IdentityRefused as `require`."""
        self.require(asked)
        return asked or (self.identity.catalog if self.identity else None)

    def context(self, said: dict[str, str]) -> PageContext:
        """Where the visitor is: what the request ``said``, over what the token says, and who that is."""
        if self.identity is None:
            return placed(said)
        return joined(self.identity.context, said, visitor=self.identity.sub, name=self.identity.name)

    def _own(self, session_id: str, identity: Identity) -> str:
        """The visitor's session that goes by that id; an anonymous one is theirs from now on."""
        visitors = self.assistant.memory.visitors
        if found := visitors.find(identity.subject, session_id):
            return found
        try:
            return self._claimed(session_id, identity)
        except UnknownSession:  # unless another request of this visitor was faster: a page sends several at a time
            if found := visitors.find(identity.subject, session_id):
                return found
            raise

    def _claimed(self, session_id: str, identity: Identity) -> str:
        """An anonymous session, moved to the visitor."""
        if self.assistant.open(session_id).catalog != identity.catalog:
            raise IdentityRefused("identity_audience")
        return self.assistant.claim(session_id, identity.subject)


def _checked(session_id: str) -> str:
    """Refuse what only we ourselves may call a session."""
    if not is_outward(session_id):
        raise UnknownSession("this session does not exist", hint="start a new one; it may have been erased")
    return session_id
