"""Replies against labels made by hand: what is cut, what a label holds for, what the figures count, and a whole run."""

from __future__ import annotations

import gzip
import json
import math
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.assistant import Assistant
from bot.build import build
from bot.errors import InvalidRequest
from bot.evaluation import protocols
from bot.evaluation.writing import failures as lists
from bot.evaluation.writing.figures import f1
from bot.evaluation.writing.judging import alike, judged
from bot.evaluation.writing.labelling import labelled, records_of
from bot.evaluation.writing.labels import GOLD, Labelled, Labels, digest, load, save
from bot.evaluation.writing.playing import Conversation, Reply, conversations, play
from bot.evaluation.writing.protocol import run
from bot.evaluation.writing.scenes import HALVES, KINDS, scenes
from bot.evaluation.writing.statements import Cutter, Statement
from bot.evaluation.writing.variety import MASK, Masker, count, ours, theirs, variety
from bot.evaluation.writing.verdicts import CHECK, NOTHING, STRANGE, verdicts
from bot.settings import Settings
from bot.shares import Share
from bot.types import Card
from tests.films import copied, shelf
from vectorstore.base import Item

TALK = (
    Conversation("one", "films", ("surprise me", "something like Alien", "how long is Airplane?")),
    Conversation("two", "films", ("French comedies", "from the 60s or 70s")),
)
SCRIPT = "".join(
    f'[[conversation]]\nid = "{one.id}"\ncatalog = "films"\nsays = {json.dumps(list(one.says))}\n' for one in TALK
)
OPEN = """
[[scene]]
catalog = "films"
said = "something like Alien"
items = ["aliens-1986", "the-thing-1982"]
true = ["Aliens was directed by James Cameron.", "The Thing lasts 109 minutes."]

[scene.untrue]
number = ["Aliens lasts 222 minutes."]
award = ["The Thing won the Oscar for best film."]
"""
SEALED = OPEN.replace("something like Alien", "zanzibarish horror").replace("222", "333")


