"""JSON as the API speaks it: UTF-8, compact, NumPy numbers as numbers, and null for what is not a number."""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.responses import JSONResponse


def encode(value: Any) -> str:
    """``value`` as one line of strict JSON (NaN and infinities become null)."""
    try:
        return _dumps(value)
    except ValueError:
        return _dumps(_finite(value))


def is_plain(text: str) -> bool:
    """Whether ``text`` fits into UTF-8 and into any database: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


class Json(JSONResponse):
    """A JSON response by the same rules."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return encode(content).encode("utf-8", errors="replace")


def _dumps(value: Any) -> str:
    """Strict JSON; raises ValueError for NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_native)


def _native(value: Any) -> Any:
    """NumPy scalars and arrays as Python values."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _finite(value: Any) -> Any:
    """A copy with null in the place of NaN and infinities."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
