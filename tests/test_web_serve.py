"""`serve`: the door, its refusals, and the address that is printed."""

from __future__ import annotations

import logging
import socket

import pytest

from bot.errors import SettingsError
from bot.web.serve import address, listen, serve, worth_reading
from tests.web import settings


def test_a_busy_port_is_refused_before_anything_is_loaded(tmp_path):
    """The error names the port and one that is free now; nothing was said, built or written."""
    said = []
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as caught:
            serve(settings(tmp_path, port=port), say=said.append)
    assert str(caught.value) == f"port {port} on 127.0.0.1 is taken"
    free = int(caught.value.hint.partition("--port ")[2].split()[0])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", free))
    assert (said, list(tmp_path.iterdir())) == ([], [])


def test_a_host_that_is_not_ours_is_refused_with_the_remedy():
    """An address of some other machine cannot be listened on."""
    with pytest.raises(SettingsError) as caught:
        listen("192.0.2.1", 0)
    assert "--host" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "root_path", "start", "end"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:", "/"),
        ("0.0.0.0", "", "http://127.0.0.1:", "/"),
        ("127.0.0.1", "bot/", "http://127.0.0.1:", "/bot/"),
    ],
)
def test_the_address_is_one_that_a_browser_here_can_open(tmp_path, host, root_path, start, end):
    """Also when every interface is served, and behind a prefix."""
    with listen(host, 0) as door:
        found = address(door, settings(tmp_path, root_path=root_path))
        assert found == f"{start}{door.getsockname()[1]}{end}"


@pytest.mark.parametrize(
    ("name", "level", "kept"),
    [
        ("bot.assistant", logging.INFO, True),
        ("bot.assistant", logging.DEBUG, False),
        ("bottle", logging.INFO, False),
        ("bm25s", logging.DEBUG, False),
        ("uvicorn.error", logging.WARNING, True),
    ],
)
def test_the_log_keeps_our_news_and_the_warnings_of_others(name, level, kept):
    """Libraries that chatter do not drown what an operator reads."""
    assert worth_reading(logging.LogRecord(name, level, "f", 1, "m", (), None)) is kept
