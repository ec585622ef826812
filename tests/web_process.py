"""A server in a process of its own, to be killed: `python -m tests.web_process FOLDER` prints its address."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.web import ScriptedAssistant, served, settings, words


def echo(turn):
    """Says the message back, slowly."""
    return words(turn, text=turn.message, pace=0.05)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with served(ScriptedAssistant(folder, echo), settings(folder)) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        time.sleep(60)
