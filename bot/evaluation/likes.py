"""`shelftalk eval likes`: three films that somebody liked -> the films that the same person liked later.

MovieLens people whose likes stand in the demo: one third tells what is taken together, on the second the weight of that
signal is chosen, the third is held out. Every stage is the product's own; each signal is left out in turn.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.anchors import anchors
from bot.demo.films.vocabulary import title_key
from bot.evaluation.placing import Values, ndcg, recall, standard_error
from bot.evaluation.report import Check, Report, machine
from bot.features import features
from bot.ranking import Mix, Weights, weighted
from bot.retrieval import retrieve
from bot.types import DialogueState, Intent
from vectorstore.cooccurrence import count_together

if TYPE_CHECKING:
    from vectorstore.cooccurrence import Together
    from vectorstore.index import ItemIndex
    from vectorstore.records import Records

LIKED, FEWEST, GIVEN, LATER = 4.0, 8, 3, 5
"""A rating that counts as a like; likes a person must have; those given and those to find."""
GRID = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
_YEAR = re.compile(r"\((\d{4})\)\s*$")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's likes in the order of time: the ``given`` ones, and the ``later`` ones to find."""

    number: int
    given: tuple[str, ...]
    later: frozenset[str]
    likes: tuple[str, ...]


def run(data: Path) -> Report:
    """Measure the signals of "something like these" on people that nothing was counted from or chosen on."""
    records, embedder = _films()
    people = _people(data / "movielens_small", records)
    counted, tuning, held = people[0::3], people[1::3], people[2::3]
    index = _index(records, embedder, _together(counted))
    grid = [
        {"people": "tuning", "system": f"grid: together {weight:g}", **_figures(_measured(index, tuning, mix))}
        for weight in GRID
        if (mix := replace(Weights().likes, together=weight))
    ]
    index = _index(records, embedder, _together([*counted, *tuning]))
    shipped = _measured(index, held, Weights().likes)
    rows = [_row(name, _measured(index, held, mix), shipped) for name, mix in _systems().items()]
    best = max(grid, key=lambda row: row["nDCG@10"])
    change = next(row for row in rows if row["system"] == "without together")["change"]
    weight = Weights().likes.together
    checks = (
        Check("held out: what leaving out together changes", change, "< 0", change < 0),
        Check(
            f"shipped weight of together ({weight:g}) on the tuning people; the best is {best['system']}",
            _at(grid, weight),
            f">= {round(best['nDCG@10'] - best['nDCG@10 se'], 4)}",
            _at(grid, weight) >= best["nDCG@10"] - best["nDCG@10 se"],
        ),
    )
    protocol = (
        f"{len(people)} people of MovieLens (ratings of {LIKED:g} and more) with {FEWEST} likes among the demo's "
        f"{len(records.items)} films; {GIVEN} likes given, the next {LATER} to find; {len(held)} people held out; "
        "se: standard error by bootstrap over people; change: against the shipped weights, paired"
    )
    return Report("likes", protocol, machine(), (*rows, *grid), checks)


def _systems() -> dict[str, Mix]:
    """The shipped mix, each signal alone, and each left out."""
    shipped = Weights().likes
    signals = ("similar", "shared", "together", "popularity")
    silent: dict[str, Any] = dict.fromkeys(signals, 0.0)
    return {
        "random": replace(shipped, **silent, chance=1.0),
        **{f"{name} alone": replace(shipped, **{**silent, name: 1.0}) for name in signals},
        "shipped weights": shipped,
        **{f"without {name}": _without(shipped, name) for name in signals},
    }


def _without(mix: Mix, signal: str) -> Mix:
    weights: dict[str, Any] = {signal: 0.0}
    return replace(mix, **weights)


def _measured(index: ItemIndex, people: Sequence[Person], mix: Mix) -> dict[str, Values]:
    """Figure -> one value per person."""
    orders = [(_order(index, person, mix), person.later) for person in people]
    return {
        "nDCG@10": np.array([ndcg(order, right) for order, right in orders]),
        "R@10": np.array([recall(order, right) for order, right in orders]),
    }


