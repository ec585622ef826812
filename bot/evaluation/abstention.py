"""Protocol `abstention`: does the help centre's answer stand, and does the bot stay silent when none is there?

Two help centres: the policy pages of a real company (143 sections; questions split by page and topic into a half for
tuning and a held-out half) and the films demo (81 sections, all held out, nothing is fitted on it). An answer is right
when a section that answers is cited and the words said hold the fact. Weights and threshold come from the tuning half
alone, the threshold from cross-validated scores. ``python -m bot.evaluation.abstention DATA`` fits them again.

The held-out figures are a little kind: questions and word lists have one author, and the wrong answers of one held-out
run were read, to correct three labels, before the last changes (which were chosen on the tuning half).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bot.answering import calibration as calibrations
from bot.answering.calibration import ANY, Calibration
from bot.answering.finding import find
from bot.answering.reading import reader_of
from bot.evaluation.datasets import Question, films_help, index_of, policies, questions
from bot.evaluation.fitting import MOST_WRONG, Tried, cross_validated, fit
from bot.evaluation.metrics import abstention, threshold_for
from bot.evaluation.naive_answers import NAIVE
from bot.evaluation.report import Check, Report, machine

if TYPE_CHECKING:
    from bot.types import Reranker
    from vectorstore.base import Embedder
    from vectorstore.index import PassageIndex

    Part: TypeAlias = tuple[PassageIndex, Sequence[Question]]

FEATURES = ("dense", "sentence", "lexical", "margin", "missing")
WORD_FEATURES = ("lexical", "covered", "known", "missing")
_PROTOCOL = (
    "our own questions to two help centres, answerable and not; right = a section that answers is cited and the fact "
    "is said; weights and threshold from the policies' tuning half alone (its own row is cross-validated), at most "
    f"{MOST_WRONG:.0%} answered wrong there; naive systems answer with one whole passage, thresholds by the same rule"
)
_HEADER = """# When a service answer is given: weights of a logistic model, and the threshold, one table per embedder.
# Fitted on the tuning half of the questions about the policy pages, by the command in `made_by`.

"""


def run(data: Path, *, embedder: Embedder | None = None) -> Report:
    """Measure the shipped calibration on both help centres, naive systems beside it."""
    from bot.engines.rerank_local import LateInteractionReranker, TokenEmbedder

    embedder = embedder or _default_embedder()
    reranker = LateInteractionReranker(embedder) if isinstance(embedder, TokenEmbedder) else None
    policy, films = index_of(policies(data), embedder), index_of(films_help(), embedder)
    asked = questions("basecamp_policies")
    tuning = [one for one in asked if one.split == "tuning"]
    sets: dict[str, Part] = {
        "policies, tuning": (policy, tuning),
        "policies, held-out": (policy, [one for one in asked if one.split == "held-out"]),
        "films, held-out": (films, questions("films_help")),
    }
    rows = [row for name, (index, part) in sets.items() for row in _ours(name, index, part, embedder, reranker)]
    rows += _naive(policy, tuning, sets)
    fitted = fit(trials(policy, tuning, embedder), features=FEATURES, embedder=embedder.name)
    checks = _checks(rows, fitted, calibrations.shipped(embedder.name))
    return Report("abstention", _PROTOCOL, machine(), tuple(rows), tuple(checks))


def _ours(
    name: str, index: PassageIndex, asked: Sequence[Question], embedder: Embedder, reranker: Reranker | None
) -> Iterator[dict[str, Any]]:
    """Our rows for one set of questions; on the tuning half every score is cross-validated."""
    plain = trials(index, asked, embedder)
    systems = [("shelftalk", plain, calibrations.shipped(embedder.name))]
    if reranker is not None:
        systems.append(("shelftalk, re-ranked", trials(index, asked, embedder, reranker), systems[0][2]))
    systems.append(("shelftalk, words alone", plain, calibrations.shipped(ANY)))
    for system, tried, judge in systems:
        seen = asked[0].split == "tuning"
        scores = cross_validated(tried, features=judge.features) if seen else _scores(tried, judge)
        judged = [one.judged(score) for one, score in zip(tried, scores, strict=True)]
        yield {"system": system, "questions": name, **abstention(judged, judge.threshold)}


def _scores(tried: Sequence[Tried], judge: Calibration) -> list[float]:
    return [judge.probability(one.signals) for one in tried]


def trials(
    index: PassageIndex, asked: Sequence[Question], embedder: Embedder, reranker: Reranker | None = None
) -> list[Tried]:
    """What would be said to every question, judged, whatever the threshold."""
    reader = reader_of(index, embedder)
    tried = []
    for question in asked:
        found = find(reader, question.question, embedder=embedder, reranker=reranker)
        sentences = [sentence for part in found.chosen for sentence in part.sentences]
        cited = [part.passage for part in found.chosen]
        right = question.is_right(sentences, cited)
        tried.append(Tried(question, right, question.is_cited(cited), found.signals or {}))
    return tried


def _naive(policy: PassageIndex, tuning: Sequence[Question], sets: Mapping[str, Part]) -> Iterator[dict[str, Any]]:
    """The naive systems' rows; a threshold is chosen on the tuning half by the same rule as ours."""
    for system, naive in NAIVE.items():
        limit = -np.inf if naive.always else threshold_for(naive.judge(policy, tuning), most_wrong=MOST_WRONG)
        for name, (index, part) in sets.items():
            yield {"system": system, "questions": name, **abstention(naive.judge(index, part), float(limit))}


def _checks(rows: Sequence[Mapping[str, Any]], fitted: Calibration, shipped: Calibration) -> Iterator[Check]:
    """The targets, on held-out questions; and that the shipped numbers are the ones this machine fits."""
    figures = {(row["system"], row["questions"]): row for row in rows}
    for name in ("policies, held-out", "films, held-out"):
        ours = figures["shelftalk", name]
        wrong, invented, separation = ours["answered_wrong"], ours["no_answer_there"], ours["auroc"]
        peer = max(figures[system, name]["answered_right"] for system, naive in NAIVE.items() if not naive.always)
        gain = round(ours["answered_right"] - peer, 3)
        yield Check(f"answered wrong, {name}", wrong, "<= 0.05", wrong <= 0.05)
        yield Check(f"answered where no answer is, {name}", invented, "<= 0.05", invented <= 0.05)
        yield Check(f"AUROC, {name}", separation, ">= 0.85", separation >= 0.85)
        yield Check(f"answered right above the better naive threshold, {name}", gain, "> 0", gain > 0)
    drift = round(abs(fitted.threshold - shipped.threshold), 3)
    yield Check("threshold, fitted again", drift, "<= 0.05 from the shipped one", drift <= 0.05)


def _default_embedder() -> Embedder:
    from vectorstore.embedders.local import LocalEmbedder

    return LocalEmbedder()


def main(data: Path, to: Path) -> None:
    """Fit both calibrations on the tuning half and write the data file."""
    embedder = _default_embedder()
    tuning = [one for one in questions("basecamp_policies") if one.split == "tuning"]
    tried = trials(index_of(policies(data), embedder), tuning, embedder)
    tables = [
        fit(tried, features=FEATURES, embedder=embedder.name),
        fit(tried, features=WORD_FEATURES, embedder=ANY),
    ]
    to.write_text(_HEADER + "\n".join(table.toml() for table in tables), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bot.evaluation.abstention DATA (the folder of public data files)")
    main(Path(sys.argv[1]), Path(calibrations.__file__).with_name("calibration.toml"))
