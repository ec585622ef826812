"""The composed writer: replies assembled from prompt phrases, without any model.

It says a brief's facts and the finished sentences of its cards, in the brief's voice, and can say nothing else. Knows
nothing of how items were found, of schemas, or of sessions.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.repeating import opening
from bot.types import Answer, Brief, Card

FRAME = "explain/frame"
ITEM = "explain/item"
ANSWER = "support/answer"
ABSTAIN = "support/abstain"
COMPARE = "about/compare"
ABOUT = "about/item"
CLARIFY = "clarify/question"
REPLY = "talk/reply"

_PREFIXES: Mapping[str, str] = {
    "refusal": "talk/refusal",
    "feedback": "talk/feedback",
    "why_not": "about/why_not",
    "handover": "support/handover",
    "abstain": ABSTAIN,
    "compare": COMPARE,
    "item": ABOUT,
}
"""``<prefix>_<key>`` names a phrase of another file than `talk/reply`."""

_FRAME_NEEDS: Mapping[str, str] = {
    "near_title": "title",
    "near_title_none": "title",
    "absent_title": "title",
    "seen_neighbours": "titles",
    "similar": "titles",
    "rejected_left_out": "left_out",
    "relaxed": "relaxed",
    "ordered": "order",
}
"""Frames that say nothing without one fact; without it the general frame speaks."""

_EMPTY: Mapping[str, Any] = {
    "conditions": (),
    "relaxed": (),
    "titles": (),
    "left_out": (),
    "checked": (),
    "rows": (),
    "values": (),
    "shared": (),
    "title": "",
    "order": "",
    "label": "",
    "value": "",
    "year": "",
    "description": "",
    "summary": "",
    "question": "",
    "limit": 4000,
    "loose": False,
    "alone": False,
    "leading": False,
    "known": False,
}
"""What a fact is when the brief does not hold it."""

_TOKENS = re.compile(r"\s*(?:[\u2e80-\uffef]{1,4}|[^\s\u2e80-\uffef]+)|\s+")
_WORDS_A_PIECE = 3


class ComposedWriter:
    """Writes every reply from phrases; needs no model, never fails for want of one, and is deterministic."""

    name = "composed"

    def write(self, brief: Brief) -> Iterator[str]:
        """Pieces of a few words; the reply is their join. Raises `PromptError` for a situation that no phrase says."""
        for part in _given(brief) or _TASKS[brief.task](brief):
            yield from pieces(part)


def pieces(text: str) -> Iterator[str]:
    """``text`` cut into pieces of three words or a few Chinese characters; their join is ``text``."""
    tokens = _TOKENS.findall(text)
    for start in range(0, len(tokens), _WORDS_A_PIECE):
        yield "".join(tokens[start : start + _WORDS_A_PIECE])


def _given(brief: Brief) -> tuple[str, ...]:
    """What the brief holds ready: ``text``, or ``lines``, spoken elsewhere through the same voice."""
    text, lines = brief.facts.get("text"), brief.facts.get("lines")
    return (str(text),) if text else ("\n".join(map(str, lines)),) if lines else ()


def _explain(brief: Brief) -> Iterator[str]:
    """The frame, then one line for each card."""
    yield framed(brief)
    for number, card in enumerate(brief.cards):
        yield "\n" if number else "\n\n"
        yield line(brief, card)


def framed(brief: Brief) -> str:
    """The first sentence of a recommendation."""
    seed = variant_of(*(card.item.id for card in brief.cards), brief.message)
    return _fresh(brief, FRAME, _frame(brief), seed=seed)


def _frame(brief: Brief) -> str:
    """The frame's key: the situation, or the nearest one that can be said with what the brief holds."""
    key, facts = brief.situation, brief.facts
    if not brief.cards:
        missing_title = key in ("near_title", "absent_title") and facts.get("title")
        key = "near_title_none" if missing_title else key if key in ("near_title_none", "exhausted") else "none"
    if key in _FRAME_NEEDS and not facts.get(_FRAME_NEEDS[key]):
        key = "exact" if brief.cards else "none"
    return brief.voice.pick(FRAME, key, "exact")


def line(brief: Brief, card: Card) -> str:
    """One card in one line: the reason and the unmet conditions that stand on it."""
    year = card.item.facets.get("year")
    return brief.voice.phrase(
        ITEM,
        "line_unmet" if card.unmet else "line",
        variant=variant_of(card.item.id),
        title=card.item.title,
        year=str(int(year)) if isinstance(year, (int, float)) else str(year or ""),
        reason=card.reasons[0] if card.reasons else "",
        **({"unmet": card.unmet} if card.unmet else {}),
    )


def _answer(brief: Brief) -> Iterator[str]:
    """Quoted sentences with their marks and, where the topic asks for it, the offer of a person; or an abstention."""
    answer = brief.answer
    if answer is None or answer.abstained or not answer.sentences:
        yield _abstention(brief, answer)
        return
    said = [
        brief.voice.phrase(ANSWER, "quoted", sentence=sentence, number=number)
        for sentence, number in zip(answer.sentences, _sources(answer), strict=True)
    ]
    lead = [brief.voice.phrase(ANSWER, "unsure")] if brief.situation == "unsure" else []
    yield _joined([*lead, *said])
    offer = f"offer_{answer.topic}"
    if answer.topic and brief.voice.has(ANSWER, offer):
        yield "\n\n" + brief.voice.phrase(ANSWER, offer)


