"""What every route asks of its request: the desk, the visitor's address, the session, and bodies without surprises."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import Depends, Header, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.web.desk import Desk
from bot.web.errors import NoSession
from bot.web.jsonable import is_plain

_LONGEST_ID = 200
_HINT = "send the session_id of a reply in the header X-Session, or as a bearer token"


def _speakable(text: str) -> str:
    """Refuse text that no file and no database can hold."""
    if not is_plain(text):
        raise PydanticCustomError("text", "holds NUL or half characters", {"hint": "send plain UTF-8 text"})
    return text


Text = Annotated[str, AfterValidator(_speakable)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]


class Body(BaseModel):
    """A request body; a field that the route does not have is named, with those that it has."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="wrap")
    @classmethod
    def _only_known_fields(cls, data: Any, read: Any) -> Self:
        """Say which fields there are when one is misspelt."""
        unknown = sorted(set(data) - set(cls.model_fields)) if isinstance(data, dict) else []
        if unknown:
            known = ", ".join(cls.model_fields)
            raise PydanticCustomError(
                "unknown_field",
                "there is no field {name}",
                {"name": repr(unknown[0]), "hint": f"known fields: {known}"},
            )
        found: Self = read(data)
        return found


def desk(request: Request) -> Desk:
    """The desk of this server."""
    found: Desk = request.app.state.desk
    return found


def address(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else "local"


def session_id(x_session: Annotated[str, Header()] = "", authorization: Annotated[str, Header()] = "") -> str:
    """The session named by the `X-Session` header or a bearer token. Raises NoSession."""
    scheme, _, token = authorization.partition(" ")
    found = x_session or (token.strip() if scheme.lower() == "bearer" else "")
    if not 0 < len(found) <= _LONGEST_ID:
        raise NoSession("this request names no session", hint=_HINT)
    return found


FrontDesk = Annotated[Desk, Depends(desk)]
Address = Annotated[str, Depends(address)]
SessionId = Annotated[str, Depends(session_id)]
