"""The words that the page's script shows by itself: it holds none of its own."""

from __future__ import annotations

from typing import Any

from bot.web.page.face import Face

_TITLED = ("confirm_liked", "confirm_disliked", "confirm_seen", "confirm_undone")
_PLAIN = ("placeholder", "message_label", "send", "stop", "loading", "show_without_explanation", "page_title")


def script_words(face: Face) -> dict[str, Any]:
    """``words`` by name, ``{title}`` standing for an item's title; and the ``locale`` that they are in."""
    words = {key: face.ui(key) for key in _PLAIN}
    words |= {key: face.ui(key, title="{title}") for key in _TITLED}
    words["offline"] = face.voice.phrase("error/page", "offline")
    return {"words": words, "locale": face.voice.locale}
