"""A server over the films that publishes, its visitors, and real browsers of editors who are signed in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bot.assistant import Assistant
from bot.build import library
from bot.memory import open_memory
from tests import films
from tests.browser.conftest import GENEROUS, PHONE
from tests.browser.workbench.hands import Hands
from tests.web import served, settings

PICTURES = os.environ.get("SHELFTALK_TEST_PICTURES", "")
TOKEN = "a-token-for-the-workbench"
TALK = ("something like Alien but funnier, after 1990", "a French comedy from the 1960s")


class Place:
    """One running server. ``assistant`` is the one that it serves, ``talked`` what two visitors said and heard."""

    def __init__(self, address: str, assistant: Assistant, browser: Browser) -> None:
        self.address = address
        self.assistant = assistant
        self.talked: dict[str, str] = {}
        self._browser = browser

    def said(self, message: str) -> str:
        """What a new visitor hears."""
        return films.text(films.said(self.assistant, self.assistant.open().id, message))

    @contextmanager
    def editors(self, test: str) -> Iterator[Any]:
        """Opens the workbench, each time in a browser of its own: ``edit("Ada", width=390, phone=True)``.

        Ends with a look at the consoles: an error there, above all one of the content policy, fails the test, unless
        it tells of a request that was meant to be refused; so does a request to anywhere else.
        """
        contexts, faults = [], []

        def edit(name: str = "Ada", *, path: str = "", width: int = 1280, height: int = 860, **options: Any) -> Hands:
            kind = PHONE if options.pop("phone", False) else {}
            context = self._browser.new_context(locale=options.pop("locale", "en"), timezone_id="UTC", **kind)
            contexts.append(context)
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(**{"color_scheme": "light", "reduced_motion": "no-preference", **options})
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
            page.on("request", lambda one: one.url.startswith(self.address) or faults.append(one.url))
            return Hands(page, self.address, PICTURES).enter(TOKEN, name, path)

        yield edit
        if contexts and contexts[-1].pages:
            Hands(contexts[-1].pages[0], self.address, PICTURES).picture(test)
        for context in contexts:
            context.close()
        unexpected = [fault for fault in faults if not fault.startswith("Failed to load resource")]
        assert unexpected == [], unexpected


@contextmanager
def place(folder: Path, browser: Browser, *, with_page: bool = False) -> Iterator[Place]:
    """A fresh server that nobody edited yet; two visitors have talked."""
    chosen = settings(folder, **GENEROUS, operator_token=TOKEN)
    served_shelf = films.shelf()
    memory = open_memory(f"sqlite:///{folder / 'memory.db'}")
    assistant = Assistant({"films": lambda: served_shelf}, memory, library(chosen))
    with served(assistant, chosen, with_page=with_page) as address:
        found = Place(address, assistant, browser)
        for message in TALK:
            found.talked[message] = found.said(message)
        yield found
