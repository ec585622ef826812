"""What an editor is refused, as errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bot.errors import InvalidRequest, ShelftalkError
from prompts import PromptError


class UnknownPrompt(ShelftalkError):
    """There is no such prompt, or not in that language."""

    code = "unknown_prompt"
    status = 404


class UnknownCase(ShelftalkError):
    """There is no such test case."""

    code = "unknown_case"
    status = 404


class Outdated(ShelftalkError):
    """Something else is spoken than the editor looked at."""

    code = "changed_meanwhile"
    status = 409


class NotHere(ShelftalkError):
    """This server cannot publish, or does not speak what is published."""

    code = "not_here"
    status = 409


class BrokenDraft(InvalidRequest):
    """A draft cannot be said as it is. ``problems`` name prompt, phrase and line."""

    code = "broken_draft"

    def __init__(self, problems: Sequence[Mapping[str, Any]]) -> None:
        first = problems[0]
        super().__init__(
            f"{first['where']}: {first['message']}" + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""),
            hint=first["hint"] or "mend the draft, and try again",
        )
        self.problems = tuple(problems)


@contextmanager
def told() -> Iterator[None]:
    """Within the block, what the prompts refuse is an error of the request."""
    try:
        yield
    except PromptError as error:
        raise InvalidRequest(str(error), hint=error.hint) from error
