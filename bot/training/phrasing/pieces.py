"""Written pieces of sentences, and how they are put together to say any cues. The format stands in `pieces.txt`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.engines.phraser.sheet import PLACES, RELATIONS, SECOND, SENSES, SLOTS, STYLES, Cue, Frame
from bot.engines.phraser.words import names_of, spelled
from bot.errors import InvalidRequest

SHIPPED = Path(__file__).with_name("pieces.txt")
FORMS = ("head", "tail", "pred", "topic", "say", "lead")
WORDS = ("it", "this", "one")
BARE = ("one", "a [noun]")
"""What names an item so barely that nothing is set off from it by a comma."""
_MARK = re.compile(r"\{(\w+)\}")
_ANY = "[*]"
_COMMA = re.compile(r",|\[order\]")
"""What holds a comma: the words of an order do ("the cheapest that fits, at 5 euros")."""
_TRIES = 30
_OWN_STYLE = 0.6
"""How often a piece of the reply's own style is taken where there is one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words in one form; ``style`` "" suits all but terse, which has its own."""

    form: str
    words: str
    style: str = ""
    place: str = ""

    def suits(self, style: str, place: str = "") -> bool:
        """Whether it may stand in a reply of that style, on a card at that place."""
        styled = self.style == style or (not self.style and style != "terse")
        return styled and self.place in ("", place)


@dataclass(slots=True)
class Pieces:
    """All pieces: by kind of cue, shapes of sentences by the number of cues, and small words."""

    cues: dict[str, list[Piece]] = field(default_factory=lambda: defaultdict(list))
    shapes: dict[int, list[Piece]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, list[Piece]] = field(default_factory=lambda: defaultdict(list))

    def __len__(self) -> int:
        """How many pieces of cues there are."""
        return sum(map(len, self.cues.values()))

    def sentence(self, frame: Frame, random: Random) -> str:
        """One way to say a frame, drawn at random; "" where these pieces cannot say it."""
        for _ in range(_TRIES if frame.cues else 0):
            shapes = [one for one in self.shapes[len(frame.cues)] if one.suits(frame.style, frame.place)]
            if shapes and (text := self._shaped(_styled(shapes, frame.style, random).words, frame, random)):
                return text
        return ""

    def _shaped(self, shape: str, frame: Frame, random: Random) -> str:
        """The cues in a random order in the places of a shape."""
        left, text, before = random.sample(frame.cues, len(frame.cues)), "", ""
        for number, part in enumerate(_MARK.split(shape)):
            if number % 2 == 0:
                text += _after(before, part)
                continue
            if part in FORMS:
                bare, before = before in BARE, self._piece(part, left.pop(0), frame, random) if left else ""
                before = "" if bare and before.startswith(",") else before
            else:
                before = self._small(part, frame, random)
            if not before:
                return ""
            text += before
        text = re.sub(r"\s+", " ", re.sub(r"(?: *,)+", ",", text).replace("I ", "i "))
        return "" if left else text.strip(" ,")

    def _piece(self, form: str, cue: Cue, frame: Frame, random: Random) -> str:
        """A cue in one form."""
        names = {slot.name.removesuffix(SECOND): slot.name for slot in cue.slots}
        held = self.cues.get(cue.kind) or self.cues.get(cue.relation) or []
        fit = [one for one in held if one.form == form and one.suits(frame.style)]
        fit = [one for one in fit if _can(one.words, cue, names, noun=bool(frame.noun))]
        if not fit:
            return ""
        words = _styled(fit, frame.style, random).words.replace(_ANY, f"[{cue.sense}]")
        for name, actual in names.items():
            words = words.replace(f"[{name}]", f"[{actual}]")
        return words

    def _small(self, word: str, frame: Frame, random: Random) -> str:
        """What points at the item."""
        fit = [one for one in self.words[word] if one.suits(frame.style) and (frame.noun or "[noun]" not in one.words)]
        return _styled(fit, frame.style, random).words if fit else ""


