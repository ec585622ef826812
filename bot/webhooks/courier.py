"""The courier: takes webhooks out of the outbox and posts them to the support desk, in threads of its own.

A restart loses nothing: what was not delivered is still in the outbox. The desk may see a webhook twice, under the same
id, when its answer was lost. Nothing of a body, of the URL's path or of a secret is logged.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from bot.errors import SettingsError, ShelftalkError
from bot.memory.outbox import Delivery, Outbox
from bot.settings import Settings
from bot.webhooks.address import desk_address
from bot.webhooks.backoff import again_in
from bot.webhooks.signing import HINT, VARIABLE, Signing

_log = logging.getLogger(__name__)

Count = Callable[[str], None]

SECONDS = 10.0
"""How long the desk may take for each step of an answer."""
THREADS = 2
"""A desk that is slow with one conversation does not keep all others waiting."""
IDLE = 1.0
"""Seconds between two looks into the outbox: another process may have put something in."""
_GONE = 410
_STOPPING_SECONDS = 2.0


class Courier:
    """Delivers to one desk. ``count`` hears "delivered", "failed" or "dead" after every attempt."""

    def __init__(
        self, outbox: Outbox, url: httpx.URL, signing: Signing, *, count: Count = lambda outcome: None
    ) -> None:
        self._outbox = outbox
        self._url = url
        self._signing = signing
        self._count = count
        self._client = httpx.Client(timeout=httpx.Timeout(SECONDS), follow_redirects=False)

    def run(self, ended: threading.Event) -> None:
        """Deliver until ``ended``; a database that fails is tried again."""
        while not ended.is_set():
            seen = self._outbox.changes
            try:
                if self.deliver_one():
                    continue
            except ShelftalkError as error:
                _log.error("the outbox could not be read: %s", error)
                ended.wait(IDLE)
                continue
            self._outbox.rest(IDLE, since=seen)

    def deliver_one(self) -> bool:
        """Make one attempt at what is due first; whether there was anything."""
        delivery = self._outbox.claim()
        if delivery is None:
            return False
        problem, asked, gone = self._post(delivery)
        fields = {"webhook": delivery.id, "attempt": delivery.attempts, "problem": problem}
        if not problem:
            self._outbox.delivered(delivery)
            self._told("delivered", fields)
            return True
        wait = None if gone else again_in(delivery.attempts, asked=asked)
        self._outbox.failed(delivery, problem, again_in=wait)
        self._told("dead" if wait is None else "failed", fields)
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _told(self, outcome: str, fields: dict[str, object]) -> None:
        """Count it, and write its line."""
        self._count(outcome)
        level = {"delivered": logging.INFO, "failed": logging.WARNING, "dead": logging.ERROR}[outcome]
        _log.log(
            level, "webhook %s", outcome, extra={"fields": {name: value for name, value in fields.items() if value}}
        )

    def _post(self, delivery: Delivery) -> tuple[str, float | None, bool]:
        """One request: the problem ("" for none), the desk's Retry-After, and whether it wants no more of them."""
        headers = {"Content-Type": "application/json", **self._signing.headers(delivery.id, delivery.body)}
        try:
            with self._client.stream("POST", self._url, content=delivery.body.encode(), headers=headers) as response:
                status, later = response.status_code, response.headers.get("retry-after", "")
        except httpx.TimeoutException:
            return "no answer in time", None, False
        except httpx.HTTPError as error:
            return type(error).__name__, None, False
        if 200 <= status < 300:
            return "", None, False
        return f"HTTP {status}", _seconds(later), status == _GONE


def desk_of(settings: Settings) -> tuple[httpx.URL | None, Signing]:
    """Where the desk is, None for none, and what both sides sign with. Raises SettingsError."""
    url, signing = desk_address(settings.handover_url), Signing.read(settings)
    if url is not None and not len(signing):
        raise SettingsError("SHELFTALK_HANDOVER_URL is set, and no secret to sign with", hint=f"set {VARIABLE}; {HINT}")
    return url, signing


@contextmanager
def delivering(outbox: Outbox, settings: Settings, *, count: Count = lambda outcome: None) -> Iterator[None]:
    """While inside, what is put into ``outbox`` is delivered; without a desk nothing happens. Raises SettingsError."""
    url, signing = desk_of(settings)
    if url is None or not outbox.is_open:
        yield
        return
    courier, ended = Courier(outbox, url, signing, count=count), threading.Event()
    threads = [threading.Thread(target=courier.run, args=(ended,), name="courier", daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        outbox.poke()
        for thread in threads:
            thread.join(_STOPPING_SECONDS)
        courier.close()


def _seconds(header: str) -> float | None:
    """A Retry-After in seconds; one that is a date, or nonsense, is as none."""
    try:
        found = float(header)
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None
