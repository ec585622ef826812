"""The blind comparison of the composed writer and the trained one, prepared for two raters and counted.

    python -m bot.evaluation.writing.blind prepare OUT [--weights FOLDER] [--data DIR]
    python -m bot.evaluation.writing.blind count OUT RATINGS RATINGS

`prepare` leaves `sheet.md` and `sheet.jsonl` to be read, `ratings.tsv` to be copied and filled in, and `key.json`,
which raters do not see. Which side is whose is drawn anew for every pair.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from bot.engines.phraser.speaking import WEIGHTS, open_phraser
from bot.engines.write_model import Words
from bot.errors import InvalidRequest, ShelftalkError
from bot.evaluation.writing.pairs import Pair, pairs
from bot.evaluation.writing.playing import SCRIPT, Reply, conversations, product
from bot.evaluation.writing.ratings import counted, read_ratings, verdicts
from bot.evaluation.writing.variety import count as of_pairs
from bot.evaluation.writing.variety import ours, theirs, variety
from bot.settings import Settings

PAIRS = 100
SHEET, ROWS, BLANK, KEY = "sheet.md", "sheet.jsonl", "ratings.tsv", "key.json"
_HEAD = """# Which reply reads better?

Below are {n} turns of conversations. Each shows what the visitor said and two replies about the same items for the
same reasons. Say which reads better as a reply to this visitor: `a`, `b`, or `tie` where neither does. Judge the words
alone: is it clear, natural, easy to take in; do the lines of one reply sound alike? Write one line for each pair into
a copy of `{blank}`: the number, a tab, and `a`, `b` or `tie`; a remark may follow behind another tab.
"""


def prepare(
    out: Path,
    phraser: Words,
    *,
    data: Path | None = None,
    settings: Settings | None = None,
    script: Path = SCRIPT,
    style: str = "plain",
    seed: int = 11,
) -> dict[str, Any]:
    """Play the conversations, draw at most `PAIRS` turns and write the files; what there is to tell of them."""
    says = conversations(script)
    with product(settings) as assistant:
        told = list(pairs(assistant, phraser, says, style=style))
        indexes = {name: assistant.shelf(name).items for name in assistant.catalogs}
        replies = {
            "composed": [_told(reply, pair.composed) for pair, reply in told],
            "model": [_told(reply, pair.model) for pair, reply in told],
        }
        texts = {name: ours(found, indexes, quotes=False) for name, found in replies.items()}
    random = Random(seed)
    found = [pair for pair, _ in told]
    drawn = random.sample(found, min(PAIRS, len(found)))
    if not drawn:
        raise InvalidRequest("no turn of the conversations recommends anything", hint="give other conversations")
    _write(out, drawn, [random.choice("ab") for _ in drawn])
    people = theirs(data) if data else []
    least = min(map(of_pairs, [*texts.values(), *([people] if people else [])]))
    varied = {name: round(variety(rows, least).value, 3) for name, rows in (*texts.items(), ("people", people)) if rows}
    worded, lines = (sum(counts) for counts in zip(*(pair.lines for pair in drawn), strict=True))
    same = sum(pair.same for pair in drawn)
    return {"pairs": len(drawn), "same": same, "lines": lines, "by the model": worded, "distinct-2": varied}


def _told(reply: Reply, text: str) -> Reply:
    """The reply as if it had been ``text``."""
    return Reply(reply.conversation, reply.turn, reply.catalog, reply.said, text, reply.cards)


def _write(out: Path, drawn: Sequence[Pair], sides: Sequence[str]) -> None:
    """The files; ``sides``: where the model stands in each pair."""
    out.mkdir(parents=True, exist_ok=True)
    rows = [_row(number, pair, side) for number, (pair, side) in enumerate(zip(drawn, sides, strict=True), 1)]
    (out / ROWS).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    head = _HEAD.format(n=len(rows), blank=BLANK)
    (out / SHEET).write_text("\n".join([head, *map(_shown, rows)]), "utf-8")
    blank = (f"{row['number']}\t{'tie' if row['same'] else ''}\n" for row in rows)
    (out / BLANK).write_text("# number<TAB>a, b or tie\n" + "".join(blank), "utf-8")
    key = {row["number"]: {"model": side, "same": row["same"]} for row, side in zip(rows, sides, strict=True)}
    (out / KEY).write_text(json.dumps(key, indent=0), "utf-8")


def _row(number: int, pair: Pair, side: str) -> dict[str, Any]:
    replies = {"a": pair.model, "b": pair.composed} if side == "a" else {"a": pair.composed, "b": pair.model}
    return {"number": number, "catalog": pair.catalog, "said": list(pair.said), **replies, "same": pair.same}


def _shown(row: dict[str, Any]) -> str:
    """One pair as a person reads it."""
    said = "\n".join(f"> {message}" for message in row["said"])
    title = f"## {row['number']} ({row['catalog']})\n\n{said}\n"
    if row["same"]:
        return f"{title}\nBoth replies are the same word for word: a tie.\n\n{row['a']}\n"
    return f"{title}\n**Reply a**\n\n{row['a']}\n\n**Reply b**\n\n{row['b']}\n"


def count(out: Path, ratings: Sequence[Path]) -> list[dict[str, Any]]:
    """What the raters said. Raises InvalidRequest for files that are missing or wrong."""
    try:
        key = {int(number): one for number, one in json.loads((out / KEY).read_text("utf-8")).items()}
        sides = {number: str(one["model"]) for number, one in key.items()}
        same = [number for number, one in key.items() if one["same"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest(
            f"{out / KEY} cannot be read: {error}", hint="name a folder that `prepare` made"
        ) from error
    told = {
        f"{place} {path.stem}": verdicts(read_ratings(path, list(key)), sides, same)
        for place, path in enumerate(ratings, 1)
    }
    return list(counted(told, same))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 2 for what cannot be done, with the remedy."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation.writing.blind", description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    making = parts.add_parser("prepare", help="write the sheet, blank ratings and the key")
    making.add_argument("out", type=Path)
    making.add_argument("--weights", type=Path, default=WEIGHTS, help="the folder of the trained writer")
    making.add_argument("--data", type=Path, help="public data: says how varied people's words are beside both")
    making.add_argument("--style", default="plain", help="the style that both write in")
    counting = parts.add_parser("count", help="count what raters said")
    counting.add_argument("out", type=Path)
    counting.add_argument("ratings", type=Path, nargs="+")
    given = parser.parse_args(arguments)
    try:
        if given.part == "prepare":
            told = [prepare(given.out, open_phraser(folder=given.weights), data=given.data, style=given.style)]
        else:
            told = count(given.out, given.ratings)
    except ShelftalkError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return 2
    sys.stdout.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