def settings(folder: Path) -> Settings:
    """The offline profile over the films in ``folder``."""
    return Settings.load(
        environ={"HOME": str(folder)}, profile="offline", data_dir=folder, catalogs=("films",), memory_url="memory"
    )


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The offline assistant over the films."""
    return build(settings(copied(tmp_path_factory.mktemp("writing"))))


@pytest.fixture(scope="module")
def replies(assistant: Assistant) -> tuple[Reply, ...]:
    """What it says to two conversations."""
    return tuple(play(assistant, TALK))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A data folder with a dialogue in which people recommend."""
    folder = tmp_path / "data" / "redial"
    folder.mkdir(parents=True)
    films = {"1": {"name": "Heat (1995)", "director": ["Michael Mann"], "star": ["Al Pacino", "Cher"]}}
    said = [
        {"role": "seeker", "text": "anything with robbers?", "movie_ids": []},
        {"role": "recommender", "text": "Heat (1995) by Michael Mann has the heat of a chase", "movie_ids": ["1"]},
        {"role": "recommender", "text": "What's Up%3F", "movie_ids": []},
    ]
    rows = [{"split": "train", "turns": said}, {"split": "test", "turns": said}]
    with gzip.open(folder / "id2info.json.gz", "wt", encoding="utf-8") as file:
        json.dump(films, file)
    with gzip.open(folder / "dialogues.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path / "data"


# -- figures ----------------------------------------------------------------------------------------------------------


def test_a_share_has_wilsons_bounds():
    """The textbook values; all of a few is not sure to be all; of nothing there is no figure."""
    nine = Share(9, 10)
    assert (nine.value, round(nine.low, 3), round(nine.high, 3)) == (0.9, 0.596, 0.982)
    assert (Share(5, 5).high, round(Share(5, 5).low, 3), Share(0, 5).low) == (1.0, 0.566, 0.0)
    assert all(math.isnan(value) for value in (Share(0, 0).value, Share(0, 0).low, Share(0, 0).high))


def test_f1_of_nothing_found_is_nothing():
    """Else the harmonic mean."""
    assert (f1(0.5, 1.0), f1(math.nan, 0.0), f1(0.0, 0.0)) == (pytest.approx(2 / 3), 0.0, 0.0)


def test_variety_is_the_share_of_different_pairs():
    """Pairs never join two texts; where there are more than asked, random orders bound the figure."""
    found = variety([["a", "b", "a", "b"], ["b", "c"]], 4)
    assert (found.value, found.low, found.high, found.pairs) == (0.75, 0.75, 0.75, 4)
    part = variety([["a", "b", "c"]] * 3 + [["d", "e", "f", "g"]] * 3, 3)
    assert part.pairs == 3 and part.low <= part.value <= part.high and part.low < part.high
    assert math.isnan(variety([["a"]], 3).value) and count([["a"], ["a", "b"]]) == 1


def test_names_are_masked_on_both_sides(people, assistant, replies):
    """Titles that a message names, people by their full names; ours also what is quoted, where that is asked."""
    assert theirs(people) == [[MASK, "by", MASK, "has", "the", "heat", "of", "a", "chase"], ["what's", "up"]]
    names = Masker(["The Thing", "Cher"])
    assert names.masked(["the", "thing", "Cher", "and", "cher"]) == [MASK, MASK, "and", "cher"]
    said = ours(replies, {"films": assistant.shelf("films").items})
    assert all("alien" not in words for words in said) and any(MASK in words for words in said)
    quoted = Reply("x", 1, "films", ("?",), "- **Heat** (1995): described as “long and blue” by nobody.")
    index = {"films": assistant.shelf("films").items}
    assert ours([quoted], index, quotes=False) == [[MASK, "described", "as", MASK, "by", "nobody"]]


# -- replies and statements -------------------------------------------------------------------------------------------


def test_the_same_words_get_the_same_replies(assistant, replies):
    """Also what chance draws; and the assistant's memory is its own again afterwards."""
    memory = assistant.memory
    again = tuple(play(assistant, TALK))
    assert [(one.text, one.shown) for one in again] == [(one.text, one.shown) for one in replies]
    assert [one.said for one in again][:2] == [("surprise me",), ("surprise me", "something like Alien")]
    assert assistant.memory is memory and len(replies[0].cards) == 3


def test_statements_are_the_sentences_and_what_only_cards_say():
    """A line that begins with a card's title is about that card; a reason that the text holds is not said twice."""
    item = shelf().items.items["airplane-1980"]
    other = shelf().items.items["alien-1979"]
    text = "Only 2 fit. Here:\n\n- **Airplane!** (1980): Comedy! Does not meet: short.\n- **Aliens** (1986): Loud."
    cards = (Card(item, 0, 1.0, ("Comedy!",), ("Does not meet: short.",)), Card(other, 1, 1.0, ("Horror, loud.",)))
    found = Cutter(shelf().items).cut(Reply("x", 1, "films", ("?",), text, cards))
    assert found == (
        Statement("Only 2 fit."),
        Statement("Here:"),
        Statement("- **Airplane!** (1980): Comedy!", "airplane-1980"),
        Statement("Does not meet: short.", "airplane-1980"),
        Statement("- **Aliens** (1986): Loud."),
        Statement("Horror, loud.", "alien-1979"),
    )
    assert [one.compares for one in found] == [True, True, False, False, True, False]


def test_cards_begin_alike_when_two_words_are_the_same():
    """Amounts are one word."""
    cards = [
        Card(Item(id=name, title=name), 0, 1.0, (reason,)) for name, reason in (("a", "€5 long"), ("b", "€7 long"))
    ]
    assert alike(Reply("x", 1, "films", ("?",), "", tuple(cards)))
    assert not alike(Reply("x", 1, "films", ("?",), "", (cards[0], replace(cards[1], reasons=("A pan",)))))


# -- labels -----------------------------------------------------------------------------------------------------------


def test_a_label_holds_while_what_it_rests_on_is_the_same():
    """Other messages or records void it, another list only where the words compare."""
    item = Item(id="a", title="A", facets={"runtime": 90.0})
    cards = (Card(item, 0, 1.0, ("Comedy.",)),)
    reply = Reply("x", 1, "films", ("hi",), "- **A**: Comedy.", cards)
    plain, compared = Statement("- **A**: Comedy.", "a"), Statement("the shortest of these", "a")
    table = {("a", one.text): ("supported", "") for one in (plain, compared)}
    row = Labelled("x", 1, ("hi",), ("a",), {"a": digest(item)}, table, {("a", "Comedy."): ("personal", "")})
    labels, today = Labels([row]), {"a": digest(item)}
    assert labels.of(reply, plain, today) == labels.of(reply, compared, today) == ("supported", "")
    assert labels.personal(reply, cards[0], today) == ("personal", "")
    assert labels.of(replace(reply, said=("ho",)), plain, today) == (None, "")
    changed = {"a": digest(replace(item, facets={"runtime": 91.0}))}
    assert labels.of(reply, plain, changed) == labels.personal(reply, cards[0], changed) == (None, "")
    longer = replace(reply, cards=(*cards, Card(Item(id="b", title="B"), 1, 1.0)))
    assert (labels.of(longer, plain, today)[0], labels.of(longer, compared, today)[0]) == ("supported", None)
    assert labels.of(reply, Statement("- **A**: Drama.", "a"), today) == (None, "")


def test_labels_are_kept_as_they_are(tmp_path, assistant, replies):
    """What is written is read; what is labelled stays labelled when the file is renewed, the rest is left open."""
    path = tmp_path / "replies.jsonl"
    rows = tuple(labelled(assistant, replies, Labels(())))
    assert {label for row in rows for label, _ in row.statements.values()} == {None}
    first = next(iter(rows[1].statements))
    rows[1].statements[first] = ("unsupported", "no such film")
    save(rows, path)
    assert load(path) == rows
    assert tuple(labelled(assistant, replies, Labels(load(path)))) == rows
    assert rows[1].records == {id_: records_of(assistant)["films"][id_] for id_ in rows[1].records}


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"conversation": "x"}', json.dumps({"conversation": "x", "turn": 1, "said": [], "shown": [],
     "records": {}, "cards": [], "statements": [{"text": "Hi.", "label": "true"}]})],
)  # fmt: skip
def test_wrong_labels_are_named(tmp_path, line):
    """The line, and what is wrong with it; a missing file says how to make one."""
    path = tmp_path / "replies.jsonl"
    path.write_text(f"\n{line}".lstrip("\n"), "utf-8")
    with pytest.raises(InvalidRequest, match="line 1"):
        load(path)
    with pytest.raises(InvalidRequest, match="missing") as caught:
        load(tmp_path / "none.jsonl")
    assert "labelling" in caught.value.hint


