"""`shelftalk prompts ...`: what each command prints, writes and returns, and how it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.build import build
from bot.terminal import console
from prompts.golden import golden_cases
from tests import shop
from tests.chat_server import ChatServer
from tests.films import said, settings, text
from tests.prompt_edits import REGRESSIONS, put

GOOD = "## thanks\nMy pleasure.\n"
CASES = """name: a lamp
catalog: shop
message: a lamp for reading in bed
expect: {says: [Lamp], words: 120}
---
name: returns
catalog: shop
message: how do I return goods?
expect: {cites: true}
---
name: elsewhere
catalog: films
message: a film
"""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch, tmp_path):
    """No settings but those of the test, and no terminal to draw on."""
    for name in [name for name in os.environ if name.startswith("SHELFTALK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for writer in (console.out, console.err):
        monkeypatch.setattr(writer, "width", 400)


@pytest.fixture
def folder(tmp_path):
    """A data directory with the shop in it, and two cases about it."""
    (tmp_path / "cases.yaml").write_text(CASES)
    shop.ingested(tmp_path / "data")
    return tmp_path / "data"


def run(*words, folder, code=0, profile=False):
    """What a command wrote to standard output; its exit code is ``code``."""
    options = ["--data-dir", str(folder), *(["--profile", "offline"] if profile else [])]
    result = CliRunner().invoke(app, ["prompts", *map(str, words), *options])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def told(*words, **options):
    """The JSON object of a command."""
    shown = run(*words, "--json", **options)
    return json.JSONDecoder().raw_decode(shown[min(shown.find(mark) for mark in "[{" if mark in shown) :])[0]


def test_looking_at_prompts(folder):
    """In plain words: what there is, what is edited, one prompt whole, a rendering with own values, a difference."""
    put(folder / "prompts", "talk/reply", GOOD)
    put(folder / "prompts", "talk/refusal", "## harm\n{{ nobody }}\n")
    listed = told("list", folder=folder)
    rows = {row["name"]: row for row in listed["prompts"]}
    assert rows["explain/item"]["title"] == "How it explains an item, line by line"
    assert (rows["talk/reply"]["edited"], rows["talk/reply"]["locales"]) == (["en"], ["en", "zh"])
    assert "talk/refusal.md" in listed["problems"][0] and "To do:" in listed["problems"][0]
    assert "cannot be used" in run("list", folder=folder)
    assert "My pleasure." in run("show", "talk/reply", folder=folder)
    assert "My pleasure." not in run("show", "talk/reply", "--version", "shipped", folder=folder)
    shown = run("render", "explain/item", "--key", "line", "--set", "title=Heat", "--locale", "zh", folder=folder)
    assert "Heat" in shown and "（1979）" in shown
    diff = run("diff", folder=folder)
    assert "+My pleasure." in diff and "-You're welcome." in diff
    assert "no prompt" in run("show", "talk/nothing", folder=folder, code=1)


@pytest.mark.parametrize("edit", REGRESSIONS, ids=lambda edit: edit.title)
def test_the_tests_fail_on_planted_regressions(folder, edit):
    """With exit code 1 and what is wrong; on the shipped prompts they pass with 0."""
    put(folder / "prompts", edit.name, edit.text)
    found = told("test", "--alone", folder=folder, code=1)
    assert any(edit.found in line for line in found["failures"]), found["failures"]


def test_the_tests_pass_on_what_ships(folder, tmp_path):
    """Golden cases, and whole turns about the catalogues that are here; others are passed over by name."""
    shown = run("test", "--cases", tmp_path / "cases.yaml", folder=folder, profile=True)
    assert f"passed: {len(golden_cases())} golden cases, 0 reworded phrases, 2 whole turns" in shown
    assert "cases about films" in shown


def test_from_an_edit_to_what_everybody_hears_and_back(folder, tmp_path):
    """Publish with a reason, see the history, compare, roll back; a running assistant follows."""
    cases = ["--cases", tmp_path / "cases.yaml"]
    put(folder / "prompts", "talk/reply", GOOD)
    assert "no reason" in run("publish", *cases, folder=folder, profile=True, code=1)
    made = told("publish", "--why", "Kinder.", "--author", "ada", *cases, folder=folder, profile=True)
    assert (made["number"], made["why"], made["author"], made["labels"]) == (2, "Kinder.", "ada", ["production"])
    running = build(settings(folder, catalogs=("shop",)))
    session = running.open().id
    assert text(said(running, session, "thanks")) == "My pleasure."
    put(folder / "prompts", "talk/reply", "## thanks\n不客气。\n")
    refused = run("publish", "--why", "x", "--force", *cases, folder=folder, profile=True, code=1)
    assert "nothing was published" in refused and "an English wording with Chinese" in refused
    rows = told("history", folder=folder)["versions"]
    assert [row["number"] for row in rows] == [1, 2] and rows[1]["figures"]["turns"] == 1
    assert "Kinder." in run("history", folder=folder)
    (folder / "prompts" / "talk" / "reply.md").unlink()
    assert "lacks what 'production' has: talk/reply.md" in run("publish", "--why", "x", folder=folder, code=1)
    assert "1 files into" in run("fetch", folder=folder)
    assert (folder / "prompts" / "talk" / "reply.md").read_text() == GOOD
    assert "production is version 1" in run("rollback", "--why", "Too kind.", folder=folder)
    running.prompts.refresh()
    assert text(said(running, session, "thanks")) != "My pleasure."
    assert "nothing before" in run("rollback", folder=folder, code=1)


def test_a_trial_is_begun_looked_at_and_ended(folder):
    """With its share and its reason; figures of both arms once somebody talked."""
    put(folder / "prompts", "talk/reply", GOOD)
    run("publish", "--why", "Kinder.", "--label", "staging", "--cases", _none(folder), folder=folder, profile=True)
    shown = run("trial", "staging", "--percent", 20, "--why", "Is kinder liked more?", folder=folder)
    assert "20 % of the visitors hear version 2" in shown and "no difference is sure yet" in shown
    assert told("trial", folder=folder)["trial"]["percent"] == 20
    assert "no trial is running" in run("trial", "--end", folder=folder)
    assert "No trial is running" in run("trial", "--end", folder=folder, code=1)


def _none(folder):
    (folder / "none").mkdir(exist_ok=True)
    return folder / "none"


def test_a_stored_turn_becomes_a_case_and_both_are_compared(folder):
    """The case is readable YAML in the data directory; tests and comparisons play it, and stored conversations too."""
    running = build(settings(folder, catalogs=("shop",)))
    session = running.open().id
    said(running, session, "a lamp for reading in bed")
    said(running, session, "thanks")
    made = told("case", session, 1, "--expect", "says=Lamp", "--expect", "words<=90", folder=folder)
    kept = (folder / "prompts" / "cases").glob("*.yaml")
    assert [str(path) for path in kept] == [made["file"]] and "words: 90" in Path(made["file"]).read_text()
    put(folder / "prompts", "talk/reply", GOOD)
    found = told("compare", "shipped", "files", "--stored", 5, folder=folder, profile=True)
    assert (found["cases"], found["counts"]["changed"], found["counts"]["same"]) == (2, 1, 1)
    (pair,) = (one for one in found["pairs"] if one["verdict"] == "changed")
    assert (pair["b"]["text"], pair["message"]) == ("My pleasure.", "thanks")
    shown = run("compare", "shipped", "files", "--stored", 5, folder=folder, profile=True)
    assert "wins 0, losses 0" in shown and "My pleasure." in shown
    assert run("test", folder=folder, profile=True).count("1 whole turns") == 1
    assert "no turn '9'" in run("case", session, 9, folder=folder, code=1)


def test_a_language_model_is_tried_as_well(folder, tmp_path, monkeypatch):
    """The prompts of a model that is reached by URL are edited, played and compared like any other."""
    put(folder / "prompts", "write/chat", "You write short replies about {{ nouns }} in {{ language }}, {{ style }}.\n")
    monkeypatch.setenv("SHELFTALK_EMBEDDER", "hashed")
    monkeypatch.setenv("SHELFTALK_RERANKER", "none")
    with ChatServer() as server:
        server.set(writing="Red Lamp: for reading in bed.")
        words = ("compare", "shipped", "files", "--cases", tmp_path / "cases.yaml", "--chat", server.url)
        found = told(*words, folder=folder, profile=False)
        asked = [body["messages"][0]["content"] for body in server.log() if "messages" in body]
    assert found["cases"] == 2 and any(one.startswith("You write short replies about") for one in asked)
    assert any("write/chat.en@1" in ref for ref in found["prompts"])
