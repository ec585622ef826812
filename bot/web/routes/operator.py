"""What the operator's routes share: the gate first, and only then the body is read; JSON in, checked by hand."""

from __future__ import annotations

import json
from typing import Annotated, Any, NoReturn, TypeVar

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from bot.errors import InvalidRequest
from bot.shelving import LiveShelf
from bot.web.desk import Desk
from bot.web.jsonable import is_plain
from bot.web.routes.asking import Address, FrontDesk
from bot.web.routes.showing import Shown

_Model = TypeVar("_Model", bound=BaseModel)


def operator(desk: FrontDesk, address: Address, shown: Shown) -> Desk:
    """The desk, for an operator alone. Raises NoToken, WrongToken, OtherSite, TooBusy."""
    desk.gate.check(shown, address)
    return desk


async def catalog_name(catalog: Annotated[str | None, Query(max_length=200)] = None) -> str | None:
    """The catalogue that `?catalog=` names, None for the default."""
    return catalog or None


OperatorDesk = Annotated[Desk, Depends(operator)]
CatalogName = Annotated[str | None, Depends(catalog_name)]


async def json_body(request: Request) -> Any:
    """The body of a request that was let in. Raises HTTPException (400) for anything but finite JSON in UTF-8."""
    try:
        return json.loads(await request.body(), parse_constant=_not_a_number)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is not JSON: {str(error)[:80]}") from error


def checked(model: type[_Model], data: Any) -> _Model:
    """``data`` as ``model``. Raises RequestValidationError, which names the fields."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors(include_url=False)]
        raise RequestValidationError(problems) from error


def live(desk: Desk, catalog: str | None) -> LiveShelf:
    """The catalogue to change. Raises UnknownCatalog, and InvalidRequest for one that cannot be changed."""
    if catalog is not None and not is_plain(catalog):
        raise InvalidRequest("the name of the catalogue is not plain text", hint="GET /v1/catalogs lists them")
    source = desk.assistant.source(catalog)
    if not isinstance(source, LiveShelf):
        raise InvalidRequest("this catalogue cannot be changed here", hint="ingest it with `shelftalk ingest items`")
    return source


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
