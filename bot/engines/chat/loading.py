"""A folder of a Hugging Face model -> weights and tokenizer in memory, ready to write.

Loads safetensors only, runs no code of the folder and never reaches the network. Knows nothing of LangChain, prompts
or how tokens are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

from bot.errors import EngineError
from vectorstore.base import VectorStoreError
from vectorstore.embedders.local import describe, pick_device

_WRITERS = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration", "ForSeq2SeqLM", "EncoderDecoderModel")
_NEEDED = "point to a folder with config.json, a tokenizer and *.safetensors"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model on its device. ``eos`` are the ids that end a reply; ``context`` bounds prompt and reply, in tokens.

    ``place`` is for the start-up report: "cuda:0 NVIDIA H200, bf16".
    """

    name: str
    model: Any
    tokenizer: Any
    device: torch.device
    place: str
    encoder_decoder: bool
    eos: tuple[int, ...]
    context: int | None

    @property
    def vocabulary(self) -> int:
        """How many logits the model gives, or ids the tokenizer has, whichever is more."""
        size = getattr(self.model.config.get_text_config(decoder=True), "vocab_size", 0)
        return max(int(size), len(self.tokenizer))


def load(folder: Path, *, device: str = "auto", dtype: torch.dtype | None = None) -> Loaded:
    """The model in ``folder`` on ``device`` (only "auto" falls back), in the fastest type that it computes in.

    Raises:
        EngineError: the folder or the device cannot be used, with the remedy.
    """
    _check_files(folder)
    try:
        chosen = pick_device(device)
    except VectorStoreError as error:
        raise EngineError(str(error), hint=error.hint) from error
    dtype = dtype or fast_dtype(chosen)
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        _check_kind(folder, config)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model = _weights(folder, config, dtype).to(chosen)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, AttributeError, TypeError) as error:
        raise EngineError(f"the model in {folder} cannot be loaded: {_line(error)}", hint=_NEEDED) from error
    return Loaded(
        name=folder.resolve().name,
        model=model,
        tokenizer=tokenizer,
        device=chosen,
        place=describe(chosen, dtype),
        encoder_decoder=bool(config.is_encoder_decoder),
        eos=_eos(model, tokenizer),
        context=_context(config),
    )


def fast_dtype(device: torch.device) -> torch.dtype:
    """bf16 where the hardware computes in it, fp16 on older GPUs, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return torch.bfloat16 if device.type == "cpu" and supported() else torch.float32


def _check_files(folder: Path) -> None:
    """Refuse a folder that cannot hold a model, naming what is there."""
    if not (folder / "config.json").is_file():
        raise EngineError(f"{folder} holds no config.json", hint=_NEEDED)
    if next(folder.glob("*.safetensors"), None) is None:
        others = sorted(path.name for path in folder.iterdir() if path.suffix in (".bin", ".pt", ".pth", ".gguf"))
        found = f"only {', '.join(others[:3])}" if others else "no weights"
        hint = "save the model with `save_pretrained`, which writes safetensors; pickled weights are never loaded"
        raise EngineError(f"{folder} holds {found}", hint=hint)


def _check_kind(folder: Path, config: Any) -> None:
    """Refuse a model that cannot write, such as an encoder."""
    kinds: Sequence[str] = getattr(config, "architectures", None) or ()
    if kinds and not any(kind.endswith(_WRITERS) for kind in kinds):
        hint = "choose a causal or an encoder-decoder language model, such as Qwen3-0.6B"
        raise EngineError(f"{folder} holds a {kinds[0]}, which cannot write text", hint=hint)


def _weights(folder: Path, config: Any, dtype: torch.dtype) -> Any:
    """The weights, complete and in evaluation mode."""
    kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    model, report = kind.from_pretrained(
        folder,
        config=config,
        dtype=dtype,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        output_loading_info=True,
    )
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{len(missing)} weights are missing, the first is {missing[0]}")
    return model.eval().requires_grad_(False)


def _eos(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """Every id that ends a reply, the tokenizer's own first."""
    chosen = getattr(model.generation_config, "eos_token_id", None)
    listed = chosen if isinstance(chosen, (list, tuple)) else [chosen]
    return tuple(dict.fromkeys(int(one) for one in (tokenizer.eos_token_id, *listed) if one is not None))


def _context(config: Any) -> int | None:
    """How many tokens fit, None where the model has no fixed limit."""
    text = config.get_text_config(decoder=False)
    limit = getattr(text, "max_position_embeddings", None)
    return limit if isinstance(limit, int) and limit > 0 else None


def _line(error: Exception) -> str:
    """The first line of an error."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
