"""The processes that build and prove an index, for tests that are about something else: forked, not started anew.

The fork server of `multiprocessing` imports Chroma once for all of them, which takes each 1.5 s. They do the same work
in processes of their own; `test_generations` and every command that runs as a process start theirs as they are in use.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["vectorstore.chroma", "vectorstore.records"])


def run_child(module, folder, *, timeout=0.0, on_line=None):
    """What `vectorstore.indexing.children.run_child` does; nobody is too slow."""
    heard, told = _FORKS.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as aside, heard:
        errors = Path(aside) / "errors"
        child = _FORKS.Process(target=_work, args=(module, folder.resolve(), told, errors), daemon=True)
        child.start()
        told.close()
        with os.fdopen(os.dup(heard.fileno()), errors="replace") as lines:
            for line in lines:
                if on_line:
                    on_line(line.strip())
        child.join()
        last = (errors.read_text("utf-8", "replace").strip().splitlines() if errors.exists() else [])[-1:]
    if child.exitcode == 1 and last:
        return last[0]
    died = f"the process that opened it died (code {child.exitcode}) {''.join(last)}".strip()
    return died if child.exitcode else ""


def _work(module, folder, told, errors):
    """In the child: its output goes to the pipe, its errors to a file; a store that was opened is closed."""
    os.dup2(told.fileno(), 1)
    told.close()
    with errors.open("wb") as file:
        os.dup2(file.fileno(), 2)
    sys.stdout, sys.stderr = (os.fdopen(place, "w", buffering=1) for place in (1, 2))
    code = importlib.import_module(module).main(folder)
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