def _joined(said: Sequence[str]) -> str:
    """Sentences in one paragraph; a quoted list stands in one of its own."""
    text = said[0]
    for before, after in pairwise(said):
        text += ("\n\n" if "\n" in before or "\n" in after else " ") + after
    return text


def _abstention(brief: Brief, answer: Answer | None) -> str:
    """That nothing was found, where it was looked for, and what comes next."""
    key = brief.voice.pick(ABSTAIN, brief.situation.removeprefix("abstain_") or "abstain", "abstain")
    checked = answer.checked if answer is not None else ()
    return _fresh(brief, ABSTAIN, key, seed=variant_of(brief.message), checked=checked)


def _sources(answer: Answer) -> tuple[int, ...]:
    """The number of every sentence's citation: what the finder noted, else where its words stand."""
    return answer.sources or tuple(source_of(answer, sentence) for sentence in answer.sentences)


def source_of(answer: Answer, sentence: str) -> int:
    """The number, from 1, of the citation that holds ``sentence``; 1 when none can be told."""
    texts = {passage.id: passage.text for passage in answer.passages}
    for number, citation in enumerate(answer.citations, start=1):
        if sentence in citation.quote or sentence in texts.get(citation.id, ""):
            return number
    return 1


def _compare(brief: Brief) -> Iterator[str]:
    """The lead, one line for each facet that differs, what is shared, what no record says."""
    facts, voice = brief.facts, brief.voice
    if brief.situation != "compare" and voice.has(COMPARE, brief.situation):
        yield _say(brief, COMPARE, brief.situation)
        return
    differences, shared = facts.get("differences", ()), facts.get("shared", ())
    yield _say(brief, COMPARE, "lead" if differences else "same")
    for number, row in enumerate(differences):
        yield "\n" if number else "\n\n"
        yield voice.phrase(COMPARE, "difference", label=row["label"], values=row["values"])
    if differences or shared:
        yield "\n\n" + _say(brief, COMPARE, "shared" if shared else "nothing_shared")
    for row in facts.get("unknown", ()):
        yield " " + voice.phrase(COMPARE, "unknown", label=row["label"], title=row["title"])


def _clarify(brief: Brief) -> Iterator[str]:
    """The one question of the turn, as it was asked or by its facet."""
    asked = str(brief.facts.get("question", ""))
    key = brief.voice.pick(CLARIFY, brief.situation, "other")
    yield asked or _fresh(brief, CLARIFY, key, seed=variant_of(brief.message))


def _talk(brief: Brief) -> Iterator[str]:
    """Small talk, a refusal, a confirmation, or an answer about one item."""
    if brief.situation == "item":
        yield " ".join(_about(brief))
        return
    name, key = _place(brief)
    yield _fresh(brief, name, key, seed=variant_of(brief.message))


def _place(brief: Brief) -> tuple[str, str]:
    """The prompt and key that say a situation of talk; an unknown one is said to be unclear."""
    for prefix, name in _PREFIXES.items():
        key = brief.situation.removeprefix(f"{prefix}_")
        if key != brief.situation and brief.voice.has(name, key):
            return name, key
    for name in (REPLY, "talk/refusal", "talk/feedback"):
        if brief.voice.has(name, brief.situation):
            return name, brief.situation
    return REPLY, "unclear"


def _about(brief: Brief) -> Iterator[str]:
    """One sentence for each facet that was asked for; without any, what the item is."""
    asked: Sequence[Mapping[str, Any]] = brief.facts.get("asked", ())
    for one in asked:
        yield _fact(brief, one)
    if not asked:
        yield _say(brief, ABOUT, "about")


def _fact(brief: Brief, asked: Mapping[str, Any]) -> str:
    """One facet of the item: its value in words, or that the record is silent."""
    value = asked.get("value")
    if isinstance(value, bool):
        key = "flag_yes" if value else "flag_no"
    elif value in (None, ""):
        key = "unknown"
    else:
        key = brief.voice.pick(ABOUT, str(asked.get("facet", "fact")), "fact")
    return _say(brief, ABOUT, key, label=asked["label"], value=value)


def _say(brief: Brief, name: str, key: str, *, variant: int = 0, **variables: Any) -> str:
    """A phrase with exactly the variables that it takes, from ``variables``, the facts, or nothing."""
    counts = {"n": len(brief.cards), "total": len(brief.cards)}
    known = {**_EMPTY, **counts, **brief.facts, **variables}
    needed = brief.voice.takes(name, key)
    return brief.voice.phrase(name, key, variant=variant, **{one: known[one] for one in needed if one in known})


def _fresh(brief: Brief, name: str, key: str, *, seed: int, **variables: Any) -> str:
    """The first wording from ``seed`` on that does not begin as the previous reply did, if there is one."""
    said = [_say(brief, name, key, variant=seed + step, **variables) for step in range(brief.voice.count(name, key))]
    begun = opening(brief.before.strip(), words=2)
    return next((text for text in said if opening(text, words=2) != begun), said[0])


def variant_of(*seeds: str) -> int:
    """A stable number from texts, so that the same turn always chooses the same wording."""
    return zlib.crc32("\x1f".join(seeds).encode())


_TASKS: Mapping[str, Callable[[Brief], Iterator[str]]] = {
    "explain": _explain,
    "answer": _answer,
    "compare": _compare,
    "clarify": _clarify,
    "talk": _talk,
}