def test_the_shipped_labels_cover_many_replies():
    """Every statement and explanation of 150 replies is labelled; the messages are those of the conversations."""
    rows, says = load(GOLD), {one.id: one.says for one in conversations()}
    done = [row for row in rows if all(label for label, _ in (*row.statements.values(), *row.cards.values()))]
    assert len(done) >= 150 and sum(len(row.statements) for row in done) >= 600
    assert all(row.said == says[row.conversation][: row.turn] for row in rows)
    assert all(why for row in rows for label, why in row.statements.values() if label == "unsupported")


def test_the_shipped_scenes_hold_many_statements():
    """At least 150 untrue and 100 true ones, half of each sealed, every kind in both halves, none in both."""
    written = scenes()
    texts = {half: {one.text for scene in written if scene.half == half for one in scene.statements} for half in HALVES}
    errors = {
        half: [one.error for scene in written if scene.half == half for one in scene.statements] for half in HALVES
    }
    untrue, true = ([sum(bool(error) is wrong for error in errors[half]) for half in HALVES] for wrong in (True, False))
    assert sum(untrue) >= 150 and sum(true) >= 100
    assert max(abs(untrue[0] - untrue[1]), abs(true[0] - true[1])) <= 5
    assert all(set(errors[half]) == {"", *KINDS} for half in HALVES) and not texts["open"] & texts["sealed"]
    demos = {name: Path(lists.__file__).parents[2] / "demo" / name / "items.jsonl" for name in ("films", "outdoor")}
    known = {name: {json.loads(line)["id"] for line in path.open("rb")} for name, path in demos.items()}
    assert [scene.items for scene in written if not known[scene.catalog].issuperset(scene.items)] == []


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        (OPEN.replace("award", "fib"), "untrue is a table of lists, by number"),
        (OPEN.replace('"films"', '"books"'), "catalog is one of films, outdoor"),
        (OPEN.replace("true = [", "right = ["), "a scene needs catalog, said, items, true and untrue"),
        (OPEN.replace('number = ["Aliens lasts 222 minutes."]', "number = [222]"), "lists of sentences"),
        ("[[scene]", "is not TOML"),
    ],
)
def test_wrong_scenes_are_named_without_their_words(tmp_path, changed, rule):
    """File, scene and rule; a folder without scenes is refused."""
    (tmp_path / "sealed.toml").write_text(changed, "utf-8")
    with pytest.raises(InvalidRequest, match=rule) as caught:
        scenes(tmp_path)
    assert "Aliens" not in str(caught.value)
    with pytest.raises(InvalidRequest, match="holds no scenes"):
        scenes(tmp_path / "none")


