"""Names of films, as names of items to be talked of."""

from __future__ import annotations

import re
from pathlib import Path

from bot.training.corpora.files import json_rows

_YEAR = re.compile(r"\s*\(.*\)$")


def titles(data: Path) -> list[str]:
    """Every title of 3 to 40 characters, without what stands in brackets behind it; sorted. Raises InvalidRequest."""
    names = (_YEAR.sub("", row["title"]) for row in json_rows(data, "wikipedia_movies/movies.jsonl.gz"))
    return sorted({name for name in names if 3 <= len(name) <= 40})
