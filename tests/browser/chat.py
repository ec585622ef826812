"""A visitor's hands and eyes on the chat page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


class Chat:
    """One page of one visitor."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address

    def open(self) -> Chat:
        """Load the page and wait until it is drawn."""
        self.page.goto(self._address)
        self.page.wait_for_selector("body[data-ready=true] :is(.st-welcome, .st-opening)")
        return self

    def reload(self) -> Chat:
        """Load it again."""
        self.page.reload()
        self.page.wait_for_selector("body[data-ready=true] :is(.st-welcome, .st-opening)")
        return self

    def find(self, selector: str) -> Locator:
        """Elements by CSS."""
        return self.page.locator(selector)

    def button(self, name: str) -> Locator:
        """A button by its exact accessible name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def say(self, text: str, *, wait: bool = True) -> Chat:
        """Type and press Enter; wait for the end of the turn."""
        return self.during(lambda: (self.find("#st-input").fill(text), self.page.keyboard.press("Enter")), wait=wait)

    def during(self, act: Any, *, wait: bool = True) -> Chat:
        """Do something that starts a turn; wait for its message, then for its end."""
        before = self.page.evaluate(_TURN)
        act()
        self.page.wait_for_function(f"before => {_TURN} !== before", arg=before)
        return self.ended() if wait else self

    def ended(self) -> Chat:
        """Wait until nothing runs."""
        self.page.wait_for_selector("#st-chat [role=log][aria-busy=false]")
        self.page.wait_for_selector(".st-turn[data-status=running]", state="detached")
        return self

    def focused(self) -> str:
        """The accessible name or id of the focused element."""
        return self.page.evaluate(
            "(e => e.getAttribute('aria-label') || e.id || e.textContent.trim())(document.activeElement)"
        )

    def texts(self, selector: str) -> list[str]:
        """The visible text of each element, in order."""
        return [" ".join(text.split()) for text in self.find(selector).all_inner_texts()]

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 A and AA, once the page has put the framework's own labels right."""
        self.page.wait_for_function("!document.querySelector('[role=log] [data-testid][aria-label]')", timeout=2000)
        found = Axe().run(
            self.page, options={"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(RULES)}}
        )
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels something sticks out sideways."""
        return self.page.evaluate(
            "Math.max(document.documentElement.scrollWidth - innerWidth,"
            " ...Array.from(document.querySelectorAll('#st-chat [role=log], .st-card, .st-bubble'),"
            " e => e.scrollWidth - e.clientWidth))"
        )


_TURN = (
    "Array.from(document.querySelectorAll('.st-bubble, .st-turn, .st-error'),"
    " e => [e.textContent, e.dataset.turn, e.dataset.status]).join()"
)
