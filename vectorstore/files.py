"""Writing without halves: aside, fsync, rename; and disk faults told as `StorageError` with a remedy.

Knows nothing of what is written.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vectorstore.errors import CatalogError, StorageError

_REMEDIES = {
    errno.ENOSPC: "The disk is full: free some space and run the command again; nothing was changed.",
    errno.EDQUOT: "The disk quota is used up: free some space and run the command again; nothing was changed.",
    errno.EROFS: "The disk is read-only: set SHELFTALK_DATA_DIR to a folder that can be written.",
    errno.EFBIG: "No file may grow that large here: raise the limit (ulimit -f) or free space on the disk.",
    errno.EACCES: "Give this user the right to write there, or set SHELFTALK_DATA_DIR to another folder.",
    errno.EPERM: "Give this user the right to write there, or set SHELFTALK_DATA_DIR to another folder.",
    errno.ENOTDIR: "A file stands where a folder is needed: move it, or set SHELFTALK_DATA_DIR to another folder.",
    errno.EEXIST: "A file stands where a folder is needed: move it, or set SHELFTALK_DATA_DIR to another folder.",
}

_CHECK = "Check the disk and the rights on that folder, then run the command again."


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn an `OSError` inside the block into a `StorageError` that names ``path`` and the remedy."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        hint = _REMEDIES.get(error.errno or 0, _CHECK)
        raise StorageError(f"cannot write {path}: {reason}", hint=hint) from error


def check_ordinary(path: Path) -> None:
    """Raise `CatalogError` for a pipe or a device: reading one may never end. A path that is not there passes."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise CatalogError(
            f"{path} is neither a file nor a folder", hint="Save what it gives in a file, and name that."
        )


def write_file(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``: a reader sees the old file or the whole new one, also after a power cut."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with disk_faults(path):
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
            sync_folder(path.parent)
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` durable; does nothing where folders cannot be synced (Windows)."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush every file under ``folder`` to the disk, then the folders themselves."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        elif path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def make_folder(folder: Path) -> Path:
    """Create ``folder`` and its parents; `StorageError` when that is not possible."""
    with disk_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove_tree(folder: Path) -> None:
    """Remove ``folder`` as far as possible; what cannot be removed stays and does no harm."""
    shutil.rmtree(folder, ignore_errors=True)
