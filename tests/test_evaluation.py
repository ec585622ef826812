"""Figures: computed as their papers say, with their doubt, from queries that are checked, in one shape for all."""

import json
import math
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import numpy as np
import pytest

from bot.demo.laying_out import read
from bot.engines.rerank_scripted import OverlapReranker
from bot.errors import InvalidRequest
from bot.evaluation import benchmarks, protocols, reading_speed, search_speed, turn_speed
from bot.evaluation.asked import plots, wishes
from bot.evaluation.placing import ndcg, recall, reciprocal_rank, standard_error
from bot.evaluation.report import Check, Report, machine
from bot.evaluation.retrieval_quality import Queries, report, score
from bot.evaluation.searched import ablations, fused, search, systems
from vectorstore.embedders.scripted import HashedEmbedder
from vectorstore.index import index_in_memory


@pytest.fixture(scope="module")
def index():
    """The films under the hashed embedder."""
    return index_in_memory(read("films", HashedEmbedder()), HashedEmbedder())[0]


@pytest.fixture(scope="module")
def sets(index):
    """Twelve wishes to tune and twelve held out, searched."""
    halves = zip(("tuning", "held out"), wishes(index.items), strict=True)
    return [
        Queries(name, asked[:12], tuple(search(index, OverlapReranker(), [one.text for one in asked[:12]])))
        for name, asked in halves
    ]


@pytest.mark.parametrize(
    ("found", "right", "expected"),
    [
        (["a", "b", "c"], {"a"}, (1.0, 1.0, 1.0)),
        (["x", "a"], {"a"}, (1 / math.log2(3), 1.0, 0.5)),
        (["a", "x", "b"], {"a", "b"}, (1.5 / (1 + 1 / math.log2(3)), 1.0, 1.0)),
        (["x", "y"], {"a"}, (0.0, 0.0, 0.0)),
        ([], {"a"}, (0.0, 0.0, 0.0)),
        (["x"] * 10 + ["a"], {"a"}, (0.0, 0.0, 1 / 11)),
    ],
)
def test_figures_of_an_order(found, right, expected):
    """nDCG@10, recall@10 and the reciprocal rank of orders worked out by hand."""
    assert (ndcg(found, right), recall(found, right), reciprocal_rank(found, right)) == pytest.approx(expected)


def test_recall_of_many_right_answers_can_reach_one():
    """Ten of twelve right answers fill a list of ten."""
    right = [f"r{number}" for number in range(12)]
    assert recall(right[:10], right) == 1.0 and ndcg(right[:10], right) == pytest.approx(1.0)


def test_the_standard_error_is_the_bootstraps():
    """Close to the textbook's s / sqrt(n), zero without spread, the same every time."""
    values = np.random.default_rng(3).random(200)
    assert standard_error(values) == pytest.approx(values.std(ddof=1) / math.sqrt(200), rel=0.1)
    assert standard_error(values) == standard_error(values)
    assert standard_error([0.5] * 9) == 0.0 and standard_error([1.0]) == 0.0


def test_the_halves_of_the_wishes_are_apart():
    """Odd lines tune, even lines are held out; an id that the catalogue lacks is refused."""
    tuning, held = wishes()
    assert len(tuning) == len(held) == 80
    assert not {one.text for one in tuning} & {one.text for one in held}
    with pytest.raises(InvalidRequest, match="the catalogue lacks"):
        wishes({"alien-1979"})


@pytest.mark.data
def test_plots_are_known_items(data, index):
    """At least 450 films of the catalogue have a plot in ReDial's table; without the table the remedy is named."""
    found = plots(data, index.items)
    assert len(found) >= 450 and all(len(one.right) == 1 and len(one.text) > 20 for one in found)
    with pytest.raises(InvalidRequest) as caught:
        plots(data / "nowhere", index.items)
    assert "--data" in caught.value.hint


def test_every_system_orders_without_repeats(index, sets):
    """No system names a film twice, and only films of the catalogue."""
    for name, system in {**systems(index, 0.3), **ablations()}.items():
        for found in sets[0].found:
            order = system(found)
            assert len(set(order)) == len(order) and set(order) <= set(index.ids), name


def test_fusion_prefers_what_both_legs_find(sets):
    """Reciprocal rank fusion puts a row that both legs rank first before any other."""
    for found in sets[0].found:
        if found.lexical and found.dense[0] == found.lexical[0]:
            assert fused(found)[0] == found.dense[0]
    assert any(set(one.lexical) & set(one.dense) for one in sets[0].found)


def test_random_is_worse_than_words(index, sets):
    """Sanity: on real wishes a lexical search finds more than chance and more than fame."""
    known = systems(index, 0.3)
    means = {name: score(sets[1], known[name])["nDCG@10"].mean() for name in ("random", "popularity", "BM25")}
    assert means["BM25"] > 2 * max(means["random"], means["popularity"])


