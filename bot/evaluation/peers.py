"""The plain stack, as its libraries' own pages show it: what a team would write in an afternoon, fairly.

SentenceTransformer.encode -> Chroma query with a `where` filter -> CrossEncoder.rank -> generate(). The same weights
as ours where there are weights; the cross-encoder's head and the decoder are random, because only their time is
measured. It understands nothing (filters are given), checks nothing, and no HTTP and no page stand in its way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.base import Item
from vectorstore.records import Records

CANDIDATES = 50
BATCHES = (8, 16, 32, 64)
DTYPES = ("float32", "bfloat16")


@dataclass(frozen=True, slots=True)
class PlainTurn:
    """Milliseconds from the message to the ranked list, to the first token and to the end."""

    cards: float
    first_word: float
    done: float


class PlainSearch:
    """Chroma as its own pages show it: vectors with one number as metadata, filtered by `where`."""

    def __init__(self, path: Path, records: Records, facet: str, *, settings: Mapping[str, int]) -> None:
        """Index ``records`` in the folder ``path``; ``settings`` are Chroma's own for its graph, beside cosine."""
        import chromadb
        from chromadb.config import Settings

        client = chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))
        graph: Any = {"hnsw": {"space": "cosine", **settings}}
        self._facet = facet
        self._rows: Any = client.create_collection("plain", embedding_function=None, configuration=graph)
        for start in range(0, len(records.items), 5000):
            part = records.items[start : start + 5000]
            numbers: list[Any] = [{facet: item.facets[facet]} for item in part]
            self._rows.add(
                ids=[item.id for item in part],
                embeddings=records.item_vectors[start : start + 5000],
                metadatas=numbers,
            )

    def below(self, limit: float, k: int) -> Callable[[np.ndarray[Any, Any]], Sequence[str]]:
        """Its search for the ``k`` nearest rows whose number is below ``limit``; 100 and more: no filter."""
        where = {self._facet: {"$lt": limit}} if limit < 100 else None

        def search(vector: np.ndarray[Any, Any]) -> Sequence[str]:
            found = self._rows.query(query_embeddings=[vector], n_results=k, where=where, include=["distances"])
            ids: Sequence[str] = found["ids"][0]
            return ids

        return search


class PlainStack:
    """One visitor's turn on the plain stack. ``folder`` is a local MiniLM; items and vectors are ours."""

    def __init__(self, folder: Path, items: Sequence[Item], vectors: np.ndarray[Any, Any]) -> None:
        import chromadb
        from chromadb.config import Settings
        from sentence_transformers import CrossEncoder, SentenceTransformer

        self._encoder = SentenceTransformer(str(folder), device="cpu")
        self._crosses = {
            dtype: CrossEncoder(str(folder), num_labels=1, device="cpu", model_kwargs={"dtype": dtype})
            for dtype in DTYPES
        }
        self._dtype, self._batch = DTYPES[0], 32
        client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
        self._collection = client.create_collection("plain", embedding_function=None, metadata={"hnsw:space": "cosine"})
        self._collection.add(
            ids=[item.id for item in items],
            embeddings=vectors.tolist(),
            documents=[f"{item.title}. {item.description}" for item in items],
            metadatas=[_flat(item) for item in items],
        )
        self._tokenizer = self._encoder.tokenizer
        self._decoder = _decoder(len(self._tokenizer))

    def tune(self, message: str) -> None:
        """Give the cross-encoder its best number type and batch size, by the time that ``message`` takes."""
        documents = self._find(message, {})
        tried = {(dtype, batch): self._time(message, documents, dtype, batch) for dtype in DTYPES for batch in BATCHES}
        self._dtype, self._batch = min(tried, key=lambda setting: tried[setting])

    def described(self, tokens: int) -> str:
        """How it is set up, for the protocol."""
        return (
            f"all-MiniLM-L6-v2, Chroma's defaults with `where`, {CANDIDATES} candidates re-ranked by a CrossEncoder of "
            f"the same weights (its best of {len(DTYPES)} number types and {len(BATCHES)} batch sizes: {self._dtype}, "
            f"{self._batch}), {tokens} tokens a reply by generate() from a random decoder of "
            f"{self._decoder.num_parameters() / 1e6:.0f}M parameters"
        )

    def turn(self, message: str, *, where: Mapping[str, Any] | None, tokens: int) -> PlainTurn:
        """One turn that writes ``tokens`` tokens after reading the message and its three best documents."""
        began = time.perf_counter()
        documents = self._find(message, where or {})
        ranked = self._crosses[self._dtype].rank(message, documents, batch_size=self._batch) if documents else []
        cards = time.perf_counter() - began
        prompt = "\n".join([*(documents[int(one["corpus_id"])] for one in ranked[:3]), message])
        first, whole = self._generate(prompt, tokens)
        return PlainTurn(cards * 1e3, (cards + first) * 1e3, (cards + whole) * 1e3)

    def _find(self, message: str, where: Mapping[str, Any]) -> list[str]:
        """The documents of the nearest rows."""
        vector = self._encoder.encode([message], normalize_embeddings=True)
        found = self._collection.query(
            query_embeddings=vector.tolist(), n_results=CANDIDATES, where=dict(where) or None, include=["documents"]
        )
        return list((found["documents"] or [[]])[0])

    def _time(self, message: str, documents: Sequence[str], dtype: str, batch: int) -> float:
        """Seconds of one ranking, the better of two after a warm-up."""
        times = []
        for _ in range(3):
            began = time.perf_counter()
            self._crosses[dtype].rank(message, list(documents), batch_size=batch)
            times.append(time.perf_counter() - began)
        return min(times[1:])

    def _generate(self, prompt: str, tokens: int) -> tuple[float, float]:
        """Seconds that `generate()` takes to the first and to the last of ``tokens`` new tokens."""
        inputs = self._tokenizer(prompt, return_tensors="pt", truncation=True, max_length=512)
        streamer, began = _Stopwatch(), time.perf_counter()
        self._decoder.generate(
            inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            min_new_tokens=tokens,
            max_new_tokens=tokens,
            do_sample=False,
            streamer=streamer,
        )
        return streamer.times[1] - began, time.perf_counter() - began


class _Stopwatch:
    """A streamer of `generate()`: it is given the prompt, then each token, and keeps when."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, value: Any) -> None:
        """The prompt or a token."""
        self.times.append(time.perf_counter())

    def end(self) -> None:
        """Nothing to flush."""


def _flat(item: Item) -> dict[str, Any]:
    """Chroma metadata: numbers and first values."""
    flat = {name: value[0] if isinstance(value, tuple) else value for name, value in item.facets.items() if value != ()}
    return flat or {"title": item.title}


def _decoder(vocabulary: int) -> Any:
    """A small decoder, randomly initialised: 6 layers of 384, as large as the embedded profile could ship."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=384,
        intermediate_size=1536,
        num_hidden_layers=6,
        num_attention_heads=12,
        num_key_value_heads=12,
        tie_word_embeddings=True,
        pad_token_id=0,
        eos_token_id=None,
        bos_token_id=None,
    )
    model: Any = LlamaForCausalLM(config)
    return model.eval()
