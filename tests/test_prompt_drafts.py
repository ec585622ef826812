"""Drafts of prompts: what is wrong with a wording, who holds it, what it makes of the files, what a crash leaves."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.errors import InvalidRequest
from bot.prompting.casebook import CaseBook
from bot.prompting.cases import Case, Expect
from bot.prompting.drafting import checked, moved, texts_of
from bot.prompting.drafts import Drafts, Editor, HeldByOther, PromptDraft
from bot.prompting.marks import Marks
from bot.prompting.refusing import UnknownCase
from prompts import Library
from prompts.rewriting import reworded

ADA, BOB = Editor("browser-of-ada", "Ada"), Editor("browser-of-bob", "Bob")
LINE = "- **{{ title | md }}** {{ reason | md }}"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The shipped prompts."""
    folder = tmp_path_factory.mktemp("prompts")
    return Library.open(folder / "published", folder)


def found(library, name, key, *texts, language="en"):
    """(alternative, line, message, must) of everything that is wrong, and the previews."""
    done = checked(library, name, language, {key: texts}, shipped=library)
    return [(one.alternative, one.line, one.message, one.must) for one in done.problems], done.preview[key]


# -- what is wrong with a wording -------------------------------------------------------------------------------------


def test_a_sound_wording_is_shown_as_it_sounds(library):
    """With the sample values; nothing is wrong."""
    assert found(library, "explain/item", "line", LINE) == ([], ("- **Alien** Horror, 117 minutes long.",))
    assert found(library, "labels/catalog", "films.nouns", "movies") == ([], ("movies",))


