"""What a person said of every statement and explanation, kept in `gold/replies.jsonl`, one line per reply.

A label holds as long as what it rests on is the same: the visitor's messages, the records of the items spoken of, the
words, and, where the words compare, the whole list. Anything else that is said today has no label.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from bot.errors import InvalidRequest
from bot.evaluation.writing.playing import Reply
from bot.evaluation.writing.statements import Statement
from bot.types import Card, plain
from vectorstore.base import Item

Label: TypeAlias = Literal["supported", "unsupported", "no claim"]
LABELS: tuple[Label, ...] = get_args(Label)
Personal: TypeAlias = Literal["personal", "impersonal", "nothing asked"]
PERSONAL: tuple[Personal, ...] = get_args(Personal)
GOLD = Path(__file__).parents[1] / "gold" / "replies.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of one reply. ``records`` are digests of the items that were spoken of, by id.

    ``statements`` maps (item, text) to a label and why, ``cards`` (item, reasons) to whether they name something true
    that this visitor asked for, liked or said; "nothing asked" where there was nothing yet.
    """

    conversation: str
    turn: int
    said: tuple[str, ...]
    shown: tuple[str, ...]
    records: Mapping[str, str]
    statements: Mapping[tuple[str, str], tuple[Label | None, str]] = field(default_factory=dict)
    cards: Mapping[tuple[str, str], tuple[Personal | None, str]] = field(default_factory=dict)


class Labels:
    """The labels of many replies, asked for one statement at a time."""

    def __init__(self, rows: Iterable[Labelled]) -> None:
        self._rows = {(row.conversation, row.turn): row for row in rows}

    def of(self, reply: Reply, statement: Statement, records: Mapping[str, str]) -> tuple[Label | None, str]:
        """The label and why; None where nobody has labelled this. ``records``: digests of today's items."""
        row = self._row(reply, records)
        if row is None or (statement.compares and row.shown != reply.shown):
            return None, ""
        return row.statements.get((statement.item, statement.text), (None, ""))

    def personal(self, reply: Reply, card: Card, records: Mapping[str, str]) -> tuple[Personal | None, str]:
        """Whether a card's reasons are personal, and why not; None where nobody has labelled these."""
        row = self._row(reply, records)
        if row is None:
            return None, ""
        return row.cards.get((card.item.id, " ".join(card.reasons)), (None, ""))

    def _row(self, reply: Reply, records: Mapping[str, str]) -> Labelled | None:
        """The row of the same messages about the same records."""
        row = self._rows.get((reply.conversation, reply.turn))
        same = row is not None and row.said == reply.said
        return row if same and row and all(records.get(id_) == held for id_, held in row.records.items()) else None


def digest(item: Item) -> str:
    """A hash of all that an item's record says."""
    record = plain([item.title, item.description, sorted(item.facets.items())])
    return hashlib.sha256(json.dumps(record, ensure_ascii=False).encode()).hexdigest()[:8]


def load(path: Path = GOLD) -> tuple[Labelled, ...]:
    """The labelled replies of a file. Raises InvalidRequest naming the line and what is wrong with it."""
    if not path.is_file():
        raise InvalidRequest(f"{path} is missing", hint="label the replies: python -m bot.evaluation.writing.labelling")
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            found.append(_labelled(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidRequest(f"{path.name}, line {number}: {error!r}", hint="correct this line") from None
    return tuple(found)


def save(rows: Sequence[Labelled], path: Path = GOLD) -> None:
    """Write them, one line each."""
    path.write_text("".join(json.dumps(_row(row), ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _labelled(row: Mapping[str, Any]) -> Labelled:
    statements = {(one.get("item", ""), one["text"]): _judged(one, LABELS) for one in row["statements"]}
    cards = {(one["item"], one["text"]): _judged(one, PERSONAL) for one in row["cards"]}
    said, shown = tuple(row["said"]), tuple(row["shown"])
    return Labelled(row["conversation"], int(row["turn"]), said, shown, dict(row["records"]), statements, cards)


def _judged(one: Mapping[str, Any], known: Sequence[Any]) -> tuple[Any, str]:
    """A label that is known, or None, and why."""
    label = one["label"]
    if label is not None and label not in known:
        raise ValueError(f"the label {label!r} is none of {', '.join(known)}")
    return label, str(one.get("why", ""))


def _row(row: Labelled) -> dict[str, Any]:
    return {
        "conversation": row.conversation,
        "turn": row.turn,
        "said": list(row.said),
        "shown": list(row.shown),
        "records": dict(row.records),
        "statements": list(_lines(row.statements)),
        "cards": list(_lines(row.cards)),
    }


def _lines(labels: Mapping[tuple[str, str], tuple[Any, str]]) -> Iterator[dict[str, Any]]:
    for (item, text), (label, why) in labels.items():
        yield {**({"item": item} if item else {}), "text": text, "label": label, **({"why": why} if why else {})}
