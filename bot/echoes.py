"""The words of a wish that a text says too: the same word in another form, and not under a denial.

What two words have in common is told by their letters alone, and where letters can mislead ("lighter" and "light",
"party" and "part") nothing is said to be in common. Knows no embedding, no item and no phrase.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.claim_words import claim_words
from vectorstore.words import STOP_WORDS, fold, stem

SHORTEST = 3
"""A word that says something has so many letters at least, and so has what is left of one without its ending."""
REACH = 2
"""A denial reaches over so many words: "no trace of zombies" says nothing of zombies."""
LESSENING = frozenset({"less", "fewer"})
"""Words of a wish that what follows is not to be found."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_POSSESSIVE = re.compile(r"['’]s$")
_ENDINGS = (("ing", SHORTEST), ("ed", SHORTEST), ("ly", 4), ("ness", 4), ("ful", 4))
"""What may be added to a word, and the letters that must stand before it."""


def telling(wish: str) -> tuple[str, ...]:
    """The words of a wish that say something about an item, as they were written, each once."""
    words = claim_words("en")
    idle = STOP_WORDS | words.frame | words.negators
    found: dict[str, str] = {}
    for word in _WORD.findall(wish):
        if len(word) >= SHORTEST and not {word.casefold(), *_forms(stem(fold(word)))} & idle:
            found.setdefault(fold(word), word)
    return tuple(found.values())


def echoed(wish: str, text: str, *, shortest: int = SHORTEST) -> dict[str, str]:
    """Those of the telling words that ``text`` says too -> as it says them; none of a wish that denies or lessens.

    Words of the text whose stem has fewer letters than ``shortest`` do not count.
    """
    denials = claim_words("en").negators
    if (denials | LESSENING) & set(wish.casefold().split()):
        return {}
    said = _WORD.findall(text)
    lower = [word.casefold() for word in said]
    heard: dict[str, str] = {}
    for place, word in enumerate(said):
        if len(stem(fold(word))) >= shortest and not denials & set(lower[max(0, place - REACH) : place]):
            for form in _forms(stem(fold(word))):
                heard.setdefault(form, _POSSESSIVE.sub("", word))
    found = {word: sorted(_forms(stem(fold(word))) & heard.keys()) for word in telling(wish)}
    return {word: heard[forms[0]] for word, forms in found.items() if forms}


@lru_cache(maxsize=16384)
def _forms(word: str) -> frozenset[str]:
    """A stemmed word and what it may be a form of: "muddy" of "mud", "cycling" of "cycle", "funnier" of "funny"."""
    found = {word}
    if word.endswith(("ier", "iest")):
        found.add(f"{word.removesuffix('er').removesuffix('est').removesuffix('i')}y")
    if word.endswith("y"):
        found.add(f"{word[:-1]}ie")
        found.add(_single(word[:-1]) if _single(word[:-1]) != word[:-1] else word)
    for ending, least in _ENDINGS:
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= least:
            found |= {bare, f"{bare}e", _single(bare)}
    return frozenset(found)


def _single(word: str) -> str:
    """Without the last letter where it is a double consonant: "mudd" is "mud"."""
    double = len(word) > SHORTEST and word[-1] == word[-2] and word[-1] not in "aeiousl"
    return word[:-1] if double else word
