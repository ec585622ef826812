"""Tests of the prompts alone: golden cases, and properties of everything that an edit rewords.

A golden case of a phrase that is not reworded must hold to the letter. A reworded phrase must hold its own golden
cases, where its folder has some, and is said with the variables of every shipped case, and held to limits and
properties.
Knows no conversation: `bot.prompting` plays whole turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prompts import checking, properties
from prompts.differing import Difference, differences
from prompts.errors import PromptError
from prompts.golden import GoldenCase, golden_cases, said
from prompts.prompt import BODY, Alternative, Prompt
from prompts.registry import Registry
from prompts.voice import Voice


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``must``: nothing is published while it is. ``line`` is the file's, 0 if not known."""

    name: str
    locale: str
    key: str
    check: str
    found: str
    hint: str = ""
    must: bool = True
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.name}.{self.locale}" + (f" ({self.key})" if self.key else "")
        return f"{place}: {self.check}: {self.found}"


@dataclass(frozen=True, slots=True)
class Tested:
    """The outcome: how many cases and reworded phrases were held to their checks, and what is wrong."""

    cases: int
    reworded: int
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it may be published, as far as the prompts alone tell."""
        return not any(finding.must for finding in self.findings)


def examine(registry: Registry, base: Registry, *, own: Sequence[GoldenCase] = ()) -> Tested:
    """Hold ``registry`` to the shipped golden cases, to its ``own``, and to its properties against ``base``."""
    changes = differences(base, registry)
    reworded = {(one.name, one.locale, one.key) for one in changes}
    ours, shipped = {_slot(case) for case in own}, golden_cases()
    still = [case for case in shipped if _slot(case) not in ours and not _reworded(case, registry, reworded)]
    findings = [*_broken(registry), *_golden([*own, *still], registry)]
    given = (*own, *shipped)
    for name, locale, key in sorted(reworded):
        prompt, before = registry.at(name, locale), base.at(name, locale)
        if prompt is not None and key in prompt.phrases:
            findings += _Reworded(registry, prompt, before, key, given).findings()
    findings += (one for change in changes for one in _leaf(change, registry))
    return Tested(len(own) + len(still), len(reworded), tuple(dict.fromkeys(findings)))


def of_phrase(
    registry: Registry, prompt: Prompt, key: str, *, base: Registry, given: Sequence[GoldenCase]
) -> Iterator[Finding]:
    """What is wrong with one reworded phrase of ``prompt``, said with samples and the variables of ``given``."""
    before = base.at(prompt.ref.name, prompt.ref.locale)
    yield from _Reworded(registry, prompt, before, key, given).findings()


def _broken(registry: Registry) -> Iterator[Finding]:
    """Files that could not be used at all."""
    for problem in registry.problems:
        name = f"{problem.path.parent.name}/{problem.path.name.split('.')[0]}"
        locale = problem.path.name.removesuffix(".md").partition(".")[2] or "en"
        yield Finding(name, locale, "", "readable", problem.message, problem.hint, line=problem.line)


def _golden(cases: Sequence[GoldenCase], registry: Registry) -> Iterator[Finding]:
    """Cases that are not said to the letter."""
    voices: dict[tuple[str, str], Voice] = {}  # making one takes longer than most cases
    for case in cases:
        try:
            slot = (case.locale, case.catalog)
            voice = voices.get(slot) or voices.setdefault(slot, registry.voice(case.locale, catalog=case.catalog))
            text = said(case, voice)
        except PromptError as error:
            yield Finding(case.name, case.locale, case.key, "golden", str(error), error.hint)
            continue
        if text != case.text:
            found = f"said {text!r}, expected {case.text!r}"
            yield Finding(case.name, case.locale, case.key, "golden", found, "Correct the wording, or the golden case.")


def _leaf(change: Difference, registry: Registry) -> Iterator[Finding]:
    """A leaf of a map that holds a variable, though maps have none."""
    prompt = registry.at(change.name, change.locale)
    if prompt is not None and prompt.head.kind == "map" and (found := properties.left_over(change.after)):
        place = (change.name, change.locale, change.key)
        yield Finding(*place, "variables", found, "Write plain text: a map has no variables.")


class _Reworded:
    """One phrase with a new wording, before and after."""

    def __init__(
        self, registry: Registry, prompt: Prompt, before: Prompt | None, key: str, given: Sequence[GoldenCase]
    ) -> None:
        self._registry, self._prompt, self._key = registry, prompt, key
        self._phrase = prompt.phrases[key]
        plain = key.partition("@")[0]
        self._base = (before.phrases.get(key) or before.phrases.get(plain)) if before else None
        samples = dict(prompt.head.inputs)
        mine = [case for case in given if case.name == prompt.ref.name and case.key.partition("@")[0] == plain]
        local = [case for case in mine if case.locale == prompt.ref.locale] or mine
        self._values = [samples, *({**samples, **dict(case.variables)} for case in local)]

    def findings(self) -> Iterator[Finding]:
        """Everything wrong with it, each kind once."""
        for alternative in self._phrase.alternatives:
            told = set[str]()
            for check, found, hint in self._of(alternative):
                if check not in told:
                    told.add(check)
                    ref = self._prompt.ref
                    yield Finding(ref.name, ref.locale, self._key, check, found, hint, line=alternative.line)

    def _of(self, alternative: Alternative) -> Iterator[tuple[str, str, str]]:
        for_model = self._prompt.ref.name.startswith(checking.FOR_MODELS)
        if not for_model and (found := properties.language(alternative, self._prompt.ref.locale)):
            yield "language", found, "Write it in the language of the file's name."
        for values in self._values:
            try:
                text = self._said(alternative, values)
                checking.limits(text, self._prompt.head.checks, where=self._prompt.ref.name)
                checking.fits(text, self._prompt, where=self._prompt.ref.name)
            except PromptError as error:
                yield "limits", str(error), error.hint
                continue
            base = self._said_before(values)
            if not for_model and (found := properties.left_over(text)):
                yield "variables", found, "Write {{ name }}, and only inputs that the phrase is given."
            if found := properties.kept(iter(self._prompt.head.checks.get("keep", ())), values, text=text, base=base):
                yield "keep", found, "Put the variable back."
            if not text.strip() and base.strip():
                yield "says something", f"nothing is said where {base!r} was", "Write what shall be said then."
        yield from self._escapes(alternative)

    def _escapes(self, alternative: Alternative) -> Iterator[tuple[str, str, str]]:
        values = properties.evil(self._values[0])
        try:
            text, base = self._said(alternative, values), self._said_before(values)
        except PromptError:
            return
        if self._base is not None and (found := properties.escaped(text, base)):
            yield "escaping", found, "End the variable with `| md`, as before."

    def _said(self, alternative: Alternative, values: Mapping[str, Any]) -> str:
        return alternative.render(values, grammar=self._registry.grammar(self._prompt.ref.locale))

    def _said_before(self, values: Mapping[str, Any]) -> str:
        """What the first of the former wordings said, nothing where there was none."""
        if self._base is None:
            return ""
        try:
            return self._said(self._base.alternatives[0], values)
        except PromptError:
            return ""


def _slot(case: GoldenCase) -> tuple[str, str, str, int]:
    return (case.name, case.locale, case.key, case.variant)


def _reworded(case: GoldenCase, registry: Registry, reworded: set[tuple[str, str, str]]) -> bool:
    """Whether something that the case says was reworded: its phrase, or the joining words of its language."""
    locale = registry.prompt(case.name, case.locale).ref.locale
    return (case.name, locale, case.key or BODY) in reworded or any(
        name in ("labels/grammar", "labels/catalog") and one == locale for name, one, _ in reworded
    )
