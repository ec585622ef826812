"""The canonical records of one catalogue: items, passages, their vectors, and who embedded what.

They live outside every index, so that an index can be rebuilt without embedding anything. On disk vectors are float16;
in memory they are float32 unit rows. Each row carries the hash of the text that was embedded: what has not changed is
never embedded again. Knows no index and no file format of an operator.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from vectorstore import codec
from vectorstore.base import Embedder, Item, Passage, Schema, TextKind, Vectors
from vectorstore.errors import EmbedderMismatch, RecordsFault
from vectorstore.exact import unit
from vectorstore.files import make_folder, write_file
from vectorstore.text import content_hash, item_text, passage_text

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a step's name ("embed", "index"), how many rows are done, and how many there are."""

FORMAT = 1
CHUNK = 256


@dataclass(frozen=True, slots=True)
class Known:
    """Vectors that were made before, by the hash of their text; usable by the embedder of that name alone."""

    embedder_name: str = ""
    rows: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Records:
    """One catalogue. Row ``i`` of ``item_vectors`` ``(n, d)`` and ``item_hashes[i]`` belong to ``items[i]``.

    ``folded`` is the number of the last entry of the catalogue's journal that these records hold.
    """

    items: tuple[Item, ...]
    item_vectors: Vectors
    passages: tuple[Passage, ...]
    passage_vectors: Vectors
    schema: Schema
    embedder_name: str
    item_hashes: tuple[str, ...]
    passage_hashes: tuple[str, ...]
    folded: int = 0

    @property
    def dimension(self) -> int:
        """The length of one vector."""
        return int(self.item_vectors.shape[1])

    def known(self) -> Known:
        """Every vector by the hash of its text."""
        rows = dict(zip(self.item_hashes, self.item_vectors, strict=True))
        rows.update(zip(self.passage_hashes, self.passage_vectors, strict=True))
        return Known(self.embedder_name, rows)

    def save(self, folder: Path) -> None:
        """Write everything into ``folder``; a half-written one is never loaded (`records.json` comes last)."""
        files = {
            "items.jsonl": _lines(map(codec.item_json, self.items)),
            "passages.jsonl": _lines(map(codec.passage_json, self.passages)),
            "schema.json": codec.schema_json(self.schema).encode(),
        }
        _save(self, folder, files)


def save_vectors(records: Records, folder: Path) -> None:
    """Write only the vectors and the hashes of their texts: what a demo ships beside its readable files."""
    _save(records, folder, {})


