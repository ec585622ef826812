"""Pattern files and an operator's own lines: how they are read, and what is said when they cannot be."""

from __future__ import annotations

import re

import pytest

from bot.errors import InvalidRequest
from bot.training.labelling import LabelledTurn
from bot.training.markup import Mark, Pattern, parse, read_patterns
from bot.training.rows import read_rows
from bot.training.saying import speakable
from bot.training.shops import written
from bot.training.splitting import held_out
from bot.training.texts import PATTERNS


def test_a_line_is_parsed_whole():
    """Acts, flags, what was said before, meanings, letters, given words and the other end."""
    line = "> any {nouns}? || [refine, feedback +more] not {vague<:N!}, {liked+seen:R|the 2nd} was {wish|cosy}"
    assert parse(line, family="f", source="f.txt:3") == Pattern(
        acts=("refine", "feedback", "more"),
        text=(
            "not ",
            Mark(("vague<",), "N", opposite=True),
            ", ",
            Mark(("liked", "seen"), "R", "the 2nd"),
            " was ",
            Mark(("wish",), "", "cosy"),
        ),
        before=("any ", Mark(("nouns",)), "?"),
        family="f",
        source="f.txt:3",
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("no acts here", "it does not begin with [acts]"),
        ("[buy] a {noun}", "'buy' is no act"),
        ("[recommend +loud] a {noun}", "'loud' is no act"),
        ("[recommend] a {noun", "a brace is not closed"),
        ("[recommend] a {is:V} noun} {wish|now}", "a brace is not closed"),
        ("[recommend] a {wants:V}", "'wants' is no meaning"),
        ("[recommend] a {noun} {wish}", "its words are missing"),
        ("[recommend] {is}", "it is about nothing"),
        ("[recommend] {is:N}", "'is' is about one of V, W, X, F, G, not N"),
        ("[recommend] under {<:V}", "'<' is about one of N, M, not V"),
        ("[feedback] {liked:V}", "'liked' is about one of T, R, not V"),
        ("[feedback] {liked:film|Up}", "'film' is neither a letter nor a facet's name"),
        ("[recommend] {is:genre=horror} ones", "beside a facet's name every mark needs its words"),
        ("[recommend] {is:genre|horror} {nouns}", "beside a facet's name every mark needs its words"),
        ("[recommend] {is:genre|horror} {is:V|blue}", "facets go by their letters or by their names, not by both"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, line, why):
    """File, line, what is wrong, the text itself, and where the format is told."""
    (tmp_path / "mine.txt").write_text(f"# one\n[recommend] a {{noun}}\n\n{line}\n", "utf-8")
    with pytest.raises(InvalidRequest) as caught:
        read_patterns(tmp_path)
    assert str(caught.value).startswith(f"mine.txt:4: {why}: ")
    assert caught.value.hint == "see bot/training/patterns/README.md for the format"


def test_a_facets_own_name_is_for_an_operators_lines(tmp_path):
    """What stands in the pattern folder can be said in any shop."""
    (tmp_path / "mine.txt").write_text("[recommend] {is:genre|horror} ones\n", "utf-8")
    with pytest.raises(InvalidRequest, match=r"mine.txt:1: a facet goes by its letter here"):
        read_patterns(tmp_path)


def test_every_shipped_pattern_can_be_said_somewhere():
    """All lines parse, none stands twice, and each one finds the facets that it speaks of in some shop."""
    patterns = read_patterns(PATTERNS)
    shops = written()
    lines = [(pattern.before, pattern.text) for pattern in patterns]
    assert len(patterns) >= 2000
    assert len(lines) - len(set(lines)) <= len(lines) // 100
    assert [one.source for one in patterns if not any(speakable(one, shop) for shop in shops)] == []
    families = {one.family for one in patterns}
    assert 0.12 < sum(map(held_out, families)) / len(families) < 0.28


def test_the_lines_of_the_page_about_the_format_are_right():
    """Every example in the README parses."""
    page = (PATTERNS / "README.md").read_text("utf-8")
    blocks = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip() and line[0] not in "#@"]
    assert len(lines) == 7
    assert [parse(line).acts[0] for line in lines].count("recommend") == 4


def test_own_lines_are_patterns_or_labelled_turns(tmp_path):
    """A line with letters stays a pattern; one with names becomes the message that it is, its marks as characters."""
    (tmp_path / "own.txt").write_text(
        "[recommend] a {is:V} {noun}\n"
        "# gifts\n"
        "> {is:genre=horror|scary films} || [refine, feedback] at most {<=:price|20 euros}, "
        "{liked+seen:R|it} is {wish|fun}\n",
        "utf-8",
    )
    rows = read_rows(tmp_path / "own.txt")
    assert [(one.family, one.source) for one in rows.patterns] == [("own.txt:1", "own.txt:1")]
    assert rows.turns == (
        LabelledTurn(
            source="own.txt:3",
            family="own/gifts",
            acts=("refine", "feedback"),
            message="at most 20 euros, it is fun",
            marks=((8, 16, "<=:price"), (18, 20, "liked+seen:R"), (24, 27, "wish")),
            before="scary films",
            shown=True,
        ),
    )


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b"", "holds no line"), (b"\xff\xfe[", "cannot be read")]
)
def test_a_file_of_own_lines_that_is_none_is_refused(tmp_path, content, said):
    """Missing, empty or not UTF-8: the file and the remedy."""
    if content is not None:
        (tmp_path / "own.txt").write_bytes(content)
    with pytest.raises(InvalidRequest, match=said) as caught:
        read_rows(tmp_path / "own.txt")
    assert caught.value.hint
