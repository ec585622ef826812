"""What can go wrong, as a small tree; whatever carries a ``hint`` is shown to the person.

ShelftalkError
├── SettingsError        a setting is wrong or contradicts another
├── EngineError          an engine could not be loaded or failed at its work
├── UnknownCatalog       no such catalogue on this server
├── UnknownSession       no such session, or erased
├── InvalidRequest       a message or a route's input is malformed
├── TooBusy              saturated: try again after ``retry_after`` seconds
├── TookTooLong          a turn exceeded its time and did not stop
└── MemoryFault          the database refused or is gone
"""

from __future__ import annotations


class ShelftalkError(Exception):
    """Base of every error of the bot. ``code`` and ``status`` serve the API, ``hint`` the person."""

    code = "error"
    status = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the remedy beside the message."""
        super().__init__(message)
        self.hint = hint


class SettingsError(ShelftalkError):
    """A setting is wrong or contradicts another."""

    code = "settings"


class EngineError(ShelftalkError):
    """An engine could not be loaded or failed at its work."""

    code = "engine"
    status = 503


class UnknownCatalog(ShelftalkError):
    """No such catalogue on this server."""

    code = "unknown_catalog"
    status = 404


class UnknownSession(ShelftalkError):
    """No such session, or it was erased."""

    code = "unknown_session"
    status = 404


class InvalidRequest(ShelftalkError):
    """A message or a route's input is malformed."""

    code = "invalid_request"
    status = 422


class TooBusy(ShelftalkError):
    """Saturated: try again after ``retry_after`` seconds."""

    code = "too_busy"
    status = 429

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 2.0) -> None:
        """Keep when to come back, in seconds."""
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class TookTooLong(ShelftalkError):
    """A turn exceeded its time and did not stop."""

    code = "timeout"
    status = 504


class MemoryFault(ShelftalkError):
    """The database refused or is gone."""

    code = "memory"
    status = 503
