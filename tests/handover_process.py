"""A process that hands over to a desk that is down, to be killed: `python -m tests.handover_process FOLDER URL`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bot.memory import open_memory
from bot.webhooks import delivering
from tests.support_desk import SECRET
from tests.web import settings

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    memory = open_memory(f"sqlite:///{folder / 'memory.db'}", desk=True)
    with delivering(memory.outbox, settings(folder, handover_url=sys.argv[2], handover_secret=SECRET)):
        over = memory.hand_over(memory.open_session(catalog="films").id, summary="s", reason="asked")
        memory.outbox.wait(lambda: memory.outbox.tried(over.id), seconds=30)
        sys.stdout.write(f"{over.id}\n")
        sys.stdout.flush()
        time.sleep(60)
