"""A reranker that reads query and entry together: any cross-encoder folder or name, through plain transformers.

Pairs are sorted by length, so that little is padded; bf16 where the hardware computes in it. Knows no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bot.engines.rerank_texts import text_of
from bot.errors import EngineError
from vectorstore.base import Item, Passage, VectorStoreError
from vectorstore.embedders.local import describe, pick_device

BATCH = 32
MAX_TOKENS = 512


class CrossEncoderReranker:
    """Logits of a sequence classifier with one label, or the odds of the second of two; higher is better."""

    def __init__(self, folder: str | Path, *, device: str = "auto") -> None:
        """Load the model. Only ``device="auto"`` falls back.

        Raises `EngineError` for a device that is not there, a folder that cannot be loaded, or one that is no
        cross-encoder.
        """
        try:
            self._device = pick_device(device)
        except VectorStoreError as error:
            raise EngineError(str(error), hint=error.hint) from error
        dtype = fast_dtype(self._device)
        self._tokenizer, model = _load(str(folder), dtype)
        self._model = model.eval().requires_grad_(False).to(self._device)
        self._labels = int(model.config.num_labels)
        self.name = f"cross-encoder {Path(folder).name}"
        self.device = describe(self._device, dtype)

    def score(self, query: str, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32 logits. Raises `EngineError` when a score is not finite."""
        texts = [text_of(item) for item in items]
        scores = np.zeros(len(texts), np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            scores[places] = self._logits(query, [texts[place] for place in places])
        if not np.isfinite(scores).all():
            raise EngineError(f"{self.name} gave a score that is not a number", hint="try it on another device")
        return scores

    def _logits(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One batch."""
        pairs = self._tokenizer(
            [query] * len(texts),
            list(texts),
            truncation=True,
            max_length=MAX_TOKENS,
            padding=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            logits = self._model(**pairs.to(self._device)).logits.float().cpu().numpy()
        return np.asarray(logits[:, 0] if self._labels == 1 else logits[:, 1] - logits[:, 0], np.float32)


def fast_dtype(device: torch.device) -> torch.dtype:
    """bf16 where the hardware computes in it, fp16 on an older GPU, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return torch.bfloat16 if device.type == "cpu" and supported() else torch.float32


def _load(folder: str, dtype: torch.dtype) -> tuple[Any, Any]:
    """Tokenizer and model, the head included."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model, found = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=dtype, output_loading_info=True, trust_remote_code=False
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise EngineError(
            f"the cross-encoder {folder!r} cannot be loaded: {error}",
            hint="give a folder with config.json, model.safetensors and tokenizer files, or a model's Hub name",
        ) from error
    if found["missing_keys"] or model.config.num_labels > 2:
        raise EngineError(
            f"{folder!r} is no cross-encoder: {len(found['missing_keys'])} weights are missing, "
            f"{model.config.num_labels} labels",
            hint="choose a model that was trained to score pairs, with one or two labels",
        )
    return tokenizer, model
