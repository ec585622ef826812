"""Chat messages -> the tokens that a model reads: its own chat template, or a plain one where it has none.

What a message says can never become a control token. Knows nothing of weights or of how tokens are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from jinja2 import TemplateError
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

Turns: TypeAlias = list[dict[str, str]]

PLAIN_STOP = "\nUser:"
"""Where a model without a chat template begins to speak for the visitor."""


def encode(tokenizer: Any, messages: Sequence[BaseMessage], *, encoder_decoder: bool = False) -> list[int]:
    """The prompt's token ids, up to where the reply begins."""
    turns = [{"role": _role(message), "content": message.text} for message in messages]
    if not tokenizer.chat_template:
        return _plain(tokenizer, turns, encoder_decoder=encoder_decoder)
    try:
        return _templated(tokenizer, turns)
    except TemplateError:  # a template may refuse system messages, or two messages of one speaker in a row
        return _templated(tokenizer, _merged(turns))


def fixed(tokenizer: Any, system: BaseMessage) -> list[int]:
    """The ids that every prompt with this system message begins with."""
    one, other = (encode(tokenizer, [system, HumanMessage(text)]) for text in ("a", "7?"))
    return one[: next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)]


def _role(message: BaseMessage) -> str:
    """The role's name in chat templates."""
    if isinstance(message, SystemMessage):
        return "system"
    return "assistant" if isinstance(message, AIMessage) else "user"


def _templated(tokenizer: Any, turns: Turns) -> list[int]:
    """Through the model's template; models that can think first are asked to answer at once."""
    ids: list[int] = tokenizer.apply_chat_template(
        turns,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=False,
        sanitize_control_tokens=True,
        enable_thinking=False,
    )
    return ids


def _merged(turns: Turns) -> Turns:
    """The system message at the head of the first user message, and speakers that take turns."""
    merged: Turns = []
    for turn in turns:
        role = "user" if turn["role"] == "system" else turn["role"]
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"] += "\n\n" + turn["content"]
        else:
            merged.append({"role": role, "content": turn["content"]})
    return merged


def _plain(tokenizer: Any, turns: Turns, *, encoder_decoder: bool) -> list[int]:
    """Without a template: a dialogue in plain words for a decoder, the bare texts for an encoder."""
    if encoder_decoder:
        text = "\n\n".join(turn["content"] for turn in turns)
    else:
        names = {"system": "", "user": "User: ", "assistant": "Assistant: "}
        text = "\n\n".join(names[turn["role"]] + turn["content"] for turn in turns) + "\n\nAssistant:"
    ids: list[int] = tokenizer(text, split_special_tokens=True)["input_ids"]
    if not encoder_decoder and ids and ids[-1] == tokenizer.eos_token_id:
        ids.pop()
    return ids
