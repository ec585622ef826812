"""From drafts to what everybody hears: checked, played on the test set, published, or blocked with what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from threading import Event as Flag
from typing import Any

from bot.errors import InvalidRequest
from bot.prompting.describing import title_of, version_dict
from bot.prompting.drafts import Editor, PromptDraft
from bot.prompting.judging import failures
from bot.prompting.publishing import Draft, Examined, examine_read, publish
from bot.prompting.refusing import NotHere, Outdated, told
from bot.prompting.running import Ran, run
from bot.prompting.steps import Clock, Step
from bot.prompting.workshop import Workshop
from prompts import Library, Version
from prompts.store import PRODUCTION


@dataclass(frozen=True, slots=True)
class Release:
    """What was asked for. ``expected``: the id of what was spoken when the editor looked; empty: whatever it was."""

    drafts: Sequence[PromptDraft]
    editor: Editor
    why: str
    expected: str = ""


def releasing(workshop: Workshop, asked: Release, *, cancel: Flag) -> Iterator[Step]:
    """`progress` for each case, then `published` or `blocked`; setting ``cancel`` before that publishes nothing.

    Raises:
        InvalidRequest: no reason, no draft.
        Outdated: something else is spoken by now.
        NotHere: this server does not speak what is published.
    """
    library = workshop.library
    _require(library, asked)
    stood = library.store.label(PRODUCTION)
    readings = workshop.readings
    if wrong := [one for draft in asked.drafts for one in readings.problems(draft) if one["must"]]:
        yield Step("blocked", {"problems": wrong})
        return
    draft = readings.composed(asked.drafts)
    registry = readings.of(draft)
    with told():
        tested = examine_read(draft, registry, readings.shipped)
    turns = list[Ran]()
    if tested.passed:
        cases = [one.case for one in workshop.cases.all() if one.case.catalog in workshop.assistant.catalogs]
        clock = Clock(len(cases))
        yield clock.step(0)
        for ran in run(workshop.assistant, cases, registry, base=readings.shipped, cancel=cancel):
            turns.append(ran)
            yield clock.step(len(turns))
    if cancel.is_set():
        return
    found = Examined(tested, tuple(turns))
    if not found.passed:
        yield Step("blocked", {"problems": list(_problems(library, found, must=True))})
        return
    version = _published(library, draft, found, asked, stood)
    for one in asked.drafts:
        workshop.drafts.published(one)
    yield Step("published", {**version_dict(version), "doubts": list(_problems(library, found, must=False))})


def roll_back(library: Library, *, why: str, author: str, to: int | None) -> Version:
    """What was heard before, or the version ``to``, is heard again. Raises InvalidRequest, NotHere."""
    require_followed(library)
    require_reason(why)
    with told():
        if to is None:
            found = library.store.rollback(why=why, author=author)
        elif (standing := library.store.label(PRODUCTION)) is not None and standing.number == to:
            raise InvalidRequest(f"version {to} is what everybody hears already", hint="choose another one")
        else:
            found = library.store.move(PRODUCTION, str(to), why=why, author=author)
    library.refresh()
    return found


def require_followed(library: Library) -> None:
    """Raise NotHere where a publication would not be heard."""
    if not library.follows:
        raise NotHere(
            "this server speaks what SHELFTALK_PROMPTS names, whatever is published",
            hint="start it without SHELFTALK_PROMPTS to publish here",
        )


def require_reason(why: str) -> None:
    """Raise InvalidRequest where nobody says why."""
    if not why.strip():
        raise InvalidRequest("there is no reason", hint="say in a sentence what changes and why")


def _require(library: Library, asked: Release) -> None:
    """Whether it may be tried at all."""
    require_followed(library)
    require_reason(asked.why)
    if not asked.drafts:
        raise InvalidRequest("there is no draft to publish", hint="change a prompt first")
    if asked.expected and asked.expected != library.state:
        raise Outdated("something else was published meanwhile", hint="look at it, then publish again")


def _published(library: Library, draft: Draft, found: Examined, asked: Release, stood: Version | None) -> Version:
    with told():
        expected = stood.id if stood is not None else None
        return publish(library, draft, found, why=asked.why, author=asked.editor.name, expected=expected)


def _problems(library: Library, found: Examined, *, must: bool) -> Iterator[Mapping[str, Any]]:
    """What the tests found, of prompts and of whole turns."""
    for one in found.alone.findings:
        if one.must == must:
            where = title_of(library, one.name, one.locale) if one.name in library.names() else one.name
            told_ = {"where": where, "language": one.locale, "message": one.found, "alternative": 0}
            yield {**asdict(one), **told_}
    for ran in found.turns:
        for judged in failures(ran.judged):
            if judged.must == must:
                message = f"{judged.check}: {judged.found}"
                yield {"where": ran.case.name, "case": ran.case.name, "message": message, "hint": "", "must": must}
