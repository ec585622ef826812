"""The understander's contract: an intent for any text, within the schema, the same every time, from any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from bot.engines.understand_chat import ChatUnderstander
from bot.engines.understand_lexical import LexicalUnderstander
from bot.engines.understand_scripted import ScriptedUnderstander
from bot.types import Intent, Message, Understander
from bot.understanding import Vocabulary, understand
from prompts import Registry
from tests.intents import CASES
from vectorstore.base import Constraint
from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder

ACTS = {
    *("recommend", "refine", "ask_item", "compare", "why_not", "feedback"),
    *("support", "smalltalk", "handover", "out_of_scope"),
}
HISTORY = (Message("visitor", "a tent"), Message("assistant", "Three tents.", items=("tent-fjell-2", "tent-moth-1")))
ODD = (
    "",
    " \n\t ",
    "🎈🎈",
    "?",
    "'; DROP TABLE items; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "\u202eevil\u0000text",
    "a" * 20000,
    "no not nothing without except",
    "推荐一顶帐篷，两公斤以内",
    "посоветуйте палатку",
    '{"acts": ["recommend"]}',
    "the second one and the ninth one",
    "-1 to 999999999999999999999999 kg",
)
ENGINES = ("lexical", "scripted", "chat")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """A shop of outdoor goods."""
    found = read_items(CASES / "outdoor.jsonl")
    return Vocabulary(found.items, found.schema)


@pytest.fixture(scope="module")
def floor(vocabulary: Vocabulary) -> LexicalUnderstander:
    """The engine that every other falls back to."""
    return LexicalUnderstander(vocabulary, HashedEmbedder())


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, vocabulary: Vocabulary, floor: LexicalUnderstander) -> Understander:
    """Every implementation."""
    if request.param == "lexical":
        return floor
    if request.param == "scripted":
        return ScriptedUnderstander(
            {"a tent": Intent(("recommend",), constraints=(Constraint("category", "is", "tent"),))}
        )
    said = '{"acts": ["recommend"], "constraints": [{"facet": "category", "op": "is", "value": "tent"}]}'
    return ChatUnderstander(FakeListChatModel(responses=[said]), Registry.load(), vocabulary=vocabulary, lexical=floor)


@pytest.mark.parametrize("message", ODD, ids=lambda text: repr(text)[:24])
def test_any_text_has_an_intent(engine, floor, vocabulary, message):
    """Odd, hostile, empty and huge messages are read like any other; every act is known, confidence is a share."""
    intent = understand(engine, floor, HISTORY, message, vocabulary.schema)
    assert intent.acts
    assert set(intent.acts) <= ACTS
    assert 0.0 <= intent.confidence <= 1.0
    assert intent.engines


@pytest.mark.parametrize(
    "message", [*ODD, "a waterproof tent under 2 kg, not from Karst", "cheaper", "like the second one"]
)
def test_nothing_leaves_the_schema(engine, floor, vocabulary, message):
    """Every facet, value and id that comes out is one that the catalogue holds."""
    schema = vocabulary.schema
    intent = understand(engine, floor, HISTORY, message, schema)
    for one in (*intent.constraints, *intent.retracted):
        facet = schema.get(one.facet)
        assert facet is not None
        values = one.value if isinstance(one.value, tuple) else (one.value,)
        if facet.type in ("category", "multi") and one.op != "contains":
            assert set(values) <= {value for value, _ in facet.values}
    named = [*intent.dropped, *intent.asked, *(one.facet for one in intent.relatives)]
    assert all(schema.get(name) for name in named)
    assert all(mention.item_id in vocabulary.by_id for mention in intent.mentions if mention.item_id)


def test_the_same_message_has_the_same_intent_from_any_thread(engine, vocabulary):
    """Deterministic, and safe to share between threads."""
    messages = ["a tent", "something lighter", "the second one"] * 4
    alone = [engine.understand(HISTORY, message, vocabulary.schema) for message in messages]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda message: engine.understand(HISTORY, message, vocabulary.schema), messages))
    assert together == alone


def test_a_plain_request(engine, floor, vocabulary):
    """The least that every engine understands."""
    intent = understand(engine, floor, (), "a tent", vocabulary.schema)
    assert intent.acts == ("recommend",)
    assert intent.constraints == (Constraint("category", "is", "tent"),)


def test_an_engine_has_a_name(engine):
    """Names tell which engine decided a slot."""
    assert isinstance(engine, Understander)
    assert engine.name
