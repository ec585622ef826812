"""The abstention protocol: its figures, its questions, its fit, and what it reports."""

from __future__ import annotations

import json
import math
import re

import pytest

from bot.answering.calibration import shipped
from bot.errors import InvalidRequest
from bot.evaluation.abstention import FEATURES, WORD_FEATURES, run, trials
from bot.evaluation.datasets import Question, films_help, index_of, policies, questions
from bot.evaluation.fitting import Tried, cross_validated, fit
from bot.evaluation.metrics import Judged, abstention, auroc, threshold_for
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.embedders.scripted import HashedEmbedder

# -- figures ----------------------------------------------------------------------------------------------------------

JUDGED = [
    Judged(answerable=True, right=True, score=0.9, cited=True),
    Judged(answerable=True, right=False, score=0.8, cited=True),
    Judged(answerable=False, right=False, score=0.6),
    Judged(answerable=True, right=True, score=0.4, cited=True),
    Judged(answerable=False, right=False, score=0.1),
]


def test_abstention_counts_every_question_once():
    """The four shares add up to one, and each figure is what its name says."""
    assert abstention(JUDGED, 0.5) == {
        "n": 5,
        "answerable": 3,
        "coverage": 0.6,
        "answered_right": 0.2,
        "answered_wrong": 0.4,
        "no_answer_there": 0.2,
        "abstained_right": 0.2,
        "abstained_wrong": 0.2,
        "precision": 0.333,
        "cited": 0.667,
        "recall": 0.333,
        "auroc": 0.833,
        "auroc_right": 0.667,
    }


def test_auroc_is_a_chance():
    """1 when every positive is above every negative, a half for ties, NaN when one side is empty."""
    assert auroc([2, 3], [0, 1]) == 1.0
    assert auroc([1], [1]) == 0.5
    assert math.isnan(auroc([], [1]))


@pytest.mark.parametrize(("most_wrong", "threshold"), [(0.0, 0.9), (0.2, 0.9), (0.4, 0.4), (1.0, 0.4)])
def test_threshold_answers_most_within_the_limit(most_wrong, threshold):
    """The chosen threshold answers as many right as the limit of wrong answers allows."""
    assert threshold_for(JUDGED, most_wrong=most_wrong) == threshold


def test_no_threshold_without_a_right_answer():
    """Where every answer is wrong, nothing is answered."""
    assert threshold_for([Judged(True, False, 0.9)], most_wrong=0.0) == math.inf


# -- questions --------------------------------------------------------------------------------------------------------


def test_there_are_enough_questions():
    """At least 120 answerable and 120 unanswerable about the policies, 40 and 40 about the films, none twice."""
    policy, films = questions("basecamp_policies"), questions("films_help")
    assert sum(bool(one.sections) for one in policy) >= 120
    assert sum(not one.sections for one in policy) >= 120
    assert sum(bool(one.sections) for one in films) >= 40
    assert sum(not one.sections for one in films) >= 40
    texts = [one.question.casefold() for one in (*policy, *films)]
    assert len({one.id for one in (*policy, *films)}) == len(texts)
    assert len(set(texts)) == len(texts)
    assert {one.split for one in films} == {"held-out"}


def test_splits_share_no_page_and_no_topic():
    """A page, and the subject of an unanswerable question, lies in one half as a whole; only "off-topic" is in both."""
    policy = questions("basecamp_policies")
    halves = [{one.topic for one in policy if one.split == split} for split in ("tuning", "held-out")]
    assert halves[0] & halves[1] == {"off-topic"}


def test_films_sections_exist_and_hold_the_fact():
    """Every answerable question points at sections that are there and say the fact."""
    assert _unfounded(questions("films_help"), films_help()) == []


@pytest.mark.data
def test_policy_sections_exist_and_hold_the_fact(data):
    """Every answerable question points at sections that are there and say the fact."""
    assert _unfounded(questions("basecamp_policies"), policies(data)) == []


