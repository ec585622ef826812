"""Text as a program may send it to us: what no file and no database can hold is refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from bot.web.jsonable import is_plain


def _speakable(text: str) -> str:
    """Refuse NUL and half characters."""
    if not is_plain(text):
        raise PydanticCustomError("text", "holds NUL or half characters", {"hint": "send plain UTF-8 text"})
    return text


Text = Annotated[str, AfterValidator(_speakable)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
