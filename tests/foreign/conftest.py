"""Five catalogues that nobody prepared, each brought by its one command, behind one API."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient
from typer.testing import CliRunner

from bot.__main__ import app
from bot.build import build
from bot.settings import Settings
from bot.web.app import create_app

HERE = Path(__file__).parent
NAMES = ("retail", "books", "movies", "contoso", "policies")
NINTH = 9
"""The tests read every ninth of the 36,273 films, and those that a case names: a minute of embedding instead of ten."""


def cases(name: str) -> dict:
    """What a catalogue must answer, as its file says."""
    return yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8"))


@pytest.fixture(scope="package")
def site(data, tmp_path_factory):
    """The API over all five."""
    folder = tmp_path_factory.mktemp("foreign")
    for arguments in (
        ("items", data / "retail_demo_store" / "products.yaml.gz", "--catalog", "retail"),
        ("items", data / "goodbooks10k" / "books.csv.gz", "--catalog", "books"),
        ("items", _some_movies(data, folder), "--catalog", "movies"),
        ("items", data / "contoso_outdoor" / "product_info" / "products.csv", "--catalog", "contoso"),
        ("help", data / "contoso_outdoor" / "manual_info" / "manuals", "--catalog", "contoso"),
        ("help", data / "basecamp_policies", "--catalog", "policies"),
    ):
        bring(folder, *map(str, arguments))
    settings = Settings.load(
        environ={"HOME": str(folder)}, data_dir=folder, catalogs=NAMES, per_minute=10**6, per_minute_address=10**6
    )
    with TestClient(create_app(build(settings), settings, with_page=False), client=("127.0.0.1", 50000)) as client:
        yield client


def bring(folder: Path, kind: str, *arguments: str) -> None:
    """One `shelftalk ingest` command; its words are shown when it fails."""
    yes = ("--yes",) if kind == "items" else ()
    done = CliRunner().invoke(app, ["ingest", kind, *arguments, *yes, "--data-dir", str(folder)])
    assert done.exit_code == 0, done.output


def _some_movies(data: Path, folder: Path) -> Path:
    """Every ninth film, and those that the cases name."""
    kept, wanted = folder / "movies.jsonl", set(cases("movies").get("keep", ()))
    with gzip.open(data / "wikipedia_movies" / "movies.jsonl.gz", "rt", encoding="utf-8") as rows:
        lines = [
            line
            for number, line in enumerate(rows)
            if number % NINTH == 0 or f"{(row := json.loads(line))['title']} ({row['year']})" in wanted
        ]
    kept.write_text("".join(lines), "utf-8")
    return kept
