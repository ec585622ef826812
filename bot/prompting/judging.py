"""What is right and wrong about one reply, check by check, in plain words. Knows no engine and no version.

A check that is a ``must`` blocks publication. Where the claim check is not sure even of the wording that was good
before (``base``), only what goes beyond that counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.claims import check as claimed
from bot.prompting.cases import Case
from bot.prompting.replaying import Outcome
from bot.types import Shelf
from prompts.properties import bare, left_over

_HAN = re.compile(r"[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_HTML = re.compile(r"(?<!\\)<(?:script|img|iframe|a|b|i|p|div|span|style|br|h[1-6])[\s>/]", re.IGNORECASE)
_BULLET = re.compile(r"^[\s\-*•]+")
_STOP = re.compile(r"^(\W*\*\*.+?\*\*[\s,]*\(?\d{0,4}\)?)\.\s+(?=\S)")
"""A bold title, a year if there is one, and the full stop behind them."""
_MOST_WORDS = 400
"""Words of a reply that nobody reads any more."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One check of one reply; ``found`` says what is wrong, empty where nothing is."""

    check: str
    found: str = ""
    must: bool = True

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return not self.found


def judge(case: Case, reply: Outcome, shelf: Shelf, *, base: Outcome | None = None) -> tuple[Judged, ...]:
    """Every check of a reply to ``case``, what was expected first."""
    return (*_expected(case, reply), *_sound(case, reply, base), *_claims(case, reply, shelf, base))


def failures(judged: Sequence[Judged], *, must: bool = False) -> tuple[Judged, ...]:
    """The checks that do not hold; ``must``: of those that block alone."""
    return tuple(one for one in judged if not one.ok and (one.must or not must))


def _expected(case: Case, reply: Outcome) -> Iterator[Judged]:
    """What the case says that should happen."""
    expect, text = case.expect, _readable(reply)
    for said in expect.says:
        yield Judged(f"says {said!r}", "" if said.casefold() in text else "it does not")
    for said in expect.avoids:
        yield Judged(f"does not say {said!r}", "it does" if said.casefold() in text else "")
    for id_ in expect.items:
        found = "" if id_ in reply.items else f"shown: {', '.join(reply.items) or 'nothing'}"
        yield Judged(f"shows {id_}", found)
    if expect.words:
        found = f"{reply.words} words" if reply.words > expect.words else ""
        yield Judged(f"at most {expect.words} words", found)
    if expect.cites is not None:
        found = "" if bool(reply.citations) == expect.cites else f"{len(reply.citations)} pages are quoted"
        yield Judged("quotes a help page" if expect.cites else "quotes no help page", found)


def _sound(case: Case, reply: Outcome, base: Outcome | None) -> Iterator[Judged]:
    """What every reply must be."""
    yield Judged("is answered", reply.failed or ("" if reply.said.strip() or reply.cards else "nothing is said"))
    yield Judged("language", _foreign(reply, case.expect.language or _language(reply, base)))
    yield Judged("variables are filled in", left_over(bare(reply.text)) if not _quotes_braces(case) else "")
    found = _HTML.search(reply.text)
    yield Judged("no HTML", f"{found.group(0)!r} is in it" if found else "")
    yield Judged("length", f"{reply.words} words" if reply.words > _MOST_WORDS else "")
    if base is not None:
        lost = [title for title in _titles(base) if title not in _readable(reply)]
        yield Judged("names every item", f"not named: {', '.join(lost)}" if lost else "")
        same = reply.items == base.items
        yield Judged(
            "same items", "" if same else f"{', '.join(reply.items)} instead of {', '.join(base.items)}", False
        )


def _claims(case: Case, reply: Outcome, shelf: Shelf, base: Outcome | None) -> Iterator[Judged]:
    """Whether the records and the help pages support what is said, where they supported it before."""
    dropped = _unsupported(case, reply, shelf)
    known = _unsupported(case, base, shelf) if base is not None and dropped else ()
    new = [one for one in dropped if one not in known]
    beyond = new if len(dropped) > len(known) else []
    yield Judged("says only what is known", f"nothing supports: {' / '.join(beyond)}" if beyond else "")


def _unsupported(case: Case, reply: Outcome, shelf: Shelf) -> tuple[str, ...]:
    said = [case.message, case.state.query, *case.state.wishes, *reply.quotes, reply.question]
    shown = [shelf.items.items[id_].title for id_ in case.state.shown if id_ in shelf.items.items]
    text = "\n".join(_attributed(bare(line), reply) for line in reply.text.split("\n"))
    return claimed(text, reply.cards, index=shelf.items, said=said, allowed_titles=shown, coverage=0.0).dropped


def _attributed(line: str, reply: Outcome) -> str:
    """A line that begins with a card's title as one sentence: a full stop behind the title does not part the two."""
    begun = _BULLET.sub("", line)
    titled = any(begun.startswith(card.item.title) for card in reply.cards)
    return _STOP.sub(r"\1: ", line, count=1) if titled else line


def _foreign(reply: Outcome, language: str) -> str:
    """Whether it is written in another script than its language's."""
    han, latin = len(_HAN.findall(reply.text)), len(_LATIN.findall(reply.text))
    if language.startswith("zh"):
        return "there is no Chinese in it" if latin and not han else ""
    if language == "en":
        return "more Chinese than English is in it" if han > latin else ""
    return ""


def _language(reply: Outcome, base: Outcome | None) -> str:
    """The language that the reply should be in: that of the conversation's state after it."""
    states = [event for event in (base or reply).events if event.name == "state"]
    return str(getattr(states[-1], "state").language) if states else ""  # noqa: B009


def _titles(reply: Outcome) -> tuple[str, ...]:
    """The titles on the cards that the reply names."""
    text = _readable(reply)
    return tuple(title for card in reply.cards if (title := card.item.title.casefold()) in text)


def _readable(reply: Outcome) -> str:
    return bare(reply.said).casefold()


def _quotes_braces(case: Case) -> bool:
    """Whether the visitor, or a page, wrote braces, which may be repeated as they are."""
    return "{" in case.message or any("{" in one for one in case.reply.splitlines())
