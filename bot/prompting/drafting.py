"""What is wrong with reworded phrases, alternative by alternative, and how the good ones sound. Keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from yaml import YAMLError

from bot.prompting.drafts import PromptDraft, Texts
from prompts import Prompt, PromptError, Registry
from prompts.golden import golden_cases
from prompts.properties import left_over
from prompts.rewriting import PARAMETER, leaves, reworded
from prompts.sections import separator
from prompts.testing import of_phrase

_WHERE = "draft"
_PLACE = re.compile(rf"^(?:{_WHERE}(?: \([^)]*\))?(?:, line \d+)?: )+")


@dataclass(frozen=True, slots=True)
class PhraseProblem:
    """One thing that is wrong: in which alternative (from 0) of which phrase, on which of its lines (from 1).

    ``must``: nothing is published while it is.
    """

    key: str
    alternative: int
    line: int
    message: str
    hint: str
    must: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems, and each phrase as it is said with the sample values; None for a wording that cannot be said."""

    problems: tuple[PhraseProblem, ...]
    preview: Mapping[str, tuple[str | None, ...]]

    @property
    def sound(self) -> bool:
        """Whether it could be published, as far as its prompt alone tells."""
        return not any(problem.must for problem in self.problems)


class _Wrong(NamedTuple):
    line: int
    message: str
    hint: str
    must: bool = True


def checked(
    registry: Registry, name: str, language: str, phrases: Mapping[str, Texts], *, shipped: Registry
) -> Checked:
    """Hold reworded phrases to everything that a reading of them, and the tests of the prompts, would say."""
    found: list[PhraseProblem] = []
    preview: dict[str, tuple[str | None, ...]] = {}
    trying = _Trying(registry, name, language, shipped)
    for key, texts in phrases.items():
        told = [trying.wording(key, text, number) for number, text in enumerate(texts)]
        found += [PhraseProblem(key, number, *one) for number, (wrong, _) in enumerate(told) for one in wrong]
        preview[key] = tuple(said for _, said in told)
    return Checked(tuple(found), preview)


def texts_of(prompt: Prompt | None) -> dict[str, Texts]:
    """Key -> its alternatives as they are written; a leaf of a map and a parameter have one."""
    if prompt is None:
        return {}
    asked: dict[str, Texts] = {f"{PARAMETER}{name}": (str(value),) for name, value in prompt.head.parameters.items()}
    if prompt.head.kind == "map":
        return asked | {key: (_leaf(prompt, path),) for key, path in leaves(prompt.table).items()}
    texts = {key: tuple(one.source for one in phrase.alternatives) for key, phrase in prompt.phrases.items()}
    return texts | asked


def moved(draft: PromptDraft, registry: Registry) -> tuple[str, ...]:
    """The keys of a draft whose spoken wording is another one than when they were begun."""
    live = texts_of(registry.at(*draft.slot))
    return tuple(key for key in draft.phrases if live.get(key, ()) != draft.before.get(key, ()))


class _Trying:
    """Wordings of one prompt, each tried by itself, so that none hides what is wrong with another."""

    def __init__(self, registry: Registry, name: str, language: str, shipped: Registry) -> None:
        self._registry, self._shipped = registry, shipped
        self._name, self._language = name, language
        self._live = registry.prompt(name, language)

    def wording(self, key: str, text: str, number: int) -> tuple[list[_Wrong], str | None]:
        """What is wrong, and what is said."""
        if (wrong := self._written(key, text, number)) is not None:
            return [wrong], None
        file = ""
        try:
            file = reworded("", {key: (text,)}, live=self._live)
            prompt = self._registry.tried(self._name, self._language, file, where=_WHERE)
        except YAMLError:
            return [_Wrong(1, f"{text.strip()!r} is no value", "Write a number.")], None
        except PromptError as error:
            line = self._line(error.line, file, text)
            return [_Wrong(line, _PLACE.sub("", str(error)), error.hint)], None
        if key.startswith(PARAMETER):
            return [], text.strip()
        return self._heard(prompt, key, text)

    def _heard(self, prompt: Prompt, key: str, text: str) -> tuple[list[_Wrong], str]:
        """What the tests of the prompts say of a wording, and how it sounds."""
        if prompt.head.kind == "map":
            found = left_over(text)
            return [_Wrong(1, found, "Write plain text: a map has no variables.")] if found else [], text
        findings = of_phrase(self._registry, prompt, key, base=self._shipped, given=golden_cases())
        grammar = self._registry.grammar(self._language)
        said = prompt.phrases[key].alternatives[0].render(prompt.head.inputs, grammar=grammar)
        return [_Wrong(1, one.found, one.hint, one.must) for one in findings], said

    def _written(self, key: str, text: str, number: int) -> _Wrong | None:
        """What is wrong with the mere writing."""
        kind = self._live.head.kind
        if number and (kind != "phrases" or key.startswith(PARAMETER)):
            return _Wrong(1, "this has one wording only", "Remove this one.")
        if key.startswith(PARAMETER) and not self._live.head.parameters:
            return _Wrong(1, "no model is asked with this prompt", "Leave the parameter out.")
        if kind == "template" and key and not key.startswith(PARAMETER):
            return _Wrong(1, f"this text has no part {key!r}", "Leave it out.")
        if not text.strip():
            return _Wrong(1, "nothing is written here", "Write it, or remove this wording.")
        if kind == "phrases" and (mark := separator(text)):
            line = text[: text.index(mark)].count("\n") + 1
            return _Wrong(line, f"the line {mark!r} would end the wording", "Begin no line with ## or ---.")
        return None

    def _line(self, line: int, file: str, text: str) -> int:
        """A line of the file as one of the text."""
        head = text.lstrip().split("\n", 1)[0]
        above = file[: file.rindex(head)].count("\n") - text[: text.index(head)].count("\n") if head in file else 0
        return min(max(line - above, 1), text.count("\n") + 1)


def _leaf(prompt: Prompt, path: tuple[str, ...]) -> str:
    found = prompt.table
    for step in path[:-1]:
        found = found[step]  # type: ignore[assignment]
    return str(found[path[-1]])
