"""An editor's hands and eyes on the workbench."""

from __future__ import annotations

import json
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.browser.chat import RULES
from tests.web import wait_until

TOLD = """() => {
  window.told = [];
  const line = document.querySelector('#told');
  new MutationObserver(() => line.textContent && told.push(line.textContent)).observe(line, { childList: true });
}"""
"""Writes down in ``window.told`` what a screen reader hears."""
_ACTIVE = """() => {
  const active = document.activeElement;
  return active.getAttribute('aria-label') || active.id || active.textContent.trim() || active.tagName.toLowerCase();
}"""
_SMALL = """() => Array.from(document.querySelectorAll('button, summary, select, textarea, input:not([type=checkbox])'))
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 120))"""
_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Hands:
    """One page of one editor."""

    def __init__(self, page: Page, address: str, pictures: str) -> None:
        self.page = page
        self._address = address
        self._pictures = pictures

    def enter(self, token: str, name: str, path: str) -> Hands:
        """Ask for the workbench, sign in on the way, and say who it is."""
        self.page.add_init_script(
            "localStorage.getItem('shelftalk-workbench') || localStorage.setItem('shelftalk-workbench',"
            f" JSON.stringify({{ id: 'browser-of-{name.encode().hex()}', name: {json.dumps(name)} }}))"
        )
        self.page.goto(f"{self._address}/workbench")
        self.find("#token").fill(token)
        self.page.keyboard.press("Enter")
        self.ready()
        return self.go(path) if path else self

    def ready(self) -> Hands:
        """Wait until the page knows what there is."""
        self.find("body[data-ready=true]").wait_for()
        return self

    def go(self, path: str) -> Hands:
        """Open a view, or a prompt, by its address."""
        self.page.evaluate("(path) => { location.hash = path; }", path)
        return self

    def view(self, name: str) -> Hands:
        """Open a view by its link."""
        self.page.get_by_role("navigation", name="Parts of the workbench").get_by_role("link", name=name).click()
        return self

    def find(self, selector: str, **narrower: str) -> Locator:
        """Elements by CSS."""
        return self.page.locator(selector, **narrower)

    def button(self, name: str) -> Locator:
        """A button by its exact accessible name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def wording(self, key: str, number: int = 0) -> Locator:
        """The field of one wording; its phrase is unfolded."""
        phrase = self.find(f"[data-key='{key}']")
        phrase.wait_for()
        if phrase.get_attribute("open") is None:
            phrase.locator("summary").click()
        return self.find(f"[data-key='{key}'] textarea").nth(number)

    def saved(self) -> Hands:
        """Wait until the draft is saved."""
        self.find(".draft-state[data-state=saved]").wait_for()
        return self

    def state(self, name: str) -> Hands:
        """Wait for what the draft's line says."""
        self.find(f".draft-state[data-state={name}]").wait_for()
        return self

    def until(self, expression: str) -> Hands:
        """Wait until an expression is true (Playwright's own way needs `unsafe-eval`, which the page forbids)."""
        wait_until(lambda: self.page.evaluate(expression), seconds=60)
        return self

    def texts(self, selector: str) -> list[str]:
        """The visible text of each element, in order."""
        return [" ".join(text.split()) for text in self.find(selector).all_inner_texts()]

    def focused(self) -> str:
        """The accessible name, id or text of the focused element."""
        return self.page.evaluate(_ACTIVE)

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 A and AA, what is too small to press, and what sticks out sideways."""
        options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(RULES)}}
        found = Axe().run(self.page, options=options)
        told = [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        wide = self.page.evaluate(_WIDE)
        return [*told, *self.page.evaluate(_SMALL), *([f"{wide} px too wide"] if wide > 0 else [])]

    def picture(self, name: str) -> None:
        """Keep how it looks now, where somebody asked for it."""
        if self._pictures:
            Path(self._pictures).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(self._pictures) / f"{name}.png", full_page=False)
