"""Help pages in HTML, PDF, Word and plain text, and folders of them all."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pypdf
import pytest

from vectorstore.errors import HelpError
from vectorstore.help_center import read_help, read_pages
from vectorstore.reading.html_pages import html_page

HTML = """<!doctype html><html><head><title>Returns | My shop</title><style>p{}</style>
<link rel="canonical" href="https://shop.example/returns"><script>track()</script></head>
<body><header><h1>My shop</h1><nav><a href="/">Home</a></nav></header>
<main><h1>Returning goods</h1><p>You have <b>30 days</b>&nbsp;to return.</p>
<h2 id="how">How it works</h2><ol><li>Ask for a label</li><li>Send it</li></ol>
<table><tr><th>Country</th><th>Cost</th></tr><tr><td>France</td><td>4 &euro;</td></tr></table>
<h3>Gift cards</h3><p>Gift cards cannot be returned.</p><aside>Advertisement</aside></main>
<footer>Imprint</footer></body></html>"""


def pdf(*pages: list[tuple[int, str]], password: str = "") -> bytes:
    """A PDF whose pages hold lines of (letter size, text)."""
    writer = pypdf.PdfWriter()
    for lines in pages:
        page = writer.add_blank_page(300, 400)
        font = pypdf.generic.DictionaryObject({
            pypdf.generic.NameObject("/Type"): pypdf.generic.NameObject("/Font"),
            pypdf.generic.NameObject("/Subtype"): pypdf.generic.NameObject("/Type1"),
            pypdf.generic.NameObject("/BaseFont"): pypdf.generic.NameObject("/Helvetica"),
        })  # fmt: skip
        fonts = pypdf.generic.DictionaryObject({pypdf.generic.NameObject("/F1"): writer._add_object(font)})
        page[pypdf.generic.NameObject("/Resources")] = pypdf.generic.DictionaryObject(
            {pypdf.generic.NameObject("/Font"): fonts}
        )
        stream = pypdf.generic.DecodedStreamObject()
        height, words = 380, ["BT"]
        for size, text in lines:
            words.append(f"/F1 {size} Tf 1 0 0 1 20 {height} Tm ({text}) Tj")
            height -= size + 6
        stream.set_data("\n".join([*words, "ET"]).encode())
        page[pypdf.generic.NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


MANUAL = pdf(
    [(20, "Stove manual"), (10, "This manual tells how to use"), (10, "the stove safely."), (14, "Cleaning")],
    [
        (10, "Wipe the stove with a dry cloth"),
        (10, "after every use."),
        (14, "Warranty"),
        (10, "Two years from the day."),
    ],
)


def docx(*paragraphs: tuple[str, str]) -> bytes:
    """A Word document of (style, text)."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    names = {"Heading1": "heading 1", "Heading2": "heading 2", "Normal": "Normal"}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/></w:style>' for id, name in names.items()
    )
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{kinds}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{kinds}.styles+xml"/></Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r" Type="{links}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        packed.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="s" Type="{links}/styles" '
            'Target="styles.xml"/></Relationships>',
        )
        packed.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        packed.writestr("word/styles.xml", f"<w:styles {space}>{styles}</w:styles>")
    return out.getvalue()


WORD = docx(
    ("Heading1", "Warranty terms"),
    ("Normal", "We repair what breaks."),
    ("Heading2", "How long"),
    ("Normal", "Two years."),
)


def rows(found) -> list[tuple]:
    return [(one.id, one.title, one.heading, one.text) for one in found]


def test_html(tmp_path):
    """The main part counts, with its headings, ids, lists and tables; menus, footers and scripts do not."""
    (tmp_path / "returns.html").write_text(HTML)
    found = read_help(tmp_path)
    assert rows(found) == [
        ("returns#returning-goods", "Returning goods", "Returning goods", "You have 30 days to return."),
        (
            "returns#how", "Returning goods", "How it works",
            "- Ask for a label\n- Send it\n\nCountry | Cost\nFrance | 4 €",
        ),
        ("returns#gift-cards", "Returning goods", "How it works › Gift cards", "Gift cards cannot be returned."),
    ]  # fmt: skip
    assert {one.url for one in found} == {"https://shop.example/returns"}


@pytest.mark.parametrize(
    ("html", "title", "texts"),
    [
        ("<title>Care - Shop</title><p>Wash cold.", "Care", ["Wash cold."]),
        ("<h2>A</h2><p>x<h2>A</h2><p>y", "", ["x", "y"]),
        ("no tags at all", "", ["no tags at all"]),
        ("<nav>Menu</nav>", "", []),
        ("<p>one</p><![broken <p>two</p>", "", ["one"]),
        ("<article><header><h1>T</h1></header><p>x</p></article><p>outside</p>", "T", ["x"]),
    ],
)
def test_html_of_every_quality(html, title, texts):
    """Fragments, tag soup and pages without a main part are read as far as they go."""
    page = html_page(html)
    assert (page.title, [block for section in page.sections for block in section.blocks][: len(texts)]) == (
        title,
        texts,
    )


