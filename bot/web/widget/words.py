"""The words that the widget's scripts show, in every locale: they hold none of their own.

Where a title, a count or a noun belongs stands ``{title}``, ``{count}``, ``{noun}``: the browser fills it in, so that
one script serves every catalogue. Knows no browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prompts import Registry, Voice

UI = "labels/ui"
ERRORS = "error/page"
PLAIN = (
    *("name", "ai_badge", "ai_notice", "welcome", "welcome_help", "empty_title", "empty_title_help", "examples"),
    *("conversation", "placeholder", "message_label", "send", "stop", "retry", "retry_in", "loading", "search_again"),
    *("like", "dislike", "not_taste", "seen", "undo", "why", "meets", "facts", "cards", "chips", "wishes"),
    *("like_named", "dislike_named", "not_taste_named", "seen_named", "undo_named", "why_named", "remove_wish"),
    *("confirm_liked", "confirm_disliked", "confirm_seen", "confirm_undone", "reason_question", "reason_other"),
    *("status_done", "status_stopped", "status_failed", "stopped_mark", "cut_mark", "error_title", "chip_count"),
    *("sources", "nearest_pages", "source", "open_source", "new_tab", "person", "handover_status"),
    *("handover_summary", "handover_passed", "correction_send", "correction_sent"),
    *("waits_next", "waits_listed", "waits_undelivered"),
    *("with_person", "with_somebody", "speaker_person_named", "new_message"),
    *("speaker_visitor", "speaker_assistant", "speaker_person", "speaker_system", "image_alt", "privacy"),
    *("menu", "new_chat", "transcript", "erase", "erase_confirm", "erase_yes", "erase_no", "erased"),
    *("open_chat", "close_chat", "dismiss"),
)
COUNTED = ("status_cards", "waits_behind", "unread")
_LEFT_OPEN = {name: f"{{{name}}}" for name in ("title", "label", "count", "number", "noun", "nouns", "id", "name")}


def all_words(prompts: Registry, *, longest: int) -> dict[str, dict[str, Any]]:
    """Locale -> the words in it; ``longest`` is how many characters a message may have."""
    codes = [code for code in prompts.prompt(ERRORS).phrases if "@" not in code]
    return {locale: _words(prompts.voice(locale), codes, longest=longest) for locale in prompts.locales()}


def _words(voice: Voice, codes: Sequence[str], *, longest: int) -> dict[str, Any]:
    """The words of one locale: by key, counted ones also for exactly one, and errors by their code."""
    words: dict[str, Any] = {key: _said(voice, key) for key in (*PLAIN, *COUNTED)}
    words |= {f"{key}_one": _said(voice, key, count=1) for key in COUNTED}
    words["errors"] = {code: voice.phrase(ERRORS, code, **_limit(voice, code, longest)) for code in codes}
    return words


def _said(voice: Voice, key: str, **given: Any) -> str:
    """One phrase, with what the browser fills in left open."""
    taken = (*voice.takes(UI, key), "noun", "nouns")
    return voice.phrase(UI, key, **{name: given.get(name, _LEFT_OPEN[name]) for name in taken})


def _limit(voice: Voice, code: str, longest: int) -> dict[str, int]:
    """The one figure that an error may name."""
    return {"limit": longest} if "limit" in voice.takes(ERRORS, code) else {}
