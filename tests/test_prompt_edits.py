"""Edited prompts: broken ones change nothing and say what to mend, regressions are caught, data stays data."""

from __future__ import annotations

import logging
import time

import pytest

from bot.assistant import Assistant
from bot.build import build
from bot.memory import open_memory
from prompts import Library, PromptError, Registry
from prompts.golden import golden_cases, golden_of, spoken
from prompts.testing import examine
from tests import shop
from tests.films import cards, said, settings, shelf, text
from tests.prompt_edits import BROKEN, REGRESSIONS, put
from vectorstore.catalog import read_items
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.generations import Generations
from vectorstore.help_center import read_help
from vectorstore.records import embed_changed

ITEM = {"title": "Alien", "year": 1979, "reason": "Horror.", "unmet": ["Not met."]}


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return Registry.load()


def library(tmp_path) -> Library:
    return Library.open(tmp_path / "prompts" / "published", tmp_path / "prompts")


@pytest.mark.parametrize("edit", BROKEN, ids=lambda edit: edit.title)
def test_a_broken_edit_changes_nothing_and_says_what_to_mend(tmp_path, caplog, edit):
    """The last good wording goes on; file, line, what was found and what to do are listed and logged, once."""
    folder = tmp_path / "prompts"
    put(folder, "explain/item", "## line\n- Good old **{{ title | md }}**\n")
    registry = library(tmp_path)
    before = registry.voice().phrase("explain/item", "line", title="Alien", year=1979, reason="Horror.")
    assert before == "- Good old **Alien**"
    unmet = registry.voice().phrase("explain/item", "line_unmet", **ITEM)
    put(folder, edit.name, edit.text)
    with caplog.at_level(logging.WARNING, logger="prompts"):
        assert registry.refresh() is True
        registry.refresh()
    said = registry.voice().phrase("explain/item", "line", title="Alien", year=1979, reason="Horror.")
    assert (said, registry.voice().phrase("explain/item", "line_unmet", **ITEM)) == (before, unmet)
    (problem,) = registry.problems
    assert edit.found in problem.message and problem.hint and problem.line == edit.line
    assert str(problem.path) in problem.message and problem.path == folder / f"{edit.name}.md"
    assert f", line {edit.line}" in problem.message or not edit.line
    assert [record.message for record in caplog.records if edit.found in record.message] == [caplog.records[0].message]
    problem.path.unlink()
    registry.refresh()
    assert registry.problems == ()


@pytest.mark.parametrize("edit", REGRESSIONS, ids=lambda edit: edit.title)
def test_a_planted_regression_is_caught(tmp_path, shipped, edit):
    """What can be said and must not be published fails a check that says what is wrong."""
    put(tmp_path, edit.name, edit.text)
    registry = Registry.load(tmp_path)
    found = [*map(str, examine(registry, shipped).findings)]
    assert any(edit.found in one for one in found), found
    assert not examine(registry, shipped).passed


def test_the_shipped_prompts_pass(shipped):
    """Nothing is reworded, and every golden case holds."""
    found = examine(shipped, shipped)
    assert (found.passed, found.findings, found.reworded, found.cases) == (True, (), 0, len(golden_cases()))


def test_a_good_edit_passes_and_brings_its_own_golden_case(tmp_path, shipped):
    """A new tone needs no leave of the old golden cases; one of its own must hold."""
    put(tmp_path, "explain/item", "## line\n- Meet **{{ title | md }}**{% if reason %}: {{ reason | md }}{% endif %}\n")
    case = '- {key: line, variables: {title: Alien, year: 1979, reason: Horror.}, text: "%s"}\n'
    registry = Registry.load(tmp_path)
    right = golden_of({"explain/item.golden.yaml": (case % "- Meet **Alien**: Horror.").encode()})
    wrong = golden_of({"explain/item.golden.yaml": (case % "- See **Alien**: Horror.").encode()})
    assert [spoken(one, registry) for one in right] == ["- Meet **Alien**: Horror."]
    assert examine(registry, shipped, own=right).findings == ()
    assert [one.check for one in examine(registry, shipped, own=wrong).findings] == ["golden"]


def test_an_edit_is_live_within_two_seconds(tmp_path):
    """The next reply, at most two seconds later, speaks the edited file; the turn names it."""
    served = shelf()
    bot = Assistant({"films": lambda: served}, open_memory("memory"), library(tmp_path))
    session = bot.open().id
    said(bot, session, "thanks")
    put(tmp_path / "prompts", "talk/reply", "## thanks\nMost welcome indeed.\n")
    began = time.monotonic()
    while text(events := said(bot, session, "thanks")) != "Most welcome indeed.":
        assert time.monotonic() - began < 30
    assert bot._heard - began < 2
    assert any(ref.startswith("talk/reply.en@1#") for ref in events[-1].prompts)


EVIL = "{{ 7 * 7 }}{% for a in range(9999999) %}x{% endfor %}{{ ''.__class__ }}${7*7}<script>alert(1)</script>"


def test_text_of_items_and_visitors_is_never_a_template(tmp_path):
    """A title and a message made of template marks are shown as letters, through whole turns; nothing is computed."""
    title = f"Lamp {EVIL}"
    shop.goods(tmp_path / "goods.csv", (("e1", title, f"A lamp for reading. {EVIL}", "lamp", "20"), *shop.GOODS))
    found = read_items(tmp_path / "goods.csv")
    passages = read_help(shop.pages(tmp_path / "help"))
    records = embed_changed(None, items=found.items, passages=passages, schema=found.schema, embedder=HashedEmbedder())
    Generations(tmp_path / "catalogs" / "shop").build("shop", records)
    bot = build(settings(tmp_path, catalogs=("shop",)))
    shown = said(bot, bot.open().id, "a lamp for reading")
    reply = text(shown) + text(said(bot, bot.open().id, f"do you have {EVIL}?"))
    assert any("{{ 7 * 7 }}" in card.item.title for card in cards(shown)), [card.item.title for card in cards(shown)]
    assert "{{ 7 \\* 7 }}" in reply and "49" not in reply, reply
    assert "<script" not in reply.replace("\\<", "") and "xxxx" not in reply and "class 'str'" not in reply


def test_an_edit_that_fails_on_real_values_does_not_break_the_turn(tmp_path):
    """Where values that no sample has make an edit fail, the wording below it speaks."""
    put(tmp_path, "explain/item", "## line\n- {{ title | md }}{{ reason | md }}{{ reason }}{{ reason }}\n")
    registry = Registry.load(tmp_path)
    assert registry.problems == ()
    given = {"title": "Alien", "year": 1979, "reason": "x" * 9000}
    assert registry.voice().phrase("explain/item", "line", **given) == f"- **Alien** (1979): {'x' * 9000}"


def test_an_english_edit_may_leave_a_variable_unsaid(tmp_path):
    """What a speaker passes is set by the shipped file: the other languages go on using it."""
    put(tmp_path, "explain/item", "## line\n- {{ title | md }}\n")
    registry = Registry.load(tmp_path)
    given = {"title": "Alien", "year": 1979, "reason": ""}
    assert registry.voice().phrase("explain/item", "line", **given) == "- Alien"
    assert registry.voice("zh").phrase("explain/item", "line", **given) == "- **Alien**（1979）。"
    with pytest.raises(PromptError, match="needs 'year'"):
        registry.voice().phrase("explain/item", "line", title="Alien", reason="")
