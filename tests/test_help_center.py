"""Markdown pages become passages with headings and anchors."""

from __future__ import annotations

from pathlib import Path

import pytest

from vectorstore.errors import HelpError
from vectorstore.help_center import MAX_WORDS, read_help
from vectorstore.reading.markdown import sections, slug


def page(tmp_path: Path, text: str, name: str = "page.md") -> tuple:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return read_help(tmp_path)


def test_a_page_with_everything(tmp_path):
    """Front matter, intro, sections and subsections become passages, in order, with GitHub's anchors."""
    found = page(
        tmp_path,
        """---
title: Refunds
topic: money
url: https://shop.example/refunds
author: nobody
---
# Our refunds

We give money back.

## How long?

Within *14* days, see [the law](https://x.example).

### Gift cards

Never.

## How to ask
Write to us.
""",
    )
    rows = [(one.id, one.heading, one.anchor, one.text) for one in found]
    assert rows == [
        ("page#our-refunds", "Refunds", "our-refunds", "We give money back."),
        ("page#how-long", "How long?", "how-long", "Within 14 days, see the law."),
        ("page#gift-cards", "How long? › Gift cards", "gift-cards", "Never."),
        ("page#how-to-ask", "How to ask", "how-to-ask", "Write to us."),
    ]
    about = {(one.page, one.title, one.url, one.topic) for one in found}
    assert about == {("page", "Refunds", "https://shop.example/refunds", "money")}


def test_lists_tables_code_and_html_stay_readable(tmp_path):
    """Markup goes, the order and the cells of what it marked stay."""
    (one,) = page(
        tmp_path,
        """# T

| plan | price |
|---|---|
| Basic | **3** |

1. first
2. second
   - inner

```
# no heading
```

<!-- hidden --><p>Call &amp; ask <b>us</b></p>

![a phone](x.png) `code` \\*star
""",
    )
    assert one.text == (
        "plan | price\nBasic | 3\n\n1. first\n2. second\n  - inner\n\n# no heading\n\n"
        "Call & ask us\n\na phone code *star"
    )


def test_repeated_headings_have_their_own_anchors():
    """The second heading of the same words gets -1, as on GitHub."""
    anchors = [section.anchor for section in sections("## Fees\na\n## Fees\nb\n## Fees!\nc")]
    assert anchors == ["fees", "fees-1", "fees-2"]


def test_slug():
    """Punctuation goes, letters of any script stay."""
    assert slug("What's new? (2026)") == "whats-new-2026"
    assert slug("退款 Policy") == "退款-policy"


def test_long_sections_are_cut_between_paragraphs(tmp_path):
    """No passage is longer than the limit, no word is lost, and every id is different."""
    paragraphs = [" ".join([f"p{n}"] * 90) + "." for n in range(5)]
    endless = " ".join(f"Sentence number {n} says little." for n in range(200))
    found = page(tmp_path, "## Long\n\n" + "\n\n".join([*paragraphs, endless]))
    assert max(len(one.text.split()) for one in found) <= MAX_WORDS
    assert len({one.id for one in found}) == len(found)
    assert {one.anchor for one in found} == {"long"}
    words = " ".join(one.text for one in found).split()
    assert words == " ".join([*paragraphs, endless]).split()


def test_pages_without_headings_or_title(tmp_path):
    """A page without any heading is named by its file."""
    (one,) = page(tmp_path, "Just text.", "opening-hours.md")
    assert (one.id, one.title, one.heading) == ("opening-hours#opening-hours", "Opening hours", "Opening hours")


def test_several_first_headings_are_sections(tmp_path):
    """A list of questions without a title of its own is called by its file, and each section by its own heading."""
    found = page(tmp_path, "# Returns\n\nWithin 30 days.\n\n# Missing parts\n\nWrite to us.\n", "shop-faq.md")
    rows = [(one.title, one.heading, one.text) for one in found]
    assert rows == [
        ("Shop faq", "Returns", "Within 30 days."),
        ("Shop faq", "Missing parts", "Write to us."),
    ]


def test_folders(tmp_path):
    """A page is named by its path; "index" stands for its folder; equal names still have different ids."""
    page(tmp_path, "# A\n\nx", "a/index.md")
    page(tmp_path, "# A\n\ny", "a.md")
    found = page(tmp_path, "# B\n\nz", "a/b.markdown")
    assert sorted(one.id for one in found) == ["a#a", "a#a.2", "a/b#b"]


def test_one_file(tmp_path):
    """A single file may be given instead of a folder."""
    page(tmp_path, "# A\n\nx", "a.md")
    assert read_help(tmp_path / "a.md")[0].id == "a#a"


def test_other_encodings(tmp_path):
    """Windows files are read, with their line ends."""
    (tmp_path / "a.md").write_bytes("# Café\r\n\r\nPrix: 3 €".encode("cp1252"))
    (one,) = read_help(tmp_path)
    assert (one.title, one.text) == ("Café", "Prix: 3 €")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no page"),
        ("", "no text"),
        ("# Only\n## Headings\n", "no text"),
        ("---\na: [\n---\nx", "no YAML"),
    ],
)
def test_nothing_to_read(tmp_path, text, words):
    """No pages, no text and broken front matter are errors with a remedy."""
    if text is not None:
        (tmp_path / "a.md").write_text(text)
    with pytest.raises(HelpError, match=words) as caught:
        read_help(tmp_path)
    assert caught.value.hint


def test_binary_pages(tmp_path):
    """A picture called .md is refused."""
    (tmp_path / "a.md").write_bytes(b"\x89PNG\x00\x81\x8d\x8f\x90\x9d" * 50)
    with pytest.raises(HelpError):
        read_help(tmp_path)


@pytest.mark.data
def test_a_real_help_centre(data):
    """A company's real policies are read whole, with unique ids and no overlong passage."""
    found = read_help(data / "basecamp_policies")
    assert len(found) > 100
    assert len({one.id for one in found}) == len(found)
    assert max(len(one.text.split()) for one in found) <= MAX_WORDS
    refund = next(one for one in found if one.id == "refund#examples-of-full-refunds-wed-grant")
    assert refund.title == "Refund policy"
    assert refund.text.startswith("- If you were just charged for your next month of service")
