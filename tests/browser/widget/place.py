"""The widget's server, somebody's site on another origin, and a real Chromium between them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.conftest import GENEROUS, PHONE
from tests.browser.scripted import ScriptedAssistant
from tests.browser.widget.hands import Hands
from tests.browser.widget.site import Site, site
from tests.web import served, settings

PICTURES = os.environ.get("SHELFTALK_TEST_PICTURES", "")


class Place:
    """``site`` carries the widget of the server at ``address``; both are real servers on loopback."""

    def __init__(self, host: Site, address: str, assistant: ScriptedAssistant, browser: Browser) -> None:
        self.site = host
        self.address = address
        self.assistant = assistant
        self._browser = browser

    @contextmanager
    def visits(self, name: str) -> Iterator[Any]:
        """Opens pages, each for a visitor of its own: ``visit("/page")``, ``visit(width=390, phone=True)``.

        Ends with a look at the console: an error there, above all one of the content policy, fails the test, unless it
        tells of a request that was meant to fail; so does a request to an origin that is not ``visit.known``.
        """
        contexts, faults, known = [], [], [self.site.address, self.address, "blob:"]
        policy = self.site.policy

        def visit(path: str = "/plain", *, width: int = 1280, height: int = 800, timezone: str = "UTC", **media: Any):
            kind = PHONE if media.pop("phone", False) else {}
            context = self._browser.new_context(locale="en", timezone_id=timezone, **kind)
            contexts.append(context)
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(**{"color_scheme": "light", "reduced_motion": "no-preference", **media})
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
            page.on("request", lambda one: one.url.startswith(tuple(known)) or faults.append(one.url))
            return Hands(page).goto(self.site.address + path)

        visit.known = known
        yield visit
        if contexts and contexts[-1].pages:
            Hands(contexts[-1].pages[0]).picture(name, PICTURES)
        for context in contexts:
            context.close()
        self.site.policy = policy
        unexpected = [fault for fault in faults if not fault.startswith("Failed to load resource")]
        assert unexpected == [], unexpected


@contextmanager
def place(folder: Path, browser: Browser, **chosen: Any) -> Iterator[Place]:
    """Two servers for one browser; ``chosen`` are settings of the widget's server."""
    with site() as host:
        assistant = ScriptedAssistant(catalogs=("films", "outdoor"))
        known = settings(folder, **{**GENEROUS, "allowed_origins": (host.address,), **chosen})
        with served(assistant, known) as address:
            host.embed(address)
            host.page("/plain")
            yield Place(host, address, assistant, browser)
