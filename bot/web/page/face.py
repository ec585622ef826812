"""What drawing needs besides the data: the words of one language, and the catalogue's schema and help pages.

Knows nothing of browsers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vectorstore.base import Passage, Schema

if TYPE_CHECKING:
    from prompts import Voice

UI = "labels/ui"
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Face:
    """One language, one catalogue; ``help_only``: a help centre without items; ``images``: origins of pictures."""

    voice: Voice
    schema: Schema = field(default_factory=Schema)
    passages: Mapping[str, Passage] = field(default_factory=dict)
    page_locale: str = ""
    help_only: bool = False
    images: tuple[str, ...] = ()
    _said: dict[str, str] = field(default_factory=dict)

    def ui(self, key: str, **variables: Any) -> str:
        """A word of the page."""
        if variables:
            return self.voice.phrase(UI, key, **variables)
        if key not in self._said:
            self._said[key] = self.voice.phrase(UI, key)
        return self._said[key]

    @property
    def lang(self) -> str | None:
        """The ``lang`` attribute where this language is not the page's."""
        return None if self.voice.locale == self.page_locale else self.voice.locale

    def foreign(self, text: str) -> str | None:
        """The ``lang`` of a text from the catalogue where its script says that it is not the reply's."""
        chinese, asked = _CHINESE.search(text) is not None, self.voice.locale.startswith("zh")
        return None if chinese == asked else ("zh" if chinese else "en")
