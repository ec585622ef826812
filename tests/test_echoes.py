"""Which words of a wish a text says too: by their letters, in another form, and never under a denial."""

from __future__ import annotations

import pytest

from bot.echoes import echoed, telling


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("about getting old", ("old",)),
        ("with clever dialogue", ("clever", "dialogue")),
        ("a film for a rainy Sunday", ("rainy", "Sunday")),
        ("something about it", ()),
        ("Snow, snow", ("Snow",)),
    ],
)
def test_what_a_wish_says_of_an_item(wish: str, words: tuple[str, ...]) -> None:
    """Not the words that frame it; as they were written, each once."""
    assert telling(wish) == words


@pytest.mark.parametrize(
    ("wish", "text", "words"),
    [
        ("zombies", "the modern zombie's roots", {"zombies": "zombie"}),
        ("for muddy trails", "Sloppy mud packs the trail", {"muddy": "mud", "trails": "trail"}),
        ("funnier", "A funny, warm film", {"funnier": "funny"}),
        ("cycling", "made to cycle in", {"cycling": "cycle"}),
        ("to cry", "a good Cry", {"cry": "Cry"}),
        ("lighter", "golden light on the sea", {}),
        ("for a party", "a part of it", {}),
        ("that counts", "in another country", {}),
        ("rain", "keeps no rain out", {}),
        ("zombies", "without any zombies", {}),
        ("without zombies", "zombies everywhere", {}),
        ("café", "a cafe by the sea", {"café": "cafe"}),
        ("less sad", "a sad puzzle", {}),
    ],
)
def test_the_same_word_in_another_form(wish: str, text: str, words: dict[str, str]) -> None:
    """What only looks alike, what is denied, and what a wish denies is not said by both."""
    assert echoed(wish, text) == words


def test_short_words_may_be_left_out() -> None:
    """ "Old" is in many a description that says nothing of age."""
    assert echoed("old friends", "two twelve-year-olds, friends", shortest=4) == {"friends": "friends"}
    assert echoed("old friends", "old friends") == {"old": "old", "friends": "friends"}
