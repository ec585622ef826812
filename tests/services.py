"""Real services for the tests: a PostgreSQL server of its own in a temporary folder, on a free loopback port."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _binary(name: str) -> str:
    """A PostgreSQL program, also where Debian hides it."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"PostgreSQL's {name} is missing: apt-get install postgresql"
    return path


def _as_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses root: run as its own user then."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def postgres() -> Iterator[str]:
    """A running server; yields the URL of an empty database."""
    folder, port = Path(tempfile.mkdtemp(prefix="shelftalk-pg-")), free_port()
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    initialise = [_binary("initdb"), "-D", str(folder / "db"), "-U", "tester", "-A", "trust", "-N", "-E", "UTF8"]
    subprocess.run(_as_user(initialise), check=True, capture_output=True, cwd="/")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
    server = subprocess.Popen(
        _as_user([_binary("postgres"), "-D", str(folder / "db"), *options.split()]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    try:
        _wait(port)
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int) -> None:
    """Until the server accepts connections, at most 20 seconds."""
    import psycopg

    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=tester dbname=postgres").close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.1)
        else:
            return
