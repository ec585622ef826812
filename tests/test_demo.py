"""The films demo: enough real films, honest facts, descriptions of our own, a help centre, and fresh vectors."""

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import bot.demo
from bot.demo.films.sources import rows
from bot.demo.films.vocabulary import title_key
from bot.demo.laying_out import fingerprint, lay_out, read
from bot.demo.prose import closest_pairs, shared_runs
from bot.evaluation.asked import wishes
from bot.evaluation.datasets import questions
from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.generations import Generations
from vectorstore.help_center import read_help

ROOT = Path(__file__).parents[1]
FILMS = ROOT / "bot" / "demo" / "films"
ROWS = [json.loads(line) for line in (FILMS / "items.jsonl").read_text("utf-8").splitlines()]
DESCRIPTIONS = {row["id"]: row["description"] for row in ROWS}


class Silent:
    """Stands for the embedder that made the shipped vectors, and refuses to embed anything."""

    name = "all-MiniLM-L6-v2"
    dimension = 384

    def embed(self, texts, *, kind):
        """Fail, and say which text is new."""
        raise AssertionError(
            f"{len(texts)} texts of the demo have no shipped vector, {texts[0]!r} first: run demo.ship"
        )


def test_the_catalogue_is_wide():
    """At least 600 films from every decade of the 1920s to the 2020s and from many countries and languages."""
    decades = Counter(row["year"] // 10 * 10 for row in ROWS)
    countries = {country for row in ROWS for country in row.get("country", ())}
    assert len(ROWS) >= 600
    assert set(range(1920, 2030, 10)) == set(decades) and min(decades.values()) >= 5
    assert len(countries) >= 40
    assert len({language for row in ROWS for language in row.get("language", ())}) >= 25


def test_every_film_is_read_without_a_complaint():
    """Ids are unique, nothing is repaired, and the facets have the names and types of the design."""
    found = read_items(FILMS / "items.jsonl")
    assert len(found.items) == found.read == len(ROWS) == len({row["id"] for row in ROWS})
    assert found.problems == ()
    types = {facet.name: (facet.type, facet.unit) for facet in found.schema.facets}
    assert types["year"] == ("number", "") and types["runtime"] == ("number", "minutes")
    assert {types[name][0] for name in ("genres", "director", "cast", "country", "language")} == {"multi"}
    assert types["rating"][0] == "category"


def test_hardly_a_fact_is_missing():
    """What nothing confirms stays empty, and that is rare."""
    bounds = {"year": 1.0, "genres": 1.0, "director": 0.99, "cast": 0.95, "country": 0.97, "language": 0.95}
    filled = {name: sum(bool(row.get(name)) for row in ROWS) / len(ROWS) for name in (*bounds, "runtime")}
    assert {name: share for name, share in filled.items() if share < bounds.get(name, 0.9)} == {}


def test_descriptions_have_their_length():
    """25 to 60 words each."""
    lengths = {id_: len(text.split()) for id_, text in DESCRIPTIONS.items()}
    assert {id_: length for id_, length in lengths.items() if not 25 <= length <= 60} == {}


def test_no_two_descriptions_share_six_words_in_a_row(capsys):
    """All are written apart; the closest pairs are printed."""
    with capsys.disabled():
        pairs = ", ".join(
            f"{first} ~ {second} {overlap:.3f}" for overlap, first, second in closest_pairs(DESCRIPTIONS, 5)
        )
        sys.stdout.write(f"\nclosest descriptions (Jaccard overlap of word triples): {pairs}\n")
    assert shared_runs(DESCRIPTIONS) == []


@pytest.mark.data
def test_descriptions_are_not_taken_from_the_data_files(data):
    """No description shares six words in a row with what a data file tells of the same film."""
    ours = {title_key(row["title"]): row["id"] for row in ROWS}
    told = {f"told {place} {title_key(name)}": text for place, (name, text) in enumerate(tellings(data)) if text}
    told = {key: text for key, text in told.items() if key.split(" ", 2)[2] in ours}
    runs = shared_runs({**DESCRIPTIONS, **told})
    pairs = [(film, other.split(" ", 2)[2], words) for film, other, words in runs if film in DESCRIPTIONS]
    assert sorted({(film, words) for film, title, words in pairs if ours.get(title) == film}) == []


def tellings(data):
    """(title, text) of every plot of ReDial's film table and every paragraph of the Wikipedia films."""
    with gzip.open(data / "redial" / "id2info.json.gz", "rt", encoding="utf-8") as file:
        yield from ((re.sub(r" \(\d{4}\)$", "", one["name"]), one["plot"]) for one in json.load(file).values())
    yield from ((row["title"], row["extract"]) for row in rows(data / "wikipedia_movies" / "movies.jsonl.gz"))


@pytest.mark.data
def test_the_facts_are_what_the_sources_confirm(data):
    """`python -m bot.demo.films.facts --check` prints coverage and disagreements and finds nothing to change."""
    command = [sys.executable, "-m", "bot.demo.films.facts", "--check", "--data", str(data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert re.search("disagree|disput", done.stdout, re.I)


def test_the_help_centre_is_complete():
    """At least 25 articles of a film rental, each with a title and at least two passages; ids are unique."""
    passages = read_help(FILMS / "help")
    pages = Counter(passage.page for passage in passages)
    assert len(pages) >= 25 and min(pages.values()) >= 2
    assert len({passage.id for passage in passages}) == len(passages)
    assert all(passage.title and len(passage.text.split()) >= 8 for passage in passages)


def test_the_shipped_vectors_are_fresh():
    """Reading the demo embeds nothing: every text has its vector."""
    records = read("films", Silent())
    assert records.item_vectors.shape == (len(ROWS), 384)
    assert records.passage_vectors.shape == (len(records.passages), 384)


def test_the_demo_is_laid_out_once(tmp_path):
    """A second start writes nothing, and an operator's own catalogue of that name is left alone."""
    root, own = tmp_path / "films", tmp_path / "own"
    lay_out("films", root, HashedEmbedder())
    assert Generations(root).current().name == "gen-0001"
    lay_out("films", root, HashedEmbedder())
    assert Generations(root).current().name == "gen-0001"
    Generations(own).build("films", read("films", HashedEmbedder()))
    lay_out("films", own, HashedEmbedder())
    assert not (own / "DEMO").exists()


def test_what_is_measured_on_the_demo_fits_it():
    """Every right answer of the shipped wishes and questions exists; wishes are 80 to tune and 80 held out."""
    tuning, held = wishes(DESCRIPTIONS)
    assert (len(tuning), len(held)) == (80, 80)
    assert len({one.text for one in (*tuning, *held)}) == 160
    sections = {f"{passage.page}#{passage.anchor}" for passage in read_help(FILMS / "help")}
    assert {section for one in questions("films_help") for section in one.sections} <= sections


def test_a_wish_is_no_copy_of_a_description():
    """No wish shares six words in a row with a description."""
    tuning, held = wishes(DESCRIPTIONS)
    asked = {f"wish {place}": one.text for place, one in enumerate((*tuning, *held))}
    assert [run for run in shared_runs({**asked, **DESCRIPTIONS}, 6) if "wish " in run[0] + run[1]] == []


def test_the_demos_have_names():
    """`films` is there, and its fingerprint changes only with its files."""
    assert "films" in bot.demo.NAMES
    assert fingerprint("films") == fingerprint("films")
