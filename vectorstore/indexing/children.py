"""Work that may end its process, done in a child process. Knows no index."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

TIMEOUT = 120.0
"""Seconds that a child may take unless told otherwise."""


def run_child(
    module: str, folder: Path, *, timeout: float = TIMEOUT, on_line: Callable[[str], None] | None = None
) -> str:
    """Run ``python -m module folder`` and wait: "" when it ends well, else its last words or how it died.

    ``on_line`` is given each line of its standard output as it comes.
    """
    home = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", module, str(folder.resolve())]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        try:
            child = subprocess.Popen(
                command, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        except OSError as error:
            return f"no child process could be started: {error}"
        late = _follow(child, timeout, on_line)
        errors.seek(0)
        last = (errors.read().strip().splitlines() or [""])[-1]
    if late:
        return f"it did not answer within {timeout:.0f} s"
    if child.returncode == 1 and last:
        return last
    return "" if child.returncode == 0 else f"the process that opened it died (code {child.returncode}) {last}".strip()


def end_with_parent() -> None:
    """Called in a child of `run_child`: this process ends when its parent does, however that ends."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        os._exit(3)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _follow(child: subprocess.Popen[str], timeout: float, on_line: Callable[[str], None] | None) -> bool:
    """Read the child's output to its end and reap it; True when it had to be killed for being late."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    clock = threading.Timer(timeout, stop)
    clock.daemon = True
    clock.start()
    try:
        _read(child.stdout, on_line)
        child.wait()
    except BaseException:
        child.kill()
        child.wait()
        raise
    finally:
        clock.cancel()
        if child.stdin:
            child.stdin.close()
    return late.is_set()


def _read(lines: IO[str] | None, on_line: Callable[[str], None] | None) -> None:
    if lines is None:
        return
    with lines:
        for line in lines:
            if on_line:
                on_line(line.strip())
