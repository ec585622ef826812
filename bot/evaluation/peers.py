"""The plain stack, as its libraries' own pages show it: what a team would write in an afternoon, fairly.

SentenceTransformer.encode -> Chroma query with a `where` filter -> CrossEncoder.rank -> generate(). The same weights
as ours where there are weights; the cross-encoder's head and the decoder are random, because only their time is
measured. No HTTP and no page stand in its way.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.base import Item

CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class PlainTurn:
    """Milliseconds from the message to the ranked list, to the first token and to the end."""

    cards: float
    first_word: float
    done: float


class PlainStack:
    """One visitor's turn on the plain stack. ``folder`` is a local MiniLM; items and vectors are ours."""

    def __init__(self, folder: Path, items: Sequence[Item], vectors: np.ndarray[Any, Any]) -> None:
        import chromadb
        from sentence_transformers import CrossEncoder, SentenceTransformer

        self._encoder = SentenceTransformer(str(folder), device="cpu")
        self._cross = CrossEncoder(str(folder), num_labels=1, device="cpu")
        client = chromadb.EphemeralClient(chromadb.Settings(anonymized_telemetry=False))
        self._collection = client.create_collection("plain", embedding_function=None, metadata={"hnsw:space": "cosine"})
        self._collection.add(
            ids=[item.id for item in items],
            embeddings=vectors.tolist(),
            documents=[f"{item.title}. {item.description}" for item in items],
            metadatas=[_flat(item) for item in items],
        )
        self._tokenizer = self._encoder.tokenizer
        self._decoder = _decoder(len(self._tokenizer))

    def turn(self, message: str, *, where: Mapping[str, Any] | None, tokens: int) -> PlainTurn:
        """One turn that writes ``tokens`` tokens."""
        began = time.perf_counter()
        vector = self._encoder.encode([message], normalize_embeddings=True)
        found = self._collection.query(
            query_embeddings=vector.tolist(), n_results=CANDIDATES, where=dict(where or {}) or None
        )
        documents = (found["documents"] or [[]])[0]
        if documents:
            self._cross.rank(message, documents)
        cards = time.perf_counter()
        first = self._generate(message, 1)
        return PlainTurn(
            (cards - began) * 1e3,
            (cards - began + first) * 1e3,
            (cards - began + self._generate(message, tokens)) * 1e3,
        )

    def _generate(self, message: str, tokens: int) -> float:
        """Seconds that `generate()` takes for ``tokens`` new tokens."""
        inputs = self._tokenizer(message, return_tensors="pt")["input_ids"]
        began = time.perf_counter()
        self._decoder.generate(inputs, min_new_tokens=tokens, max_new_tokens=tokens, do_sample=False)
        return time.perf_counter() - began


def _flat(item: Item) -> dict[str, Any]:
    """Chroma metadata: numbers and first values."""
    flat = {name: value[0] if isinstance(value, tuple) else value for name, value in item.facets.items() if value != ()}
    return flat or {"title": item.title}


def _decoder(vocabulary: int) -> Any:
    """A decoder of about 15M parameters beside its word table, randomly initialised."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=384,
        intermediate_size=1536,
        num_hidden_layers=6,
        num_attention_heads=12,
        num_key_value_heads=12,
        pad_token_id=0,
        eos_token_id=None,
        bos_token_id=None,
    )
    return LlamaForCausalLM(config).eval()
