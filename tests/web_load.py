"""Many visitors at once, in a process of their own: `python tests/web_load.py PORT VISITORS` prints one JSON list.

One row per visitor: seconds from the first event to the end, number of `delta` events, and whether `done` arrived.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

REQUEST = (
    "POST /v1/chat HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
)


async def visit(port: int, number: int) -> dict[str, float]:
    """One visitor's stream."""
    body = json.dumps({"message": f"visitor {number}", "stream": True})
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST.format(length=len(body), body=body).encode())
    received = await reader.read(65536)
    began = time.monotonic()
    while chunk := await reader.read(65536):
        received += chunk
    seconds = time.monotonic() - began
    writer.close()
    return {"seconds": seconds, "deltas": received.count(b"event: delta"), "done": received.count(b"event: done")}


async def main(port: int, visitors: int) -> None:
    """All of them together."""
    rows = await asyncio.gather(*(visit(port, number) for number in range(visitors)))
    sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