@pytest.mark.data
def test_questions_are_in_our_own_words(data):
    """No question shares six words in a row with the pages."""
    pages = [_words(passage.text) for passage in (*policies(data), *films_help())]
    runs = {tuple(words[at : at + 6]) for words in pages for at in range(len(words) - 5)}
    for one in (*questions("basecamp_policies"), *questions("films_help")):
        words = _words(one.question)
        assert not runs & {tuple(words[at : at + 6]) for at in range(len(words) - 5)}, one.question


def test_missing_data_is_named(tmp_path):
    """Without the pages the protocol says what is missing and where to say it."""
    with pytest.raises(InvalidRequest, match="basecamp_policies is missing") as error:
        policies(tmp_path)
    assert "--data" in error.value.hint


# -- fit and report ---------------------------------------------------------------------------------------------------


def test_fit_finds_what_tells_right_from_wrong():
    """A signal that decides gets the weight, one that says nothing gets next to none; nothing is answered wrong."""
    tried = [_tried(right=number % 2 == 0, signal=number % 2, noise=(number // 2) % 2) for number in range(80)]
    made = fit(tried, features=("signal", "noise"), embedder="some-model")
    assert made.weights[0] < -2 < 10 * abs(made.weights[1])
    assert abs(made.weights[1]) < 0.01
    scores = cross_validated(tried, features=("signal", "noise"))
    found = abstention([one.judged(score) for one, score in zip(tried, scores, strict=True)], made.threshold)
    assert (found["answered_right"], found["answered_wrong"]) == (0.5, 0.0)


def test_films_hold_up_with_the_shipped_calibration():
    """On a help centre that nothing was fitted on: few wrong answers where none is, and a clear separation."""
    embedder = LocalEmbedder()
    tried = trials(index_of(films_help(), embedder), questions("films_help"), embedder)
    judge = shipped(embedder.name)
    found = abstention([one.judged(judge.probability(one.signals)) for one in tried], judge.threshold)
    assert found["auroc"] >= 0.85
    assert found["no_answer_there"] <= 0.06
    assert found["recall"] >= 0.45


@pytest.mark.data
def test_report_is_complete(data):
    """Every system on every set of questions, the four shares adding up to one, checks with targets; valid JSON."""
    report = run(data, embedder=HashedEmbedder(64))
    plain = json.loads(json.dumps(report.to_json()))
    assert (plain["name"], set(plain)) == ("abstention", {"name", "protocol", "machine", "rows", "checks"})
    sets = {"policies, tuning": 148, "policies, held-out": 162, "films, held-out": 90}
    ours = {"shelftalk", "shelftalk, re-ranked", "shelftalk, words alone"}
    naive = {"top dense passage, always", "dense cosine, threshold", "BM25, threshold"}
    assert {(row["system"], row["questions"]) for row in plain["rows"]} == {(s, q) for s in ours | naive for q in sets}
    for row in plain["rows"]:
        shares = [row[name] for name in ("answered_right", "answered_wrong", "abstained_right", "abstained_wrong")]
        assert sum(shares) == pytest.approx(1, abs=0.003)
        assert row["n"] == sets[row["questions"]]
    assert all(check["target"] and isinstance(check["ok"], bool) for check in plain["checks"])
    assert "shelftalk" in report.table()


def test_shipped_features_are_the_fitted_ones():
    """The data file uses exactly the signals that the protocol fits."""
    assert shipped("all-MiniLM-L6-v2").features == FEATURES
    assert shipped("any").features == WORD_FEATURES


def _unfounded(asked, passages):
    """The questions whose sections are not all among ``passages``, or do not say the fact."""
    held = {}
    for passage in passages:
        held[f"{passage.page}#{passage.anchor}"] = held.get(f"{passage.page}#{passage.anchor}", "") + passage.text
    said = {one: " ".join(held.get(section, "") for section in one.sections).casefold() for one in asked}
    return [
        one
        for one, text in said.items()
        if set(one.sections) - set(held) or (one.sections and not any(fact.casefold() in text for fact in one.facts))
    ]


def _words(text):
    return re.findall(r"[a-z0-9']+", text.casefold())


def _tried(*, right, **signals):
    question = Question("q", "tuning", "t", "?", ("p#a",), ("x",))
    return Tried(question, right, right, {name: float(value) for name, value in signals.items()})
