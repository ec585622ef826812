"""What outlives a turn: visitors, sessions, turns, shown items, feedback and hand-overs."""

from bot.memory.opening import open_memory
from bot.memory.records import HandOver, PersonMessage, Session, StoredTurn
from bot.memory.retention import Forgotten
from bot.memory.store import Memory

__all__ = ["Forgotten", "HandOver", "Memory", "PersonMessage", "Session", "StoredTurn", "open_memory"]
