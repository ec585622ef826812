"""The benchmark of many streams, run small: what it counts, and that it ends."""

from __future__ import annotations

import math

import pytest

from bot.engines.write_scripted import PacedWriter
from bot.evaluation import streams
from bot.evaluation.streams import Stream


def test_eight_streams_against_the_real_app():
    """Every reply comes whole from all three servers, and whoever hangs up frees a worker."""
    found = streams.run(streams=8, words=20, seconds=0.02, leavers=2)
    ours, echo, pool = found.rows
    assert [row["system"] for row in found.rows] == ["shelftalk", "bare asyncio echo", "generators on the stock pool"]
    assert (ours["whole"], echo["whole"], pool["whole"]) == (8, 8, 8)
    assert ours["freed_max_s"] >= ours["freed_p50_s"] > 0 and ours["first_word_p50_ms"] > 0
    assert [check.ok for check in found.checks if check.name.startswith("replies")] == [True]
    assert "8 replies of 20 words" in found.table()


def test_figures_of_streams_and_of_those_that_never_ended():
    """The last end against the ideal, the slowest between first word and end; nothing is not zero."""
    kept = [Stream(0.0, first=0.5, done=2.5, words=4), Stream(0.0, first=0.1, done=2.0, words=4), Stream(0.0)]
    found = streams.row(kept, 2.0)
    assert (found["whole"], found["total"], found["pace"], found["first_word_p50_ms"]) == (2, 1.25, 1.0, 300.0)
    assert math.isnan(streams.row([Stream(0.0)], 2.0)["total"])


@pytest.mark.parametrize(
    ("figure", "value", "failing"), [("pace", 1.2, 0), ("total", 1.2, 1), ("freed_max_s", 1.5, 2), ("whole", 7, 3)]
)
def test_what_falls_short(figure, value, failing):
    """Each target by itself."""
    row = {"pace": 1.0, "total": 1.05, "freed_max_s": 0.1, "whole": 8, figure: value}
    assert [check.ok for check in streams.checks(row, streams=8)] == [place != failing for place in range(4)]


def test_the_paced_writer_says_all_its_words():
    """One after the other."""
    assert "".join(PacedWriter(3, 0.0).words()) == "word0 word1 word2 "
