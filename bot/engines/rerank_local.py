"""The embedded reranker: late interaction over token vectors, without any training.

Every token of the query looks for its best match among the tokens of an item; the score is the mean of those cosines
(MaxSim: Khattab and Zaharia, ColBERT, 2020). To it comes the cosine between the whole query and the part of the
description that is nearest to it, divided by the query's length: a mood in one word has no other words to lean on.
All vectors are projected to `WIDTH` numbers and kept as int8, about 5 kB an item, by the hash of their text. Knows no
index and no other signal.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from bot.engines.rerank_texts import text_of
from bot.errors import EngineError
from bot.parts import parts
from vectorstore.base import Item, Passage, TextKind, Vectors
from vectorstore.text import content_hash

WIDTH = 48
"""Numbers per token. 48 of a fitted projection lose nothing against all 384 (MRR .94 and .89 on 70 film wishes)."""
TOKENS, PARTS = 120, 8
"""Tokens and parts kept per item: 128 x 48 bytes are 6 kB at most."""
TITLE = 0.8
"""Tokens of an item's title count that much: "a quiet film" is not "A Quiet Place" (MRR .92 with and without)."""
SPARE = 4096
"""Texts that were scored without being warmed are remembered up to this number."""
CHUNK, SAVE = 32, 4096
"""Items encoded at once; items after which the cache is written, so that little is lost."""
PROJECTIONS = Path(__file__).parent.parent / "weights" / "late-interaction"

Rows: TypeAlias = NDArray[np.int8]
Progress: TypeAlias = Callable[[str, int, int], None]

_log = logging.getLogger(__name__)


class Encoded(NamedTuple):
    """What is kept of an entry: its tokens ``(t, WIDTH)`` and the parts of its description ``(p, WIDTH)``."""

    tokens: Rows
    parts: Rows


@runtime_checkable
class TokenEmbedder(Protocol):
    """An embedder that also gives the vectors of single tokens."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """``(len(texts), dimension)`` float32 unit rows."""
        ...

    def token_vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """One ``(tokens, dimension)`` float32 array of unit rows per text."""
        ...

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """How many rows `token_vectors` gives for each text; nothing is embedded."""
        ...


class LateInteractionReranker:
    """MaxSim between query and entry; scores are comparable within one call. Safe to use from several threads."""

    def __init__(self, embedder: TokenEmbedder) -> None:
        """Share the model of ``embedder``; `EngineError` when it gives no token vectors."""
        if not isinstance(embedder, TokenEmbedder):
            raise EngineError(
                f"late interaction needs token vectors, and {getattr(embedder, 'name', embedder)!r} gives none",
                hint="choose the reranker `dense`, or the embedder `minilm`",
            )
        self.name = "late-interaction"
        self.device = str(getattr(embedder, "device", "cpu"))
        self._embedder = embedder
        self._projection = projection(embedder.name, embedder.dimension)
        self._warm: dict[Path | None, Mapping[str, Encoded]] = {}
        self._spare: OrderedDict[str, Encoded] = OrderedDict()
        self._lock = Lock()
        self._warming = Lock()

    def score(self, query: str, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32, higher is better; about 15 ms for 50 warmed items."""
        if not items:
            return np.zeros(0, np.float32)
        tokens = self._embedder.token_vectors([query])[0]
        if not len(tokens):
            return np.zeros(len(items), np.float32)
        known = self._known(items)
        words = max_sim(_unit(tokens @ self._projection), [one.tokens for one in known])
        whole = _unit(tokens.mean(0, keepdims=True) @ self._projection)
        return np.asarray(words + max_sim(whole, [one.parts for one in known]) / len(tokens), np.float32)

    def warm(
        self,
        items: Iterable[Item | Passage],
        *,
        cache: Path | None = None,
        progress: Progress | None = None,
        cancel: Event | None = None,
    ) -> None:
        """Compute the tokens of ``items`` ahead of time: about 10 ms an item, once. Others may score meanwhile.

        ``cache`` is a file (.npz) to take them from and to leave them in; a cache of another projection or one that
        cannot be read or written only costs time. What the same cache was warmed with before is forgotten.
        ``progress`` is called with a step's name and how many are done. ``cancel`` ends it within half a second.
        """
        with self._warming:
            entries = {_key(item): item for item in items}
            mine = self._stored(entries, cache)
            missing = [key for key in entries if key not in mine]
            self._keep(cache, mine)
            for done, part in _chunks(missing):
                if cancel and cancel.is_set():
                    return
                mine = mine | dict(zip(part, self._encoded([entries[key] for key in part]), strict=True))
                self._keep(cache, mine)
                if cache and (done == len(missing) or done % SAVE == 0):
                    _write(cache, mine, self._identity)
                if progress:
                    progress("rerank", done, len(missing))

    def _stored(self, entries: Mapping[str, Item | Passage], cache: Path | None) -> dict[str, Encoded]:
        """What the cache or this process holds of the entries."""
        stored = _read(cache, self._identity) if cache else {}
        with self._lock:
            stored |= {key: held for key in entries if (held := self._held(key))}
        return {key: stored[key] for key in entries if key in stored}

    @property
    def _identity(self) -> str:
        """What the stored tokens depend on."""
        digest = content_hash(self._projection.tobytes().hex(), "item")
        return f"{self._embedder.name}/{TOKENS}+{PARTS}x{WIDTH}/{TITLE}/{digest}"

    def _known(self, items: Sequence[Item | Passage]) -> list[Encoded]:
        """What is kept of every entry, computed where it is not known."""
        keys = [_key(item) for item in items]
        with self._lock:
            known = {key: held for key in keys if (held := self._held(key))}
        missing = {key: item for key, item in zip(keys, items, strict=True) if key not in known}
        if missing:
            made = dict(zip(missing, self._encoded(list(missing.values())), strict=True))
            known |= made
            self._remember(made)
        return [known[key] for key in keys]

    def _held(self, key: str) -> Encoded | None:
        """What is in memory under a key; ask with the lock held."""
        return next((known[key] for known in self._warm.values() if key in known), None) or self._spare.get(key)

    def _keep(self, cache: Path | None, mine: Mapping[str, Encoded]) -> None:
        """From now on ``mine`` is what this cache was warmed with."""
        with self._lock:
            self._warm[cache] = mine

    def _remember(self, made: Mapping[str, Encoded]) -> None:
        """Keep what was computed on the way, the oldest forgotten first."""
        with self._lock:
            self._spare.update(made)
            while len(self._spare) > SPARE:
                self._spare.popitem(last=False)

    def _encoded(self, items: Sequence[Item | Passage]) -> list[Encoded]:
        """Tokens and parts of every entry, projected and rounded; one that has none gets a row of zeros."""
        titles = self._embedder.token_counts([item.title if isinstance(item, Item) else "" for item in items])
        tokens = self._embedder.token_vectors([text_of(item) for item in items])
        texts = [parts(item.description if isinstance(item, Item) else item.text)[:PARTS] for item in items]
        vectors = iter(self._embedder.embed([part for found in texts for part in found], kind="passage"))
        found = []
        for title, rows, own in zip(titles, tokens, texts, strict=True):
            weighed = _unit(rows[:TOKENS] @ self._projection)
            weighed[:title] *= TITLE
            whole = np.array([next(vectors) for _ in own], np.float32).reshape(-1, len(self._projection))
            found.append(Encoded(_rounded(weighed), _rounded(_unit(whole @ self._projection))))
        return found


