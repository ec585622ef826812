"""The blind comparison: pairs of the same turn, sheets that give nothing away, and what two raters' words count for."""

from __future__ import annotations

import json

import pytest

from bot.engines.phraser.filling import filled
from bot.engines.phraser.words import names_of, parts
from bot.errors import InvalidRequest
from bot.evaluation.writing import blind
from bot.evaluation.writing.pairs import Pair
from bot.evaluation.writing.ratings import counted, kappa, read_ratings, sign_test, verdicts
from tests.films import copied, settings

SCRIPT = """
[[conversation]]
id = "one"
catalog = "films"
says = ["a horror film under 100 minutes", "how long is the first one?", "only comedies"]

[[conversation]]
id = "two"
catalog = "films"
says = ["something like Alien", "hello"]
"""


class Scripted:
    """A phraser with one thing to say, where it can be said."""

    device = "cpu"

    def sentences(self, frame, *, seed):
        """The sentence about running times, filled."""
        text = "it runs [runtime], with [gap] to spare"
        if set(names_of(text)) <= frame.words.keys():
            yield filled(list(parts(text)), frame.words)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The files of a comparison over two conversations, and what was told of them."""
    folder = tmp_path_factory.mktemp("blind")
    (folder / "script.toml").write_text(SCRIPT, "utf-8")
    chosen = settings(copied(folder / "data"), catalogs=("films",), memory_url="memory")
    out = folder / "out"
    return out, blind.prepare(out, Scripted(), settings=chosen, script=folder / "script.toml")


def rows_of(out):
    return [json.loads(line) for line in (out / blind.ROWS).read_text("utf-8").splitlines()]


def test_a_pair_is_one_turn_told_twice(prepared):
    """Turns that recommend; both replies open alike and name the same items; the lines that differ are counted."""
    out, told = prepared
    rows = rows_of(out)
    assert {row["said"][-1] for row in rows} == {
        "a horror film under 100 minutes",
        "only comedies",
        "something like Alien",
    }
    for row in rows:
        a, b = (text.split("\n") for text in (row["a"], row["b"]))
        assert len(a) == len(b) and a[0] == b[0] and (a == b) == row["same"]
        assert [line.split("**")[1] for line in a[2:]] == [line.split("**")[1] for line in b[2:]]
    differing = sum(
        one != other for row in rows for one, other in zip(row["a"].split("\n"), row["b"].split("\n"), strict=True)
    )
    assert told["by the model"] == differing > 0
    assert told["pairs"] == 3 and told["same"] == sum(row["same"] for row in rows) > 0
    assert set(told["distinct-2"]) == {"composed", "model"}


def test_the_sheet_gives_nothing_away(prepared):
    """No writer's name on what raters read; the key alone knows; the same words are said to be the same."""
    out, _ = prepared
    key = json.loads((out / blind.KEY).read_text("utf-8"))
    sheet = (out / blind.SHEET).read_text("utf-8")
    for text in (sheet, (out / blind.ROWS).read_text("utf-8"), (out / blind.BLANK).read_text("utf-8")):
        assert "composed" not in text and "model" not in text
    for row in rows_of(out):
        assert row["same"] == key[str(row["number"])]["same"]
        if not row["same"]:
            assert (
                "with" in row[key[str(row["number"])]["model"]] and "to spare." in row[key[str(row["number"])]["model"]]
            )
    assert sheet.count("the same word for word") == sum(row["same"] for row in rows_of(out))
    blank = (out / blind.BLANK).read_text("utf-8").splitlines()[1:]
    assert [line.endswith("tie") for line in blank] == [row["same"] for row in rows_of(out)]


