"""The nouns of a conversation, the events of a turn, and the seams of its engines.

Everything is frozen: a stage returns a new value, never edits. Search nouns (Item, Constraint, Schema, ...) come from
`vectorstore.base`. This file knows no engine, no database and no web framework.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from vectorstore.base import Constraint, Item, Passage, Schema

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from prompts import PromptRef, Voice
    from vectorstore.base import Embedder
    from vectorstore.index import ItemIndex, PassageIndex

Act: TypeAlias = Literal[
    "recommend",
    "refine",
    "ask_item",
    "compare",
    "why_not",
    "feedback",
    "support",
    "smalltalk",
    "handover",
    "out_of_scope",
]
Role: TypeAlias = Literal["liked", "rejected", "seen", "mentioned"]
FeedbackKind: TypeAlias = Literal["like", "dislike", "seen", "undo", "click", "resolved", "unresolved"]
SuggestionKind: TypeAlias = Literal["chip", "question", "repair", "back"]
RuleAction: TypeAlias = Literal["promote", "bury", "hide", "in_stock"]


# -- understanding ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """An item that the visitor names or points at.

    ``item_id`` is None when the catalogue does not hold it; then ``near`` lists the closest ids, best first, and
    nobody may silently use them as if they were meant. ``confidence`` is 0 to 1.
    """

    text: str
    item_id: str | None
    role: Role = "mentioned"
    how: Literal["title", "reference"] = "title"
    confidence: float = 1.0
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by one facet: "the oldest" is ``Order("year", "asc")``."""

    facet: str
    direction: Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class Relative:
    """A critique against what was shown last: "make it older" is ``Relative("year", "lower")``."""

    facet: str
    direction: Literal["lower", "higher"]
    anchor: str | None = None  # the item it is measured against; None: the list shown last


@dataclass(frozen=True, slots=True)
class Vague:
    """A word of degree behind one of an intent's constraints: "a light tent".

    ``share``: its number is the one below which this share of the items lies, 0 to 1; of those that meet the other
    conditions in force, which only the state knows.
    """

    constraint: Constraint
    share: float


@dataclass(frozen=True, slots=True)
class Intent:
    """What one message asks for. Empty fields mean "not said".

    ``constraints`` are added to the state (a positive one on a facet replaces older positive ones that it
    contradicts); ``dropped`` names facets whose constraints go ("any year is fine"), and ``retracted`` the values
    taken back ("actually, not comedy" retracts and excludes). ``wishes`` are free text that no facet holds
    ("funnier", "quiet"; "not gory" is unwanted, and never searched or quoted for). ``asked`` names the facets an
    `ask_item` is about, empty for "tell me about it". ``vague`` says which of the ``constraints`` stand for a word of
    degree. ``question`` is the service question. ``query`` is the text
    that search uses for this message. ``more`` is "something else": exclude what was shown. ``surprise``: the
    visitor leaves the choice to us. ``reset``: start over. ``sensitive``: a talk/ refusal situation key
    ("injection", "refusal_harm", "self_harm"), empty otherwise; ``topic`` the talk situation of small talk and of
    what is out of scope ("hello", "thanks", "gibberish", ...), "why" for "why this one?", "unrecorded" for a question
    about an item that no facet answers. ``unheld``: what the message limits and no facet measures ("price").
    ``engines`` names the engine that decided each slot, ``prompts`` what a language model was asked with.
    ``confidence`` is 0 to 1.
    """

    acts: tuple[Act, ...]
    query: str = ""
    constraints: tuple[Constraint, ...] = ()
    dropped: tuple[str, ...] = ()
    retracted: tuple[Constraint, ...] = ()
    wishes: tuple[str, ...] = ()
    order: Order | None = None
    relatives: tuple[Relative, ...] = ()
    mentions: tuple[Mention, ...] = ()
    asked: tuple[str, ...] = ()
    question: str = ""
    vague: tuple[Vague, ...] = ()
    more: bool = False
    surprise: bool = False
    reset: bool = False
    sensitive: str = ""
    topic: str = ""
    unheld: tuple[str, ...] = ()
    language: str = "en"
    confidence: float = 1.0
    engines: Mapping[str, str] = field(default_factory=dict)
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the history. ``items`` are the ids shown with it, in order."""

    role: Literal["visitor", "assistant", "person", "system"]
    text: str
    items: tuple[str, ...] = ()


# -- state ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feedback:
    """A press of like, dislike, seen or undo on one item since the last turn."""

    item_id: str
    kind: FeedbackKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where on the host's site the visitor is, and who the host says that it is: data, never instructions.

    ``signed`` names those fields that a token of the host vouches for; the others are what the browser says.
    """

    product_id: str = ""
    order_id: str = ""
    page: str = ""
    visitor: str = ""
    name: str = ""
    signed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueState:
    """Everything the conversation has established; what the visitor sees as chips and may edit.

    ``shown`` are all ids ever shown in this session, ``last_shown`` the latest list in its order, ``focus`` the item
    that "it" means. ``asked`` are the facets that the visitor was asked about: none is asked twice. ``abstained``
    counts abstentions in a row. ``implied`` are the keys (`constraint_key`) of bounds that a word of degree or a
    critique was turned into: in force like any other, but no limit that the visitor named. ``page`` is the item
    whose page on the host's site the visitor was on at the last message.
    """

    constraints: tuple[Constraint, ...] = ()
    wishes: tuple[str, ...] = ()
    order: Order | None = None
    likes: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    last_shown: tuple[str, ...] = ()
    focus: str | None = None
    query: str = ""
    language: str = "en"
    abstained: int = 0
    handed_over: str | None = None
    last_question: str = ""
    asked: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    page: str | None = None


