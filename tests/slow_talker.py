"""A process to be killed in the middle of a reply: `python -m tests.slow_talker FOLDER` says how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot import types
from bot.assistant import Assistant
from bot.engines.understand_scripted import ScriptedUnderstander
from bot.engines.write_composed import ComposedWriter
from bot.memory import open_memory
from prompts import Registry
from tests import web

_INTENTS = {
    f"a {number} message": types.Intent(acts=("smalltalk",), topic="hello", wishes=(number,))
    for number in ("first", "second")
}


class _Slow(ComposedWriter):
    """Takes its time from the second reply on."""

    pace = 0.0

    def write(self, brief: types.Brief) -> Iterator[str]:
        """The composed words, slowly."""
        for piece in super().write(brief):
            yield piece
            time.sleep(self.pace)


def main(folder: Path) -> None:
    """Finish one turn, begin another, and never end it."""
    from dataclasses import replace

    writer, reader = _Slow(), ScriptedUnderstander(_INTENTS)
    shelf = replace(web.shelf("films"), understander=reader, fallback=reader, writer=writer, composed=writer)
    bot = Assistant({"films": lambda: shelf}, open_memory(f"sqlite:///{folder / 'memory.db'}"), Registry.load())
    session = bot.open().id
    pieces = [event.text for event in bot.reply(session, "a first message") if isinstance(event, types.Delta)]
    sys.stdout.write(f"{session}\n{''.join(pieces)}\n")
    writer.pace = 60.0
    for event in bot.reply(session, "a second message"):
        if isinstance(event, types.Delta):
            sys.stdout.write("speaking\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
