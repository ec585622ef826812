"""The command line: what each command prints, writes and returns, and how it fails."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.memory import open_memory
from tests import shop
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.generations import Generations
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


@pytest.fixture
def folder(tmp_path):
    """A data directory with the shop in it."""
    shop.ingested(tmp_path / "data")
    return tmp_path / "data"


def run(*words, folder=None, typed="", offline=True):
    """A finished command: its exit code, and what it wrote to either stream."""
    options = [*(["--data-dir", str(folder)] if folder else []), *(["--profile", "offline"] if offline else [])]
    return CliRunner().invoke(app, [*map(str, words), *options], input=typed)


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
    assert "most expensive of these" in result.stdout and "Any Kind" in result.stdout


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


def test_a_file_that_lacks_most_items_needs_a_yes(tmp_path, monkeypatch):
    """From a pipe nobody is asked: more than half gone is refused, the old generation stays, `--yes` does it."""
    shop.without_index(monkeypatch)
    many = [(f"g{n}", f"Lamp {n}", "A lamp.", "lamp", str(n)) for n in range(20)]
    command = ("ingest", "items", tmp_path / "goods.csv", "--catalog", "shop")
    shop.goods(tmp_path / "goods.csv", many)
    assert run(*command, folder=tmp_path).exit_code == 0
    shop.goods(tmp_path / "goods.csv", many[:5])
    what, remedy = refused(run(*command, folder=tmp_path))
    assert "15" in what and "20" in what and "--yes" in remedy
    assert len(load(Generations(tmp_path / "catalogs" / "shop").current()).items) == 20
    assert run(*command, "--yes", folder=tmp_path).exit_code == 0
    assert len(load(Generations(tmp_path / "catalogs" / "shop").current()).items) == 5


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
    """Ten checks, each ok, exit code 0."""
    result = run("doctor", "--json", "--port", free_port(), folder=folder)
    assert result.exit_code == 0, result.stdout
    checks = json.loads(result.stdout)
    assert len(checks) == 10 and all(check["ok"] for check in checks)
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
    """A data directory inside a file: directory and database fail, with remedies, and the other checks go on."""
    (tmp_path / "file").write_text("")
    found = wrong(tmp_path / "file" / "data", "--port", free_port())
    assert set(found) == {"data directory", "conversations"}
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


def test_doctor_finds_missing_packages(folder, monkeypatch):
    """A package that is not installed is a finding and no trace."""
    from importlib import metadata

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("bot.terminal.checking.metadata.version", missing)
    assert set(wrong(folder, "--port", free_port())) == {"packages"}


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