@pytest.mark.parametrize(
    "text",
    ["", "x", SCRIPT + SCRIPT, SCRIPT.replace('"films"', '"books"'), SCRIPT.replace('["surprise me", ', '["", ')],
)
def test_a_wrong_script_is_named(tmp_path, text):
    """No conversation, no TOML, an id twice, an unknown catalogue, an empty message."""
    path = tmp_path / "script.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidRequest, match=r"script\.toml"):
        conversations(path)


# -- the claim check --------------------------------------------------------------------------------------------------


def test_every_system_judges_every_statement_alone(tmp_path, assistant):
    """The check finds both untrue ones, strange numbers and names are another matter, nothing is flagged by nothing."""
    (tmp_path / "open.toml").write_text(OPEN, "utf-8")
    found = list(verdicts(assistant, scenes(tmp_path)))
    flagged = {system: [one.flagged for one in found if one.system == system] for system in (CHECK, NOTHING, STRANGE)}
    assert flagged == {CHECK: [False, False, True, True], NOTHING: [False] * 4, STRANGE: [False, False, True, True]}
    assert [one.statement.error for one in found[:4]] == ["", "", "number", "award"]
    (tmp_path / "open.toml").write_text(OPEN.replace("aliens-1986", "aliens-2086"), "utf-8")
    with pytest.raises(InvalidRequest, match=r"scene 1 of open\.toml: no item 'aliens-2086'"):
        list(verdicts(assistant, scenes(tmp_path)))


# -- whole runs -------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path, assistant, replies) -> dict[str, Path]:
    """A script, labels of its replies (one is unsupported, one was never made), and scenes of both halves."""
    rows = list(labelled(assistant, replies, Labels(())))
    for row in rows:
        for place in row.statements:
            row.statements[place] = ("supported", "")
        for place in row.cards:
            row.cards[place] = ("personal", "") if row.turn > 1 or row.conversation == "two" else ("nothing asked", "")
    wrong, missing, *_ = rows[1].statements
    rows[1].statements[wrong] = ("unsupported", "it is not so")
    del rows[1].statements[missing]
    named = {"script": tmp_path / "script.toml", "gold": tmp_path / "replies.jsonl", "statements": tmp_path / "scenes"}
    named["script"].write_text(SCRIPT, "utf-8")
    save(rows, named["gold"])
    named["statements"].mkdir()
    for half, text in (("open", OPEN), ("sealed", SEALED)):
        (named["statements"] / f"{half}.toml").write_text(text, "utf-8")
    return named


