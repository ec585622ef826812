"""A re-ranker's world in small: corpora of a few made-up lines in the files and columns of the real ones."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import yaml

TOPICS = ("cancellation", "copyright", "refund", "refund/hey", "sla", "taxes", "terms", "until-the-end-of-the-internet")
COLOURS = ("amber", "black", "coral", "denim", "ebony", "frosty", "green", "hazel", "ivory", "jade", "khaki", "lilac")
THINGS = ("harbour", "lantern", "violin", "meadow", "castle", "engine", "garden", "island", "kitten", "ladder")
WHO = ("a sailor", "two friends")
MANUAL = """# Information about product item_number: {n}
Tent {n}, price $250

## Brand
OutdoorLiving

## Warranty Information
The warranty covers tears of the fabric and broken poles for two years from the day it was bought.

## Care
### Washing
Wash the tent by hand with mild soap, and let it dry completely before you put it into its bag.

## FAQ
1) Can Tent {n} stand in the snow?
   Tent {n} is made for three seasons and is not meant for heavy snow or freezing nights.

2) How many people sleep in it?
   Four people sleep in it with all of their things beside them.
"""
REFUND = """---
title: "Refund policy"
---
# Refund policy

## Examples of full refunds we'd grant
* If you were charged although you wanted to leave, we will refund that extra charge without any question.
* If you forgot to cancel a few months ago, we will give you your money back for a few back months.

## How to ask
Write to the support team and tell them [your account](https://example.org) and what happened.
"""


def corpora(folder: Path) -> Path:
    """A folder of public data files with a few lines each, enough for every source on both sides of the split."""
    _jsonl(folder / "wikipedia_movies/movies.jsonl.gz", _films())
    _json(folder / "redial/id2info.json.gz", {str(n): _known(n) for n in range(40)})
    _jsonl(folder / "redial/dialogues.jsonl.gz", [*(_dialogue(n) for n in range(1, 32)), _dialogue(99, split="test")])
    _text(folder / "retail_demo_store/products.yaml.gz", yaml.safe_dump(list(_goods()), allow_unicode=True))
    (folder / "contoso_outdoor/product_info").mkdir(parents=True)
    (folder / "contoso_outdoor/manual_info/manuals").mkdir(parents=True)
    rows = ["id,name,price,category,brand,description", "1,TrailMaster Tent,250.0,Tents,OutdoorLiving,A green tent."]
    (folder / "contoso_outdoor/product_info/products.csv").write_text("\n".join(rows), "utf-8")
    for number in (1, 2, 3, 4):
        path = folder / f"contoso_outdoor/manual_info/manuals/product_info_{number}.md"
        path.write_text(MANUAL.format(n=number), "utf-8")
    _csv(folder / "goodbooks10k/books.csv.gz", list(_books()))
    procedure = {
        "instructions": ["Ask for the name."],
        "actions": [{"text": "Pull up [Account].", "subtext": ["Done"]}],
    }
    flows = {"Order Issue": {"description": "", "subflows": {"Manage Cancel": procedure, "Shipping Cost": procedure}}}
    _json(folder / "abcd/guidelines.json", flows)
    for topic in TOPICS:
        path = folder / f"basecamp_policies/{topic}/index.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            REFUND if topic == "refund" else f"# {topic}\n\n## More\nNothing is said here of {topic}.", "utf-8"
        )
    intents = ("card_arrival", "transfer", "card_lost", "top_up", "order_status")
    asked = [{"text": f"{intent} question {n}", "category": intent} for intent in intents for n in range(4)]
    _csv(folder / "banking77/train.csv.gz", asked)
    _json(folder / "clinc150/data_full.json.gz", {"train": [["what rain", "weather"]] * 3})
    return folder


def rows(folder: Path) -> Path:
    """An operator's own lines."""
    lines = [f"brew number {n}\tale {n}, dark and sweet\t1\nbrew number {n}\tcider {n}\t0" for n in range(12)]
    path = folder / "own.tsv"
    path.write_text("\n".join([*lines, "where is it?\tTracking. Follow your parcel.\t0.5\thelp"]), "utf-8")
    return path


def _films() -> Iterable[dict[str, object]]:
    """Thirteen of each of three decades; the 1930s are held out."""
    for number in range(39):
        year = 1932 + number % 3 * 10
        colour, thing = COLOURS[number % 12], THINGS[number % 10]
        yield {
            "title": f"The {colour.title()} {thing.title()} {number}",
            "year": year,
            "genres": ["Drama", "Western" if number % 2 else "Comedy"],
            "cast": [f"Anna {thing.title()}", "Bo Ek"],
            "extract": f"It is a film directed by Carl {colour.title()}. It follows {WHO[number % 2]} who find an old "
            f"{thing} near the {colour} river. They hide it from a cruel baron and his {number} men.",
        }
    yield {"title": "Nothing Told", "year": 1951, "genres": ["Drama"], "cast": [], "extract": None}


def _known(number: int) -> dict[str, object]:
    colour, thing = COLOURS[number % 12].title(), THINGS[number % 10].title()
    return {
        "name": f"The {colour} {thing} {number} ({1932 + number % 3 * 10})",
        "genre": ["drama"] if number else [],
        "director": [f"Carl {colour}"],
        "star": [f"Anna {thing}"],
        "plot": "never to be read",
    }


def _dialogue(number: int, *, split: str = "train") -> dict[str, object]:
    """Film 1 + n was liked before, 2 + n is suggested and liked, 3 + n is suggested and not."""
    liked, good, bad = (str(step + number) for step in (1, 2, 3))
    turns = [
        {"role": "seeker", "text": f"Hi, I like films such as Number (1950) {number}", "movie_ids": [liked]},
        {"role": "recommender", "text": "Have you seen these?", "movie_ids": [good, bad]},
        {"role": "seeker", "text": "The first one sounds good, thank you", "movie_ids": []},
    ]
    labels = {
        liked: {"suggested": 0, "seen": 1, "liked": 1},
        good: {"suggested": 1, "seen": 0, "liked": 1},
        bad: {"suggested": 1, "seen": 1, "liked": 0},
    }
    return {
        "conversation_id": number, "split": split, "turns": turns, "seeker_labels": labels, "recommender_labels": {}
    }  # fmt: skip


def _goods() -> Iterable[dict[str, object]]:
    """Twelve of each category; "instruments" and "seasonal" are held out."""
    for category in ("furniture", "instruments", "seasonal"):
        for number, colour in enumerate(COLOURS):
            thing = THINGS[number % 10]
            yield {
                "id": f"{category}-{number}", "name": f"{colour.title()} {thing}", "category": category, "style": thing,
                "price": 10.5 + number,
                "description": f"A sturdy {thing} with {colour} handles, light enough for long journeys. "
                f"Its {COLOURS[number - 1]} lining keeps rain outside.",
            }  # fmt: skip


def _books() -> Iterable[dict[str, str]]:
    for number in range(26):
        year = "1955.0" if number % 2 else "1985.0"
        yield {
            "book_id": str(number), "title": f"Book {number} (A Series, #1)", "authors": f"Writer {number}, Other",
            "original_publication_year": year, "language_code": "eng",
        }  # fmt: skip


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write(text)
    else:
        path.write_text(text, "utf-8")


def _json(path: Path, whole: object) -> None:
    _text(path, json.dumps(whole))


def _jsonl(path: Path, found: Iterable[object]) -> None:
    _text(path, "".join(json.dumps(row) + "\n" for row in found))


def _csv(path: Path, found: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(found[0]))
        table.writeheader()
        table.writerows(found)
