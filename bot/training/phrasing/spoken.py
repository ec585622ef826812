"""What people said when they recommended films to each other: sentences of ReDial's training part, with slots.

Titles, names, genres and the word for a film give way to slots; what they were is forgotten, so that only the way of
speaking is learned. A sentence with anything else that is a name, a number or an opinion is left out, praise that can
be left out is. No test part is read.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.claim_words import claim_words
from bot.engines.phraser.sheet import Cue, Frame, Slot, apart
from bot.engines.phraser.words import parts
from bot.training.corpora.files import json_rows, json_whole
from bot.training.phrasing.examples import Example
from vectorstore.words import STOP_WORDS

FEWEST, MOST = 3, 24
"""Words of a sentence."""
_YEAR = re.compile(r"\s*\((?:19|20)\d\d\)")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_FILM = re.compile(r"\b(?:movie|film|flick)\b")
_ITS = re.compile(r"\bits (?=(?:a|an|got|about|like|similar|also)\b)")
_THIS = "@"
"""Stands for the film that is recommended, until it becomes "this one"."""


@dataclass(frozen=True, slots=True)
class Names:
    """What gives way to slots, in small letters.

    Titles by id, who directed what, names of people by their first word, and spellings of genres.
    """

    titles: Mapping[str, str]
    directors: Mapping[str, frozenset[str]]
    people: Mapping[str, Sequence[str]]
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The lists of `spoken.toml`, ready to be matched."""

    opening: re.Pattern[str]
    praised: re.Pattern[str]
    liking: re.Pattern[str]
    selfish: re.Pattern[str]
    broken: re.Pattern[str]
    tie: re.Pattern[str]
    again: re.Pattern[str]
    known: frozenset[str]
    spellings: Mapping[str, Sequence[str]]


def spoken(data: Path) -> list[Example]:
    """Every sentence that can be learned from; its family is its dialogue. Raises InvalidRequest."""
    names = _names(json_whole(data, "redial/id2info.json.gz"))
    found = (one for row in json_rows(data, "redial/dialogues.jsonl.gz") for one in _of_dialogue(row, names))
    return [one for one in found if one.whole and _speakable(one.text)]


def _of_dialogue(row: Mapping[str, Any], names: Names) -> Iterator[Example]:
    """Every sentence of a recommender that speaks of the film that they recommend."""
    if row["split"] != "train":
        return
    asked, talked, this = "", set[str](), ""
    for turn in row["turns"]:
        named = [id_ for id_ in turn["movie_ids"] if id_ in names.titles]
        if turn["role"] == "seeker":
            asked += " " + turn["text"].lower()
            talked |= set(named)
            continue
        this = next((id_ for id_ in named if id_ not in talked), this)
        others = [names.titles[id_] for id_ in named if id_ != this]
        for sentence in _SENTENCE.findall(_bare(turn["text"])) if this else ():
            text, cues = _slotted(sentence, (this, others), names, asked)
            if cues:
                frame = Frame(apart(cues), manner="spoken", noun="film" if "[noun]" in text else "")
                yield Example(frame, text, f"redial {row['conversation_id']}")


def _slotted(sentence: str, films: tuple[str, Sequence[str]], names: Names, asked: str) -> tuple[str, list[Cue]]:
    """The sentence with slots, and the cues that they are of; none where it asks or says something else."""
    (this, others), rules = films, _rules()
    text = rules.opening.sub("", " ".join(sentence.split()).strip(" ,"))
    if "?" in text or not text:
        return "", []
    text = _named(text, names.titles[this], _THIS)
    text = next((held for other in others if "[title]" in (held := _named(text, other, "[title]"))), text)
    people = [name for word in text.split() for name in names.people.get(word, ()) if name in text]
    role = "director" if people and set(people) <= names.directors[this] else "cast"
    cues = list[Cue]()
    for name, values in ((role, people), ("genre", names.genres)):
        text, said = _replaced(text, values, name)
        if said:
            cues.append(Cue("asked" if any(one in asked for one in said) else "has", (Slot(name),)))
    if "[title]" in text:
        shared = [cue.slots[0] for cue in cues if cue.slots[0].name == role and rules.again.search(text)]
        cues = [cue for cue in cues if cue.slots[0] not in shared]
        cues.insert(0, Cue("like" if shared else "like.led", (Slot("title"), *shared)))
    return _smooth(_FILM.sub("[noun]", rules.praised.sub("", text), count=1)), cues