def test_a_whole_run(tmp_path, people, files, assistant, replies):
    """Shares cover what is labelled, what is not is counted; both halves are measured; targets are checked."""
    told = run(people, settings=settings(copied(tmp_path)), **files)
    rows = {(row["system"], row["measure"], row["half"]): row for row in told.rows}
    cut = [one for one in judged(assistant, replies, Labels(load(files["gold"]))) if one.kind == "statement"]
    supported = rows["as shipped", "statements supported", ""]
    assert supported["n"] == len(cut) - 1 and supported["value"] == round((len(cut) - 2) / (len(cut) - 1), 3)
    assert supported["from"] < supported["value"] < supported["to"]
    assert rows["as shipped", "statements unlabelled", ""]["value"] == round(1 / len(cut), 3)
    assert rows["as shipped", "explanations personal", ""]["value"] == 1
    assert rows["as shipped", "explanations where nothing was asked", ""]["value"] > 0
    assert rows["as shipped", "distinct-2", ""]["n"] == rows["ReDial recommenders", "distinct-2", ""]["n"] > 0
    for half in HALVES:
        assert [rows[CHECK, name, half]["value"] for name in ("precision", "recall", "F1")] == [1, 1, 1]
        assert [rows[NOTHING, name, half]["value"] for name in ("precision", "recall", "F1")] == [None, 0, 0]
    assert rows[CHECK, "recall, award", "open"]["n"] == 1 and (CHECK, "recall, award", "sealed") not in rows
    assert [(one.name, one.ok) for one in told.checks] == [
        ("statements supported", False),
        ("explanations personal", True),
        ("distinct-2 against ReDial's recommenders", told.checks[2].value >= 0.6),
        ("replies with cards that begin alike", True),
    ]
    assert json.loads(json.dumps(told.to_json()))["name"] == "write" and "FALLS SHORT" in told.table()


def test_the_failures_of_a_whole_run(tmp_path, files):
    """What is unsupported, why, and what has no label; the check's mistakes of the open half alone; no data needed."""
    scenes_of = files["statements"]
    for half in HALVES:
        text = (scenes_of / f"{half}.toml").read_text("utf-8")
        (scenes_of / f"{half}.toml").write_text(text.replace("lasts 109 minutes", "goes on for 333 minutes"), "utf-8")
    told = run(tmp_path / "none", failures=True, settings=settings(copied(tmp_path)), **files)
    found = [(row["failure"], row["where"], row["why"]) for row in told.rows]
    assert ("unsupported", "one/2", "it is not so") in found and ("unlabelled", "one/2", "") in found
    assert [row for row in told.rows if row["failure"] == "true, left out"] == [
        {
            "failure": "true, left out",
            "where": "films: something like Alien",
            "text": "The Thing goes on for 333 minutes.",
            "why": "",
        }
    ]
    assert "zanzibarish" not in json.dumps([dict(row) for row in told.rows])


def test_the_command_names_what_is_missing(tmp_path):
    """A data folder without the dialogues is refused before anything is loaded; the protocol can list failures."""
    with pytest.raises(InvalidRequest, match="redial is missing") as caught:
        protocols.run("write", data=tmp_path)
    assert "--data" in caught.value.hint
    refused = CliRunner().invoke(app, ["eval", "write", "--data", str(tmp_path)])
    assert refused.exit_code == 1 and "is missing" in refused.output
    listed = CliRunner().invoke(app, ["eval", "list", "--json"])
    assert any(row["system"] == "write" for row in json.loads(listed.output)["rows"])


def test_the_shipped_script_is_varied():
    """Sixty conversations over both demos, of one to four turns each, no message twice in one."""
    found = conversations()
    assert len(found) >= 60 and {one.catalog for one in found} == {"films", "outdoor"}
    assert all(1 <= len(one.says) <= 4 and len(set(one.says)) == len(one.says) for one in found)
    assert sum(len(one.says) for one in found) >= 150
    assert tomllib.loads(SCRIPT)["conversation"][0]["id"] == "one"