def test_pdf(tmp_path):
    """Bigger letters make headings, lines paragraphs; the anchor is the page where a section begins."""
    (tmp_path / "stove.pdf").write_bytes(MANUAL)
    assert rows(read_help(tmp_path)) == [
        ("stove#page-1", "Stove manual", "Stove manual", "This manual tells how to use the stove safely."),
        ("stove#page-1.2", "Stove manual", "Cleaning", "Wipe the stove with a dry cloth after every use."),
        ("stove#page-2", "Stove manual", "Warranty", "Two years from the day."),
    ]


def test_pdf_without_headings(tmp_path):
    """Where all letters are alike, each page is a section; lines that stand on every page are left out."""
    pages = [
        [(10, "My shop manual"), (10, f"The text of sheet {word} says enough.")] for word in ("one", "two", "three")
    ]
    (tmp_path / "plain-text.pdf").write_bytes(pdf(*pages))
    assert rows(read_help(tmp_path)) == [
        (f"plain-text#page-{n}", "Plain text", "Plain text", f"The text of sheet {word} says enough.")
        for n, word in enumerate(("one", "two", "three"), start=1)
    ]


def test_word(tmp_path):
    """The headings of a Word document are its sections."""
    (tmp_path / "warranty.docx").write_bytes(WORD)
    assert rows(read_help(tmp_path)) == [
        ("warranty#warranty-terms", "Warranty terms", "Warranty terms", "We repair what breaks."),
        ("warranty#how-long", "Warranty terms", "How long", "Two years."),
    ]


def test_plain_text(tmp_path):
    """A short line alone is a heading; rules of signs are none."""
    (tmp_path / "faq.txt").write_text(
        "Shipping\n========\n\nWe ship every day.\nAlso on Sundays.\n\nHow much is it?\n\nFour euros, always.\n"
    )
    assert rows(read_help(tmp_path)) == [
        ("faq#shipping", "Shipping", "Shipping", "We ship every day.\nAlso on Sundays."),
        ("faq#how-much-is-it", "Shipping", "How much is it?", "Four euros, always."),
    ]


def test_a_folder_of_all_and_bad_pages(tmp_path):
    """Every readable page is kept; a locked, scanned, empty or damaged one is a problem that names its file."""
    (tmp_path / "a.md").write_text("# A\n\nText of a.")
    (tmp_path / "returns.html").write_text(HTML)
    (tmp_path / "returns.docx").write_bytes(WORD)
    (tmp_path / "stove.pdf").write_bytes(MANUAL)
    (tmp_path / "locked.pdf").write_bytes(pdf([(10, "secret words of the manual")], password="x"))
    (tmp_path / "scanned.pdf").write_bytes(pdf([]))
    (tmp_path / "broken.pdf").write_bytes(MANUAL[:200])
    (tmp_path / "broken.docx").write_bytes(WORD[:300])
    (tmp_path / "empty.html").write_text("<nav>Menu</nav>")
    (tmp_path / "front.md").write_text("---\na: [\n---\nx")
    (tmp_path / "table.xlsx").write_bytes(b"PK")
    found = read_pages(tmp_path)
    assert {one.page for one in found.passages} == {"a", "returns", "returns-html", "stove"}
    told = {problem.file: problem.rule for problem in found.problems}
    assert set(told) == {"locked.pdf", "scanned.pdf", "broken.pdf", "broken.docx", "empty.html", "front.md"}
    assert "password" in told["locked.pdf"]
    assert "only pictures" in told["scanned.pdf"]
    assert all(problem.repair for problem in found.problems)
    assert (found.read, found.notes) == (10, ("files that are no pages, left aside: 1 .xlsx",))
    with pytest.raises(HelpError):
        read_help(tmp_path)


def test_one_file_that_is_no_page(tmp_path):
    """A file of another kind is refused with the kinds that are read."""
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(HelpError, match=r"a\.xlsx") as caught:
        read_pages(tmp_path / "a.xlsx")
    assert ".pdf" in caught.value.hint


def test_a_text_without_end_is_cut(tmp_path: Path):
    """Even a text of one endless sentence makes passages of bearable length."""
    (tmp_path / "a.md").write_text("# A\n\n" + "word " * 2000 + "\n\n" + "长" * 3000)
    assert max(len(one.text.split()) for one in read_help(tmp_path)) <= 220
    assert max(len(one.text) for one in read_help(tmp_path)) < 2000
