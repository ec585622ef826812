"""Tiny models of real architectures with random weights and real tokenizers, saved as folders of safetensors."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

ROOT = Path(__file__).parents[1]
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system messages') }}{% endif %}" + CHAT_TEMPLATE
)
_SPECIAL = ["<pad>", "<s>", "</s>", "<unk>", "<|im_start|>", "<|im_end|>"]


def corpus() -> list[str]:
    """Some English and Chinese text, and JSON."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "prompts" / "explain").glob("*.md"))]
    return [line for text in texts for line in text.splitlines()] + ['{"acts":["recommend"],"query":"x"}'] * 5


def byte_level(size: int = 900, *, template: str | None = CHAT_TEMPLATE) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer, as Qwen, Llama 3 and BART use it."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=_SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    raw.train_from_iterator(corpus(), trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", bos_token="<s>", eos_token="<|im_end|>")
    fast.chat_template = template
    return fast


def sentence_piece(size: int = 900) -> PreTrainedTokenizerFast:
    """A Unigram tokenizer with Metaspace, as T5 uses it, that ends what it encodes with ``</s>``."""
    raw = Tokenizer(models.Unigram())
    raw.pre_tokenizer = pre_tokenizers.Metaspace()
    raw.decoder = decoders.Metaspace()
    raw.train_from_iterator(
        corpus(),
        trainers.UnigramTrainer(
            vocab_size=size,
            special_tokens=_SPECIAL[:4],
            unk_token="<unk>",
            initial_alphabet=[chr(code) for code in range(33, 127)],
            show_progress=False,
        ),
    )
    raw.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


def word_piece() -> PreTrainedTokenizerFast:
    """A WordPiece tokenizer, as BERT uses it: it cannot be held to a grammar."""
    raw = Tokenizer(models.WordPiece(unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.decoder = decoders.WordPiece()
    raw.train_from_iterator(
        corpus(), trainers.WordPieceTrainer(vocab_size=400, special_tokens=_SPECIAL, show_progress=False)
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


def save(model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, folder: Path) -> Path:
    """Both, as `from_pretrained` finds them."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def qwen3(folder: Path, *, template: str | None = CHAT_TEMPLATE, context: int = 8192) -> Path:
    """A Qwen3 of two layers."""
    torch.manual_seed(1)
    tokenizer = byte_level(template=template)
    config = Qwen3Config(
        vocab_size=len(tokenizer) + 27,  # padded, as real ones are
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=context,
        **_ids(tokenizer),
    )
    return save(Qwen3ForCausalLM(config), tokenizer, folder)


def llama(folder: Path, *, tokenizer: PreTrainedTokenizerFast | None = None) -> Path:
    """A Llama of two layers without a chat template."""
    torch.manual_seed(2)
    tokenizer = tokenizer or byte_level(template=None)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=4096,
        **_ids(tokenizer),
    )
    return save(LlamaForCausalLM(config), tokenizer, folder)


def t5(folder: Path) -> Path:
    """A T5 of two layers each, with its kind of tokenizer."""
    torch.manual_seed(3)
    tokenizer = sentence_piece()
    config = T5Config(
        vocab_size=len(tokenizer) + 28,
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=tokenizer.pad_token_id,
        **_ids(tokenizer),
    )
    return save(T5ForConditionalGeneration(config), tokenizer, folder)


def bart(folder: Path) -> Path:
    """A BART of two layers each, byte-level."""
    torch.manual_seed(4)
    tokenizer = byte_level(template=None)
    ids = _ids(tokenizer)
    config = BartConfig(
        vocab_size=len(tokenizer),
        d_model=64,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        max_position_embeddings=4096,
        decoder_start_token_id=ids["eos_token_id"],
        forced_bos_token_id=ids["bos_token_id"],
        **ids,
    )
    return save(BartForConditionalGeneration(config), tokenizer, folder)


def _ids(tokenizer: PreTrainedTokenizerFast) -> dict[str, int]:
    return {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