def _bare(text: str) -> str:
    return _YEAR.sub("", text.replace("%3F", "?").replace("’", "'").replace("“", "").replace("”", "")).lower()


def _named(text: str, title: str, mark: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(title)}(?!\w)", mark, text, count=1) if title else text


def _replaced(text: str, values: Sequence[str], slot: str) -> tuple[str, list[str]]:
    """The text with one slot where values stand, several of them in a row taken together; and what stood there."""
    if not values:
        return text, []
    one = _any(sorted(values, key=len, reverse=True))
    found = re.search(rf"(?<![\w\[]){one}(?:(?:,| and|,? ?/| &)? ?{one})*(?![\w\]])", text)
    if found is None:
        return text, []
    return f"{text[: found.start()]}[{slot}]{text[found.end() :]}", re.findall(one, found[0])


def _smooth(text: str) -> str:
    """The film as "this one" where it is first named, spaces and marks set right."""
    text = _ITS.sub("it's ", text.replace(_THIS, "this one", 1))
    text = re.sub(r"\s+([,.;:])", r"\1", text.rstrip(" .!,;:-"))
    return re.sub(r"\ban (?=\[)", "a ", re.sub(r",(?=\w)", ", ", re.sub(r"\s+", " ", text))).strip()


def _names(table: Mapping[str, Any]) -> Names:
    directors = {id_: frozenset(map(str.lower, row["director"])) for id_, row in table.items()}
    stars = {name.lower() for row in table.values() for name in row["star"]}
    people = defaultdict[str, list[str]](list)
    for name in sorted(stars.union(*directors.values())):
        if " " in name:
            people[name.split()[0]].append(name)
    genres = sorted({genre for row in table.values() for genre in row["genre"]})
    forms = tuple(form for genre in genres for form in _rules().spellings.get(genre, (genre,)))
    return Names({id_: _bare(row["name"]).strip() for id_, row in table.items()}, directors, people, forms)


def _speakable(text: str) -> bool:
    """Whether a sentence says nothing that has to be proven but by its slots."""
    rules = _rules()
    return (
        FEWEST <= len(_words(text)) <= MOST
        and rules.known.issuperset(_words(rules.liking.sub("you", text)))
        and not rules.selfish.search(text)
        and not rules.broken.search(text)
        and _THIS not in text
        and ("[title]" not in text or rules.tie.search(text) is not None)
        and text.count("this one") + text.count("that one") <= 1
    )


@cache
def _rules() -> Rules:
    lists: dict[str, Any] = tomllib.loads(Path(__file__).with_name("spoken.toml").read_text("utf-8"))
    own = claim_words("en")
    follows = r"(?=\[|movie|film|flick|one\b)"
    known = (STOP_WORDS | own.frame | set(lists["neutral"])) - own.praise - own.service - set(lists["never"])
    return Rules(
        opening=re.compile(rf"^(?:{_any(lists['openings'])}\b[ ,]*)+"),
        praised=re.compile(rf"\b(?:{_any(lists['degrees'])} )*{_any(lists['praised'])},? {follows}"),
        liking=re.compile(rf"\byou(?:'d|'ll)?(?: {_any(lists['may'])})* {_any(lists['doing'])}\b"),
        selfish=re.compile(rf"\bi\b(?! {_any(lists['self'])}\b)|\bi'(?!d\b)"),
        broken=re.compile("|".join(lists["broken"])),
        tie=re.compile(rf"\b{_any(lists['ties'])}\b"),
        again=re.compile(rf"\b{_any(lists['again'])}\b"),
        known=known,
        spellings=lists["spellings"],
    )


def _any(words: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


def _words(text: str) -> list[str]:
    return [word for part, is_slot in parts(text) if not is_slot for word in re.findall(r"[^\s,.;:()]+", part)]