BROKEN = [
    ("an unknown variable", "{{ title | md }}\n{{ price }}", 2, "{{ price }}"),
    ("a variable in the wrong braces", "- {title} {{ title | md }}", 1, "wrong braces"),
    ("open braces", "- ok\n- {{ title", 2, "unexpected end"),
    ("an unknown filter", "- {{ title | shout }}", 1, "no filter 'shout'"),
    ("code", "- {{ title.__class__ }}", 1, "is refused"),
    ("HTML", "- {{ title | md }}\n\n<b>x</b>", 3, "HTML"),
    ("a key smuggled in", "- {{ title | md }}\n## line_unmet\n- x", 2, "would end the wording"),
    ("an alternative smuggled in", "- {{ title | md }}\n---\nx", 2, "would end the wording"),
    ("nothing", "  \n", 1, "nothing is written"),
    ("an endless loop", "- " + "{% for a in title %}" * 6 + "x" + "{% endfor %}" * 6, 1, "looped"),
    ("another shape", "**{{ title | md }}** {{ reason | md }}", 1, "output"),
    ("the title is gone", "- {{ reason | md }}", 1, "is not said any more"),
    ("data becomes markup", "- **{{ title }}** {{ reason | md }}", 1, "not escaped"),
    ("another language", "- **{{ title | md }}** {{ reason | md }} 很好", 1, "Chinese"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_a_broken_wording_is_named_by_alternative_and_line(library, text, line, message):
    """The second alternative is wrong, the first still sounds; whatever is wrong has a remedy."""
    done = checked(library, "explain/item", "en", {"line": (LINE, text)}, shipped=library)
    assert done.preview["line"][0] == "- **Alien** Horror, 117 minutes long."
    assert not done.sound and all(one.hint and "draft" not in one.message for one in done.problems)
    assert [(one.key, one.alternative, one.line) for one in done.problems if message in one.message] == [
        ("line", 1, line)
    ], done.problems


def test_words_of_maps_parameters_and_templates_are_checked_as_well(library):
    """A variable in a map, a text for a number, two wordings of a template, a part that a template lacks."""
    assert "is left in what is said" in found(library, "labels/catalog", "films.noun", "a {{ film }}")[0][0][2]
    assert found(library, "write/chat", "(parameter) max_tokens", "300") == ([], ("300",))
    assert "'many'" in found(library, "write/chat", "(parameter) max_tokens", "many")[0][0][2]
    assert "unknown parameter" in found(library, "write/chat", "(parameter) loudness", "3")[0][0][2]
    assert "no model is asked" in found(library, "talk/reply", "(parameter) max_tokens", "3")[0][0][2]
    assert "one wording only" in found(library, "write/chat", "", "Write {{ nouns }}.", "x")[0][0][2]
    assert "no part" in found(library, "write/chat", "line", "x")[0][0][2]
    assert "nothing speaks the key" in found(library, "talk/reply", "greet", "x")[0][0][2]


def test_a_wording_of_another_language_may_use_what_english_is_given(library):
    """And is held to its own language."""
    assert found(library, "talk/reply", "thanks", "不客气。", language="zh") == ([], ("不客气。",))
    assert (
        "English in it" in found(library, "talk/reply", "thanks", "you are very welcome here", language="zh")[0][0][2]
    )


# -- the files --------------------------------------------------------------------------------------------------------


def test_a_file_keeps_what_is_not_reworded(library):
    """Phrases of an overlay stay as they are, byte for byte, its head too; new ones are added at the end."""
    live = library.prompt("talk/reply")
    held = "---\ndescription: mine\nkind: phrases\n---\n## thanks\nA.\n\n## bye\nB.\n---\nC.\n"
    made = reworded(held, {"thanks": ("X.", "Y."), "hello": ("Z.",)}, live=live)
    assert made == (
        "---\ndescription: mine\nkind: phrases\n---\n## thanks\nX.\n---\nY.\n\n## bye\nB.\n---\nC.\n\n## hello\nZ.\n"
    )


def test_parameters_go_into_a_head_that_the_file_needs_then(library):
    """The wording of a template stays; a wording never becomes a head."""
    live = library.prompt("write/chat")
    made = reworded("", {"(parameter) temperature": ("0.2",)}, live=live)
    prompt = library.tried("write/chat", "en", made, where="x")
    assert prompt.head.parameters == {"max_tokens": 400, "temperature": 0.2}
    assert prompt.phrases[""].alternatives[0].source == live.phrases[""].alternatives[0].source
    smuggled = reworded("", {"": ("---\nparameters: {max_tokens: 1}\n---\nx",)}, live=live)
    assert library.tried("write/chat", "en", smuggled, where="x").head.parameters == {"max_tokens": 400}


def test_leaves_of_maps_are_put_where_they_belong(library):
    """Beside what an overlay has; new ones as well."""
    live = library.prompt("labels/catalog")
    made = reworded("films: {noun: picture}\n", {"films.nouns": ("movies",), "lamps.noun": ("lamp",)}, live=live)
    table = library.tried("labels/catalog", "en", made, where="x").table
    assert (table["films"], table["lamps"]) == ({"noun": "picture", "nouns": "movies"}, {"noun": "lamp"})


# -- who holds it -----------------------------------------------------------------------------------------------------


def draft(editor=ADA, **phrases):
    return PromptDraft("talk/reply", "en", editor, {key: (text,) for key, text in phrases.items()})


def test_a_draft_has_one_holder_until_another_takes_it_over(tmp_path):
    """The second is told who and since when; the first finds out at the next save, and nothing is lost."""
    drafts = Drafts(tmp_path)
    first = drafts.save(draft(thanks="A."))
    with pytest.raises(HeldByOther, match=r"Ada holds the draft of talk/reply \(en\) since 20") as refused:
        drafts.save(draft(BOB, thanks="B."))
    assert (refused.value.holder, refused.value.since) == ("Ada", first.since)
    assert drafts.save(draft(BOB, thanks="B."), take_over=True).editor == BOB
    with pytest.raises(HeldByOther, match="Bob holds"):
        drafts.save(draft(thanks="C."))
    with pytest.raises(HeldByOther):
        drafts.drop("talk/reply", "en", ADA)
    assert drafts.all()[0].phrases == {"thanks": ("B.",)}
    assert drafts.drop("talk/reply", "en", BOB) and drafts.all() == ()


def test_of_many_who_begin_at_once_one_holds_the_draft(tmp_path):
    """Whole, and by one editor."""
    drafts = Drafts(tmp_path)

    def save(number):
        try:
            return drafts.save(draft(Editor(f"browser-{number:02}", f"E{number}"), thanks=f"{number} " * 500))
        except HeldByOther:
            return None

    with ThreadPoolExecutor(8) as pool:
        kept = [one for one in pool.map(save, range(24)) if one is not None]
    assert [kept[0]] == list(drafts.all())


def test_a_draft_that_says_nothing_new_is_given_up(tmp_path):
    """A published one too, unless it was saved again meanwhile."""
    drafts = Drafts(tmp_path)
    old = drafts.save(draft(thanks="A."))
    drafts.save(draft(thanks="B."))
    drafts.published(old)
    assert drafts.find("talk/reply", "en").phrases == {"thanks": ("B.",)}
    drafts.save(draft())
    assert drafts.all() == ()


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"name": "talk/reply"}', '{"name": 1, "phrases": {"a": 3}}'])
def test_a_file_that_is_no_draft_harms_no_other(tmp_path, broken):
    """It is named; what a crash left half-written counts for nothing."""
    drafts = Drafts(tmp_path)
    drafts.save(draft(thanks="A."))
    (tmp_path / "talk" / "refusal.en.json").write_text(broken)
    (tmp_path / "talk" / ".reply.en.json.abc").write_text("{half")
    assert [one.name for one in drafts.all()] == ["talk/reply"]
    assert drafts.unreadable() == (tmp_path / "talk" / "refusal.en.json",)


def test_a_file_that_says_it_is_another_prompt_is_none(tmp_path):
    """What stands in it decides nothing about where it lies."""
    drafts = Drafts(tmp_path)
    drafts.save(draft(thanks="A."))
    path = tmp_path / "talk" / "reply.en.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "name": "../../etc/passwd"}))
    assert drafts.all() == () and drafts.unreadable() == (path,)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *(("../x/y", "en"), ("talk/../x", "en"), ("talk/reply", "../en"), ("/etc/passwd", "en"), ("talk", "en")),
        *(("a/b", ""), ("talk/reply\n", "en"), ("talk/" + "x" * 99, "en"), ("talk\\reply/x", "en")),
    ],
)
def test_a_name_is_no_path(tmp_path, name, language):
    """Nothing outside the folder is read or written."""
    drafts = Drafts(tmp_path / "drafts")
    with pytest.raises(InvalidRequest, match="names no prompt"):
        drafts.find(name, language)
    with pytest.raises(InvalidRequest, match="names no prompt"):
        drafts.save(PromptDraft(name, language, ADA, {"a": ("b",)}))
    assert list(tmp_path.iterdir()) == []


