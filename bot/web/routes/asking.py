"""What every route asks of its request: the desk, the visitor's address, and bodies without surprises."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from bot.web.desk import Desk
from bot.web.texts import Name as Name
from bot.web.texts import Text as Text


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


async def desk(request: Request) -> Desk:
    """The desk of this server."""
    found: Desk = request.app.state.desk
    return found


async def address(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else "local"


FrontDesk = Annotated[Desk, Depends(desk)]
Address = Annotated[str, Depends(address)]
