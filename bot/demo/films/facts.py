"""Builds `items.jsonl`: `python -m bot.demo.films.facts --data ../shared/data [--check]`.

A fact stands on two witnesses. ReDial's table and Wikipedia's lists count as two each, so their word is enough;
OpenDialKG (which mixes namesakes) and each of the two written passes count as one, so they must find agreement.
A director or genre that neither pass knows falls where both speak, since files hold slips too ("Beetlejuice": war).
What does not stand is left out of the catalogue. Sentences come from `descriptions/` alone.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from bot.demo.films import sources
from bot.demo.films.sources import Facts, Film, Source
from bot.demo.films.vocabulary import person_key

HERE = Path(__file__).parent
WITNESSES = {"redial": 2, "wikipedia": 2, "opendialkg": 1, "a": 1, "b": 1}
ENOUGH = 2
PASSES = ("a", "b")
CAST, GENRES = 5, 5
RUNTIME_SLACK = 2
LOOSE = {"cast", "genres"}
FIELDS = ("year", "genres", "director", "cast", "runtime", "country", "language", "rating")

Said = Mapping[str, Facts]
Row = dict[str, Any]


@dataclass(slots=True)
class Catalogue:
    """The rows to write, which sources each field came from, and what the sources disagree about."""

    rows: list[Row] = field(default_factory=list)
    origins: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    disputes: list[str] = field(default_factory=list)
    undescribed: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds the catalogue and writes it, or with `--check` only compares; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot.demo.films.facts", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data files")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if items.jsonl would change")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        parser.error(f"no such folder: {options.data}")
    catalogue = build(options.data)
    report(summary(catalogue))
    return publish(catalogue.rows, HERE / "items.jsonl", check=options.check)


def build(data: Path) -> Catalogue:
    """Everything known about every selected film."""
    films = sources.films(HERE / "selection.jsonl")
    titles = sources.Titles(films)
    known = gather(data, titles)
    fame = popularity(films, sources.mentions(data, titles))
    texts = sources.descriptions(HERE / "descriptions")
    catalogue = Catalogue(disputes=list(namesakes(known)))
    for film in sorted(films, key=lambda film: film.id):
        said = {name: source.facts[film.id] for name, source in known.items() if film.id in source.facts}
        add(catalogue, film, said, {"popularity": fame[film.id], "description": texts.get(film.id, "")})
    respell(catalogue.rows, spellings(known.values()))
    return catalogue


def gather(data: Path, titles: sources.Titles) -> dict[str, Source]:
    """The sources by name, in the order of `WITNESSES`."""
    return {
        "redial": sources.redial(data, titles),
        "wikipedia": sources.wikipedia(data, titles),
        "opendialkg": sources.opendialkg(data, titles),
        "a": sources.written(HERE / "passes", "a"),
        "b": sources.written(HERE / "passes", "b"),
    }


def add(catalogue: Catalogue, film: Film, said: Said, own: Row) -> None:
    """One film: its row where it has a description, its origins and its disputes."""
    catalogue.disputes += disputes(film, said)
    if not own["description"]:
        catalogue.undescribed.append(film.id)
        return
    settled = settle(film, said)
    catalogue.rows.append({key: value for key, value in row(film, settled, own).items() if value not in (None, [])})
    for name, value in settled.items():
        if value:
            catalogue.origins[name][origin(name, value, said)] += 1


def row(film: Film, settled: Row, own: Row) -> Row:
    """The fields of one film in their order."""
    return {"id": film.id, "title": film.title} | settled | own


def settle(film: Film, said: Said) -> Row:
    """The facts that stand."""
    return {
        "year": year(film, said),
        "genres": genres(said),
        "director": vetted("director", said, person_key),
        "cast": cast(said),
        "runtime": runtime(said),
        "country": by_pass("country", said),
        "language": by_pass("language", said),
        "rating": rating(said),
    }


def standing(name: str, said: Said, key: Callable[[str], str], enough: int = ENOUGH) -> list[str]:
    """The values of a list field with enough witnesses, best witnessed first."""
    weight: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for source, facts in said.items():
        for value in getattr(facts, name):
            weight[key(value)] += WITNESSES[source]
            spelt.setdefault(key(value), value)
    return [spelt[value] for value, witnesses in weight.most_common() if witnesses >= enough]


def vetted(name: str, said: Said, key: Callable[[str], str]) -> list[str]:
    """The standing values without those neither pass names, where both passes speak: files hold slips too."""
    values = standing(name, said, key)
    named = [{key(value) for value in getattr(said[source], name)} for source in PASSES if source in said]
    if len(named) < len(PASSES) or not all(named):
        return values
    return [value for value in values if any(key(value) in told for told in named)] or values


def genres(said: Said) -> list[str]:
    """The vetted genres and those that both film tables hold, best witnessed first."""
    kept = {*vetted("genres", said, str), *standing("genres", said, str, 2 * ENOUGH)}
    return [value for value in standing("genres", said, str) if value in kept][:GENRES]


def by_pass(name: str, said: Said) -> list[str]:
    """The standing values in the order of the first pass: the main country and language come first."""
    values = standing(name, said, str)
    order = [value for source in PASSES if source in said for value in getattr(said[source], name)]
    return sorted(values, key=lambda value: order.index(value) if value in order else len(order))


def cast(said: Said) -> list[str]:
    """Up to five standing names: ReDial's stars in their order, then the best witnessed."""
    values = standing("cast", said, person_key)
    stars = [person_key(name) for name in said["redial"].cast] if "redial" in said else []
    ranked = sorted(values, key=lambda name: stars.index(person_key(name)) if person_key(name) in stars else len(stars))
    return ranked[:CAST]


