"""What the workbench's routes share: its rules and its bench behind the operator's gate, editors, names of prompts."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import Field

from bot.errors import InvalidRequest
from bot.prompting.cases import Case, Expect, of_turn, slug
from bot.prompting.drafts import Editor
from bot.prompting.workshop import Workshop
from bot.types import DialogueState
from bot.web.bench import Bench
from bot.web.languages import language_of
from bot.web.routes.asking import Body, Name, Text
from bot.web.routes.operator import OperatorDesk

Line = Annotated[Text, Field(max_length=300)]
Locale = Annotated[Text, Field(min_length=2, max_length=20)]


async def workshop(request: Request, desk: OperatorDesk) -> Workshop:
    """The rules, for an operator alone."""
    found: Workshop = request.app.state.workshop
    return found


async def bench(request: Request, desk: OperatorDesk) -> Bench:
    """Where prompts are tried, for an operator alone."""
    found: Bench = request.app.state.bench
    return found


async def spoken_locale(request: Request, shop: Rules) -> str:
    """The language of the page that asks."""
    locales = shop.assistant.prompts.locales()
    return language_of(request.headers.get("accept-language", ""), locales)


async def editor_id(editor: Annotated[str, Query(max_length=64)] = "") -> str:
    """The id of the browser that asks, as `?editor=` tells it; it only says which drafts are its own."""
    return editor


Rules = Annotated[Workshop, Depends(workshop)]
Place = Annotated[Bench, Depends(bench)]
PageLocale = Annotated[str, Depends(spoken_locale)]
EditorId = Annotated[str, Depends(editor_id)]


class EditorBody(Body):
    """Who edits: the id of their browser, and the name that they typed."""

    id: Annotated[Text, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    name: Annotated[Text, Field(min_length=1, max_length=60, pattern=r"\S")]

    def read(self) -> Editor:
        """As the rules know it."""
        return Editor(self.id, self.name.strip())


class Slot(Body):
    """One prompt in one language."""

    name: Name
    language: Locale = "en"


class Turn(Body):
    """A stored turn: its session, or the first digits of its key, and its number or id."""

    session: Name
    turn: Name


class Asked(Body):
    """One turn: a stored one, or a message that is typed."""

    turn: Turn | None = None
    message: Annotated[Text, Field(min_length=1, max_length=4000)] | None = None
    catalog: Name | None = None
    language: Locale = "en"

    def case(self, shop: Workshop, *, name: str = "", expect: Expect | None = None) -> Case:
        """The turn as a case. Raises UnknownSession, UnknownCatalog, InvalidRequest."""
        if (self.turn is None) == (self.message is None):
            raise InvalidRequest("name a turn or a message", hint="one of the two")
        if self.turn is not None:
            past = shop.assistant.memory.past.turn(self.turn.session, self.turn.turn)
            return of_turn(past, name=name, expect=expect)
        message = self.message or ""
        catalog = shop.assistant.shelf(self.catalog).name
        state = DialogueState(language=self.language)
        return Case(name or slug(message), catalog, message, expect or Expect(), state=state)
