"""Webhooks between us and a support desk: signatures by Standard Webhooks, and the courier that delivers."""

from bot.webhooks.courier import Courier, delivering, desk_of
from bot.webhooks.signing import Refused, Signing

__all__ = ["Courier", "Refused", "Signing", "delivering", "desk_of"]
