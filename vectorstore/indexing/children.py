"""Work that may end its process, done in a child process. Knows no index."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

TIMEOUT = 120.0
"""Seconds that a child may be silent unless told otherwise."""


def run_child(
    module: str, folder: Path, *, timeout: float = TIMEOUT, on_line: Callable[[str], None] | None = None
) -> str:
    """Run ``python -m module folder`` and wait: "" when it ends well, else its last words or how it died.

    ``on_line`` is given each line of its standard output as it comes. A child that says nothing for ``timeout`` seconds
    is ended; one that works on a busy machine, and says so, may take as long as it needs.
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
        return f"it said nothing for {timeout:.0f} s"
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
    """Read the child's output to its end and reap it; True when it had to be killed for its silence."""
    patience = _Patience(child, timeout)
    try:
        _read(child.stdout, lambda line: patience.heard(line, on_line))
        child.wait()
    except BaseException:
        child.kill()
        child.wait()
        raise
    finally:
        patience.end()
        if child.stdin:
            child.stdin.close()
    return patience.lost


class _Patience:
    """Kills a child that says nothing for ``timeout`` seconds; then ``lost`` is true."""

    def __init__(self, child: subprocess.Popen[str], timeout: float) -> None:
        self.lost = False
        self._child, self._timeout = child, timeout
        self._last, self._over = time.monotonic(), threading.Event()
        threading.Thread(target=self._watch, name="patience", daemon=True).start()

    def heard(self, line: str, on_line: Callable[[str], None] | None) -> None:
        """The child said something."""
        self._last = time.monotonic()
        if on_line:
            on_line(line)

    def end(self) -> None:
        """The child ended, or is no longer waited for."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(max(0.01, self._last + self._timeout - time.monotonic())):
            if time.monotonic() - self._last >= self._timeout:
                self.lost = True
                self._child.kill()
                return


def _read(lines: IO[str] | None, on_line: Callable[[str], None]) -> None:
    if lines is None:
        return
    with lines:
        for line in lines:
            on_line(line.strip())
