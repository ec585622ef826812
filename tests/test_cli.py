"""The command line: what each command prints, writes and returns, and how it fails."""

from __future__ import annotations

import json
import logging
import os
import pty
import re
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.__main__ import app
from bot.memory import open_memory
from bot.terminal import console
from bot.terminal.console import Bars
from tests import shop
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.generations import Generations, hold
from vectorstore.records import load

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch, tmp_path):
    """No settings but those of the test, and no terminal to draw on."""
    for name in [name for name in os.environ if name.startswith("SHELFTALK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "400")
    for writer in (console.out, console.err):
        monkeypatch.setattr(writer, "width", 400)


@pytest.fixture
def folder(tmp_path):
    """A data directory with the shop in it."""
    shop.ingested(tmp_path / "data")
    return tmp_path / "data"


def run(*words, folder=None, typed="", offline=True):
    """A finished command: its exit code, and what it wrote to either stream."""
    options = [*(["--data-dir", str(folder)] if folder else []), *(["--profile", "offline"] if offline else [])]
    kept, level = logging.root.handlers[:], logging.root.level
    try:
        return CliRunner().invoke(app, [*map(str, words), *options], input=typed)
    finally:  # a command that serves sends the log to its own streams, which are closed now
        logging.root.handlers[:] = kept
        logging.root.setLevel(level)


def refused(result, *, code=1):
    """What happened and what to do, as the last lines of an error say. Never a trace."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    what = re.search(r"^error (.+)$", result.stderr, re.MULTILINE)
    remedy = re.search(r"^to do (.+)$", result.stderr, re.MULTILINE)
    assert what and remedy, result.stderr
    return what[1], remedy[1].strip()


# -- talking ----------------------------------------------------------------------------------------------------------


def test_ask_prints_the_reply_the_limits_and_the_chips(folder):
    """One message, one answer on the screen; what runs where is not in it."""
    result = run("ask", "a lamp for reading", folder=folder)
    assert result.exit_code == 0
    assert "Red Lamp" in result.stdout and "Blue Lamp" in result.stdout
    assert "most expensive of these" in result.stdout and "Any kind" in result.stdout


def test_ask_json_is_the_answer_of_the_api(folder):
    """One object with every field of `POST /v1/chat`, and nothing else on the standard output."""
    reply = json.loads(run("ask", "a lamp under 22", "--json", folder=folder).stdout)
    assert set(reply) >= {
        "session_id", "turn_id", "catalog", "intent", "state", "items", "text", "citations", "suggestions",
        "notices", "timings", "prompts",
    }  # fmt: skip
    assert (reply["catalog"], [item["title"] for item in reply["items"]]) == ("shop", ["Red Lamp"])
    assert reply["text"] and reply["timings"]["total"] > 0


def test_ask_shows_where_an_answer_stands(folder):
    """A service answer names its page."""
    result = run("ask", "how long does delivery take?", folder=folder)
    assert "three working days" in result.stdout and "Delivery" in result.stdout


@pytest.mark.parametrize("message", ["", "[bold]red[/bold] [/x] lamp", "<b>lamp</b>", "x" * 20000])
def test_ask_copes_with_odd_messages(folder, message):
    """Nothing in a message is markup for the terminal, and no message ends in a trace."""
    result = run("ask", message, folder=folder)
    assert result.exit_code == 0 and result.stdout.strip()


def test_chat_remembers_until_the_input_ends(folder):
    """Two messages from a pipe are one conversation; empty lines are passed over; the turns are kept."""
    result = run("chat", folder=folder, typed="a lamp\n\nunder 22\n")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("Red Lamp") >= 2
    assert "AI assistant" in result.stdout
    memory = open_memory(f"sqlite:///{folder / 'memory.db'}")
    with memory._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT message, status FROM turns ORDER BY number").fetchall()
    assert [tuple(row) for row in rows] == [("a lamp", "done"), ("under 22", "done")]


@pytest.mark.parametrize("command", [("ask", "a lamp"), ("chat",)])
def test_an_unknown_catalogue_is_refused(folder, command):
    """The error names the catalogues that there are."""
    what, remedy = refused(run(*command, "--catalog", "books", folder=folder))
    assert "books" in what and "shop" in remedy


# -- ingesting --------------------------------------------------------------------------------------------------------


def test_ingest_reports_writes_and_says_what_to_correct(tmp_path, monkeypatch):
    """Counts, what each column was taken for, the generation, the file in which to correct it; then it is served."""
    shop.without_index(monkeypatch)
    result = run("ingest", "items", shop.goods(tmp_path / "goods.csv"), "--catalog", "shop", folder=tmp_path)
    assert result.exit_code == 0, result.output
    assert "6 rows read, 6 items: 6 new, 0 changed, 0 removed" in result.stdout
    assert "price" in result.stdout and "20 to 210" in result.stdout and "kind" in result.stdout
    assert "6 items in gen-0001, 6 texts embedded" in result.stdout
    toml = tmp_path / "catalogs" / "shop" / "catalog.toml"
    assert str(toml) in result.stdout and toml.is_file()
    assert "Oak Chair" in run("ask", "an oak chair", folder=tmp_path).stdout


def test_ingest_json_lines_with_lists(tmp_path, monkeypatch):
    """JSON Lines work as CSV does; a list is a facet of several values."""
    shop.without_index(monkeypatch)
    path = tmp_path / "goods.jsonl"
    rows = [{"id": n, "title": f"Thing {n}", "description": "A thing.", "colours": ["red", "blue"]} for n in range(4)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    report = json.loads(run("ingest", "items", path, "--json", "--yes", folder=tmp_path).stdout)
    assert (report["read"], report["total"], report["added"], report["generation"]) == (4, 4, 4, "gen-0001")
    assert {"name": "colours", "type": "multi", "unit": "", "filled": 1.0} in report["facets"]


def test_check_writes_nothing(tmp_path):
    """`--check` says what would be done, as text and as JSON, and leaves no file."""
    path = shop.goods(tmp_path / "goods.csv")
    said = run("ingest", "items", path, "--check", folder=tmp_path / "data")
    assert said.exit_code == 0 and "6 new" in said.stdout and "nothing was written" in said.stdout
    report = json.loads(run("ingest", "items", path, "--check", "--json", folder=tmp_path / "data").stdout)
    assert (report["added"], report["generation"]) == (6, None)
    assert not (tmp_path / "data").exists()


BAD = (("g7", "Cheap Lamp", "A lamp.", "lamp", "twelve"), ("", "No Id", "A lamp.", "lamp", "9"), shop.GOODS[0])


def test_bad_rows_are_named_and_good_ones_kept(tmp_path, monkeypatch):
    """Each bad row with file, line, field, value and repair; everything else is in the catalogue."""
    shop.without_index(monkeypatch)
    path = shop.goods(tmp_path / "goods.csv", shop.GOODS, *BAD)
    result = run("ingest", "items", path, "--catalog", "shop", folder=tmp_path)
    assert result.exit_code == 0
    for line in ("goods.csv:8", "goods.csv:9", "goods.csv:10"):
        assert line in result.stdout, result.stdout
    assert "price" in result.stdout and "twelve" in result.stdout
    kept = load(Generations(tmp_path / "catalogs" / "shop").current())
    assert {item.id for item in kept.items} >= {row[0] for row in shop.GOODS}
    report = json.loads(run("ingest", "items", path, "--check", "--json", folder=tmp_path).stdout)
    assert (report["problems"][0]["line"], report["problems"][0]["field"]) == (8, "price")
    assert all(row["file"].endswith("goods.csv") and row["repair"] for row in report["problems"])


def test_strict_refuses_the_lot(tmp_path):
    """One bad row, and nothing is written; the rows are named."""
    path = shop.goods(tmp_path / "goods.csv", shop.GOODS, *BAD)
    result = run("ingest", "items", path, "--strict", folder=tmp_path / "data")
    what, remedy = refused(result)
    assert "3 problems" in what and "--strict" in remedy
    assert "goods.csv:9" in result.stderr
    assert not (tmp_path / "data").exists()


def lamps(path, count, price=1):
    """So many lamps in a file."""
    return shop.goods(path, [(f"g{n}", f"Lamp {n}", "A lamp.", "lamp", str(n * price)) for n in range(count)])


def kept(folder, name="shop"):
    """How many items the catalogue holds."""
    return len(load(Generations(folder / "catalogs" / name).current()).items)


def test_a_file_that_lacks_items_needs_a_word(tmp_path, monkeypatch):
    """From a pipe nobody is asked: few are lost with `--yes`, more than a fifth only with their number."""
    shop.without_index(monkeypatch)
    command = ("ingest", "items", tmp_path / "goods.csv", "--catalog", "shop")
    lamps(tmp_path / "goods.csv", 20)
    assert run(*command, folder=tmp_path).exit_code == 0
    lamps(tmp_path / "goods.csv", 18)
    what, remedy = refused(run(*command, folder=tmp_path))
    assert "2 of the 20" in what and "--yes" in remedy and kept(tmp_path) == 20
    assert run(*command, "--yes", folder=tmp_path).exit_code == 0
    lamps(tmp_path / "goods.csv", 5)
    what, remedy = refused(run(*command, "--yes", folder=tmp_path))
    assert "13 of the 18" in what and "--removing 13" in remedy and kept(tmp_path) == 18
    assert run(*command, "--removing", "13", folder=tmp_path).exit_code == 0
    assert kept(tmp_path) == 5


@pytest.mark.parametrize(
    ("left", "typed", "yes", "code", "expected"),
    [
        (21, "y\n", False, 0, 21),
        (21, "n\n", False, 1, 20),
        (21, "", True, 0, 21),
        (19, "y\n", False, 0, 19),
        (10, "10\n", False, 0, 10),
        (10, "y\n", False, 1, 20),
        (10, "11\n", True, 1, 20),
    ],
)
def test_a_terminal_asks_before_it_writes(tmp_path, monkeypatch, left, typed, yes, code, expected):
    """A key for the ordinary, the number for what would lose more than a fifth; `--yes` spares the key alone."""
    shop.without_index(monkeypatch)
    command = ("ingest", "items", tmp_path / "goods.csv", "--catalog", "shop", *(["--yes"] if yes else []))
    lamps(tmp_path / "goods.csv", 20)
    run(*command, folder=tmp_path)
    monkeypatch.setattr("bot.terminal.ingesting.can_ask", lambda: True)
    lamps(tmp_path / "goods.csv", left)
    result = run(*command, folder=tmp_path, typed=typed)
    assert (result.exit_code, kept(tmp_path)) == (code, expected), result.output
    assert "Traceback" not in result.output


def test_a_real_terminal(tmp_path):
    """On a terminal the command shows its report, asks, and goes on at `y`."""
    main, other = pty.openpty()
    words = ["ingest", "items", str(shop.goods(tmp_path / "goods.csv")), "--profile", "offline"]
    command = [sys.executable, "-m", "bot", *words, "--data-dir", str(tmp_path / "data")]
    with subprocess.Popen(command, stdin=other, stdout=other, stderr=other, cwd=ROOT) as process:
        os.close(other)
        seen = b""
        while b"Write this?" not in seen:
            seen += os.read(main, 4096)
        assert b"6 rows read" in seen and not (tmp_path / "data").exists()
        os.write(main, b"n\n")
        with suppress(OSError):
            while chunk := os.read(main, 4096):
                seen += chunk
    os.close(main)
    assert process.returncode == 1 and b"nothing was written" in seen
    assert not (tmp_path / "data").exists()


def test_the_whole_report(tmp_path, monkeypatch):
    """Format, columns with what they let one say, counts, changes, twins, problems with repairs, searches; no write."""
    shop.without_index(monkeypatch)
    path = lamps(tmp_path / "goods.csv", 20)
    command = ("ingest", "items", path, "--catalog", "shop")
    run(*command, folder=tmp_path)
    rows = [(f"g{n}", f"Lamp {n}", "A lamp.", "lamp", str(n * 10)) for n in range(19)]
    shop.goods(path, rows, ("h1", "Lamp 3", "A lamp.", "desk", "30"), ("h2", "Lamp 3", "A lamp.", "desk", "30"),
               ("h3", "Cheap Lamp", "A lamp.", "lamp", "twelve"))  # fmt: skip
    before = sorted(tmp_path.rglob("*"))
    said = run(*command, "--check", folder=tmp_path).stdout
    for words in (
        r"goods\.csv: 22 rows, comma",
        r"price +price +number +price +\d+% +0 to 180, as 0 \| 10 \| 20 +under \d+, cheapest",
        r"22 rows read, 22 items: 3 new, 18 changed, 1 removed, 1 unchanged, 1 rejected",
        r"1 x price: not a number, as 'twelve' in goods\.csv:23; the value was left out",
        r"g1 Lamp 1, price: 1 -> 10 \(x10\)",
        r"alike but for their id\n  h1, h2",
        r"what visitors can now ask for: .*cheapest",
        r"sample searches, as it is now\n  '\w+': Lamp \d+, Lamp \d+, Lamp \d+",
        r"1 rejected rows will be saved in .*goods\.rejected\.csv",
        r"checked, nothing was written",
    ):
        assert re.search(words, said), words
    assert sorted(tmp_path.rglob("*")) == before
    report = json.loads(run(*command, "--check", "--json", folder=tmp_path).stdout)
    assert (report["unchanged"], report["removed"], report["rejected"], report["alike"]) == (1, 1, 1, [["h1", "h2"]])
    assert len(report["largest"]) == 18 and len(report["samples"]) == 5
    assert report["columns"][4]["says"][1] == "cheapest" and report["groups"][0]["count"] == 1


def test_rejected_rows_are_saved_and_brought_again(tmp_path, monkeypatch):
    """They stand beside the file with their errors; corrected, they are added with `--keep`."""
    shop.without_index(monkeypatch)
    path = shop.goods(tmp_path / "goods.csv", shop.GOODS, *BAD[:2])
    result = run("ingest", "items", path, "--catalog", "shop", folder=tmp_path)
    rejected = tmp_path / "goods.rejected.csv"
    assert f"ingest items {rejected} --keep" in result.stdout
    assert "error" in rejected.read_text("utf-8").splitlines()[0]
    rejected.write_text(rejected.read_text("utf-8").replace("twelve", "12").replace(",No Id", "g9,Now With Id", 1))
    rejected.write_text(re.sub(r"(?m)^g9,", "g9,", rejected.read_text("utf-8")))
    assert run("ingest", "items", rejected, "--catalog", "shop", "--keep", folder=tmp_path).exit_code == 0
    assert kept(tmp_path) == 8


def test_a_second_run_says_that_nothing_changed(folder, tmp_path):
    """And leaves the generation."""
    path = shop.goods(tmp_path / "goods.csv")
    result = run("ingest", "items", path, "--catalog", "shop", folder=folder)
    assert result.exit_code == 0 and "nothing changed, nothing was written" in result.stdout
    assert (folder / "catalogs" / "shop" / "CURRENT").read_text() == "gen-0001\n"


def test_ctrl_c_leaves_the_old_and_goes_on(tmp_path, monkeypatch):
    """It ends with 130 and how to go on; the old generation serves; what was embedded is not embedded again."""
    shop.without_index(monkeypatch)
    monkeypatch.setattr("vectorstore.ingesting.resuming.CHUNK", 10)
    asked = []

    class Stopped(HashedEmbedder):
        def embed(self, texts, *, kind):
            asked.extend(texts)
            if len(asked) == 20:
                raise KeyboardInterrupt
            return super().embed(texts, kind=kind)

    monkeypatch.setattr("bot.engines.choose.embedder", lambda settings: Stopped())
    command = ("ingest", "items", lamps(tmp_path / "goods.csv", 40), "--catalog", "shop")
    result = run(*command, folder=tmp_path)
    assert result.exit_code == 130 and "Traceback" not in result.output
    assert "The catalogue is as it was. Run the same command again" in result.stderr
    assert not Generations(tmp_path / "catalogs" / "shop").exists()
    assert run(*command, folder=tmp_path).exit_code == 0
    assert kept(tmp_path) == 40 and len(asked) == 20 + 30


def test_progress_has_a_rate_and_the_time_left(monkeypatch):
    """The bar of a step shows how many are done of how many, how many a second, and how long it takes still."""
    screen = Console(file=StringIO(), force_terminal=True, width=120)
    monkeypatch.setattr("bot.terminal.console.err", screen)
    with Bars() as bars:
        for done in (10, 20, 30):
            bars("embed", done, 100)
            time.sleep(0.02)
    drawn = screen.file.getvalue()
    assert "embed" in drawn and "30/100" in drawn
    assert re.search(r"\d/s", drawn) and re.search(r"0:\d\d:\d\d", drawn)


def test_undo_redo_and_the_history(tmp_path, monkeypatch):
    """Each says what it changes and how to take it back; the list names file, time, counts and what is current."""
    shop.without_index(monkeypatch)
    command = ("ingest", "items", tmp_path / "goods.csv", "--catalog", "shop")
    for price in (1, 10):
        lamps(tmp_path / "goods.csv", 20, price)
        run(*command, folder=tmp_path)
    result = run("ingest", "undo", folder=tmp_path)
    assert "0 items come, 19 change, 0 go" in result.stdout and "price: 10 -> 1 (/10)" in result.stdout
    assert "gen-0001 is in place" in result.stdout and "ingest redo" in result.stdout
    what, remedy = refused(run("ingest", "undo", folder=tmp_path))
    assert "nothing to undo" in what and "ingest list" in remedy
    assert run("ingest", "redo", "--json", folder=tmp_path).exit_code == 0
    rows = json.loads(run("ingest", "list", "--json", folder=tmp_path).stdout)
    assert [(row["number"], row["command"], row["current"]) for row in rows] == [
        (1, "items", False), (2, "items", False), (1, "undo", False), (2, "redo", True),
    ]  # fmt: skip
    assert rows[1]["source"] == str(tmp_path / "goods.csv") and rows[1]["embedder"] == "hashed-64"
    assert (rows[1]["items"], rows[1]["changed"]) == (20, 19) and rows[1]["when"].endswith("+00:00")
    assert "current" in run("ingest", "list", folder=tmp_path).stdout


def test_items_are_deleted_by_id(tmp_path, monkeypatch):
    """With a word where nobody can be asked; `undo` brings them back."""
    shop.without_index(monkeypatch)
    run("ingest", "items", lamps(tmp_path / "goods.csv", 20), "--catalog", "shop", folder=tmp_path)
    what, remedy = refused(run("ingest", "delete", "g1", "g2", folder=tmp_path))
    assert "2 of the 20" in what and "--yes" in remedy
    result = run("ingest", "delete", "g1", "g2", "--yes", folder=tmp_path)
    assert "2 items are gone, 18 are in gen-0002" in result.stdout and "undo" in result.stdout
    assert kept(tmp_path) == 18
    what, remedy = refused(run("ingest", "delete", "g1", folder=tmp_path))
    assert "g1" in what and "Nothing was removed" in remedy
    run("ingest", "undo", folder=tmp_path)
    assert kept(tmp_path) == 20


def test_a_whole_catalogue_is_deleted(folder, tmp_path):
    """Only by its name, with a word, and while nobody has it open."""
    assert "--catalog NAME" in refused(run("ingest", "delete", "--all", folder=folder))[1]
    assert "--yes" in refused(run("ingest", "delete", "--all", "--catalog", "shop", folder=folder))[1]
    lease = hold(Generations(folder / "catalogs" / "shop").current())
    what, remedy = refused(run("ingest", "delete", "--all", "--catalog", "shop", "--yes", folder=folder))
    assert "open in another process" in what and "stop the server" in remedy
    lease.release()
    assert run("ingest", "delete", "--all", "--catalog", "shop", "--yes", folder=folder).exit_code == 0
    assert "no catalogue" in refused(run("ingest", "list", folder=folder))[0]
    assert run("ingest", "delete", folder=folder).exit_code == 2


@pytest.mark.parametrize("name", ["../shop", "a/b", "..", ""])
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    """A catalogue's name is one folder in the data directory."""
    what, _ = refused(run("ingest", "items", shop.goods(tmp_path / "goods.csv"), "--catalog", name, folder=tmp_path))
    assert "cannot be a catalogue's name" in what


def test_ingest_help(folder, tmp_path, monkeypatch):
    """The pages become passages of a catalogue that has items; `--check` writes nothing; JSON for programs."""
    shop.without_index(monkeypatch)
    pages = shop.pages(tmp_path / "pages")
    (pages / "warranty.md").write_text("# Warranty\n\n## How long\n\nEvery desk is under warranty for ten years.\n")
    checked = json.loads(run("ingest", "help", pages, "--catalog", "shop", "--check", "--json", folder=folder).stdout)
    assert (checked["total"], checked["added"], checked["generation"]) == (3, 1, None)
    result = run("ingest", "help", pages, "--catalog", "shop", folder=folder)
    assert result.exit_code == 0 and "3 passages in gen-0002, 1 texts embedded" in result.stdout
    assert "ten years" in run("ask", "is a desk under warranty?", folder=folder).stdout


# -- indexes ----------------------------------------------------------------------------------------------------------


def test_a_damaged_index_is_found_and_rebuilt(folder):
    """`check` ends with 1 and the command that helps; `rebuild` embeds nothing again; then `check` ends with 0."""
    for path in (folder / "catalogs" / "shop").rglob("chroma.sqlite3"):
        path.write_bytes(b"this is no database" * 300)
    result = run("index", "check", folder=folder)
    assert result.exit_code == 1 and "Traceback" not in result.output
    assert "fail shop" in result.stdout and "shelftalk index rebuild --catalog shop" in result.stdout
    rebuilt = run("index", "rebuild", "--catalog", "shop", folder=folder)
    assert rebuilt.exit_code == 0 and "gen-0002 is in place, 0 texts embedded" in rebuilt.stdout
    healthy = run("index", "check", "--json", folder=folder)
    assert healthy.exit_code == 0
    assert json.loads(healthy.stdout) == [{"catalog": "shop", "ok": True, "fault": ""}]


def test_a_rebuild_for_another_embedder_embeds_again(folder, monkeypatch):
    """Vectors of a foreign embedder are made anew, which is the remedy that the error names."""
    shop.without_index(monkeypatch)
    monkeypatch.setattr("bot.engines.choose.embedder", lambda settings: HashedEmbedder(32))
    rebuilt = run("index", "rebuild", folder=folder)
    assert "gen-0002 is in place, 8 texts embedded" in rebuilt.stdout


@pytest.mark.parametrize("command", ["check", "rebuild"])
def test_indexes_that_are_not_there(folder, tmp_path, command):
    """An unknown catalogue names those there are; without any, how to bring one."""
    what, remedy = refused(run("index", command, "--catalog", "books", folder=folder))
    assert "books" in what and "shop" in remedy
    what, remedy = refused(run("index", command, folder=tmp_path / "empty"))
    assert "no catalogue" in what and "ingest items" in remedy


# -- doctor -----------------------------------------------------------------------------------------------------------


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_doctor_finds_nothing_wrong(folder):
    """Twelve checks, each ok, exit code 0."""
    result = run("doctor", "--json", "--port", free_port(), folder=folder)
    assert result.exit_code == 0, result.stdout
    checks = json.loads(result.stdout)
    assert len(checks) == 12 and all(check["ok"] for check in checks)
    assert {"name", "ok", "found", "hint"} == set(checks[0])


def wrong(folder, *options):
    """The checks that fail, by name."""
    result = run("doctor", "--json", *options, folder=folder)
    assert result.exit_code == 1, result.output
    return {check["name"]: check for check in json.loads(result.stdout) if not check["ok"]}


def test_doctor_finds_a_busy_port(folder):
    """And says what to do."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        result = run("doctor", "--port", port, folder=folder)
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if line.startswith("fail")] == [
        f"fail port: port {port} is in use"
    ]
    assert "to do: stop that program, or serve with --port NUMBER" in result.stdout


def test_doctor_finds_a_folder_that_cannot_be_written(tmp_path):
    """A data directory inside a file: directory, prompts and database fail, with remedies; the other checks go on."""
    (tmp_path / "file").write_text("")
    found = wrong(tmp_path / "file" / "data", "--port", free_port())
    assert set(found) == {"data directory", "prompts", "conversations"}
    assert all(check["hint"] for check in found.values())


def test_doctor_finds_a_broken_prompt(folder):
    """An operator's edit that does not render is named by its file."""
    edited = folder / "prompts" / "talk" / "reply.md"
    edited.parent.mkdir(parents=True)
    edited.write_text("---\ndescription: x\nkind: phrases\n---\n## hello\n{{ nobody }}\n", "utf-8")
    found = wrong(folder, "--port", free_port())
    assert set(found) == {"prompts"}
    assert "reply.md" in found["prompts"]["found"]


def test_doctor_finds_a_database_that_does_not_open(folder):
    """With the database's own reason."""
    (folder / "memory.db").mkdir()
    found = wrong(folder, "--port", free_port())
    assert set(found) == {"conversations"} and "open" in found["conversations"]["found"]


def test_doctor_finds_a_little_disk(folder, monkeypatch):
    """Less than half a gigabyte is too little."""
    monkeypatch.setattr("bot.terminal.checking.NEEDED_BYTES", 10**18)
    assert set(wrong(folder, "--port", free_port())) == {"disk"}


def lose_package(folder, patch):
    from importlib import metadata

    def version(name):
        if name == "bm25s":
            raise metadata.PackageNotFoundError(name)
        return "1"

    patch.setattr("bot.terminal.checking.metadata.version", version)


def lock_database(folder, patch):
    open_memory(f"sqlite:///{folder / 'memory.db'}").close()
    other = sqlite3.connect(folder / "memory.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    patch.setattr("tests.test_cli.HELD", [other])


def spoil_database(folder, patch):
    (folder / "memory.db").write_bytes(b"no database " * 1000)


def spoil_index(folder, patch):
    next((folder / "catalogs").rglob("chroma.sqlite3")).write_bytes(b"no database " * 1000)


def spoil_records(folder, patch):
    next((folder / "catalogs").rglob("items.jsonl")).write_text("{")


def change_embedder(folder, patch):
    path = next((folder / "catalogs").rglob("records.json"))
    path.write_text(path.read_text().replace("hashed-64", "another"))


def set_to(**environment):
    def put(folder, patch):
        for name, value in environment.items():
            patch.setenv(f"SHELFTALK_{name.upper()}", value)

    return put


HELD: list[sqlite3.Connection] = []
MISTAKES = (
    ("a package is missing", lose_package, "packages", r"not installed: bm25s", r"pip install bm25s"),
    ("the database is locked", lock_database, "conversations", r"locked by another program", r"close"),
    ("the database is damaged", spoil_database, "conversations", r"damaged", r"backup"),
    ("the database server is away", set_to(memory_url="postgresql://a:b@127.0.0.1:9/x"), "conversations",
     r"cannot be opened", r"server runs"),
    ("an index is damaged", spoil_index, "indexes", r"index of shop is damaged", r"index rebuild --catalog shop"),
    ("records are damaged", spoil_records, "catalogues", r"cannot be read", r"ngest the catalogue again"),
    ("another embedder made the vectors", change_embedder, "catalogues", r"embedded by 'another'", r"index rebuild"),
    ("a GPU that is not there", set_to(device="cuda:7"), "device", r"cuda:7", r"cpu"),
    ("a reranker that is not there", set_to(reranker="/no/such/model"), "models", r"/no/such/model", r"."),
    ("a language model that is not there", set_to(chat="/no/such/model"), "models", r"not a folder", r"model folder"),
    ("a language model that is not fetched", set_to(chat="nobody/nothing"), "models", r"not in the cache",
     r"hf download"),
    ("a server of a language model that is away", set_to(chat="http://127.0.0.1:9/v1"), "models", r"127\.0\.0\.1",
     r"."),
    ("a catalogue that is not there", set_to(catalogs="books"), "catalogues", r"books", r"ingest"),
    ("a host's key is too short", set_to(identity_keys='{"k": {"alg": "HS256", "key": "short"}}'), "identity keys",
     r"the secret has 5 bytes", r"openssl rand"),
)  # fmt: skip


@pytest.mark.parametrize(("mistake", "make", "check", "found", "remedy"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_doctor_finds(folder, monkeypatch, mistake, make, check, found, remedy):
    """Each mistake under its name, with its remedy; a check that hangs on another says so."""
    make(folder, monkeypatch)
    failing = wrong(folder, "--port", free_port())
    assert check in failing, failing
    assert re.search(found, failing[check]["found"]) and re.search(remedy, failing[check]["hint"]), failing[check]
    assert all(one["hint"] for one in failing.values())
    others = {name: one for name, one in failing.items() if name != check}
    assert all("first mend" in one["found"] for one in others.values()), others
    for connection in HELD:
        connection.close()


# -- the command itself -----------------------------------------------------------------------------------------------


def test_serve_on_a_busy_port_is_refused_at_once(folder):
    """Before anything is loaded, with a port that is free."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        what, remedy = refused(run("serve", "--port", busy.getsockname()[1], folder=folder))
    assert "taken" in what and "--port" in remedy


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ask", "hi", "--profile", "fast"), "no profile"),
        (("doctor", "--profile", "offline", "--port", "99999"), "port 99999"),
        (("ask", "hi", "--data-dir", "/dev/null/x", "--profile", "offline"), "/dev/null/x"),
    ],
)
def test_settings_that_cannot_work(words, expected):
    """Each is refused with what would."""
    what, remedy = refused(CliRunner().invoke(app, list(words)))
    assert expected in what and remedy


def test_without_arguments_it_explains_itself():
    """Every command with one line about it."""
    result = CliRunner().invoke(app, [])
    for command in ("serve", "chat", "ask", "ingest", "index", "doctor", "eval", "bench"):
        assert command in result.output


def test_the_module_is_the_command(folder):
    """`python -m bot` works as a process of its own: one JSON object on its output, nothing of ours beside it."""
    command = [sys.executable, "-m", "bot", "ask", "an oak chair", "--json", "--profile", "offline"]
    done = subprocess.run(
        [*command, "--data-dir", str(folder)], capture_output=True, text=True, cwd=ROOT, timeout=120, check=True
    )
    assert json.loads(done.stdout)["items"][0]["title"] == "Oak Chair"
    assert "Traceback" not in done.stderr
