"""What a prompt must keep to: its relation to the English file, its samples, its limits.

Every function raises `PromptError` or returns nothing. Knows nothing of folders.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prompts.errors import PromptError
from prompts.prompt import AMBIENT, Prompt


def against(prompt: Prompt, base: Prompt, *, where: str) -> None:
    """A translation or an overlay may use only the keys, and per key only the variables, of ``base``."""
    if prompt.head.kind != base.head.kind:
        raise PromptError(f"{where}: kind is {prompt.head.kind}, not {base.head.kind}.", hint="Keep the kind.")
    for key, phrase in prompt.phrases.items():
        if key.partition("@")[0] not in base.phrases:
            raise PromptError(f"{where}: nothing speaks the key {key!r}.", hint=f"Keys: {', '.join(base.phrases)}.")
        given = base.phrases[key.partition("@")[0]].variables
        for name in sorted(phrase.variables - given - AMBIENT):
            raise PromptError(
                f"{where} ({key}): {{{{ {name} }}}} is not given to this phrase.",
                hint=f"It is given: {', '.join(sorted(given)) or 'nothing'}.",
            )


def samples(prompt: Prompt, *, grammar: Mapping[str, str], where: str) -> None:
    """Render every alternative with the sample values and hold it to the limits."""
    values = prompt.head.inputs
    for key, phrase in prompt.phrases.items():
        for alternative in phrase.alternatives:
            text = alternative.render(values, grammar=grammar)
            limits(text, prompt.head.checks, where=f"{where} ({key})" if key else where)


def limits(text: str, checks: Mapping[str, Any], *, where: str) -> None:
    """Hold a rendered text to the head's ``checks``."""
    words, most_words = len(text.split()), checks.get("max_words")
    if most_words is not None and words > most_words:
        raise PromptError(f"{where}: {words} words, more than {most_words}: {text!r}", hint="Say it shorter.")
    most_characters = checks.get("max_characters")
    if most_characters is not None and len(text) > most_characters:
        raise PromptError(f"{where}: {len(text)} characters, more than {most_characters}.", hint="Say it shorter.")
    if checks.get("one_line") and "\n" in text:
        raise PromptError(f"{where}: more than one line.", hint="Join its lines.")
    for word in checks.get("forbid", ()):
        if str(word).casefold() in text.casefold():
            raise PromptError(f"{where}: says {word!r}, which its checks forbid.", hint="Find another word.")
