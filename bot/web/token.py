"""The operator's tokens: chosen in the settings, or one that is made once and kept in the data directory for its owner.

Two are valid at once while one takes the other's place. Nothing of them is ever logged.
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from bot.settings import SHORTEST_TOKEN, Settings
from vectorstore.files import disk_faults, make_folder

FILE = "operator-token"


def token_file(settings: Settings) -> Path:
    """Where a token is kept that nobody chose."""
    return settings.data_dir / FILE


def known_tokens(settings: Settings) -> tuple[str, ...]:
    """The tokens in force, first the one to use; () when none was chosen and none was made yet."""
    if settings.operator_tokens:
        return settings.operator_tokens
    with suppress(OSError, UnicodeDecodeError):
        found = token_file(settings).read_text("utf-8").strip()
        return (found,) if len(found) >= SHORTEST_TOKEN else ()
    return ()


def is_known(token: str, settings: Settings) -> bool:
    """Whether ``token`` is in force; takes the same time for every wrong one."""
    given = token.encode("utf-8", errors="replace")
    return any([hmac.compare_digest(given, known.encode()) for known in known_tokens(settings)])


def ensure_token(settings: Settings) -> str:
    """The token to use, made and stored (readable by its owner alone) when there is none. Raises StorageError."""
    if found := known_tokens(settings):
        return found[0]
    path = token_file(settings)
    make_folder(path.parent)
    with disk_faults(path):
        aside = path.with_name(f".{FILE}.{os.getpid()}.tmp")
        aside.unlink(missing_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    return next(iter(known_tokens(settings)), "")
