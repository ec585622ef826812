"""Visitors whom the host site vouches for: its keys, its signed tokens, and what a token opens."""

from bot.web.identity.claims import Identity, digest
from bot.web.identity.door import Door
from bot.web.identity.keys import Key, Keyring
from bot.web.identity.refusals import IdentityRefused
from bot.web.identity.visitor import Visitor

__all__ = ["Door", "Identity", "IdentityRefused", "Key", "Keyring", "Visitor", "digest"]
