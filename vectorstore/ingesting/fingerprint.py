"""Whether a file was read before, just as it is: its bytes, the corrections that hold for it, and the code that reads.

Knows no items: a file with the same fingerprint gives the same items again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vectorstore.errors import StorageError
from vectorstore.files import write_file

NAME = "read.json"
_BLOCK = 1 << 20


def fingerprint(path: Path, corrections: Path, *, how: str = "") -> str:
    """64 hex digits for the file or folder ``path``, read in the way ``how``; "" when it cannot be read."""
    digest = hashlib.sha256(how.encode())
    try:
        for file in (*_code(), *_files(path), *([corrections] if corrections.is_file() else [])):
            digest.update(f"\0{file.name}\0{file.stat().st_size}\0".encode())
            with file.open("rb") as data:
                while block := data.read(_BLOCK):
                    digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def remember(root: Path, generation: int, digest: str) -> None:
    """The generation of the catalogue in ``root`` holds what ``digest`` stands for."""
    with suppress(StorageError):
        write_file(root / NAME, json.dumps({"generation": generation, "digest": digest}).encode())


def is_remembered(root: Path, generation: int, digest: str) -> bool:
    """Whether just that was remembered."""
    with suppress(OSError, ValueError):
        known = json.loads((root / NAME).read_text("utf-8"))
        return bool(digest) and known == {"generation": generation, "digest": digest}
    return False


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (file for file in sorted(path.rglob("*")) if file.is_file())
    else:
        raise OSError(f"{path} is no file")


def _code() -> Iterator[Path]:
    yield from sorted(Path(__file__).parents[1].rglob("*.py"))
