"""A visitor's hands and eyes on the widget, on a page of somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.browser.chat import RULES
from tests.web import wait_until

SHADOW = "document.querySelector('shelftalk-widget').shadowRoot"
TOLD = f"""() => {{
  window.told = [];
  const line = {SHADOW}.querySelector('[role=status]');
  new MutationObserver(() => line.textContent && told.push(line.textContent)).observe(line, {{ childList: true }});
}}"""
"""Writes down in ``window.told`` what a screen reader hears."""
_ACTIVE = """() => {
  let active = document.activeElement;
  while (active.shadowRoot && active.shadowRoot.activeElement) active = active.shadowRoot.activeElement;
  return active.getAttribute('aria-label') || active.id || active.textContent.trim() || active.tagName.toLowerCase();
}"""
_KEPT = "() => Object.fromEntries(Object.entries(sessionStorage).map(([name, value]) => [name, JSON.parse(value)]))"


class Hands:
    """One page with the widget. CSS reaches into its shadow root."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def goto(self, address: str) -> Hands:
        """Load a page and wait for the launcher."""
        self.page.goto(address)
        self.find(".launcher").wait_for()
        return self

    def reload(self) -> Hands:
        """Load it again."""
        self.page.reload()
        self.find(".launcher").wait_for()
        return self

    def open(self) -> Hands:
        """Press the launcher; wait until the panel knows what it opens with, and stands still."""
        self.find(".launcher").click()
        self.find(":is(.welcome, .opening)").wait_for()
        self.until(f"{SHADOW}.querySelector('.panel').getAnimations().every((one) => one.playState !== 'running')")
        return self.ended()

    def find(self, selector: str) -> Locator:
        """Elements by CSS."""
        return self.page.locator(selector)

    def button(self, name: str) -> Locator:
        """A button by its exact accessible name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def box(self) -> Locator:
        """The message box."""
        return self.find("#message")

    def say(self, text: str, *, wait: bool = True) -> Hands:
        """Type and press Enter; wait for the end of the turn."""
        before = self.find(".pair").count()
        self.box().fill(text)
        self.box().press("Enter")
        if wait:
            self.find(f".pair:nth-child({before + 1})").wait_for()
            self.ended()
        return self

    def ended(self) -> Hands:
        """Wait until nothing runs."""
        self.find(".log[aria-busy=false]").wait_for()
        return self

    def until(self, expression: str) -> Hands:
        """Wait until an expression is true (Playwright's own way needs `unsafe-eval`, which the page forbids)."""
        wait_until(lambda: self.page.evaluate(expression), seconds=60)
        return self

    def texts(self, selector: str) -> list[str]:
        """The visible text of each element, in order."""
        return [" ".join(text.split()) for text in self.find(selector).all_inner_texts()]

    def focused(self) -> str:
        """The accessible name, id or text of the focused element, in the widget or on the page."""
        return self.page.evaluate(_ACTIVE)

    def kept(self) -> dict[str, Any]:
        """What the page's session storage holds."""
        return self.page.evaluate(_KEPT)

    @property
    def session(self) -> str:
        """The session's id."""
        (kept,) = self.kept().values()
        return kept["session"]

    def violations(self) -> list[str]:
        """What axe finds on the whole page against WCAG 2.2 A and AA."""
        options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(RULES)}}
        found = Axe().run(self.page, options=options)
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    def picture(self, name: str, folder: str) -> None:
        """Keep how it looks now, where somebody asked for it."""
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")


def asked(request: Any) -> dict[str, Any]:
    """The JSON body of a request of the page."""
    return json.loads(request.post_data)
