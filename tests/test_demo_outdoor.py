"""The outdoor demo: invented goods, their descriptions and a help centre, complete and in agreement."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.demo.prose import shared_runs
from vectorstore.catalog import read_items
from vectorstore.help_center import read_help

OUTDOOR = Path(__file__).parents[1] / "bot" / "demo" / "outdoor"
ROWS = [json.loads(line) for line in (OUTDOOR / "items.jsonl").read_text("utf-8").splitlines()]
DESCRIPTIONS = {row["id"]: row["description"] for row in ROWS}
ANIMAL = {"down", "merino wool", "leather"}
ALWAYS = ("category", "brand", "price", "stock", "weight_kg", "activity", "warranty_years", "popularity")
FACETS = {
    "category": ("category", "attribute", ""),
    "brand": ("category", "attribute", ""),
    "price": ("number", "price", "EUR"),
    "stock": ("number", "stock", ""),
    "weight_kg": ("number", "attribute", "kg"),
    "sleeps": ("number", "attribute", "persons"),
    "volume_l": ("number", "attribute", "l"),
    "temperature_c": ("number", "attribute", "°C"),
    "r_value": ("number", "attribute", ""),
    "lumens": ("number", "attribute", "lumens"),
    "fuel": ("multi", "attribute", ""),
    "season": ("multi", "attribute", ""),
    "material": ("multi", "attribute", ""),
    "waterproof": ("flag", "attribute", ""),
    "rechargeable": ("flag", "attribute", ""),
    "colour": ("multi", "attribute", ""),
    "gender": ("multi", "attribute", ""),
    "activity": ("multi", "attribute", ""),
    "vegan": ("flag", "attribute", ""),
    "warranty_years": ("number", "attribute", "years"),
    "popularity": ("number", "popularity", ""),
}


@pytest.fixture(scope="module")
def found():
    """The catalogue as it is read."""
    return read_items(OUTDOOR / "items.jsonl")


def test_the_shop_is_wide():
    """At least 216 goods in 12 categories or more, at least eight in each, from 8 to 14 brands."""
    categories = Counter(row["category"] for row in ROWS)
    assert len(ROWS) >= 216
    assert len(categories) >= 12 and min(categories.values()) >= 8
    assert 8 <= len({row["brand"] for row in ROWS}) <= 14


def test_every_item_is_read_without_a_complaint(found):
    """Nothing is repaired or ignored, ids and titles are unique, and a title is brand, model and kind."""
    assert found.problems == () and not any("not used" in note for note in found.notes)
    assert len(found.items) == found.read == len(ROWS) == len(DESCRIPTIONS)
    assert len({row["title"].casefold() for row in ROWS}) == len(ROWS)
    assert [row["id"] for row in ROWS if not row["title"].startswith(f"{row['brand']} ")] == []


def test_facets_have_their_type_role_and_unit(found):
    """As the shop means them; every one has a label of its own."""
    assert {facet.name: (facet.type, facet.role, facet.unit) for facet in found.schema.facets} == FACETS
    assert len({facet.label for facet in found.schema.facets}) == len(FACETS)


def test_other_words_lead_to_values_that_exist(found):
    """No alias points at a value that no item holds."""
    lost = {
        (facet.name, alias)
        for facet in found.schema.facets
        for alias, value in facet.aliases.items()
        if value not in dict(facet.values)
    }
    assert lost == set()


def test_what_everything_has_is_never_missing():
    """Price, stock, weight and the like are known of every item; a bag has its temperature, a tent its places."""
    needed = {
        "tents": ("sleeps", "season", "waterproof"),
        "sleeping bags": ("temperature_c", "season", "material"),
        "sleeping mats": ("r_value", "season"),
        "backpacks": ("volume_l", "waterproof", "gender"),
        "boots": ("waterproof", "gender", "season"),
        "jackets": ("waterproof", "gender", "season"),
        "stoves": ("fuel",),
        "headlamps": ("lumens", "rechargeable"),
        "water bottles": ("volume_l",),
    }
    wanted = ((row, name) for row in ROWS for name in (*ALWAYS, *needed.get(row["category"], ())))
    missing = [(row["id"], name) for row, name in wanted if name not in row]
    assert missing == []


def test_numbers_are_sane():
    """Prices and weights are positive, stock is whole and sometimes nothing, popularity lies between 0 and 1."""
    assert all(row["price"] > 0 and row["weight_kg"] > 0 and 0 <= row["popularity"] <= 1 for row in ROWS)
    assert all(isinstance(row["stock"], int) and row["stock"] >= 0 for row in ROWS)
    assert 5 <= sum(row["stock"] == 0 for row in ROWS) <= len(ROWS) / 5
    assert min(row["temperature_c"] for row in ROWS if "temperature_c" in row) < -20


def test_facts_do_not_contradict_each_other():
    """Nothing vegan holds an animal material; warm bags are not for winter and cold ones not for summer."""
    vegan = [row for row in ROWS if row.get("vegan")]
    assert [row["id"] for row in vegan if ANIMAL & set(row["material"])] == []
    bags = [row for row in ROWS if "temperature_c" in row]
    assert [row["id"] for row in bags if row["temperature_c"] < -8 and "summer" in row["season"]] == []
    assert [row["id"] for row in bags if row["temperature_c"] > 0 and "winter" in row["season"]] == []


def test_descriptions_have_their_length():
    """25 to 60 words each, and no figure that a facet could contradict."""
    lengths = {id_: len(text.split()) for id_, text in DESCRIPTIONS.items()}
    assert {id_: length for id_, length in lengths.items() if not 25 <= length <= 60} == {}
    assert [id_ for id_, text in DESCRIPTIONS.items() if re.search(r"\d", text)] == []


def test_no_two_descriptions_share_six_words_in_a_row():
    """All are written apart, and none starts like another."""
    assert shared_runs(DESCRIPTIONS) == []
    assert max(Counter(" ".join(text.split()[:3]) for text in DESCRIPTIONS.values()).values()) == 1


def test_the_help_centre_is_complete():
    """At least 25 articles, each with two to four passages; ids and titles are unique."""
    passages = read_help(OUTDOOR / "help")
    pages = Counter(passage.page for passage in passages)
    assert len(pages) >= 25 and set(pages.values()) <= {2, 3, 4}
    assert len({passage.id for passage in passages}) == len(passages)
    assert len({passage.title for passage in passages}) == len(pages)
    assert all(passage.title and 8 <= len(passage.text.split()) <= 120 for passage in passages)


def test_the_help_centre_agrees_with_itself_and_with_the_goods():
    """One returns window everywhere, and the warranty of each brand is the one that its goods state."""
    help_ = {path.stem: path.read_text("utf-8") for path in (OUTDOOR / "help").glob("*.md")}
    windows = {days for text in help_.values() for days in re.findall(r"(\d+) days of delivery|same (\d+) days", text)}
    assert {days for pair in windows for days in pair if days} == {"60"}
    for row in ROWS:
        clause = next(part for part in re.split(r"[;.]", help_["warranty"]) if row["brand"] in part and "give" in part)
        assert f"give {row['warranty_years']} years" in clause, row["id"]


def test_whom_a_thing_is_for_is_in_its_facts():
    """A title that says "Women's" or "Kids" has that value; what is for everybody is found by women and men alike."""
    said = {"women": "Women's", "kids": "Kids"}
    wrong = [row["id"] for row in ROWS for who, word in said.items() if word in row["title"] and row["gender"] != [who]]
    assert wrong == []
    assert all({"women", "men"} <= set(row["gender"]) for row in ROWS if "unisex" in row.get("gender", ()))
