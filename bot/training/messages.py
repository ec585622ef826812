"""Messages that are written out, each for one shop: a file is the shop's facets, then lines that name them.

A message is said as it stands, among its shop's other facets and values; and, its own words taken out, like a pattern
in any other shop. The format is told in ``patterns/README.md``. Everything random comes from elsewhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import InvalidRequest
from bot.training.filling import Scene
from bot.training.markup import DEGREES, LIMITS, LITERAL, NAMES, ROLES, VALUES, Mark, Pattern, Piece, of_file
from bot.training.shops import Shop, ShopFacet, Speech, Value, kind_of

MESSAGES = Path(__file__).parent / "messages"
_LETTERS: Mapping[str, str] = {"worded": "VWXYZ", "number": "NMOPQ", "flag": "FGHIJ"}
_ANYWHERE: Mapping[str, str] = {"worded": "VWX", "number": "NM", "flag": "FG"}
"""The letters that a pattern for any shop may hold."""
_FACET = re.compile(r"@\s*([\w ]+?)\s*:\s*(category|multi|number|flag)(?:\s*,\s*([^=]+?))?(?:\s*=\s*(.+))?")
_AGAINST = re.compile(r"\b(?:too|overly)\s*$", re.IGNORECASE)
"""Before a word of degree that means its opposite: "not too long"."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of ``shop``; in ``pattern`` its facets go by letters, and every mark has its words.

    ``facets``: what each letter stands for; ``values``: what each "V" and "V2" does.
    """

    pattern: Pattern
    shop: Shop
    facets: Mapping[str, ShopFacet]
    values: Mapping[str, str]

    @property
    def family(self) -> str:
        """What decides the split: the file and the heading."""
        return self.pattern.family

    def scene(self) -> Scene:
        """Where it is said as it stands."""
        return Scene(self.shop, dict(self.facets), dict(self.values))

    def anywhere(self) -> Pattern | None:
        """The same for any shop, which puts its own words into the marks; None where that would be no sentence."""
        letters = {letter: kind for kind, several in _ANYWHERE.items() for letter in several}
        if any(letters.get(letter) != kind_of(facet) for letter, facet in self.facets.items()):
            return None
        if any({"ask", "asc", "desc"} & set(mark.meanings) for mark in self.pattern.marks):
            return None
        return replace(self.pattern, text=tuple(_open(self.pattern.text)))


def read_messages(folder: Path = MESSAGES) -> list[Message]:
    """Every message of ``folder/*.txt``. Raises InvalidRequest naming file, line and what is wrong."""
    return [message for path in sorted(folder.glob("*.txt")) for message in _read(path)]


def _read(path: Path) -> Iterator[Message]:
    shop = _shop(path)
    for pattern in of_file(path):
        yield _lettered(pattern, shop)


def _shop(path: Path) -> Shop:
    """The shop that the lines with an "@" tell of. Raises InvalidRequest."""
    facets = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("@"):
            found = _FACET.fullmatch(line.strip())
            if not found:
                raise _wrong(f"{path.name}:{number}", f"no facet can be read from {line[:80]!r}")
            facets.append(_facet(*found.groups()))
    name = path.stem.rstrip("_0123456789").replace("_", " ")
    return Shop(name, "one", name, tuple(facets))


def _facet(name: str, type: str, unit: str | None, values: str | None) -> ShopFacet:
    words = name.replace("_", " ")
    if type == "number":
        return ShopFacet((words,), type, unit=unit or "", speech=Speech(1, 100, 1, ("{n}",)))
    spelt = [words] if type == "flag" else [value.strip() for value in (values or "").split(",") if value.strip()]
    return ShopFacet((words,), type, tuple(map(Value, spelt)))


def _lettered(pattern: Pattern, shop: Shop) -> Message:
    """``pattern`` with a letter for each facet that it names. Raises InvalidRequest."""
    names = _Names(shop, pattern.source)
    text = tuple(names.piece(piece) for piece in pattern.text)
    before = None if pattern.before is None else tuple(names.piece(piece) for piece in pattern.before)
    return Message(replace(pattern, text=text, before=before), shop, names.facets, names.values)


class _Names:
    """Facets and values of one message, and the letters that they are given."""

    def __init__(self, shop: Shop, source: str) -> None:
        self._by_name = {facet.words[0]: facet for facet in shop.facets}
        self._source = source
        self._free = {kind: list(letters) for kind, letters in _LETTERS.items()}
        self._held: dict[str, list[str]] = defaultdict(list)
        self.facets: dict[str, ShopFacet] = {}
        self.values: dict[str, str] = {}

    def piece(self, piece: Piece) -> Piece:
        """``piece`` with letters."""
        if isinstance(piece, str) or set(piece.meanings) & (ROLES | LITERAL) or not piece.named:
            return piece
        name, _, value = piece.what.partition("=")
        facet = self._by_name.get(name.replace("_", " "))
        if facet is None:
            raise _wrong(self._source, f"the shop has no facet {name!r}")
        _check(piece, facet, self._source)
        letter = self._letter(facet)
        if not set(piece.meanings) & VALUES:
            return replace(piece, what=letter)
        return replace(piece, what=self._value(letter, value or facet.values[0].name, facet))

    def _letter(self, facet: ShopFacet) -> str:
        known = next((letter for letter, held in self.facets.items() if held is facet), "")
        if not known:
            free = self._free[kind_of(facet)]
            if not free:
                raise _wrong(self._source, "it speaks of too many facets")
            known = free.pop(0)
            self.facets[known] = facet
        return known

    def _value(self, letter: str, value: str, facet: ShopFacet) -> str:
        if all(value != one.name for one in facet.values):
            raise _wrong(self._source, f"{facet.words[0]} has no value {value!r}")
        held = self._held[letter]
        if value not in held:
            held.append(value)
        place = held.index(value)
        what = f"{letter}{place + 1}" if place else letter
        self.values[what] = value
        return what


def _check(mark: Mark, facet: ShopFacet, source: str) -> None:
    """A number has limits and degrees, anything else has values. Raises InvalidRequest."""
    meanings = set(mark.meanings)
    if meanings & (VALUES if facet.numeric else LIMITS | DEGREES):
        raise _wrong(source, f"{mark.meanings[0]!r} cannot be said of {facet.words[0]}, a {facet.type}")


def _open(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces with words left to the shop: values, numbers, degrees and titles."""
    before = ""
    for piece in pieces:
        if isinstance(piece, str):
            yield piece
            before = piece
        elif set(piece.meanings) & (VALUES | LIMITS | NAMES) or piece.letter == "T":
            yield replace(piece, words=None)
        elif set(piece.meanings) & DEGREES:
            yield replace(piece, words=None, opposite=bool(_AGAINST.search(before)))
        else:
            yield piece


def _wrong(source: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"{source}: {why}", hint="see bot/training/patterns/README.md for the format")
