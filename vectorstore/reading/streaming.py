"""Long files record by record, never held whole: CSV, JSON Lines and Parquet, packed or not. Knows no column."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from vectorstore.errors import CatalogError
from vectorstore.reading.csv_records import find_delimiter
from vectorstore.reading.opening import decode, lines_of
from vectorstore.reading.parquet_records import parquet_batches
from vectorstore.reading.records import LEFT_OUT
from vectorstore.reading.rows import Problem, shown

_SAMPLE = 200_000
_FIRST = 200
_LONGEST = 1_000_000
_CODECS = {"UTF-8": "utf-8-sig", "UTF-16": "utf-16", "UTF-32": "utf-32", "Windows-1252": "cp1252", "Latin-1": "latin-1"}
_CODECS |= {"Shift-JIS": "cp932", "GB18030": "gb18030", "Big5": "big5", "EUC-KR": "cp949", "Windows-1251": "cp1251"}


@dataclass(frozen=True, slots=True)
class Stream:
    """``records`` can be walked once; ``problems`` fills while that happens; ``sample`` are the first records."""

    columns: tuple[str, ...]
    sample: tuple[Mapping[str, Any], ...]
    records: Iterator[tuple[int, Mapping[str, Any]]]
    problems: list[Problem]
    notes: tuple[str, ...]


def stream(path: Path) -> Stream:
    """Open a file for reading record by record. Raises `CatalogError` when it cannot be read, also on the way."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    problems: list[Problem] = []
    notes: tuple[str, ...] = ()
    if suffixes[-1:] in ([".parquet"], [".pq"]):
        records: Iterator[tuple[int, Mapping[str, Any]]] = enumerate(parquet_batches(path), start=1)
    elif suffixes[-1:] in ([".csv"], [".tsv"], [".tab"], [".jsonl"], [".ndjson"]):
        lines, encoding, sample = _lines(path)
        notes = (f"{path.name}: read as {encoding}",) if encoding != "UTF-8" else ()
        read = _csv if suffixes[-1] in (".csv", ".tsv", ".tab") else _jsonl
        records = read(lines, sample, path.name, problems)
    else:
        raise CatalogError(f"{path.name} is no file of interactions", hint="Give CSV, JSON Lines or Parquet.")
    first = list(islice(records, _FIRST))
    columns = tuple(dict.fromkeys(str(key) for _, record in first for key in record))
    return Stream(columns, tuple(record for _, record in first), chain(first, records), problems, notes)


def _lines(path: Path) -> tuple[Iterator[str], str, list[str]]:
    """The lines of a text file one by one, its encoding, and the first of them."""
    with _opened(path) as file:
        head = _read(file, path)
    whole = head if len(head) < _SAMPLE else head[: head.rfind(b"\n") + 1] or head
    text, encoding = decode(whole, path.name)
    return _walk(path, _CODECS.get(encoding, encoding)), encoding, lines_of(text.removeprefix("\ufeff"))


def _read(file: IO[bytes], path: Path) -> bytes:
    try:
        return file.read(_SAMPLE)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from error


def _walk(path: Path, codec: str) -> Iterator[str]:
    try:
        with _opened(path) as file, io.TextIOWrapper(file, codec, errors="replace", newline=None) as text:
            while line := text.readline(_LONGEST):
                yield line.replace("\0", "")
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise _unreadable(path, error) from error


def _opened(path: Path) -> IO[bytes]:
    try:
        file = path.open("rb")
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
    except OSError as error:
        raise _unreadable(path, error) from error
    return gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[return-value]


def _unreadable(path: Path, error: Exception) -> CatalogError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CatalogError(f"{path} cannot be read: {reason}", hint="Check the path and its rights, or copy it again.")


def _csv(
    lines: Iterator[str], sample: list[str], name: str, problems: list[Problem]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    csv.field_size_limit(10_000_000)
    reader = csv.reader(lines, delimiter=find_delimiter(sample))
    header: list[str] = []
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            problems.append(Problem(name, reader.line_num, "", "", f"broken quotes ({error})", LEFT_OUT))
            continue
        if cells is None:
            return
        if not header:
            header = [cell.strip().removeprefix("\ufeff") for cell in cells]
        elif any(cell.strip() for cell in cells):
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False))


def _jsonl(
    lines: Iterator[str], sample: list[str], name: str, problems: list[Problem]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_constant=lambda word: None)
        except (ValueError, RecursionError) as error:
            problems.append(Problem(name, number, "", shown(line), f"not JSON ({error})", LEFT_OUT))
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            problems.append(Problem(name, number, "", shown(line), "not a JSON object", LEFT_OUT))
