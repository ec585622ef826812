"""Stored turns as the messages that the next one is read after."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.memory.past import as_messages

LISTED = ("a", "b", "c")


def turn(number, *acts):
    """One stored turn that did ``acts``."""
    events = [{"event": "understood", "data": {"intent": {"acts": [*acts]}}}]
    return SimpleNamespace(id=f"t{number}", message=f"m{number}", reply="r", product_id="", events=events)


@pytest.mark.parametrize(
    ("acts", "seen", "left"),
    [
        (("ask_item",), ("b",), ()),
        (("ask_item",), ("d",), ("d",)),
        (("refine",), ("b",), ("b",)),
        (("feedback", "ask_item"), ("b",), ("b",)),
        (("ask_item",), LISTED, LISTED),
    ],
)
def test_what_a_question_was_about_is_no_list(acts, seen, left):
    """An item of the list that is told of does not take the list's place; what was found anew does."""
    messages = as_messages([turn(1, "recommend"), turn(2, *acts)], {"t1": LISTED, "t2": seen})
    assert [one.items for one in messages if one.role == "assistant"] == [LISTED, left]
    assert messages[-1].text == "r"


def test_a_turn_without_events_shows_what_it_showed():
    """Those of older programs."""
    old = SimpleNamespace(id="t2", message="m2", reply="", product_id="", events=None)
    messages = as_messages([turn(1, "recommend"), old], {"t1": LISTED, "t2": ("b",)})
    assert messages[-1].items == ("b",)
