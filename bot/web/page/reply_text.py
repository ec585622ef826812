"""The written reply beside its cards: the first paragraph leads, and what a card says already is not said twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~|])")
_BULLET = re.compile(r"\s*[-*]\s+")
_AFTER_TITLE = re.compile(r"^[》」*\s]*(?:[（(]\d{4}[）)])?\s*[:：.]?\s*")


def lead_and_rest(reply: str, items: Sequence[Mapping[str, Any]], *, finished: bool = True) -> tuple[str, str]:
    """``(lead, rest)`` as Markdown. A last line that is still being written and looks like an item waits."""
    if not items:
        return "", reply.strip()
    lead, _, rest = reply.strip().partition("\n")
    lines = rest.split("\n")
    if not finished and lines and _BULLET.match(lines[-1]):
        lines.pop()
    kept = [line for line in lines if not any(_on_card(line, item) for item in items)]
    return lead.strip(), "\n".join(kept).strip()


def _on_card(line: str, item: Mapping[str, Any]) -> bool:
    """Whether ``line`` is a list entry about ``item`` whose every sentence stands on its card."""
    if not _BULLET.match(line) or "**" not in line:
        return False
    plain = _ESCAPED.sub(r"\1", line)
    before, found, left = plain.partition(str(item["title"]))
    if not found or before.strip(" -*《「"):
        return False
    left = _AFTER_TITLE.sub("", left)
    for sentence in sorted((*item["reasons"], *item["unmet"]), key=len, reverse=True):
        left = left.replace(" ".join(sentence.split()), "")
    return not left.strip()