def year(film: Film, said: Said) -> int:
    """The best witnessed year; the selection counts as a file and wins a tie."""
    weight = Counter({film.year: ENOUGH})
    for source, facts in said.items():
        if facts.year:
            weight[facts.year] += WITNESSES[source]
    return weight.most_common(1)[0][0]


def runtime(said: Said) -> int | None:
    """The passes' mean where they differ by at most two minutes."""
    minutes = [said[source].runtime for source in PASSES if source in said]
    known = [value for value in minutes if value]
    if len(known) < 2 or max(known) - min(known) > RUNTIME_SLACK:
        return None
    return round(sum(known) / 2)


def rating(said: Said) -> str | None:
    """The rating both passes give."""
    given = [said[source].rating for source in PASSES if source in said]
    return given[0] if len(given) == 2 and given[0] == given[1] else None


def popularity(films: Iterable[Film], counts: Counter[str]) -> dict[str, float]:
    """Mentions on a logarithmic scale; 1 for the film most spoken of."""
    most = math.log1p(max(counts.values(), default=1))
    return {film.id: round(math.log1p(counts[film.id]) / most, 3) for film in films}


def spellings(known: Iterable[Source]) -> dict[str, str]:
    """One spelling for each person across the catalogue: the most frequent, then the most accented."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for facts in (facts for source in known for facts in source.facts.values()):
        for name in facts.director + facts.cast:
            seen[person_key(name)][name] += 1
    return {key: max(names, key=lambda name: (names[name], len(name.encode()), name)) for key, names in seen.items()}


def respell(rows: Iterable[Row], spelling: Mapping[str, str]) -> None:
    """Writes every person in that spelling, in place."""
    for entry in rows:
        for name in {"director", "cast"} & entry.keys():
            entry[name] = [spelling[person_key(value)] for value in entry[name]]


def origin(name: str, value: object, said: Said) -> str:
    """The sources that hold (some of) a settled value, joined by "+"."""
    held = as_keys(tuple(value) if isinstance(value, list) else value)
    names = [source for source, facts in said.items() if held & as_keys(getattr(facts, name))]
    return "a+b" if name == "runtime" else "+".join(names) or "selection"


def disputes(film: Film, said: Said) -> Iterable[str]:
    """A line for every field on which sources contradict each other."""
    for name in FIELDS:
        told = {source: getattr(facts, name) for source, facts in said.items() if getattr(facts, name)}
        if name == "year":
            told["selection"] = film.year
        if name in LOOSE | {"year"}:
            told.pop("opendialkg", None)
        if contradicts(name, list(told.values())):
            yield f"{film.id}: {name}: " + "; ".join(f"{source} {_show(value)}" for source, value in told.items())


def contradicts(name: str, values: Sequence[Any]) -> bool:
    """Whether two values cannot both be right. A list may be part of another; cast and genres may half overlap."""
    if name == "runtime":
        return len(values) > 1 and max(values) - min(values) > RUNTIME_SLACK
    share = 0.5 if name in LOOSE else 1.0
    pairs = combinations([as_keys(value) for value in values], 2)
    return any(len(one & other) < share * min(len(one), len(other)) for one, other in pairs)


def namesakes(known: Mapping[str, Source]) -> Iterable[str]:
    """A line for every record with a film's title and year but another director."""
    for name, source in known.items():
        for film, people in source.rejected:
            if film not in source.facts:
                yield f"{film}: not matched: {name} {_show(people)}"


def summary(catalogue: Catalogue) -> str:
    """Coverage by field and source, disagreements, films without description."""
    total = len(catalogue.rows)
    lines = [f"{total} films"]
    for name in FIELDS:
        count = catalogue.origins[name].total()
        lines.append(f"{name}: {count} ({count / max(total, 1):.0%})")
        lines += [f"    {source}: {times}" for source, times in catalogue.origins[name].most_common()]
    lines += doubles(catalogue.rows)
    lines += [f"{len(catalogue.disputes)} disagreements", *catalogue.disputes]
    lines += [f"{len(catalogue.undescribed)} without description, left out", *catalogue.undescribed]
    return "\n".join(lines)


def publish(rows: Iterable[Row], path: Path, *, check: bool) -> int:
    """Writes the rows; with `check`, only says whether the file already holds them."""
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in rows)
    if not check:
        path.write_text(text, encoding="utf-8")
        return 0
    same = path.exists() and path.read_text(encoding="utf-8") == text
    report(f"{path.name} is {'up to date' if same else 'NOT what the sources give'}")
    return 0 if same else 1


def report(text: str) -> None:
    """The one place that writes to the terminal."""
    sys.stdout.write(text + "\n")


def as_keys(value: object) -> set[str]:
    """The value, or each of a list, as comparable keys; nothing for nothing."""
    if isinstance(value, tuple):
        return {keys(each) for each in value}
    return {keys(value)} if value else set()


def keys(value: object) -> str:
    """A comparable form of a name or a number."""
    return person_key(str(value))


def doubles(rows: Iterable[Row]) -> Iterable[str]:
    """A line for two people of one film with the same last name and initial: perhaps one person spelt twice."""
    for entry in rows:
        for name in ("director", "cast"):
            for one, other in combinations(entry.get(name, []), 2):
                if (one[0], one.split()[-1]) == (other[0], other.split()[-1]):
                    yield f"{entry['id']}: {name}: one person? {one}, {other}"


def _show(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
