"""Lines and rows of the public data files, one at a time: a file is never in memory as a whole."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from bot.errors import InvalidRequest


def lines(data: Path, name: str) -> Iterator[str]:
    """The lines of one file under ``data``, unpacked when its name ends in .gz. Raises InvalidRequest."""
    path = data / name
    if not path.is_file():
        raise InvalidRequest(f"there is no {path}", hint="name the folder of public data files with --data")
    try:
        with _opened(path) as file:
            yield from (line.rstrip("\r\n") for line in file)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise _damaged(path, error) from error


def json_rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file. Raises InvalidRequest."""
    try:
        yield from map(json.loads, lines(data, name))
    except ValueError as error:
        raise _damaged(data / name, error) from error


def json_whole(data: Path, name: str) -> Any:
    """What a small JSON file holds. Raises InvalidRequest."""
    try:
        return json.loads("\n".join(lines(data, name)))
    except ValueError as error:
        raise _damaged(data / name, error) from error


def csv_rows(data: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file by its header. Raises InvalidRequest."""
    return csv.DictReader(lines(data, name))


def tsv_rows(data: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of a file of tabs in which a quote is a character like any other. Raises InvalidRequest."""
    return csv.DictReader(lines(data, name), delimiter="\t", quoting=csv.QUOTE_NONE)


def _damaged(path: Path, error: Exception) -> InvalidRequest:
    return InvalidRequest(f"{path} cannot be read: {error}", hint="fetch the file again")


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="\n")
    return path.open(encoding="utf-8", newline="\n")
