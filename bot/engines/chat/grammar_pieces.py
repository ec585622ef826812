"""SentencePiece vocabularies (T5 and its kin) as bytes, which llguidance does not read by itself.

Knows nothing of grammars.
"""

from __future__ import annotations

import json
import re
from typing import Any

_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


class Pieces:
    """What llguidance asks of a tokenizer: the bytes of every token, and a way to cut bytes into tokens."""

    is_tokenizer_wrapper = True

    def __init__(self, tokens: list[bytes], special: list[int], *, eos: int, bos: int | None) -> None:
        self.tokens = tokens
        self.special_token_ids = special
        self.eos_token_id = eos
        self.bos_token_id = bos
        self._ids = {token: number for number, token in reversed(list(enumerate(tokens))) if token}
        self._longest = max(map(len, self._ids), default=1)

    @classmethod
    def of(cls, tokenizer: Any, vocabulary: int) -> Any:
        """The pieces of a fast tokenizer that decodes with Metaspace; None for any other kind."""
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None or tokenizer.eos_token_id is None:
            return None
        decoder = json.loads(backend.to_str()).get("decoder") or {}
        if decoder.get("type") != "Metaspace":
            return None
        special = sorted(set(tokenizer.all_special_ids))
        texts = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
        tokens = [b"" if number in special else _bytes(text or "") for number, text in enumerate(texts)]
        tokens += [b""] * (vocabulary - len(tokens))
        return cls(tokens, special, eos=int(tokenizer.eos_token_id), bos=tokenizer.bos_token_id)

    def __call__(self, text: bytes | str) -> list[int]:
        """The longest pieces first, from the left; bytes that no piece begins with are left out."""
        rest = text.encode() if isinstance(text, str) else text
        found: list[int] = []
        while rest:
            size = next((n for n in range(min(self._longest, len(rest)), 0, -1) if rest[:n] in self._ids), 0)
            if size:
                found.append(self._ids[rest[:size]])
            rest = rest[max(size, 1) :]
        return found


def _bytes(piece: str) -> bytes:
    """The bytes that a piece stands for."""
    byte = _BYTE.fullmatch(piece)
    return bytes([int(byte[1], 16)]) if byte else piece.replace("\u2581", " ").encode()