def _save(records: Records, folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` and the vectors, then `records.json` with the checksum of each of them."""
    make_folder(folder)
    vectors = {"item_vectors.npy": _npy(records.item_vectors), "passage_vectors.npy": _npy(records.passage_vectors)}
    files = {**files, **vectors}
    for name, data in files.items():
        write_file(folder / name, data)
    about = {"format": FORMAT, "embedder": records.embedder_name, "dimension": records.dimension}
    about |= {"folded": records.folded, "checksums": {name: crc32(data) for name, data in files.items()}}
    hashes = {"items": records.item_hashes, "passages": records.passage_hashes}
    write_file(folder / "records.json", json.dumps(about | hashes).encode())


def load(folder: Path, embedder_name: str | None = None) -> Records:
    """Read what `Records.save` wrote.

    Raises `EmbedderMismatch` when the vectors were made by another embedder than ``embedder_name``, and
    `RecordsFault` when a file is missing or does not fit the others.
    """
    about = _about(folder, embedder_name)
    with _faults(folder):
        items = tuple(map(codec.item_from, _read_lines(_whole(folder / "items.jsonl", about))))
        passages = tuple(map(codec.passage_from, _read_lines(_whole(folder / "passages.jsonl", about))))
        schema = codec.schema_from(_whole(folder / "schema.json", about).decode())
        hashes = tuple(about["items"]), tuple(about["passages"])
        if (len(hashes[0]), len(hashes[1])) != (len(items), len(passages)):
            raise ValueError(f"{len(items)} items have {len(hashes[0])} hashes")
        vectors = _both_vectors(folder, about)
    folded = int(about.get("folded", 0))
    return Records(items, vectors[0], passages, vectors[1], schema, about["embedder"], *hashes, folded=folded)


def folded(folder: Path) -> int:
    """Up to which entry of the journal the records in ``folder`` hold everything. Raises `RecordsFault`."""
    return int(_about(folder).get("folded", 0))


def load_shipped(folder: Path, embedder_name: str) -> Known:
    """The vectors that ship beside a catalogue (`save_vectors`), empty when there are none for this embedder.

    Rows are found by the hash of their text: a row that was edited since is simply not known, and is embedded again.
    """
    if not (folder / "records.json").is_file():
        return Known()
    about = _about(folder)
    if about["embedder"] != embedder_name:
        return Known()
    rows: dict[str, NDArray[np.float32]] = {}
    with _faults(folder):
        vectors = _both_vectors(folder, about)
        rows.update(zip(about["items"], vectors[0], strict=True))
        rows.update(zip(about["passages"], vectors[1], strict=True))
    return Known(embedder_name, rows)


def embed_changed(
    old: Records | None,
    *,
    items: Sequence[Item],
    passages: Sequence[Passage],
    schema: Schema,
    embedder: Embedder,
    shipped: Sequence[Known] = (),
    progress: Progress | None = None,
) -> Records:
    """The records of ``items`` and ``passages``; only texts that neither ``old`` nor ``shipped`` know are embedded.

    Vectors of another embedder are not used. ``progress`` counts the rows that have to be embedded.
    """
    rows = _usable([*([old.known()] if old else []), *shipped], embedder)
    item_texts = [item_text(item, schema) for item in items]
    passage_texts = [passage_text(passage) for passage in passages]
    item_hashes = tuple(content_hash(text, "item") for text in item_texts)
    passage_hashes = tuple(content_hash(text, "passage") for text in passage_texts)
    missing = [_Missing(h, "item", text) for h, text in zip(item_hashes, item_texts, strict=True)]
    missing += [_Missing(h, "passage", text) for h, text in zip(passage_hashes, passage_texts, strict=True)]
    rows |= _embedded([one for one in missing if one.hash not in rows], embedder, progress)
    vectors = [_stacked([rows[h] for h in hashes], embedder.dimension) for hashes in (item_hashes, passage_hashes)]
    return Records(
        tuple(items), vectors[0], tuple(passages), vectors[1], schema, embedder.name, item_hashes, passage_hashes,
        folded=old.folded if old else 0,
    )  # fmt: skip


class _Missing(NamedTuple):
    """A text without a vector."""

    hash: str
    kind: TextKind
    text: str


def _embedded(
    missing: Sequence[_Missing], embedder: Embedder, progress: Progress | None
) -> dict[str, NDArray[np.float32]]:
    rows: dict[str, NDArray[np.float32]] = {}
    for kind in sorted({one.kind for one in missing}):
        todo = [one for one in missing if one.kind == kind]
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            vectors = embedder.embed([one.text for one in chunk], kind=kind)
            rows.update(zip([one.hash for one in chunk], vectors, strict=True))
            if progress:
                progress("embed", len(rows), len({one.hash for one in missing}))
    return rows


def _usable(sources: Sequence[Known], embedder: Embedder) -> dict[str, NDArray[np.float32]]:
    rows: dict[str, NDArray[np.float32]] = {}
    for known in sources:
        if known.embedder_name == embedder.name:
            rows.update({h: row for h, row in known.rows.items() if row.shape == (embedder.dimension,)})
    return rows


def _stacked(rows: Sequence[NDArray[np.float32]], dimension: int) -> Vectors:
    """``(n, d)`` unit rows, rounded as the disk will round them: what is searched now is what is searched later."""
    if not rows:
        return np.zeros((0, dimension), np.float32)
    return unit(np.stack(rows).astype(np.float16))


def _about(folder: Path, embedder_name: str | None = None) -> dict[str, Any]:
    path = folder / "records.json"
    with _faults(folder):
        about: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if about.get("format") != FORMAT:
            raise ValueError(f"format {about.get('format')!r} of {path.name} is not {FORMAT}")
    if embedder_name is not None and about["embedder"] != embedder_name:
        raise EmbedderMismatch(
            f"{folder} was embedded by {about['embedder']!r}, but {embedder_name!r} would search it",
            hint="Run `shelftalk index rebuild` to embed it again, or choose the embedder that made it.",
        )
    return about


@contextmanager
def _faults(folder: Path) -> Iterator[None]:
    """Whatever is wrong with the files of ``folder`` as a `RecordsFault`."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise RecordsFault(
            f"the records in {folder} cannot be read: {error}",
            hint="Ingest the catalogue again (`shelftalk ingest items FILE`), or put that folder back from a backup.",
        ) from error


def _both_vectors(folder: Path, about: Mapping[str, Any]) -> tuple[Vectors, Vectors]:
    dimension = int(about["dimension"])
    both = []
    for name, hashes in (("item_vectors.npy", about["items"]), ("passage_vectors.npy", about["passages"])):
        both.append(_vectors(name, _whole(folder / name, about), (len(hashes), dimension)))
    return both[0], both[1]


def _whole(path: Path, about: Mapping[str, Any]) -> bytes:
    """The bytes of a file, as they were written: a flipped bit is a fault, not another price."""
    data = path.read_bytes()
    written = about.get("checksums", {}).get(path.name)
    if written is not None and crc32(data) != written:
        raise ValueError(f"{path.name} is not what was written: its checksum differs")
    return data


def _vectors(name: str, data: bytes, shape: tuple[int, int]) -> Vectors:
    vectors = np.load(BytesIO(data), allow_pickle=False)
    if vectors.shape != shape or not np.isfinite(vectors).all():
        raise ValueError(f"{name} holds {vectors.shape} numbers, or NaN, where {shape} are needed")
    return unit(vectors)


def _npy(vectors: Vectors) -> bytes:
    buffer = BytesIO()
    np.save(buffer, vectors.astype(np.float16))
    return buffer.getvalue()


def _lines(rows: Iterable[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def _read_lines(data: bytes) -> list[str]:
    """The lines of a JSONL file, split at newlines alone (JSON may hold other separators)."""
    return [line for line in data.decode().split("\n") if line]