def test_two_raters_are_counted(prepared, capsys, tmp_path):
    """A row a rater, one for where both agree, the agreement, and the pairs that are the same."""
    out, told = prepared
    key = json.loads((out / blind.KEY).read_text("utf-8"))
    files = []
    for name in ("one", "two"):
        lines = (f"{number}\t{one['model']}\tnice" for number, one in key.items())
        files.append(tmp_path / f"{name}.tsv")
        files[-1].write_text("# mine\n" + "\n".join(lines), "utf-8")
    assert blind.main(["count", str(out), *map(str, files)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    wins = 3 - told["same"]
    assert [(row["rater"], row.get("wins"), row.get("ties")) for row in rows] == [
        ("1 one", wins, told["same"]), ("2 two", wins, told["same"]), ("both agree", wins, told["same"]),
        ("agreement", None, None), ("word for word the same", None, None),
    ]  # fmt: skip


def test_wins_ties_and_losses():
    """Seen from the model; replies that are the same are ties whatever is said of them."""
    found = verdicts({1: "a", 2: "a", 3: "b", 4: "tie", 5: "b"}, {1: "a", 2: "b", 3: "b", 4: "a", 5: "b"}, [5])
    assert found == {1: "win", 2: "loss", 3: "win", 4: "tie", 5: "tie"}
    other = {**found, 2: "win", 3: "loss"}
    rows = {row["rater"]: row for row in counted({"x": found, "y": other}, [5])}
    assert (rows["x"]["wins"], rows["x"]["ties"], rows["x"]["losses"], rows["x"]["won"]) == (2, 2, 1, 0.667)
    assert rows["x"]["from"] == pytest.approx(0.208, abs=1e-3) and rows["x"]["p"] == 1.0
    assert (rows["both agree"]["pairs"], rows["both agree"]["wins"]) == (3, 1)
    assert rows["agreement"] == {"rater": "agreement", "pairs": 4, "kappa": 0.2}
    assert rows["word for word the same"]["pairs"] == 1


@pytest.mark.parametrize(("wins", "losses", "p"), [(0, 0, 1.0), (5, 5, 1.0), (8, 2, 0.109375), (20, 4, 0.00154)])
def test_the_sign_test(wins, losses, p):
    """The exact two-sided probability, whoever wins."""
    assert sign_test(wins, losses) == sign_test(losses, wins) == pytest.approx(p, rel=1e-2)


def test_agreement_beyond_chance():
    """1 is full agreement, 0 is chance, below is worse; nothing can be said of one verdict alone."""
    assert kappa([("win", "win"), ("loss", "loss")]) == 1.0
    assert kappa([("win", "loss"), ("loss", "win")]) == -1.0
    assert kappa([("win", "win"), ("win", "loss"), ("loss", "win"), ("loss", "loss")]) == 0.0
    assert kappa([("tie", "tie")]) is None and kappa([]) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("1\ta\n2\tc", "line 2"),
        ("1\ta\n1\tb\n2\ta", "line 2: no pair 1"),
        ("1\ta\n3\tb", "no pair 3"),
        ("1\ta", "does not rate pair 2"),
        ("one a\n2\tb", "line 1"),
        ("1\ta\n2\t", "line 2"),
    ],
)
def test_wrong_ratings_are_refused_with_the_line(text, wrong, tmp_path):
    """An unknown side, a pair rated twice, one that is not there, one that is missing."""
    (tmp_path / "mine.tsv").write_text(text, "utf-8")
    with pytest.raises(InvalidRequest, match=wrong) as caught:
        read_ratings(tmp_path / "mine.tsv", [1, 2])
    assert "<TAB>" in caught.value.hint


def test_what_is_missing_is_told_on_the_command_line(tmp_path, capsys):
    """No key, no ratings, no weights: one line and the remedy."""
    assert blind.main(["count", str(tmp_path), "nobody.tsv"]) == 2
    assert "key.json" in capsys.readouterr().err
    assert blind.main(["prepare", str(tmp_path / "out"), "--weights", str(tmp_path)]) == 2
    assert "shelftalk train writer" in capsys.readouterr().err


def test_lines_that_differ():
    """Only items' lines count."""
    one = Pair("c", 1, "films", ("x",), "Here.\n\n- **A**: it.\n- **B**: it.", "Here.\n\n- **A**: is.\n- **B**: it.")
    assert one.lines == (1, 2) and not one.same
