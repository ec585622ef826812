"""The workbench's rules: who edits which prompt, and what is known of each. Knows no web framework.

Command line and web stand on the same functions of this package; this adds drafts, which have holders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from bot.assistant import Assistant
from bot.prompting import describing
from bot.prompting.casebook import CaseBook
from bot.prompting.describing import Changes
from bot.prompting.drafting import Checked, checked, texts_of
from bot.prompting.drafts import Drafts, Editor, PromptDraft, Texts
from bot.prompting.marks import Marks
from bot.prompting.readings import Readings
from bot.prompting.refusing import NotHere, UnknownPrompt
from bot.prompting.steps import Step
from bot.settings import Settings
from prompts import Library, PromptError


class Workshop:
    """Drafts, cases and marks of one server. Safe to use from several threads."""

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        """Nothing is read yet."""
        self.assistant = assistant
        self.drafts = Drafts(settings.drafts)
        self.cases = CaseBook(settings.cases)
        self.marks = Marks(settings.drafts / "marks.json")
        self.readings = Readings(lambda: self.library, settings.drafts)
        self._changes: Changes | None = None

    @property
    def library(self) -> Library:
        """The prompts of the server, as they are by now. Raises NotHere where nothing can be published."""
        found = self.assistant.prompts
        if not isinstance(found, Library):
            raise NotHere("the prompts of this server are fixed", hint="start it with `shelftalk serve`")
        found.refresh()
        return found

    def overview(self, *, locale: str, editor: str) -> dict[str, Any]:
        """Every prompt in plain words, what is spoken, and who edits what."""
        library = self.library
        drafts = [one for one in self.drafts.all() if library.at(*one.slot) is not None]
        return {
            "spoken": describing.spoken(library),
            "trial": describing.trial(library),
            "problems": [*self._problems(library)],
            "languages": list(library.locales()),
            "groups": describing.groups(library, library.voice(locale)),
            "prompts": describing.listed(library, self._changed(library), drafts, locale=locale, editor=editor),
        }

    def prompt(self, name: str, language: str, *, locale: str, editor: str) -> dict[str, Any]:
        """One prompt with its draft. Raises UnknownPrompt."""
        library = self._with(name, language)
        draft = self.drafts.find(name, language)
        shipped = self.readings.shipped
        return describing.described(library, shipped, (name, language), draft, locale=locale, editor=editor)

    def check(self, name: str, language: str, phrases: Mapping[str, Texts]) -> Checked:
        """What is wrong with reworded phrases, and how they sound. Raises UnknownPrompt."""
        return checked(self._with(name, language), name, language, phrases, shipped=self.readings.shipped)

    def save(
        self,
        slot: tuple[str, str],
        phrases: Mapping[str, Texts],
        *,
        editor: Editor,
        take_over: bool = False,
        seen: str = "",
    ) -> PromptDraft:
        """Keep a draft; phrases that say what is spoken are left out of it. ``seen``: the state that the editor saw.

        Raises:
            HeldByOther: somebody else holds it, and ``take_over`` is not set.
            UnknownPrompt: there is no such prompt.
        """
        library = self._with(*slot)
        live, held = texts_of(library.at(*slot)), self.drafts.find(*slot)
        changed = {key: texts for key, texts in phrases.items() if texts and _stripped(texts) != live.get(key)}
        known = held.before if held is not None and seen != library.state else {}
        before = {key: known.get(key, live.get(key, ())) for key in changed}
        begun = held.begun_from if held is not None and known else library.state
        return self.drafts.save(PromptDraft(*slot, editor, changed, before, begun), take_over=take_over)

    def held(self, draft: PromptDraft, *, editor: str) -> dict[str, Any]:
        """A draft as `prompt` tells it."""
        return describing.draft_dict(draft, self.library, editor=editor)

    def chosen(self, editor: str, slots: Iterable[tuple[str, str]] | None) -> tuple[PromptDraft, ...]:
        """The drafts that were named, else those of an editor, else all that can be said. Raises UnknownPrompt."""
        drafts = self.drafts.all()
        if slots is None and editor:
            return tuple(one for one in drafts if one.editor.id == editor)
        if slots is None:
            return tuple(one for one in drafts if all(bad["sayable"] for bad in self.readings.problems(one)))
        found = {one.slot: one for one in drafts}
        wanted = list(dict.fromkeys(slots))
        for name, language in wanted:
            if (name, language) not in found:
                raise UnknownPrompt(f"there is no draft of {name[:80]!r} in {language!r}", hint="save it first")
        return tuple(found[one] for one in wanted)

    def marked(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Each pair with what a reader said of it before."""
        for step in steps:
            if step.name == "pair":
                said = self.marks.find(step.data["case"], step.data["state"])
                step.data["mark"] = asdict(said) if said is not None else None
            yield step

    def _with(self, name: str, language: str) -> Library:
        """The library, which has that prompt; only what is there is ever looked up: a name is no path."""
        library = self.library
        if library.at(name, language) is None:
            spoken = ", ".join(one for called, one in library.slots() if called == name)
            raise UnknownPrompt(
                f"there is no prompt {name[:80]!r} in {language[:20]!r}",
                hint=f"it is there in {spoken}" if spoken else "GET /v1/prompts lists them",
            )
        return library

    def _changed(self, library: Library) -> Changes:
        """Who worded what, worked out once for each state; nobody where the history cannot be read."""
        state = library.version.id if library.version is not None else ""
        if self._changes is None or self._changes.state != state:
            try:
                self._changes = Changes.of(library)
            except PromptError:  # `library.fault` says it
                return Changes(state, {})
        return self._changes

    def _problems(self, library: Library) -> Iterator[dict[str, str]]:
        """What cannot be used: files, versions, drafts."""
        yield from ({"where": one.path.name, "message": one.message, "hint": one.hint} for one in library.problems)
        if library.fault:
            yield {"where": "", "message": library.fault, "hint": "`shelftalk doctor` looks closer"}
        for path in self.drafts.unreadable():
            place = path.relative_to(self.drafts.root).as_posix()
            yield {"where": place, "message": "the file is no draft any more", "hint": f"remove {path}"}
        for one in self.drafts.all():
            if library.at(*one.slot) is None:
                where = f"{one.name} ({one.language})"
                yield {"where": where, "message": "this draft's prompt is gone", "hint": "give the draft up"}


def _stripped(texts: Texts) -> Texts:
    """Wordings as they are spoken: blanks around them are not."""
    return tuple(text.strip() for text in texts)
