"""`/widget.js`: the scripts, the style sheet and the words as one file, packed, with a tag that names its content."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from bot.web.widget.assets import scripts, style
from bot.web.widget.words import all_words
from prompts import Registry


@dataclass(frozen=True)
class Script:
    """One version of the file. ``tag`` is a strong validator of ``plain``; that of ``packed`` is another."""

    plain: bytes
    tag: str

    @cached_property
    def packed(self) -> bytes:
        """The file for whoever reads gzip; the same bytes for the same content."""
        return gzip.compress(self.plain, 9, mtime=0)


def script(prompts: Registry, *, longest: int) -> Script:
    """The file as the prompts are now; ``longest`` is how many characters a message may have."""
    return _built(prompts, prompts.number, longest)


@lru_cache(maxsize=4)
def _built(prompts: Registry, number: int, longest: int) -> Script:
    """The file, made once for every reading of the prompts."""
    return join(all_words(prompts, longest=longest))


def join(words: Mapping[str, Any]) -> Script:
    """One function that runs at once, so that no name of ours meets one of the page's."""
    parts = ["(() => {", '"use strict";', f"const WORDS = {_literal(words)};", f"const STYLE = {_literal(style())};"]
    plain = "\n".join([*parts, scripts(), "})();", ""]).encode()
    return Script(plain, hashlib.sha256(plain).hexdigest()[:24])


def _literal(value: Any) -> str:
    """``value`` as JavaScript."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
