"""`python -m bot.evaluation.writing.storing DATA_DIR [COUNT]`: the fixed conversations, held and kept as visitors' are.

Afterwards `shelftalk prompts compare A B --stored COUNT --data-dir DATA_DIR` has something to compare on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.assistant import Assistant
from bot.build import build
from bot.demo import NAMES
from bot.evaluation.writing.playing import Conversation, conversations
from bot.settings import Settings


def store(assistant: Assistant, conversation: Conversation) -> None:
    """Hold one conversation in a session of its own."""
    session = assistant.open(catalog=conversation.catalog)
    for message in conversation.says:
        for _ in assistant.reply(session.id, message):
            pass


def main() -> None:
    """Hold as many as are asked for, all where no number is given."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None
    assistant = build(Settings.load(data_dir=folder, catalogs=NAMES))
    for one in conversations()[:count]:
        store(assistant, one)
    assistant.memory.close()


if __name__ == "__main__":
    main()
