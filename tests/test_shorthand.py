"""Shorthand: written out where it is shorthand, and nowhere else."""

from __future__ import annotations

import pytest

from bot.engines.lexical.shorthand import written_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whats smth like it w/o zombies", "what's something like it without zombies"),
        ("y did u pick that", "why did you pick that"),
        ("how much is it n how heavy", "how much is it and how heavy"),
        ("do ya do click n collect", "do you do click and collect"),
        ("id like one, thx", "i'd like one, thanks"),
        ("is it ok w dogs", "is it ok with dogs"),
        ("cant stand em", "can't stand them"),
    ],
)
def test_what_people_type_on_a_phone_is_written_out(typed, meant):
    """Each word for itself, the rest as it stands."""
    assert written_out(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "U-571",
        "rated U",
        "W. and Nixon",
        "my id card",
        "the r value",
        "n",
        "vitamin u",
        "Y Tu Mamá También",
        "one-w",
    ],
)
def test_letters_that_are_letters_stay(text):
    """Capitals, names, hyphens, a letter at an end."""
    assert written_out(text) == text
