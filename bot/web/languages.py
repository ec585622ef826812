"""The language that a browser prefers, of those that we speak."""

from __future__ import annotations


def language_of(accepted: str, offered: tuple[str, ...]) -> str:
    """The first language of an ``Accept-Language`` header that is offered (``zh-CN`` takes ``zh``), else English."""
    for tag in _by_preference(accepted):
        for candidate in (tag, tag.partition("-")[0]):
            match = next((locale for locale in offered if locale.casefold() == candidate.casefold()), None)
            if match:
                return match
    return "en"


def _by_preference(accepted: str) -> list[str]:
    """The tags of an ``Accept-Language`` header, the most wanted first."""
    weighted = []
    for number, part in enumerate(accepted[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), number, tag))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(weighted) if tag and weight]
