"""Prompts as files: loaded, checked, rendered strictly, spoken in the visitor's language.

Knows nothing of `bot`: engines and stages ask a `Voice` for words and pass it plain data.
"""

from prompts.errors import PromptError
from prompts.library import Library, heard_by, speaking
from prompts.prompt import Prompt, PromptRef
from prompts.registry import SHIPPED, Problem, Registry
from prompts.store import Store, Version
from prompts.trials import Trial
from prompts.voice import STYLES, Voice
from prompts.wording import FacetWords, constraint_words, order_words

__all__ = [
    "SHIPPED",
    "STYLES",
    "FacetWords",
    "Library",
    "Problem",
    "Prompt",
    "PromptError",
    "PromptRef",
    "Registry",
    "Store",
    "Trial",
    "Version",
    "Voice",
    "constraint_words",
    "heard_by",
    "order_words",
    "speaking",
]
