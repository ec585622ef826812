"""Where the support desk is: a URL that may be posted to. Encrypted, unless it never leaves this machine."""

from __future__ import annotations

import ipaddress

import httpx

from bot.errors import SettingsError

VARIABLE = "SHELFTALK_HANDOVER_URL"


def desk_address(text: str) -> httpx.URL | None:
    """The desk's URL, None for none. Raises SettingsError; nothing of the URL but its host is ever shown."""
    if not text.strip():
        return None
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.fragment:
        raise SettingsError(f"{VARIABLE} is no web address", hint="write it as https://desk.example/hooks/shelftalk")
    if url.userinfo:
        raise SettingsError(
            f"{VARIABLE} carries a name or a password",
            hint="leave them out; every webhook is signed with SHELFTALK_HANDOVER_SECRET",
        )
    if url.scheme == "http" and not _is_this_machine(url.host):
        raise SettingsError(
            f"{VARIABLE} is not encrypted, and {url.host} is not this machine",
            hint="use https; conversations of visitors are sent there",
        )
    return url


def _is_this_machine(host: str) -> bool:
    """Whether a host name or address is the loopback."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
