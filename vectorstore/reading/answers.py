"""Past answers as question and answer pairs -> passages whose heading is the question.

CSV, JSON, JSON Lines, YAML or Parquet, with a column of questions and one of answers. Knows no search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from vectorstore.base import Passage
from vectorstore.errors import CatalogError, HelpError
from vectorstore.help_center import HelpRead
from vectorstore.reading import cells
from vectorstore.reading.date_cells import date, date_order
from vectorstore.reading.markdown import slug
from vectorstore.reading.passages import numbered, pieces
from vectorstore.reading.profiles import header_key
from vectorstore.reading.rows import Problem, Rejected, Row, shown
from vectorstore.reading.slots import address
from vectorstore.reading.tables import read_table

PAGE = "answers"
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "questions", "q", "query", "customer_question", "user_question", "frage", "pregunta",
                 "domanda", "pergunta", "问题", "問題", "质问", "質問", "질문", "السؤال", "prompt", "instruction",
                 "subject"),
    "answer": ("answer", "answers", "a", "response", "reply", "agent_reply", "antwort", "reponse",
    "respuesta", "risposta",
               "resposta", "答案", "回答", "回复", "답변", "الجواب", "completion", "output", "body", "solution"),
    "title": ("title", "page", "article", "titel", "titre", "titulo", "标题"),
    "topic": ("topic", "category", "intent", "tag", "thema", "sujet", "tema", "主题", "分类"),
    "url": ("url", "link", "href", "source_url", "permalink"),
    "date": ("date", "updated", "updated_at", "answered_at", "created_at", "timestamp", "datum", "fecha", "日期"),
}  # fmt: skip
_LEFT_OUT = "the row was left out"


def read_answers(path: Path) -> HelpRead:
    """The passages of a file (or folder) of pairs, ids ``answers#slug-of-the-question``.

    Of a question that comes again the newest answer is kept, else the last. Raises `HelpError` when the file cannot be
    read, has no column of questions or of answers, or holds no pair.
    """
    try:
        table = read_table(path)
    except CatalogError as error:
        raise HelpError(str(error), hint=error.hint) from error
    columns = _columns(table.columns)
    for wanted in ("question", "answer"):
        if wanted not in columns and table.rows:
            raise HelpError(
                f"no column of {path.name} holds {wanted}s; the columns are {', '.join(table.columns[:30])}",
                hint="Call the columns question and answer; title, topic, url and date may stand beside them.",
            )
    pairs, problems, rejected = _pairs(table.rows, columns)
    kept = _newest(pairs, columns)
    passages = tuple(numbered(passage for row in kept for passage in _passages(row, columns)))
    if not passages:
        raise HelpError(f"{path} holds no answered question", hint="Give a row with a question and its answer.")
    again = len(pairs) - len(kept)
    notes = (*table.notes, *([f"{again} questions came again; the newest answer was kept"] if again else []))
    read = len(table.rows) + len(table.refused)
    return HelpRead(passages, (*table.problems, *problems), notes, read, (*table.refused, *rejected))


def _columns(headers: Sequence[str]) -> dict[str, str]:
    """What each wanted field is called in the file."""
    keys = {header_key(header): header for header in reversed(headers)}
    found = {field: next((keys[name] for name in names if name in keys), "") for field, names in _HEADERS.items()}
    return {field: header for field, header in found.items() if header}


def _pairs(rows: Sequence[Row], columns: Mapping[str, str]) -> tuple[list[Row], list[Problem], list[Rejected]]:
    pairs, problems, rejected = [], [], []
    for row in rows:
        missing = next((field for field in ("question", "answer") if not _text(row, columns[field])), None)
        if missing is None:
            pairs.append(row)
            continue
        problems.append(Problem(row.file, row.line, columns[missing], "", "missing", _LEFT_OUT))
        rejected.append(row.rejected(f"{columns[missing]}: missing"))
    return pairs, problems, rejected


def _newest(rows: Sequence[Row], columns: Mapping[str, str]) -> list[Row]:
    """One row per question, in the order of the file."""
    source = columns.get("date", "")
    order = date_order(row.cells[source] for row in rows if source in row.cells)
    kept: dict[str, tuple[str, Row]] = {}
    for row in rows:
        asked = _text(row, columns["question"]).casefold()
        when = date(row.cells.get(source, ""), order) or ""
        if asked not in kept or when >= kept[asked][0]:
            kept[asked] = (when, row)
    return [row for _, row in kept.values()]


def _passages(row: Row, columns: Mapping[str, str]) -> Iterator[Passage]:
    question = _text(row, columns["question"])
    anchor = slug(question)[:80].strip("-") or "question"
    title = _text(row, columns.get("title", "")) or question
    topic, url = _text(row, columns.get("topic", "")), address(row.cells.get(columns.get("url", "")), "")
    for text in pieces(
        [str(row.cells[columns["answer"]]) if _is_text(row, columns) else _text(row, columns["answer"])]
    ):
        yield Passage(f"{PAGE}#{anchor}", PAGE, shown(title), question, anchor, text, url, topic)


def _is_text(row: Row, columns: Mapping[str, str]) -> bool:
    """An answer keeps its lines."""
    return isinstance(row.cells[columns["answer"]], str)


def _text(row: Row, column: str) -> str:
    cell = row.cells.get(column)
    values = cell if isinstance(cell, list) else [cell]
    return " ".join(filter(None, map(cells.word, values)))
