"""What the reader is asked about one message: its words, the catalogue's facets and values, and the candidate spans.

Plain data. Knows no tokens, no network and no rules that propose the spans.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

CharSpan: TypeAlias = tuple[int, int]
"""Characters of the message, from the first up to, not including, the second."""

ACTS = (
    "recommend", "refine", "ask_item", "compare", "why_not", "feedback", "support", "smalltalk", "handover",
    "out_of_scope", "more", "surprise", "reset", "harm", "self_harm", "illegal", "personal_data", "injection",
)  # fmt: skip
"""What a whole message may be: acts, then flags; several at once."""
ABOUT = ("vague<", "vague>", "lower", "higher", "asc", "desc", "dropped", "asked")
"""What a message may say of a facet; several at once."""
VERDICTS = ("none", "is", "not", "retracted")
"""What it says of one value."""
OPERATORS = ("<", "<=", ">", ">=", "is", "about", "from", "to")
"""What a number is to its facet; "from" and "to" are the ends of one range."""
ROLES = ("liked", "rejected", "seen", "mentioned")
"""What a named or pointed-at item is to the visitor; several at once."""
TAGS = ("O", "B-wish", "I-wish", "B-unwanted", "I-unwanted", "B-question", "I-question", "B-missing", "I-missing")
"""What a word of the message belongs to."""
TYPES = ("category", "multi", "number", "date", "flag")
"""Types of facets."""
MATCHES = ("none", "alias", "exact")
"""How a value stands in the message, as far as string matching can tell."""


@dataclass(frozen=True, slots=True)
class FacetEntry:
    """One facet as it is shown to the reader: its name in words, with the unit of a number."""

    words: str
    type: int


@dataclass(frozen=True, slots=True)
class ValueEntry:
    """One value of facet number ``facet``; ``span``: where it stands in the message, if string matching found it."""

    facet: int
    words: str
    match: int = 0
    span: CharSpan | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One message to be read. ``before`` is what the visitor said before; ``shown``: a list was shown since."""

    message: str
    facets: tuple[FacetEntry, ...]
    values: tuple[ValueEntry, ...] = ()
    numbers: tuple[CharSpan, ...] = ()
    mentions: tuple[CharSpan, ...] = ()
    before: str = ""
    shown: bool = False