# -- retrieval and ranking --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that some source proposed. ``sources`` maps source name -> its rank (0 is best)."""

    id: str
    sources: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Candidates, and what had to be given up to get them.

    ``total`` counts the rows that meet every constraint in force. ``relaxed`` are the constraints that were
    given up because nothing was left; ``repairs`` the smallest changes known to lead somewhere.
    """

    candidates: tuple[Candidate, ...]
    total: int
    relaxed: tuple[Constraint, ...] = ()
    repairs: tuple[Repair, ...] = ()
    applied_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """A change of the constraints that leaves ``count`` items: replace ``old`` by ``new`` (None: drop it).

    ``also`` are constraints that have to go with it, where no single change leads anywhere.
    """

    old: Constraint
    new: Constraint | None
    count: int
    also: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """One chosen row: ``score`` orders the list (higher is better); ``features`` are the numbers that decided."""

    id: str
    score: float
    features: Mapping[str, float] = field(default_factory=dict)


# -- explaining -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """One checkable statement about an item.

    ``kind``: ``constraint`` (facet, value: a constraint it meets), ``unmet`` (facet, value: what it has instead, or
    "" when the record is silent), ``liked`` (value: the liked item's title, ``strength`` the cosine; ``shared`` the
    facet values both hold, ``degree`` "close" in meaning, "slight" where little is shared, or "led" where it only led
    the search there), ``wish`` (value: the wish, ``quote``: the sentence of the description that speaks of it, with
    ``strength``; ``shared``: the words of the wish with how the quote, else the record, says them; ``degree`` "word"
    where these are all its telling words, "part" where some, "close" for a quote without one, "nearest" where the wish
    only found the item),
    ``near`` (value: the named title that is not here and that this one comes nearest to), ``fact`` (facet, value),
    ``order`` (facet, value, ``strength``: its place from 1 among all that fit), ``tradeoff`` (facet, value:
    "lower"/"higher" than the rest of the list, or a value that no other holds), ``without`` (value: a liked title;
    ``strength``: the rank the item would have without it).
    """

    kind: Literal["constraint", "unmet", "liked", "wish", "near", "fact", "order", "tradeoff", "without"]
    facet: str = ""
    value: str = ""
    quote: str = ""
    strength: float = 1.0
    constraint: Constraint | None = None
    shared: tuple[tuple[str, str], ...] = ()
    degree: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One recommended item, ready to draw: reasons and unmet are finished sentences in the visitor's language."""

    item: Item
    rank: int
    score: float
    reasons: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    details: tuple[str, ...] = ()  # sentences under "Why this?"
    label: str = ""  # the trade-off against the other cards, "shortest of the three"
    facts: tuple[tuple[str, str], ...] = ()  # localised (label, value) rows for display
    evidence: tuple[Evidence, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The ``items[]`` entry of the API."""
        return {
            "id": self.item.id,
            "title": self.item.title,
            "score": round(self.score, 6),
            "rank": self.rank,
            "description": self.item.description,
            "facets": {k: list(v) if isinstance(v, tuple) else v for k, v in self.item.facets.items()},
            "image": self.item.image,
            "url": self.item.url,
            "label": self.label,
            "facts": [list(row) for row in self.facts],
            "reasons": list(self.reasons),
            "unmet": list(self.unmet),
            "details": list(self.details),
            "evidence": [plain(e) for e in self.evidence],
            "features": {k: round(float(v), 6) for k, v in self.features.items()},
        }


# -- support ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands: ``quote`` is verbatim from the passage."""

    id: str
    title: str
    heading: str
    anchor: str
    quote: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a service question. ``sentences`` are verbatim from ``passages`` and may be said.

    ``sources[i]`` is the number, from 1, of the citation that ``sentences[i]`` stands in.

    ``abstained``: nothing found supports an answer; ``checked`` lists the pages that were looked at, ``nearest`` a
    section of each, without a quote: nothing is claimed of it. ``topic`` is "money", "legal", "safety", "account" or
    "": those also offer a person. ``confidence`` is 0 to 1.
    """

    question: str
    abstained: bool
    sentences: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    checked: tuple[str, ...] = ()
    nearest: tuple[Citation, ...] = ()
    topic: str = ""
    confidence: float = 0.0


# -- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a writer may say. It may use nothing else.

    ``situation`` picks the frame within the task: ``explain`` has "exact", "relaxed", "near_title", "surprise",
    "more", "none"...; ``talk`` has "hello", "thanks", "capabilities", "refusal_harm", "injection", "off_topic"...
    ``facts`` are the frame's variables (plain strings and numbers). ``before`` is the previous reply, whose words are
    not to be repeated.
    """

    task: Literal["explain", "answer", "compare", "clarify", "talk"]
    situation: str
    voice: Voice
    message: str = ""
    style: str = "plain"
    state: DialogueState = field(default_factory=DialogueState)
    cards: tuple[Card, ...] = ()
    answer: Answer | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    before: str = ""

    @property
    def language(self) -> str:
        """The locale that the reply is written in."""
        return self.voice.locale


# -- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A chip. Pressing it sends ``text``. ``count``: how many items it leads to (never 0), None where that is moot."""

    text: str
    kind: SuggestionKind = "chip"
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """One active constraint or wish that the visitor may remove. ``key`` identifies it to `PATCH /v1/me`."""

    key: str
    label: str
    kind: Literal["constraint", "wish", "order"]


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; ``name`` is the SSE event name, `data` its JSON payload."""

    name: ClassVar[str] = "event"

    def data(self) -> dict[str, Any]:
        """A JSON-ready payload, complete: a face only draws."""
        payload: dict[str, Any] = plain(self)
        return payload


@dataclass(frozen=True, slots=True)
class Understood(Event):
    """What was understood."""

    name: ClassVar[str] = "understood"
    intent: Intent


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """The state after this message, with localised removable chips and the titles of likes, rejections and seen."""

    name: ClassVar[str] = "state"
    state: DialogueState
    chips: tuple[Chip, ...] = ()
    likes: tuple[tuple[str, str], ...] = ()  # (id, title)
    rejected: tuple[tuple[str, str], ...] = ()
    seen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """A named step, with real counts: "Searching 640 films · 212 match"."""

    name: ClassVar[str] = "progress"
    text: str


@dataclass(frozen=True, slots=True)
class Recommended(Event):
    """The chosen cards, in order."""

    name: ClassVar[str] = "recommended"
    cards: tuple[Card, ...]
    total: int

    def data(self) -> dict[str, Any]:
        """The cards as the API's ``items[]``."""
        return {"items": [card.as_dict() for card in self.cards], "total": self.total}


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The sources of a service answer, or the abstention with the sections that come nearest, to be read instead."""

    name: ClassVar[str] = "answered"
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float = 0.0
    nearest: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Clarified(Event):
    """The one question of this turn; its answers come as suggestions."""

    name: ClassVar[str] = "clarified"
    question: str
    facet: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver(Event):
    """A person is asked for: the record's id, its status and the summary that the visitor may correct.

    ``delivery``: delivered (the support desk has it), waiting (not yet), dead (given up), or none (no desk).
    ``ahead``: how many others wait longer, None where a person has it already.
    """

    name: ClassVar[str] = "handed_over"
    id: str
    status: str
    summary: str = ""
    delivery: str = "none"
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class Held(Event):
    """The only event of a turn while a person has the conversation: the message is kept for them, nobody answers it."""

    name: ClassVar[str] = "held"
    session_id: str
    turn_id: str
    catalog: str
    handover_id: str
    message: str

    def data(self) -> dict[str, Any]:
        """With its type, which stands alone where a stream has one event."""
        return {"type": "held", **plain(self)}


@dataclass(frozen=True, slots=True)
class Delta(Event):
    """A piece of the reply; the whole reply is the join of them."""

    name: ClassVar[str] = "delta"
    text: str


@dataclass(frozen=True, slots=True)
class Suggested(Event):
    """Three to five chips that each lead somewhere."""

    name: ClassVar[str] = "suggested"
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """A degradation that the visitor should know of, as a sentence."""

    name: ClassVar[str] = "notice"
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Done(Event):
    """The end of a turn. ``timings`` are milliseconds since its start; ``stopped``: cut half-way."""

    name: ClassVar[str] = "done"
    session_id: str
    turn_id: str
    catalog: str
    timings: Mapping[str, float] = field(default_factory=dict)
    prompts: tuple[str, ...] = ()
    stopped: bool = False


# -- seams ------------------------------------------------------------------------------------------------------------


@runtime_checkable
class Understander(Protocol):
    """Reads a message against a schema. Never raises on odd text: an empty or hostile message has an intent too."""

    name: str

    def understand(self, history: Sequence[Message], message: str, schema: Schema) -> Intent:
        """The intent; every facet and value in it exists in ``schema``."""
        ...


@runtime_checkable
class Writer(Protocol):
    """Writes a reply from a brief, piece by piece; the reply is the join."""

    name: str

    def write(self, brief: Brief) -> Iterator[str]:
        """Pieces of text in the brief's language, from its evidence only."""
        ...


@runtime_checkable
class GroundedWriter(Writer, Protocol):
    """A writer that answers for its sentences, composed or checked; what any other says is checked as it comes."""

    grounded: bool


@runtime_checkable
class Reranker(Protocol):
    """Scores items or passages for a query."""

    name: str

    def score(self, query: str, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32; higher is better; comparable within one call."""
        ...


@dataclass(frozen=True, slots=True)
class Need:
    """What items are wanted for: the words to search for, and the titles that the visitor liked, latest last."""

    query: str
    likes: tuple[str, ...] = ()


@runtime_checkable
class NeedReranker(Reranker, Protocol):
    """A reranker that reads more of the state than the words to search for."""

    def score_need(self, need: Need, items: Sequence[Item | Passage]) -> NDArray[np.float32]:
        """``(len(items),)`` float32; higher is better; comparable within one call."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """An operator's wish for one item or facet value: promote, bury, hide, or require stock. Applied and reported."""

    action: RuleAction
    item_id: str = ""
    constraint: Constraint | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """One catalogue as it is served: its indexes, engines and rules, all of one generation.

    ``fallback`` and ``composed`` are the engines that always work; ``reranker`` None means combined order.
    ``faults`` are the degradations found at opening, as notice codes.
    """

    name: str
    items: ItemIndex
    help: PassageIndex
    embedder: Embedder
    understander: Understander
    fallback: Understander
    writer: Writer
    composed: Writer
    reranker: Reranker | None = None
    rules: tuple[Rule, ...] = ()
    faults: tuple[str, ...] = ()
    multilingual: bool = False


def plain(value: Any) -> Any:
    """Dataclasses, tuples and mappings as JSON-ready dicts and lists; private fields and voices are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


def refs(spoken: Sequence[PromptRef]) -> tuple[str, ...]:
    """Prompt references as ``name.locale@version#hash`` strings, in the order in which they first spoke."""
    return tuple(dict.fromkeys(str(ref) for ref in spoken))
