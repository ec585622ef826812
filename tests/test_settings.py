"""Settings: precedence, parsing, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings


def test_keyword_beats_environment_beats_profile_beats_default():
    """The nearest choice wins, and None means "not chosen"."""
    environ = {"SHELFTALK_EMBEDDER": "from-env", "SHELFTALK_PORT": "8123", "HOME": "/h"}
    settings = Settings.load(environ=environ, profile="offline", port=9000, reranker=None)
    assert (settings.embedder, settings.port, settings.reranker, settings.style) == (
        "from-env",
        9000,
        "overlap",
        "plain",
    )


def test_text_becomes_the_fields_type():
    """Numbers, lists and paths from the environment are parsed."""
    environ = {
        "SHELFTALK_ALLOWED_ORIGINS": "https://a.example, https://b.example",
        "SHELFTALK_DATA_DIR": "/data",
        "SHELFTALK_TURN_SECONDS": "2.5",
    }
    settings = Settings.load(environ=environ)
    assert (settings.allowed_origins, settings.data_dir, settings.turn_seconds) == (
        ("https://a.example", "https://b.example"),
        Path("/data"),
        2.5,
    )


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({"SHELFTALK_PORT": "many"}, {}),
        ({}, {"port": 70000}),
        ({}, {"profile": "huge"}),
        ({}, {"colour": "red"}),
        ({}, {"writer": "chat"}),
        ({}, {"understander": "psychic"}),
        ({}, {"turns_at_once": 0}),
    ],
)
def test_what_cannot_work_is_refused_with_a_remedy(environ, chosen):
    """A wrong setting names itself and the remedy before anything is loaded."""
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ={"HOME": "/h", **environ}, **chosen)
    assert caught.value.hint


def test_a_language_model_takes_reading_and_writing():
    """One choice puts the model in charge of both, and each can be overridden alone."""
    assert (
        Settings.load(environ={}, chat="http://x/v1").understander_engine,
        Settings.load(environ={}, chat="http://x/v1", writer="composed").writer_engine,
    ) == ("chat", "composed")
