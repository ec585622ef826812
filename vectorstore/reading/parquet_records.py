"""A Parquet file -> records. The only file that needs pyarrow. Knows no column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vectorstore.errors import CatalogError
from vectorstore.reading.records import Records

_BATCH = 10_000


def parquet_records(data: bytes, name: str) -> Records:
    """Every row of a Parquet file. Raises `CatalogError` when it is damaged."""
    columns, batches = _opened(data, name)
    try:
        records = [record for batch in batches for record in batch]
    except Exception as error:  # pyarrow raises many kinds for damaged pages
        raise _damaged(name, error) from error
    return Records(tuple(enumerate(records, start=1)), columns)


def parquet_batches(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of a Parquet file, never all at once. Raises `CatalogError` on the way when it is damaged."""
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH):
                yield from batch.to_pylist()
    except Exception as error:
        raise _damaged(path.name, error) from error


def _opened(data: bytes, name: str) -> tuple[tuple[str, ...], Iterator[list[dict[str, Any]]]]:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(arrow.BufferReader(data))
        columns = tuple(str(column) for column in file.schema_arrow.names)
    except Exception as error:
        raise _damaged(name, error) from error
    return columns, (batch.to_pylist() for batch in file.iter_batches(_BATCH))


def _damaged(name: str, error: Exception) -> CatalogError:
    reason = " ".join(str(error).split())[:200]
    return CatalogError(f"{name} is no Parquet file that can be read: {reason}", hint="Export it again.")
