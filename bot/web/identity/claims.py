"""What a token says once its signature holds: whom the host vouches for, for which catalogue, how long, and where.

Knows no key and no clock.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.types import PageContext
from bot.web.identity.context import Place, fields, one_line, placed
from bot.web.identity.refusals import IdentityRefused
from bot.web.texts import Name, Text

_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Identity:
    """A visitor of one catalogue, as its host knows them. Times are seconds since 1970."""

    catalog: str
    sub: str = field(repr=False)
    jti: str = field(repr=False)
    issued: float
    expires: float
    host: str = ""
    name: str = field(default="", repr=False)
    locale: str = ""
    context: PageContext = field(default_factory=PageContext, repr=False)

    @property
    def subject(self) -> str:
        """What memory knows this visitor by: equal ids at two hosts or in two catalogues are two visitors."""
        return digest("visitor", self.host, self.catalog, self.sub)


def digest(kind: str, host: str, catalog: str, value: str) -> str:
    """SHA-256 of something that one host says about one catalogue: no two kinds, hosts or catalogues share one."""
    return hashlib.sha256(json.dumps([kind, host, catalog, value]).encode()).hexdigest()


class _Claims(BaseModel):
    """The claims as they have to be written; others are nobody's business."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

    aud: Name
    sub: Name
    jti: Name
    exp: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    iat: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    nbf: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    name: Annotated[Text, Field(max_length=200), BeforeValidator(one_line)] | None = None
    locale: Annotated[Text, Field(max_length=40)] | None = None
    context: Place | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An identity whose times nobody has looked at yet; ``begins`` is from when the token holds."""

    identity: Identity
    begins: float


def read_claims(claims: Mapping[str, Any], *, host: str) -> Claimed:
    """The identity that a host claims. Raises IdentityRefused, which names the claim that does not fit."""
    try:
        read = _Claims.model_validate(claims)
    except ValidationError as error:
        place = error.errors(include_input=False, include_context=False, include_url=False)[0]["loc"]
        known = str(place[0]) if place and place[0] in _Claims.model_fields else "set"
        raise IdentityRefused("identity_claims", claim=known) from None
    if read.locale and not _LOCALE.fullmatch(read.locale):
        raise IdentityRefused("identity_claims", claim="locale")
    identity = Identity(
        catalog=read.aud,
        sub=read.sub,
        jti=read.jti,
        issued=read.iat,
        expires=read.exp,
        host=host,
        name=read.name or "",
        locale=read.locale or "",
        context=placed(fields(read.context)),
    )
    return Claimed(identity, max(read.iat, read.nbf or 0.0))