def _chunks(keys: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """How many are done after each chunk, and the chunk."""
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        yield start + len(part), part


def _rounded(rows: NDArray[np.float32]) -> Rows:
    """Rows as int8, at least one."""
    return np.rint(rows * 127).astype(np.int8) if len(rows) else np.zeros((1, WIDTH), np.int8)


def _key(item: Item | Passage) -> str:
    """What an entry's tokens are known by: a hash of all that they are made from; a new price changes nothing."""
    if isinstance(item, Passage):
        return content_hash(f"{item.title}\0{item.heading}\0{item.text}", "passage")
    facets = [(name, value) for name, value in item.facets.items() if isinstance(value, (str, tuple))]
    return content_hash(f"{item.title}\0{facets}\0{item.description}", "item")


def max_sim(query: NDArray[np.float32], items: Sequence[Rows]) -> NDArray[np.float32]:
    """Mean over the query's rows of the best cosine in each item: ``(q, d)`` unit rows and int8 items -> ``(n,)``."""
    starts = np.cumsum([0, *(len(item) for item in items[:-1])])
    near = np.concatenate(items).astype(np.float32) @ query.T / 127.0
    return np.asarray(np.maximum.reduceat(near, starts, axis=0).mean(1), np.float32)


def projection(embedder: str, dimension: int) -> NDArray[np.float32]:
    """``(dimension, WIDTH)``: the fitted projection that ships for this embedder, else a random orthogonal one.

    A random one is always the same and keeps cosines roughly; a fitted one also leaves out what all tokens share.
    """
    path = PROJECTIONS / f"{embedder}.safetensors"
    if path.is_file():
        fitted: NDArray[np.float32] = load_file(path)["projection"].astype(np.float32)
        return fitted
    noise = np.random.default_rng(0).normal(size=(max(dimension, WIDTH), max(dimension, WIDTH)))
    return np.asarray(np.linalg.qr(noise)[0][:dimension, :WIDTH], np.float32)


def fit(tokens: NDArray[np.float32], width: int = WIDTH) -> NDArray[np.float32]:
    """``(dimension, width)``: the main directions of ``(n, dimension)`` token vectors, uncentred, strongest first."""
    _, directions = np.linalg.eigh(tokens.T @ tokens / len(tokens))
    return np.ascontiguousarray(directions[:, ::-1][:, :width], np.float32)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


def _read(path: Path, identity: str) -> dict[str, Encoded]:
    """What a cache file holds; nothing when it is missing, damaged or of another projection."""
    try:
        with np.load(path, allow_pickle=False) as held:
            if str(held["identity"]) != identity:
                return {}
            tokens, own = (np.split(held[name], held[f"{name}_ends"][:-1]) for name in Encoded._fields)
            return dict(zip(str(held["hashes"]).split(), map(Encoded, tokens, own), strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        _log.warning("the reranker's cache %s cannot be read and is made again: %s", path, error)
        return {}


def _write(path: Path, known: Mapping[str, Encoded], identity: str) -> None:
    """Leave a cache file, whole or not at all."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    held: dict[str, Any] = {"identity": np.array(identity), "hashes": np.array(" ".join(known))}
    for place, name in enumerate(Encoded._fields):
        rows = [one[place] for one in known.values()]
        held |= {name: np.concatenate(rows), f"{name}_ends": np.cumsum([len(one) for one in rows])}
    try:
        with aside.open("wb") as file:
            np.savez(file, **held)
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        _log.warning("the reranker's cache %s cannot be written: %s", path, error)