def _order(index: ItemIndex, person: Person, mix: Mix) -> list[str]:
    """The candidates of one person, best first."""
    state, intent = DialogueState(likes=person.given), Intent(acts=("recommend",))
    found = retrieve(index, state, intent, query_vector=None)
    assert anchors(index, state, intent)
    columns = features(index, found, state, intent, seed=person.number)
    order = np.argsort(-weighted(columns, mix), kind="stable")
    return [found.candidates[place].id for place in order]


def _row(name: str, values: Mapping[str, Values], shipped: Mapping[str, Values]) -> dict[str, Any]:
    change = values["nDCG@10"] - shipped["nDCG@10"]
    paired = {"change": round(float(change.mean()), 4), "change se": round(standard_error(change), 4)}
    return {"people": "held out", "system": name, **_figures(values), **paired}


def _figures(values: Mapping[str, Values]) -> dict[str, Any]:
    row: dict[str, Any] = {"n": len(values["R@10"])}
    for name, one in values.items():
        row |= {name: round(float(one.mean()), 4), f"{name} se": round(standard_error(one), 4)}
    return row


def _at(grid: Sequence[Mapping[str, Any]], weight: float) -> float:
    """The tuning figure of a weight; the nearest one of the grid."""
    place = min(range(len(GRID)), key=lambda number: abs(GRID[number] - weight))
    return float(grid[place]["nDCG@10"])


def _people(folder: Path, records: Records) -> list[Person]:
    """Everybody with enough likes among the films, by number."""
    names = _linked(folder, records)
    likes: dict[int, list[tuple[int, str]]] = {}
    for row in _rows(folder / "ratings.csv.gz"):
        if float(row["rating"]) >= LIKED and row["movieId"] in names:
            likes.setdefault(int(row["userId"]), []).append((int(row["timestamp"]), names[row["movieId"]]))
    people = []
    for number, held in sorted(likes.items()):
        ids = tuple(dict.fromkeys(id_ for _, id_ in sorted(held)))
        if len(ids) >= FEWEST:
            later = frozenset(ids[-LATER:])
            people.append(Person(number, ids[-LATER - GIVEN : -LATER], later, ids))
    return people


def _linked(folder: Path, records: Records) -> dict[str, str]:
    """MovieLens number -> id of the demo, by title and year."""
    known = {(title_key(item.title), int(float(str(item.facets["year"])))): item.id for item in records.items}
    found = {}
    for row in _rows(folder / "movies.csv.gz"):
        match = _YEAR.search(row["title"])
        if match is None:
            continue
        title = re.sub(r"^(.*), (The|A|An)$", r"\2 \1", row["title"][: match.start()].split("(")[0].strip())
        if (key := (title_key(title), int(match[1]))) in known:
            found[row["movieId"]] = known[key]
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _together(people: Sequence[Person]) -> Together:
    """What these people liked together."""
    ids = sorted({id_ for person in people for id_ in person.likes})
    place = {id_: number for number, id_ in enumerate(ids)}
    pairs = [(number, place[id_]) for number, person in enumerate(people) for id_ in person.likes]
    visitor, item = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    return count_together(visitor, item, ids=ids)


def _films() -> tuple[Records, Any]:
    from bot.demo.laying_out import read
    from vectorstore.embedders.local import LocalEmbedder

    embedder = LocalEmbedder()
    return read("films", embedder), embedder


def _index(records: Records, embedder: Any, together: Together) -> ItemIndex:
    """The films with what was taken together."""
    from vectorstore.index import ItemIndex
    from vectorstore.memory import InMemoryStore

    store = InMemoryStore(records.dimension)
    store.upsert([item.id for item in records.items], records.item_vectors)
    return ItemIndex(records, store, embedder, together=together)
