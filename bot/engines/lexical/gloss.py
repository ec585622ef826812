"""Messages in other scripts turned into the English that the finders read, by the rules and tables of a gloss file.

A gloss is for understanding only; no visitor sees it. Knows no vocabulary of a catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.engines.lexical.lexicon import table
from vectorstore.base import Schema

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-zÀ-ž]")
_OTHER = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
_MARKS = str.maketrans("，。！？；：、（）“”", ',.!?;:,()""')


def language_of(text: str) -> tuple[str, float]:
    """The language of a text by its script and how sure that is, 0 to 1; "" when it has no letters."""
    han, latin, other = (len(pattern.findall(text)) for pattern in (_HAN, _LATIN, _OTHER))
    if han and (han >= 2 or not latin) and han * 8 >= latin and han >= other:
        return "zh", 1.0
    if other > latin:
        return "en", 0.3
    return ("en", 1.0) if latin else ("", 1.0)


class Gloss:
    """Turns one language into English, word by word."""

    def __init__(self, language: str = "zh", own: Mapping[str, str] | None = None) -> None:
        """Compile ``lexicon/<language>.gloss.toml``; ``own``: the words that a catalogue adds."""
        lists = table(f"{language}.gloss")
        self._digits: dict[str, int] = lists["numerals"]
        self._rules = [(re.compile(rule["find"]), rule["put"]) for rule in lists["rules"]]
        self._before, self._after = lists["before"], lists["after"]
        self._year_after: dict[str, str] = lists["year_after"]
        self._units: dict[str, str] = lists["units"]
        self._words: dict[str, str] = {**lists["words"], **(own or {})}
        self._longest = max(map(len, self._words))
        numeral = "".join(self._digits) + "十百"
        self._numeral = re.compile(
            rf"[{numeral}]+(?=\s*(?:个?半?小时|個?半?小時|钟头|分钟|分鐘|年代|部|个|個|本|款|块|{_either(self._units)}))"
        )
        self._ordinal = re.compile(
            rf"(?<=第)[{numeral}]+|(?<=[前头頭])[{numeral}](?=[部个個本款])|(?<=最后)[两二三四五六](?=[部个個])"
        )
        self._range = re.compile(lists["range"])
        self._decade = re.compile(
            r"(?:上世纪|上個世紀|二十世纪|20世纪)?\s*(\d{2,4})\s*年代(以后|之后|后|以来|以前|之前|前)?"
        )
        self._year = re.compile(rf"(\d{{4}})\s*年?\s*({_either(self._year_after)})|(\d{{4}})\s*年")
        self._amount = re.compile(
            rf"({_either(self._before)})?\s*(\d+(?:\.\d+)?)\s*(个半|個半)?({_either(self._units)})(半)?\s*({_either(self._after)})?"
        )

    def english(self, text: str) -> str:
        """The gloss of a text; what is not in the tables stays as it is."""
        text = text.translate(_MARKS)
        text = re.sub("(?<![个個])半(个|個)?(小时|小時|钟头)", "30分钟", text)
        text = self._ordinal.sub(lambda match: str(self._number(match.group())), text)
        text = self._numeral.sub(lambda match: str(self._number(match.group())), text)
        text = self._range.sub(" to ", text)
        text = self._decade.sub(self._decade_in_words, text)
        text = self._year.sub(self._year_in_words, text)
        text = self._amount.sub(self._amount_in_words, text)
        for pattern, put in self._rules:
            text = pattern.sub(put, text)
        glossed = re.sub(r"\s+", " ", self._by_words(text)).strip()
        return re.sub(r"\b(\w+)( \1\b)+", r"\1", glossed)

    def _by_words(self, text: str) -> str:
        pieces, index = [], 0
        while index < len(text):
            size = next((n for n in range(self._longest, 0, -1) if text[index : index + n] in self._words), 0)
            pieces.append(f" {self._words[text[index : index + size]]} " if size else text[index])
            index += size or 1
        return "".join(pieces)

    def _number(self, numeral: str) -> int:
        """The value of a numeral below a thousand: 两, 十二, 九十, 一百二十."""
        if not set(numeral) & set("十百"):
            return int("".join(str(self._digits[char]) for char in numeral))
        total, digit = 0, 0
        for char in numeral:
            if char in "十百":
                total, digit = total + max(digit, 1) * (10 if char == "十" else 100), 0
            else:
                digit = self._digits[char]
        return total + digit

    def _decade_in_words(self, match: re.Match[str]) -> str:
        return f" {self._year_after.get(match[2] or '', '')} {match[1]}s "

    def _year_in_words(self, match: re.Match[str]) -> str:
        return f" {self._year_after[match[2]]} {match[1]} " if match[1] else f" {match[3]} "

    def _amount_in_words(self, match: re.Match[str]) -> str:
        compared = self._before.get(match[1] or "", "") or self._after.get(match[6] or "", "")
        value = float(match[2]) + (0.5 if match[3] or match[5] else 0.0)
        return f" {compared} {value:g} {self._units[match[4]]} "


def foreign(schema: Schema) -> dict[str, str]:
    """What a catalogue itself says in another script: its aliases, and values that are glossed as themselves."""
    aliases = [(alias, value) for facet in schema.facets for alias, value in facet.aliases.items()]
    values = [(value, value) for facet in schema.facets for value, _ in facet.values]
    return {said: value for said, value in (*values, *aliases) if _HAN.search(said)}


def _either(words: Any) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