def _after(before: str, words: str) -> str:
    """The words of a shape behind a piece: a comma closes one that holds a comma, no "that" follows another."""
    if words == " that " and re.search(r"\b(?:that|who) ", before):
        return ", and it "
    return f",{words}" if _COMMA.search(before) and words[:1] == " " else words


def _can(words: str, cue: Cue, names: dict[str, str], *, noun: bool) -> bool:
    """Whether a piece says all that is due of a cue, something of it at all, and nothing beyond it."""
    used = set(names_of(words.replace(_ANY, f"[{cue.sense}]" if cue.sense else "")))
    if ("noun" in used and not noun) or (_ANY in words and not cue.sense):
        return False
    own = used - {"noun"}
    due = {name for slot in cue.slots if slot.due for name in [slot.name.removesuffix(SECOND)]}
    return bool(own) and due <= own <= names.keys()


def _styled(fit: Sequence[Piece], style: str, random: Random) -> Piece:
    """One of several, those of the style itself more often."""
    own = [one for one in fit if one.style == style]
    return random.choice(own if own and random.random() < _OWN_STYLE else fit)


def read_pieces(path: Path = SHIPPED) -> Pieces:
    """The pieces of a file. Raises InvalidRequest naming the line and what is wrong with it."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint="give a text file in UTF-8") from error
    found, heading = Pieces(), list[str]()
    for number, line in enumerate(lines, 1):
        text = line.strip()
        try:
            if text.startswith("#"):
                heading = list(_heading(text[1:].strip()))
            elif text and not text.startswith(";"):
                _add(found, heading, text)
        except ValueError as error:
            raise InvalidRequest(
                f"{path.name}, line {number}: {error}", hint=f"{SHIPPED.name} says what a line looks like"
            ) from None
    return found


def _heading(text: str) -> Iterator[str]:
    """The kinds of cues that a heading names, or "of 2", or "words"."""
    for one in map(str.strip, text.split(",")):
        relation, _, sense = one.partition(" ")
        known = relation in RELATIONS and (not sense or sense in SENSES)
        if not known and one != "words" and not (relation == "of" and sense in "123"):
            raise ValueError(f"{one!r} is no relation with a sense")
        yield one


def _add(found: Pieces, heading: Sequence[str], text: str) -> None:
    """One line under its heading."""
    if not heading:
        raise ValueError("it stands under no heading")
    shape = heading[0].startswith("of ")
    head, colon, words = text.partition(":")
    labels = head.split() if colon else []
    if shape and not (labels and set(labels) <= {*STYLES, *PLACES}):
        labels, words = [], text
    style = next((one for one in labels if one in STYLES), "")
    place = next((one for one in labels if one in PLACES), "")
    form = "" if shape else next(iter(labels), "")
    if not shape and (form not in (WORDS if heading == ["words"] else FORMS) or len(labels) > 1 + bool(style)):
        raise ValueError(f"{head!r} is no form with a style")
    piece = Piece(form, words.strip(), style, place)
    _checked(piece.words)
    if shape:
        found.shapes[int(heading[0][3:])].append(piece)
    elif heading == ["words"]:
        found.words[form].append(piece)
    else:
        for kind in heading:
            found.cues[kind].append(piece)


def _checked(words: str) -> None:
    """Raises ValueError for slots, marks or letters that there are none of."""
    marks = _MARK.findall(words)
    bare = re.sub(r"\[[^\]]*\]", "", _MARK.sub("", words)).replace("I ", "i ")
    unknown = [name for name in re.findall(r"\[([^\]]*)\]", words) if name not in SLOTS and name != "*"]
    wrong = [mark for mark in marks if mark not in (*FORMS, *WORDS)]
    if unknown or wrong or not words or not spelled(bare):
        raise ValueError(f"{(unknown or wrong or [words])[0]!r} cannot be used")
