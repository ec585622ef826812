"""`python -m bot.evaluation.writing.labelling`: play the conversations and ask for labels of what is new.

Every reply that says something stands in `gold/replies.jsonl` afterwards, with the labels that still hold and ``null``
for a person to fill in. What is no longer said is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bot.assistant import Assistant
from bot.evaluation.writing.labels import GOLD, Labelled, Labels, digest, load, save
from bot.evaluation.writing.playing import Reply, conversations, play, product
from bot.evaluation.writing.statements import Cutter


def labelled(assistant: Assistant, replies: Iterable[Reply], known: Labels) -> Iterator[Labelled]:
    """The rows of replies, labelled as far as ``known`` goes."""
    cutters = {name: Cutter(assistant.shelf(name).items) for name in assistant.catalogs}
    records = records_of(assistant)
    for reply in replies:
        cutter = cutters[reply.catalog]
        spoken = dict.fromkeys((*reply.shown, *cutter.named(reply.text)))
        yield Labelled(
            reply.conversation,
            reply.turn,
            reply.said,
            reply.shown,
            {id_: records[reply.catalog][id_] for id_ in spoken},
            {(one.item, one.text): known.of(reply, one, records[reply.catalog]) for one in cutter.cut(reply)},
            {
                (card.item.id, " ".join(card.reasons)): known.personal(reply, card, records[reply.catalog])
                for card in reply.cards
            },
        )


def records_of(assistant: Assistant) -> Mapping[str, Mapping[str, str]]:
    """Catalogue -> id -> digest of the record."""
    shelves = {name: assistant.shelf(name) for name in assistant.catalogs}
    return {name: {id_: digest(item) for id_, item in shelf.items.items.items()} for name, shelf in shelves.items()}


def main(path: Path = GOLD) -> None:
    """Renew the file."""
    known = Labels(load(path) if path.is_file() else ())
    with product() as assistant:
        rows = list(labelled(assistant, play(assistant, conversations()), known))
    save(rows, path)
    open_ = sum(label is None for row in rows for table in (row.statements, row.cards) for label, _ in table.values())
    sys.stdout.write(f"{len(rows)} replies in {path}; {open_} labels to fill in\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
