"""Catalogues that nobody prepared: the same conversations in their own terms, and what a person expects to find."""

from __future__ import annotations

from typing import Any

import pytest

from tests.foreign.conftest import NAMES, cases

pytestmark = pytest.mark.data

ANY = "*"
"""A number that a case leaves open: how high "highly rated" begins."""
DIALOGUES = [pytest.param(name, one, id=f"{name}: {one['name']}") for name in NAMES for one in cases(name)["dialogues"]]
QUERIES = [
    pytest.param(
        name,
        one,
        id=f"{name}: {one['say']}",
        marks=pytest.mark.xfail(strict=True, reason=one["short"]) if "short" in one else (),
    )
    for name in NAMES
    for one in cases(name)["queries"]
]
"""A query that falls ``short`` says why, and fails the run once it is found."""


@pytest.mark.parametrize(("catalog", "dialogue"), DIALOGUES)
def test_a_dialogue_goes_as_a_salesperson_would_take_it(site, catalog, dialogue):
    """After every turn all that is in force, every card, and what is said are as the case states."""
    session: dict[str, str] = {}
    for turn in dialogue["turns"]:
        response = site.post("/v1/chat", json={"message": turn["say"], "catalog": catalog, **session})
        assert response.status_code == 200, response.text
        reply = response.json()
        session = {"session_id": reply["session_id"]}
        faults = [*_state(turn, reply), *_cards(turn, reply, catalog), *_words(turn, reply)]
        assert not faults, f"{turn['say']!r}: " + "; ".join(faults) + f"\n{reply['text']}"


@pytest.mark.parametrize(("catalog", "query"), QUERIES)
def test_a_query_finds_what_is_expected(site, catalog, query):
    """Every expected item is among the first ten, every expected page among the sources."""
    if "pages" in query:
        found = site.post("/v1/answer", json={"question": query["say"], "catalog": catalog}).json()
        pages = {one["id"].split("#")[0] for one in (*found["citations"], *found["nearest"])}
        assert set(query["pages"]) <= pages
        return
    found = site.post("/v1/search", json={"query": query["say"], "catalog": catalog, "k": 10}).json()["items"]
    missing = [wanted for wanted in query["ids"] if not any(_is(one, wanted) for one in found)]
    assert not missing, [(one["id"], one["title"]) for one in found]


def _state(turn: dict[str, Any], reply: dict[str, Any]) -> list[str]:
    """What is in force against what should be."""
    state, faults = reply["state"], []
    wanted, loose = turn.get("wanted"), {one[0] for one in turn.get("wanted", ()) if one[2] == ANY}
    held = {
        _condition([one["facet"], one["op"], ANY if one["facet"] in loose else one["value"]])
        for one in state["constraints"]
    }
    if wanted is not None and held != {_condition(one) for one in wanted}:
        faults.append(f"in force: {sorted(held, key=str)}")
    for wish in turn.get("wishes", ()):
        if not any(wish.casefold() in one.casefold() for one in state["wishes"]):
            faults.append(f"wishes: {state['wishes']}, not {wish!r}")
    order = state["order"] and [state["order"]["facet"], state["order"]["direction"]]
    if "order" in turn and order != turn["order"]:
        faults.append(f"order: {order}")
    if "acts" in turn and list(reply["intent"]["acts"]) != turn["acts"]:
        faults.append(f"acts: {reply['intent']['acts']}")
    return faults


def _cards(turn: dict[str, Any], reply: dict[str, Any], catalog: str) -> list[str]:
    """The shown items against what they must be."""
    wanted, items = turn.get("cards", {}), reply["items"]
    shown = [f"{one['title']} ({one['id']})" for one in items]
    faults = []
    if not wanted.get("min", 0) <= len(items) <= wanted.get("max", 5):
        faults.append(f"{len(items)} cards")
    for condition in wanted.get("all", ()):
        faults += [f"{one['title']} fails {condition}" for one in items if not _meets(one, condition)]
    if "among" in wanted:
        faults += [
            f"{one['title']} is unexpected" for one in items if not any(_is(one, id_) for id_ in wanted["among"])
        ]
    faults += [f"{id_} is shown" for id_ in wanted.get("not", ()) if any(_is(one, id_) for one in items)]
    faults += [f"{id_} is missing in {shown}" for id_ in wanted.get("has", ()) if not any(_is(o, id_) for o in items)]
    if turn.get("relaxed") and (not items or not all(one["unmet"] for one in items)):
        faults.append("no labelled near misses")
    return faults


def _words(turn: dict[str, Any], reply: dict[str, Any]) -> list[str]:
    """What is said and cited."""
    text, cited = reply["text"].casefold(), [f"{one['title']} {one['heading']}" for one in reply["citations"]]
    faults = [f"does not say {words!r}" for words in turn.get("says", ()) if words.casefold() not in text]
    faults += [f"says {words!r}" for words in turn.get("never", ()) if words.casefold() in text]
    for words in turn.get("cites", ()):
        if not any(words.casefold() in one.casefold() for one in cited):
            faults.append(f"cites {cited}")
    if turn.get("abstains", reply["abstained"]) != reply["abstained"]:
        faults.append(f"abstained: {reply['abstained']}")
    if turn.get("handover", "handover" in reply) != ("handover" in reply):
        faults.append(f"handed over: {'handover' in reply}")
    return faults


def _is(item: dict[str, Any], wanted: Any) -> bool:
    """By the beginning of the id, or as "Title (year)"."""
    named = f"{item['title']} ({item['facets'].get('year', 0):.0f})"
    return (
        str(wanted) == named or item["id"] == str(wanted) or (len(str(wanted)) == 8 and item["id"].startswith(wanted))
    )


def _condition(given: list[Any]) -> tuple[Any, ...]:
    """A condition that can be compared."""
    facet, operator, value = given
    if isinstance(value, list):
        value = tuple(sorted((_plain(one) for one in value), key=str))
    return facet, operator, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return value
    return value.casefold() if isinstance(value, str) else float(value)


def _meets(item: dict[str, Any], condition: list[Any]) -> bool:
    """Whether an item of the API's form meets a condition, computed here from its facets alone."""
    facet, operator, value = condition
    held = item["facets"].get(facet)
    values = {_plain(one) for one in (held if isinstance(held, list) else [held])}
    if operator == "not":
        return _plain(value) not in values
    if held is None or held == []:
        return False
    if operator == "is":
        return _plain(value) in values
    if operator == "any":
        return bool(values & {_plain(one) for one in value})
    if operator == "contains":
        return any(value.casefold() in str(one) for one in values)
    if operator == "between":
        return value[0] <= held <= value[1]
    return {"<": held < value, "<=": held <= value, ">": held > value, ">=": held >= value}[operator]
