"""A real server process for benchmarks: the embedded profile on two cores, with the limits per minute lifted.

`python -m bot.evaluation.serving PORT FOLDER` is `shelftalk serve` in all else. Knows no benchmark.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.errors import ShelftalkError

CORES = 2
READY_SECONDS = 600.0
_MANY = 10**6


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, seconds from its start until it was ready, its process id."""

    url: str
    ready: float
    pid: int

    def resident(self, *, peak: bool = False) -> int:
        """Resident memory in MB, now or at its highest, from the kernel; 0 where it does not tell."""
        field = "VmHWM" if peak else "VmRSS"
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text("utf-8").splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(field)), 0)


@contextmanager
def serving() -> Iterator[Server]:
    """A server that has started once before: the demo is laid out and the disk cache is warm."""
    with tempfile.TemporaryDirectory() as folder:
        with running("bot.evaluation.serving", folder):
            pass
        with running("bot.evaluation.serving", folder) as server:
            yield server


@contextmanager
def running(module: str, folder: str, *arguments: str) -> Iterator[Server]:
    """`python -m MODULE PORT FOLDER ARGUMENTS...`, ready, and ended on the way out; its log is in the folder."""
    port, began = _free_port(), time.perf_counter()
    log = Path(folder) / "server.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", module, str(port), folder, *arguments]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://127.0.0.1:{port}", process, log)
        yield Server(f"http://127.0.0.1:{port}", round(time.perf_counter() - began, 2), process.pid)
    finally:
        _stop(process)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server says that it is ready. Raises ShelftalkError with the end of its log."""
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(base_url=url, timeout=2) as client:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.HTTPError):
                if client.get("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
    raise ShelftalkError(
        f"the server did not become ready: {log.read_text('utf-8', 'replace')[-500:]}",
        hint="run `shelftalk serve` and read what it prints",
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def two_cores() -> None:
    """Keep this process to `CORES` processor cores where the system allows it; before torch is imported."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def main(port: int, folder: Path) -> None:
    """The server process."""
    two_cores()
    from bot.settings import Settings
    from bot.web.serve import serve

    settings = Settings.load(
        port=port,
        data_dir=folder,
        profile="embedded",
        catalogs=("films",),
        device="cpu",
        per_minute=_MANY,
        per_minute_address=_MANY,
    )
    serve(settings, say=lambda line: None)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
