"""Parts of a series by their number."""

from __future__ import annotations

import pytest

from bot.engines.lexical.title_series import Series

TITLES = {
    "stone": "Harry Potter and the Philosopher's Stone (Harry Potter, #1)",
    "prisoner": "Harry Potter and the Prisoner of Azkaban (Harry Potter, #3)",
    "all": "Harry Potter Boxed Set (Harry Potter, #1-7)",
    "one": "The Godfather",
    "two": "The Godfather Part II",
    "lone": "Alien",
    "empire": "The Final Empire (Mistborn, #1)",
    "a": "Annals, #2",
    "b": "Annals #2",
}


@pytest.mark.parametrize(
    ("name", "number", "meant"),
    [
        (("harry", "potter"), "3", "prisoner"),
        (("harry", "potter"), "1", "stone"),
        (("the", "godfather"), "2", "two"),
        (("godfather",), "1", "one"),
        (("mistborn",), "1", "empire"),
        (("alien",), "1", None),
        (("harry", "potter"), "2", None),
        (("annals",), "2", None),
    ],
)
def test_a_number_means_the_part_that_has_it(name, number, meant):
    """One alone; of a series without numbers, of a part that is not here and of namesakes nothing is told."""
    assert Series(TITLES).part(name, number) == meant
