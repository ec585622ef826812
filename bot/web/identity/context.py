"""Where on the host's site a visitor is, as a token or a request says it: three short values, and data for ever."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.types import PageContext
from bot.web.texts import Text

LONGEST = 500
"""Characters of one value."""
NAMES = ("product_id", "order_id", "page")
_CONTROL = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(value: Any) -> Any:
    """Text with line breaks and other control characters as one space; anything else as it is."""
    return _CONTROL.sub(" ", value).strip() if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    """Numbers as the text that they are, None as nothing, text on one line."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return one_line(value)


Value = Annotated[Text, Field(max_length=LONGEST), BeforeValidator(_as_text)]


class Place(BaseModel):
    """The `context` of a token; a host may have put more into it than we read."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

    product_id: Value = ""
    order_id: Value = ""
    page: Value = ""


def fields(place: BaseModel | None) -> dict[str, str]:
    """The values that were said; "" where it was said that there is none."""
    return {name: getattr(place, name) for name in NAMES if place is not None and name in place.model_fields_set}


def placed(said: Mapping[str, str]) -> PageContext:
    """The values in their noun."""
    product_id, order_id, page = (said.get(name, "") for name in NAMES)
    return PageContext(product_id, order_id, page)


def joined(signed: PageContext, said: Mapping[str, str], *, visitor: str = "", name: str = "") -> PageContext:
    """What the browser ``said``, over what the host ``signed``; only the latter is noted as vouched for.

    The browser comes later: a page may change while its token lives, and have no product where the last one had.
    """
    vouched = {one: getattr(signed, one) for one in NAMES if getattr(signed, one)}
    found = {**vouched, **said}
    kept = [one for one in NAMES if one in vouched and found[one] == vouched[one]]
    whose = [one for one, value in (("visitor", visitor), ("name", name)) if value]
    return replace(placed(found), visitor=visitor, name=name, signed=(*kept, *whose))
