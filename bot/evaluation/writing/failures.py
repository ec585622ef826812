"""What is untrue, impersonal, unlabelled or misjudged, for whoever improves writer and check; no sealed words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.evaluation.writing.judging import Judged
from bot.evaluation.writing.verdicts import CHECK, Verdict


def of_replies(judged: Sequence[Judged]) -> Iterator[dict[str, Any]]:
    """A row for every statement and explanation that is not as it should be, and for those that nobody has labelled."""
    for one in judged:
        if one.label in ("unsupported", "impersonal", None):
            where = f"{one.reply.conversation}/{one.reply.turn}"
            yield {"failure": one.label or "unlabelled", "where": where, "text": one.text, "why": one.why}


def of_check(verdicts: Sequence[Verdict]) -> Iterator[dict[str, Any]]:
    """A row for every statement of the open half that the claim check misses, or leaves out although it is true."""
    for one in verdicts:
        if one.system == CHECK and one.half == "open" and one.flagged != bool(one.statement.error):
            failure = "true, left out" if one.flagged else "untrue, let through"
            yield {"failure": failure, "where": one.scene, "text": one.statement.text, "why": one.statement.error}
