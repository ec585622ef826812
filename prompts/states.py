"""A published state: the edited files of one moment, in a folder that bears the SHA-256 of what is in it.

A state is written once, whole or not at all, and never changed. Knows nothing of labels or of who published.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prompts.errors import PromptError
from prompts.files import belongs, discover

MANIFEST = "state.json"
GOLDEN = "*/*.golden.yaml"


@dataclass(frozen=True, slots=True)
class Content:
    """What a state is made of: ``files`` maps ``task/name.md`` to bytes, ``base`` digests the shipped files."""

    base: str
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def hashes(self) -> dict[str, str]:
        """File -> SHA-256, sorted by file."""
        return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(self.files.items())}

    @property
    def id(self) -> str:
        """The SHA-256 of all of it, in hex."""
        return _identity(self.base, self.hashes)


def content(folder: Path | None, *, shipped: Path) -> Content:
    """The prompt files and golden cases of a folder over the shipped ones; a folder that is not there holds none."""
    return Content(base_of(shipped), files_of(folder) if folder is not None else {})


def files_of(folder: Path) -> dict[str, bytes]:
    """``task/name.md`` -> bytes, golden cases included. Raises `PromptError` where one cannot be read."""
    paths = [source.path for source in discover(folder)]
    paths += [path for path in sorted(folder.glob(GOLDEN)) if belongs(path)]
    try:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise PromptError(f"{folder} cannot be read: {error}", hint="Check the rights of its files.") from error


def base_of(shipped: Path) -> str:
    """The digest of the shipped prompt files."""
    hashes = {
        source.path.relative_to(shipped).as_posix(): hashlib.sha256(source.path.read_bytes()).hexdigest()
        for source in discover(shipped)
    }
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def write(root: Path, made: Content) -> Path:
    """The folder of a state below ``root``; it appears whole or not at all. The caller holds the store's lock."""
    final = root / made.id
    if final.is_dir():
        return final
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(".new-*"):  # of a process that died; only the holder of the lock writes
        shutil.rmtree(left, ignore_errors=True)
    fresh = root / f".new-{made.id[:12]}-{secrets.token_hex(4)}"
    for name, data in made.files.items():
        _durable(fresh / name, data)
    manifest = {"id": made.id, "base": made.base, "files": made.hashes}
    _durable(fresh / MANIFEST, json.dumps(manifest, indent=2).encode())
    fresh.rename(final)
    sync(root)
    return final


def intact(folder: Path) -> bool:
    """Whether a state still is what its name says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        held = Content(manifest["base"], files_of(folder))
    except (OSError, ValueError, KeyError, TypeError, PromptError):
        return False
    return held.id == folder.name


def base_in(folder: Path) -> str:
    """The digest of the shipped files that a state was published over; empty where its manifest is gone."""
    try:
        return str(json.loads((folder / MANIFEST).read_text("utf-8"))["base"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def sync(folder: Path) -> None:
    """Make the entries of a folder survive a power cut, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _identity(base: str, hashes: Mapping[str, str]) -> str:
    told = json.dumps({"base": base, "files": dict(hashes)}, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _durable(path: Path, data: bytes) -> None:
    """Write a file that nobody shall change, down to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    path.chmod(0o444)
