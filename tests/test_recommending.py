"""What a frame may say of a turn: which situation it is, what is claimed, and what is searched for beside a title."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot import recommending
from bot.turn import Turn
from bot.types import Card, DialogueState, Evidence, Intent, Mention, Message, Retrieved
from prompts import Registry
from tests.small_catalog import film_index
from vectorstore.base import Item

ABSENT = Mention("Zephyr 3000", None)
NEAR = Mention("Aliens 3", None, near=("aliens",))


@pytest.fixture(scope="module")
def voice():
    return Registry.load().voice("en", catalog="films")


def turn(voice, message="", *, cards=(), **intent) -> Turn:
    """A turn over the small films."""
    state = intent.pop("state", DialogueState())
    shelf = SimpleNamespace(items=film_index())
    meant = Intent(acts=("recommend",), **intent)
    return Turn("t", "s", shelf, voice, message, state, intent=meant, cards=cards)  # type: ignore[arg-type]


def ordered(*places: float) -> tuple[Card, ...]:
    """Cards at these places of an order."""
    evidence = [(Evidence("order", "year", "1999", strength=place),) for place in places]
    return tuple(Card(Item(str(at), "x"), at, 1.0, evidence=one) for at, one in enumerate(evidence))


@pytest.mark.parametrize(
    ("places", "leading"),
    [((1.0, 2.0, 3.0), True), ((1.0, 1.0, 3.0), True), ((1.0, 5.0, 8.0), False), ((2.0, 3.0), False)],
)
def test_whether_cards_are_the_first_in_an_order(places, leading) -> None:
    """Only where nothing that fits stands between or before them; ties share a place."""
    assert recommending._leading(ordered(*places)) is leading


def test_a_card_without_a_place_leads_nothing() -> None:
    """No order was asked for, or the record is silent."""
    assert recommending._leading((Card(Item("a", "A"), 0, 1.0),)) is False


@pytest.mark.parametrize(
    ("mentions", "message", "query"),
    [
        ((ABSENT,), "do you have the Zephyr 3000 tent?", "tent"),
        ((ABSENT,), "do you have Zephyr 3000?", ""),
        ((NEAR,), "do you have Aliens 3 on tape?", ""),
        ((), "a tent", ""),
    ],
)
def test_what_is_said_beside_an_absent_title_is_searched_for(voice, mentions, message, query) -> None:
    """Where no title here is like it; a tent was asked for, whatever its name."""
    assert recommending._beside_title(turn(voice, message, mentions=mentions)) == query


def test_an_absent_title_is_offered_what_is_called_like_it_or_something_else(voice) -> None:
    """Two frames: what follows is near, or it is not."""
    cards, found = ordered(1.0), Retrieved((), 9)
    near, far = (turn(voice, cards=cards, mentions=(one,)) for one in (NEAR, ABSENT))
    assert recommending.situation(near, found, False) == "near_title"
    assert recommending.situation(far, found, False) == "absent_title"


def test_wishes_leave_a_frame_open(voice) -> None:
    """What no facet holds is not claimed, whether it is wanted or not."""
    for wishes, loose in (((), False), (("sad",), True), (("not singing",), True)):
        facts = recommending._facts(turn(voice, state=DialogueState(wishes=wishes)), Retrieved((), 9))
        assert facts["loose"] is loose


def test_the_visitors_words_are_those_of_all_messages(voice) -> None:
    """In the records' language; what was translated cannot be compared."""
    said = turn(voice, "and quiet")
    said.history = (Message("visitor", "a heist"), Message("assistant", "gentle"))
    assert recommending._said(said) == "a heist and quiet"
    assert recommending._said(turn(voice, "安静的", state=DialogueState(language="zh"))) is None