def test_a_phrase_that_was_published_meanwhile_is_named(library, tmp_path):
    """By its key; the others are as they were."""
    live = texts_of(library.at("talk/reply", "en"))
    held = PromptDraft(
        "talk/reply", "en", ADA, {"thanks": ("A.",), "bye": ("B.",)}, {"thanks": live["thanks"], "bye": ("x",)}
    )
    assert moved(held, library) == ("bye",)


# -- cases and marks --------------------------------------------------------------------------------------------------


def test_shipped_cases_stay_and_own_ones_come_and_go(tmp_path):
    """A name that is taken gets a number; a file that cannot be read is named and harms no other."""
    book = CaseBook(tmp_path)
    shipped = len(book.all())
    assert book.add(Case("thanks", "films", "thank you")).case.name == "thanks 2"
    assert book.add(Case("../../x", "films", "y")).path.parent == tmp_path
    (tmp_path / "bad.yaml").write_text("a: [")
    assert len(book.all()) == shipped + 2 and "bad.yaml" in book.problems()[0]
    assert book.expect("thanks 2", Expect(words=9)).case.expect.words == 9
    assert book.find("thanks 2").case.expect == Expect(words=9)
    book.remove("thanks 2")
    with pytest.raises(UnknownCase):
        book.find("thanks 2")
    for change in (lambda: book.remove("thanks"), lambda: book.expect("thanks", Expect())):
        with pytest.raises(InvalidRequest, match="shipped"):
            change()


def test_a_case_of_a_file_of_several_is_taken_out_alone(tmp_path):
    """The others stay."""
    (tmp_path / "two.yaml").write_text("name: a\ncatalog: x\nmessage: y\n---\nname: b\ncatalog: x\nmessage: z\n")
    book = CaseBook(tmp_path)
    book.remove("a")
    assert [one.case.name for one in book.all() if one.path] == ["b"]


def test_a_mark_is_kept_with_the_state_and_taken_back(tmp_path):
    """One for each case and state; a broken file has none and is replaced."""
    marks = Marks(tmp_path / "marks.json")
    marks.put("a", "s1", mark="up", comment="Nice. ", author="Ada")
    marks.put("a", "s2", mark=None, comment="Hm.", author="Bob")
    marks.put("a", "s1", mark="down", comment="", author="Ada")
    assert [(one.state, one.mark, one.comment, one.author) for one in marks.all()] == [
        ("s2", None, "Hm.", "Bob"),
        ("s1", "down", "", "Ada"),
    ]
    assert marks.put("a", "s1", mark=None, comment=" ", author="Ada") is None and marks.find("a", "s1") is None
    Path(tmp_path / "marks.json").write_text("{")
    assert marks.all() == () and marks.put("b", "s", mark="up", comment="", author="").mark == "up"
