"""The benchmark of ingestion: both rates from one run, a second run that writes nothing, checks with targets."""

from __future__ import annotations

import pytest

from bot.errors import InvalidRequest
from bot.evaluation import benchmarks, ingest_speed


def test_both_sides_and_a_second_run(data):
    """Three rows of the same films, the steps of the ingest with their seconds, and three checks."""
    report = ingest_speed.run(data, rows=40, embedder="hashed")
    assert [row["system"] for row in report.rows] == ["embedder alone", "whole ingest", "again, nothing changed"]
    assert all(row["n"] == 40 for row in report.rows)
    whole = report.rows[1]
    assert whole["peak_mb"] > 10
    assert whole["seconds"] == pytest.approx(
        sum(whole[name] for name in ("read_s", "embed_s", "index_s", "prove_s")), abs=0.4
    )
    assert [(check.name, check.ok) for check in report.checks[1:]] == [
        ("seconds of a second run", True),
        ("generations written by a second run", True),
    ]
    assert report.to_json()["checks"][0]["target"] == ">= 0.85"


def test_what_cannot_be_measured(tmp_path, data):
    """Each is refused with what would do."""
    for call in (
        lambda: benchmarks.run("ingest", data=tmp_path),
        lambda: benchmarks.run("ingest", data=data, rows=3),
        lambda: benchmarks.run("search", data=data, rows=100),
    ):
        with pytest.raises(InvalidRequest) as refused:
            call()
        assert refused.value.hint
