"""The phraser's own vocabulary: pieces of words learned from its training text, and one token for each name of a sheet.

Text is written in small letters without digits, its slots in brackets: "a [genre] [noun] by [director]". Pieces that
begin a word carry a mark, so that nothing else is needed to put spaces back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer

from bot.engines.phraser.sheet import MANNERS, PLACES, RELATIONS, SLOTS, STYLES

FORM = "shelftalk-writer-1"
MARK = "▁"
PAD, UNKNOWN, BEGIN, SAY, END = "<pad>", "<unk>", "<begin>", "<say>", "<end>"
NAMES = (
    PAD, UNKNOWN, BEGIN, SAY, END,
    *(f"<style:{name}>" for name in STYLES), *(f"<manner:{name}>" for name in MANNERS),
    *(f"<place:{name}>" for name in PLACES), *(f"<{name}>" for name in RELATIONS), *(f"[{name}]" for name in SLOTS),
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz',.;:()-"
_SLOT = re.compile(r"\[([a-z_]+(?:#2)?)\]")
_PIECE = re.compile(r" ?[a-z]+(?:['-][a-z]+)*'?| ?[()]|[,.;:'-]| -+")
_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")


class Words:
    """Sentences as numbers and back. ``known`` are the words that training text holds; others are never said."""

    def __init__(self, tokenizer: Tokenizer, known: Iterable[str]) -> None:
        """Raises ValueError when ``tokenizer`` lacks a name that the phraser needs."""
        self._tokenizer = tokenizer
        self.known = frozenset(known)
        lost = [name for name in NAMES if tokenizer.token_to_id(name) is None]
        if lost:
            raise ValueError(f"its vocabulary has no {lost[0]}")

    @classmethod
    def learned(cls, texts: Iterable[str], *, most: int) -> Words:
        """A vocabulary of at most ``most`` tokens from training text."""
        pieces = [piece for text in texts for part, is_slot in parts(text) if not is_slot for piece in _pieces(part)]
        tokenizer = Tokenizer(BPE(unk_token=UNKNOWN))
        trainer = BpeTrainer(
            vocab_size=most, special_tokens=list(NAMES), initial_alphabet=[MARK, *LETTERS], show_progress=False
        )
        tokenizer.train_from_iterator(sorted(pieces), trainer)
        return cls(tokenizer, {word for piece in pieces for word in _WORD.findall(piece)})

    @classmethod
    def of(cls, stored: Any) -> Words:
        """The vocabulary that `stored` gave. Raises ValueError, KeyError or TypeError for anything else."""
        if stored["form"] != FORM:
            raise ValueError(f"its form is {stored['form']!r}, not {FORM!r}")
        try:
            tokenizer = Tokenizer.from_str(json.dumps(stored["tokenizer"]))
        except Exception as error:  # the library raises nothing narrower
            raise ValueError(str(error)) from error
        return cls(tokenizer, stored["words"])

    def stored(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {"form": FORM, "tokenizer": json.loads(self._tokenizer.to_str()), "words": sorted(self.known)}

    def __len__(self) -> int:
        """How many tokens there are."""
        return self._tokenizer.get_vocab_size()

    def id(self, name: str) -> int:
        """The number of one of `NAMES`."""
        found: int | None = self._tokenizer.token_to_id(name)
        if found is None:
            raise KeyError(name)
        return found

    @cached_property
    def slots(self) -> dict[int, str]:
        """Number -> slot."""
        return {self.id(f"[{name}]"): name for name in SLOTS}

    @cached_property
    def plain(self) -> list[int]:
        """The numbers of all pieces of words."""
        names = {self.id(name) for name in NAMES}
        return [number for number in range(len(self)) if number not in names]

    def encode(self, text: str) -> list[int]:
        """The numbers of a sentence with its slots."""
        found = list[int]()
        for part, is_slot in parts(text):
            if is_slot:
                found.append(self.id(f"[{part}]"))
            elif pieces := _pieces(part if found else f" {part.lstrip()}"):
                found += self._tokenizer.encode(pieces, is_pretokenized=True, add_special_tokens=False).ids
        return found

    def tokens(self, ids: Sequence[int]) -> list[tuple[str, bool]]:
        """Each number as its text, with the mark of a new word, or as a slot's name and True."""
        slots = self.slots
        return [
            (slots[number], True) if number in slots else (str(self._tokenizer.id_to_token(number)), False)
            for number in ids
        ]


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The stretches of a sentence: words, and names of slots with True."""
    place = 0
    for match in _SLOT.finditer(text):
        if match.start() > place:
            yield text[place : match.start()], False
        yield match[1], True
        place = match.end()
    if place < len(text):
        yield text[place:], False


def names_of(text: str) -> list[str]:
    """The slots that a sentence holds, in order."""
    return [part for part, is_slot in parts(text) if is_slot]


def spelled(text: str) -> bool:
    """Whether a sentence holds nothing but what the vocabulary can write."""
    words = "".join(part for part, is_slot in parts(text) if not is_slot)
    return set(words) <= {*LETTERS, " "}


def _pieces(text: str) -> list[str]:
    return [piece.replace(" ", MARK) for piece in _PIECE.findall(text)]
