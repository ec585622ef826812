"""Singulars and plurals of English nouns, by their endings. Knows no words but a few that only look like plurals."""

from __future__ import annotations

from bot.engines.lexical.lexicon import word_set

_SHORTEST = 4
_SIBILANT = ("s", "x", "z", "ch", "sh")


def plurals(phrase: str) -> tuple[str, ...]:
    """The plural of a phrase, by its last word; none for words that are too short to tell."""
    if len(phrase) < _SHORTEST:
        return ()
    if phrase.endswith("y") and phrase[-2] not in "aeiou":
        return (f"{phrase[:-1]}ies",)
    return (f"{phrase}es",) if phrase.endswith(_SIBILANT) else (f"{phrase}s",)


def singulars(phrase: str) -> tuple[str, ...]:
    """The singulars that a plural phrase may have, by its last word; none where it is no plural."""
    last = phrase.rsplit(" ", 1)[-1]
    if len(last) < _SHORTEST or not last.endswith("s") or last.endswith("ss") or last in word_set("no_plurals"):
        return ()
    if last.endswith("ies"):
        return (f"{phrase[:-3]}y", phrase[:-1])
    if last.endswith("ves"):
        return (f"{phrase[:-3]}f", f"{phrase[:-3]}fe", phrase[:-1])
    return (phrase[:-2], phrase[:-1]) if phrase[:-2].endswith(_SIBILANT) else (phrase[:-1],)


def forms(phrase: str) -> tuple[str, ...]:
    """A phrase with its singulars and plurals."""
    single = singulars(phrase)
    return tuple(dict.fromkeys((phrase, *single, *(() if single else plurals(phrase)))))
