"""Prompts as files: loaded, checked, rendered strictly, spoken in the visitor's language.

Knows nothing of `bot`: engines and stages ask a `Voice` for words and pass it plain data.
"""

from prompts.errors import PromptError
from prompts.prompt import Prompt, PromptRef
from prompts.registry import SHIPPED, Problem, Registry
from prompts.voice import STYLES, Voice
from prompts.wording import FacetWords, constraint_words, order_words

__all__ = [
    "SHIPPED",
    "STYLES",
    "FacetWords",
    "Problem",
    "Prompt",
    "PromptError",
    "PromptRef",
    "Registry",
    "Voice",
    "constraint_words",
    "order_words",
]
