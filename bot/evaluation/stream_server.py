"""Servers that say paced words: the whole app around a scripted writer, a bare echo, and generators on a stock pool.

`python -m bot.evaluation.stream_server PORT FOLDER app|echo|pool WORDS SECONDS STREAMS` runs one. Knows no benchmark.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.evaluation.serving import two_cores

_MANY = 10**6
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def app(port: int, folder: Path, *, words: int, seconds: float, streams: int) -> None:
    """All that `shelftalk serve` serves, with ``streams`` places; every message is answered by the paced writer."""
    from bot.assistant import Assistant
    from bot.build import build
    from bot.engines.understand_scripted import ScriptedUnderstander
    from bot.engines.write_scripted import PacedWriter
    from bot.settings import Settings
    from bot.types import Intent
    from bot.web.app import create_app
    from bot.web.serve import listen, run_app

    settings = Settings.load(
        port=port,
        data_dir=folder,
        profile="offline",
        catalogs=("films",),
        turns_at_once=streams,
        per_minute=_MANY,
        per_minute_address=_MANY,
    )
    reader = ScriptedUnderstander({"hello": Intent(acts=("smalltalk",), topic="hello")})
    writer = PacedWriter(words, seconds)
    built = build(settings)
    shelf = replace(built.shelf(), understander=reader, fallback=reader, writer=writer, composed=writer)
    assistant = Assistant({"films": lambda: shelf}, built.memory, built.prompts)
    with listen(settings.host, port) as door:
        run_app(create_app(assistant, settings), settings, door)


async def echo(port: int, *, words: int, seconds: float) -> None:
    """The same words at the same pace, by one coroutine a connection and nothing else."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(_HEAD)
        if not asked.startswith(b"GET"):
            for number in range(words):
                await asyncio.sleep(seconds)
                writer.write(f'event: delta\ndata: {{"text": "word{number} "}}\n\n'.encode())
                await writer.drain()
            writer.write(b"event: done\ndata: {}\n\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024) as server:
        await server.serve_forever()


def pool(port: int, *, words: int, seconds: float) -> None:
    """The same words by synchronous generators, as a framework runs them: forty threads, a step of each at a time."""
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse

    from bot.engines.write_scripted import PacedWriter

    plain = FastAPI()

    def reply() -> Iterator[str]:
        for word in PacedWriter(words, seconds).words():
            yield f'event: delta\ndata: {{"text": "{word}"}}\n\n'
        yield "event: done\ndata: {}\n\n"

    plain.add_api_route("/readyz", lambda: "ok", response_model=None)
    plain.add_api_route(
        "/v1/chat",
        lambda: StreamingResponse(reply(), media_type="text/event-stream"),
        methods=["POST"],
        response_model=None,
    )
    uvicorn.run(plain, host="127.0.0.1", port=port, log_config=None, access_log=False)


def main(port: int, folder: Path, which: str, words: int, seconds: float, streams: int) -> None:
    """The server process."""
    two_cores()
    if which == "app":
        app(port, folder, words=words, seconds=seconds, streams=streams)
    elif which == "pool":
        pool(port, words=words, seconds=seconds)
    else:
        asyncio.run(echo(port, words=words, seconds=seconds))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]))
