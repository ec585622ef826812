"""The operator's token: chosen in the settings, or made once and kept in the data directory for its owner alone."""

from __future__ import annotations

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


def known_token(settings: Settings) -> str:
    """The token in force; "" when none was chosen and none was made yet."""
    if settings.operator_token:
        return settings.operator_token
    with suppress(OSError, UnicodeDecodeError):
        found = token_file(settings).read_text("utf-8").strip()
        return found if len(found) >= SHORTEST_TOKEN else ""
    return ""


def ensure_token(settings: Settings) -> str:
    """The token in force, made and stored (readable by its owner alone) when there is none. Raises StorageError."""
    if found := known_token(settings):
        return found
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
    return known_token(settings)
