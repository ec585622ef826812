"""What a session is called: by its visitor, and by the database.

An anonymous session's id is a secret: whoever holds it is the visitor, and the database knows its SHA-256 alone. The
session of a verified visitor is known here by an id that begins with that visitor's own random key, which never leaves
the server; outside it goes by the rest, which opens nothing without the visitor's token.
"""

from __future__ import annotations

import hashlib

_BETWEEN = "."
"""Stands in no id that is given out."""


def key(session_id: str) -> str:
    """What the database knows of a session's id."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def belonging(visitor_id: str, handle: str) -> str:
    """The id, in here, of a verified visitor's session that goes by ``handle`` outside."""
    return f"{visitor_id}{_BETWEEN}{handle}"


def outward(session_id: str) -> str:
    """What a session is called outside."""
    return session_id.rpartition(_BETWEEN)[2]


def is_outward(text: str) -> bool:
    """Whether ``text`` can be the id of a session as somebody outside knows it."""
    return _BETWEEN not in text