def test_the_report_on_retrieval_is_complete(index, sets):
    """One row per system and ablation and set, the grid on the tuning half alone, a check per set; JSON-ready."""
    told = report(index, sets[0], sets[1:]).to_json()
    assert set(told) == {"name", "protocol", "machine", "rows", "checks"}
    names = [row["system"] for row in told["rows"] if row["queries"] == "held out"]
    assert names == [*systems(index, 0.3), *ablations()]
    grid = [row for row in told["rows"] if row["system"].startswith("grid")]
    assert len(grid) >= 25 and {row["queries"] for row in grid} == {"tuning"}
    assert grid == sorted(grid, key=lambda row: -row["nDCG@10"])
    assert all(0 <= row[name] <= 1 and row["n"] == 12 for row in told["rows"] for name in ("nDCG@10", "R@10", "MRR"))
    assert len(told["checks"]) == 2 and all(isinstance(check["ok"], bool) for check in told["checks"])
    assert json.loads(json.dumps(told)) == told


def test_a_report_reads_well():
    """The table names every column once and says which target is missed."""
    rows = ({"system": "ours", "ms": 12.3456}, {"system": "a plain stack", "seconds": 2})
    checks = (Check("ms", 12.3, "<= 20", True), Check("size", 9, "<= 5", False))
    lines = Report("bench", "how it was made", "a machine", rows, checks).table().splitlines()
    assert lines == [
        "bench: how it was made",
        "a machine",
        "",
        "system         ms     seconds",
        "ours           12.35",
        "a plain stack         2",
        "",
        "ok   ms: 12.3 (<= 20)",
        "FALLS SHORT size: 9 (<= 5)",
    ]
    assert "cores" in machine()


@pytest.mark.parametrize("module", [protocols, benchmarks])
def test_measurements_are_chosen_by_name(module, tmp_path):
    """`list` names them all; an unknown name is refused with the names."""
    told = module.run("list", data=tmp_path)
    assert len(told.rows) >= 2
    with pytest.raises(InvalidRequest) as caught:
        module.run("everything", data=tmp_path)
    assert all(row["system"] in caught.value.hint for row in told.rows)


@pytest.mark.data
def test_search_is_measured_beside_chroma(data, tmp_path):
    """Three systems under four filters; ours is exact under a filter, and a second run embeds nothing."""
    embedder, texts = HashedEmbedder(64), [one.text for one in wishes()[0][:5]]
    told = search_speed.run(data, size=400, texts=texts, embedder=embedder, cache=tmp_path / "cache")
    assert len(told.rows) == 12 and len(told.checks) == 8
    assert all(check.ok for check in told.checks if check.name.startswith("recall"))
    known = search_speed.load(tmp_path / "cache")
    assert len(known.items) == 400 and known.items[0].title
    with pytest.raises(InvalidRequest, match="there is no"):
        search_speed.films(tmp_path, 10)


def test_a_turn_is_timed_at_the_client():
    """Marks are taken when events arrive, tokens are counted over the whole reply."""
    events = [("understood", {}), ("recommended", {"items": []}), ("delta", {"text": "Two films "})]
    events += [("delta", {"text": "for you."}), ("done", {})]
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events).encode()
    with Streaming(body) as url, httpx.Client(base_url=url) as client:
        timing = turn_speed.turn(client, "hello")
    assert 0 < timing.cards <= timing.first_word <= timing.done
    assert timing.text == "Two films for you."
    assert turn_speed.count_tokens([timing.text, ""]) == [5, 0]


def test_turn_targets_are_checked():
    """Bounds and the ratio to the plain stack, each with its target."""
    ours = {"cards_p50_ms": 400, "first_word_p50_ms": 1200, "ready_s": 9, "resident_mb": 1600, "turns_per_s": 4.0}
    checks = turn_speed._checks(ours, {"turns_per_s": 1.0})
    assert [check.ok for check in checks] == [True, False, True, False, True]


def test_reading_is_timed_stage_by_stage_in_a_process_of_its_own(tmp_path, data):
    """Rules, reader and re-ranker, each with its times and memory; the targets are checked on what was measured."""
    message = '[[case]]\nmessage = "a tent for two"\nwant = { acts = ["recommend"] }\n'
    (tmp_path / "outdoor.open.toml").write_text(message, "utf-8")
    report = reading_speed.run(data, gold=tmp_path)
    assert [row["n"] for row in report.rows] == [reading_speed.ROUNDS, reading_speed.ROUNDS, 1]
    assert all(0 < row["p50_ms"] <= row["p95_ms"] and row["resident_mb"] > 100 for row in report.rows)
    assert report.rows[0]["added_mb"] == 0
    rows = [{"p50_ms": 1.0, "added_mb": 0}, {"p50_ms": 26.0, "added_mb": 50}, {"p50_ms": 200.0, "added_mb": 340}]
    assert [check.ok for check in reading_speed.checks(rows)] == [False, True]


class Streaming:
    """A real HTTP server on loopback that answers every message with the same events."""

    def __init__(self, body):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
