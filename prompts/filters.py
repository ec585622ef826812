"""The filters that a prompt may use on its variables; the only ones.

Each returns bounded text and depends on its arguments and on the locale's grammar alone. Knows nothing of files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from prompts.errors import PromptError

LIMIT = 20_000
"""The longest text that a filter or a whole prompt may make, in characters."""

GRAMMAR: Mapping[str, str] = {"comma": ", ", "and": " and ", "or": " or ", "stop": ".", "open": "", "close": ""}
"""What joins a list, ends a sentence and stands around a title where no locale or catalogue says otherwise."""

_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|])")
_SPACES = re.compile(r"\s+")
_ENDED = re.compile(r"[.!?。！？…]['\"”’」』)）]*$")


def grammar(context: Context) -> Mapping[str, str]:
    """The locale's joining words, given by the renderer under a reserved name."""
    found: Mapping[str, str] = context.get("_grammar") or GRAMMAR
    return found


def text_of(value: Any) -> str:
    """A value as text: whole floats without ``.0``, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def bounded(text: str) -> str:
    """``text``, refused when it is longer than `LIMIT`."""
    if len(text) > LIMIT:
        raise PromptError(f"A prompt made more than {LIMIT} characters.", hint="Pass less text, or use `| clip(n)`.")
    return text


def join(values: Sequence[Any], separator: str = "") -> str:
    """The values as one text, ``separator`` between them."""
    parts = [text_of(value) for value in values]
    if sum(map(len, parts)) + len(separator) * len(parts) > LIMIT:
        raise PromptError(f"A joined list has more than {LIMIT} characters.", hint="Pass fewer values: `| few(n)`.")
    return separator.join(parts)


@pass_context
def listed(context: Context, values: Sequence[Any], word: str = "and") -> str:
    """``a, b and c`` in the locale's own way; ``word`` is "and" or "or"."""
    words = grammar(context)
    parts = [values] if isinstance(values, str) else list(values)
    if len(parts) < 2:
        return join(parts)
    return bounded(join(parts[:-1], words["comma"]) + words.get(word, words["and"]) + text_of(parts[-1]))


@pass_context
def sentence(context: Context, text: str) -> str:
    """First letter large, a full stop at the end unless the text ends already."""
    text = capitalize(_SPACES.sub(" ", str(text)).strip())
    return text if not text or _ENDED.search(text) else text + grammar(context)["stop"]


@pass_context
def named(context: Context, value: Any) -> Any:
    """A title, or each of a list, between the locale's and catalogue's marks: 《Alien》 for a film in Chinese."""
    words = grammar(context)
    if isinstance(value, (list, tuple)):
        return [words["open"] + text_of(one) + words["close"] for one in value]
    return words["open"] + text_of(value) + words["close"]


def few(values: Sequence[Any], most: int = 3) -> list[Any]:
    """The first ``most`` values."""
    return list(values)[: max(0, most)]


def capitalize(text: str) -> str:
    """The first letter large, the rest as it stands."""
    text = str(text)
    return text[:1].upper() + text[1:]


def number(value: Any) -> str:
    """A number for reading: 640, 12,430, 2.5; years stay bare. Other values as they are."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return text_of(value)
    if float(value).is_integer():
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def money(value: Any) -> str:
    """An amount of money without its sign: 45, 45.50, 1,200."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return text_of(value)
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.2f}"


def md(text: Any) -> str:
    """Plain data inside Markdown: one line, every character that Markdown or HTML reads as a mark escaped."""
    return bounded(_MARKDOWN.sub(r"\\\1", _SPACES.sub(" ", text_of(text)).strip()))


def md_lines(text: Any) -> str:
    """Plain data of several lines inside Markdown, each escaped like `md`; bullets of a list ("- ") stay bullets."""
    lines = (line.strip() for line in text_of(text).splitlines())
    shown = (f"- {md(line[2:])}" if line.startswith("- ") else md(line) for line in lines if line)
    return bounded("\n".join(shown))


def clip(value: Any, most: int = 200) -> str:
    """At most ``most`` characters, cut at a space where there is one, then an ellipsis."""
    text = text_of(value)
    if len(text) <= most:
        return text
    cut = text[: max(0, most - 1)]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(" ,.;:，。；：") + "…"


def as_json(value: Any) -> str:
    """Data for a model: JSON whose text cannot close a ``<tag>`` around it."""
    text = json.dumps(value, ensure_ascii=False)
    return bounded(text.replace("<", "\\u003c").replace(">", "\\u003e"))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "capitalize": capitalize,
    "clip": clip,
    "few": few,
    "first": lambda values: next(iter(values), ""),
    "join": join,
    "json": as_json,
    "length": len,
    "listed": listed,
    "lower": lambda text: str(text).lower(),
    "md": md,
    "md_lines": md_lines,
    "money": money,
    "named": named,
    "number": number,
    "sentence": sentence,
    "trim": lambda text: str(text).strip(),
    "upper": lambda text: str(text).upper(),
}
