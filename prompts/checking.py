"""What a prompt must keep to: its relation to the English file, its samples, its limits.

Every function raises `PromptError` or returns nothing. Knows nothing of folders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from prompts.errors import PromptError
from prompts.prompt import AMBIENT, Prompt

FOR_MODELS = ("understand/", "write/")
"""Where prompts lie that a model reads and no visitor does."""
MANY = 40
_STRANGE = (
    (re.compile(r"<[A-Za-z/!][^>]{0,200}>?"), "HTML, which would be shown as letters", "Use **bold** or plain text."),
    (re.compile(r"!\[[^\]]*\]\("), "a picture, which would not be shown", "Remove it."),
    (
        re.compile(r"(?<![{\w])\$?\{[A-Za-z_][A-Za-z0-9_.]*\}(?!\})|%\([a-z_]+\)s"),
        "a variable in the wrong braces",
        "Write {{ name }} with two braces on each side.",
    ),
)


def against(prompt: Prompt, base: Prompt, *, where: str) -> None:
    """A translation or an overlay may use only the keys, and per key only the variables, of ``base``."""
    if prompt.head.kind != base.head.kind:
        raise PromptError(f"{where}: kind is {prompt.head.kind}, not {base.head.kind}.", hint="Keep the kind.")
    for key, phrase in prompt.phrases.items():
        if key.partition("@")[0] not in base.phrases:
            line = phrase.alternatives[0].line - 1
            hint = f"Keys: {', '.join(base.phrases)}."
            raise PromptError(f"{where}, line {line}: nothing speaks the key {key!r}.", hint=hint, line=line)
        given = base.phrases[key.partition("@")[0]].variables
        for name in sorted(phrase.variables - given - AMBIENT):
            line = min(one.line_of(name) for one in phrase.alternatives if name in one.variables)
            raise PromptError(
                f"{where} ({key}), line {line}: {{{{ {name} }}}} is not given to this phrase.",
                hint=f"It is given: {', '.join(sorted(given)) or 'nothing'}.",
                line=line,
            )


def marks(prompt: Prompt, *, where: str) -> None:
    """Refuse what would reach a visitor as it stands: HTML, pictures, a variable in the wrong braces."""
    if prompt.ref.name.startswith(FOR_MODELS):
        return
    for key, phrase in prompt.phrases.items():
        for line, text in (one for alternative in phrase.alternatives for one in alternative.written()):
            for pattern, what, hint in _STRANGE:
                if found := pattern.search(text):
                    at = line + text.count("\n", 0, found.start())
                    place = f"{where}{f' ({key})' if key else ''}, line {at}"
                    raise PromptError(f"{place}: {what}: {found.group(0)!r}.", hint=hint, line=at)


def samples(prompt: Prompt, *, grammar: Mapping[str, str], where: str) -> None:
    """Render every alternative with the sample values and hold it to the limits."""
    values = prompt.head.inputs
    for key, phrase in prompt.phrases.items():
        for alternative in phrase.alternatives:
            text = alternative.render(values, grammar=grammar)
            place = f"{where} ({key})" if key else where
            limits(text, prompt.head.checks, where=f"{place}, line {alternative.line}", line=alternative.line)
            fits(text, prompt, where=f"{place}, line {alternative.line}", line=alternative.line)


def strained(prompt: Prompt, *, grammar: Mapping[str, str]) -> None:
    """Render every alternative with `MANY` times as much in every list: loops and output stay bounded."""
    values = {name: _longer(value) for name, value in prompt.head.inputs.items()}
    for phrase in prompt.phrases.values():
        for alternative in phrase.alternatives:
            try:
                alternative.render(values, grammar=grammar)
            except PromptError as error:
                line = alternative.line
                raise PromptError(f"{alternative.where}, line {line}: {error}", hint=error.hint, line=line) from error


def fits(text: str, prompt: Prompt, *, where: str, line: int = 0) -> None:
    """Hold a rendered text to the head's ``output``; one for a model is held to nothing: its reply is."""
    if not prompt.head.output or prompt.ref.name.startswith(FOR_MODELS):
        return
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(prompt.head.output).iter_errors(text))
    if error is not None:
        raise PromptError(f"{where}: not what its output says: {error.message}", hint="Reword it.", line=line)


def limits(text: str, checks: Mapping[str, Any], *, where: str, line: int = 0) -> None:
    """Hold a rendered text to the head's ``checks``."""
    words, most_words = len(text.split()), checks.get("max_words")
    if most_words is not None and words > most_words:
        raise PromptError(
            f"{where}: {words} words, more than {most_words}: {text!r}", hint="Say it shorter.", line=line
        )
    most_characters = checks.get("max_characters")
    if most_characters is not None and len(text) > most_characters:
        raise PromptError(
            f"{where}: {len(text)} characters, more than {most_characters}.", hint="Say it shorter.", line=line
        )
    if checks.get("one_line") and "\n" in text:
        raise PromptError(f"{where}: more than one line.", hint="Join its lines.", line=line)
    for word in checks.get("forbid", ()):
        if word.casefold() in text.casefold():
            raise PromptError(f"{where}: says {word!r}, which its checks forbid.", hint="Find another word.", line=line)
    for word in checks.get("require", ()):
        if word.casefold() not in text.casefold():
            raise PromptError(f"{where}: does not say {word!r}, as its checks require.", hint="Say it.", line=line)


def _longer(value: Any) -> Any:
    """A sample with many more entries in each list."""
    if isinstance(value, Mapping):
        return {key: _longer(one) for key, one in value.items()}
    return [_longer(one) for one in value] * MANY if isinstance(value, (list, tuple)) else value
