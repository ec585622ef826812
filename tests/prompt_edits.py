"""Shared by the tests of edited prompts: overlays, broken edits, planted regressions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from prompts import SHIPPED

LINE = "- **{{ title | md }}**{% if year %} ({{ year | md }}){% endif %}{% if reason %}: {{ reason | md }}{% endif %}"


@dataclass(frozen=True)
class Edit:
    """One file that somebody edits: its name without ``.md``, its text or bytes."""

    title: str
    name: str
    text: str | bytes
    found: str
    line: int = 0


def put(root: Path, name: str, text: str | bytes) -> Path:
    """Write a prompt file, newer than it was."""
    path = root / (name if name.endswith(".yaml") else f"{name}.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, ns=(max(before + 1_000_000, path.stat().st_mtime_ns),) * 2)
    return path


def shipped(name: str) -> str:
    """The text of a shipped prompt file."""
    return (SHIPPED / f"{name}.md").read_text("utf-8")


def loops(depth: int, inside: str = "") -> str:
    """``{% for %}`` in ``{% for %}``."""
    return "".join(f"{{% for a{n} in unmet %}}" for n in range(depth)) + inside + "{% endfor %}" * depth


BROKEN = (
    Edit("syntax", "explain/item", "## line\n" + LINE + "\n\n## line_unmet\n{{ title | md }\n", "unexpected '}'", 5),
    Edit("unknown variable", "explain/item", "## line\n- {{ title | md }} by {{ director }}\n", "{{ director }}", 2),
    Edit("wrong braces", "explain/item", "## line\n- {title}\n", "wrong braces: '{title}'", 2),
    Edit("unknown key", "explain/item", "## line\n" + LINE + "\n\n## lines\nx\n", "nothing speaks the key 'lines'", 4),
    Edit("bad front matter", "explain/item", "---\ndescription: x\ncolour: red\n---\n## line\nx\n", "'colour'", 3),
    Edit(
        "front matter is no YAML",
        "explain/item",
        "---\ndescription: [x\nkind: phrases\n---\n## line\nx\n",
        "not YAML",
        3,
    ),
    Edit("endless loop", "explain/item", "## line_unmet\n- " + loops(3) + "{{ title }}\n", "looped more than 5000", 2),
    Edit(
        "1 MB of output",
        "explain/item",
        "## line_unmet\n- " + loops(2, "x" * 700) + "\n",
        "more than 20000 characters",
        2,
    ),
    Edit("1 MB of file", "explain/item", "## line\n" + "x" * 1_000_000, "larger than 200000 bytes"),
    Edit("HTML", "explain/item", "## line\n" + LINE + "\n<b onclick=x>{{ title }}</b>\n", "HTML", 3),
    Edit("another's code", "explain/item", "## line\n{{ title.__class__.__mro__ }}\n", "is refused", 2),
    Edit("wrong encoding", "explain/item", b"## line\n- Gr\xfc\xdfe, {{ title }}\n", "the bytes fc df", 2),
    Edit(
        "same prompt twice", "explain/item.en", "## line\n- {{ title | md }}\n", "the same prompt in the same language"
    ),
    Edit(
        "name taken",
        "explain/item",
        "---\nname: Small talk\ndescription: x\nkind: phrases\n---\n## line\n- {{ title | md }}\n",
        "called 'Small talk' already",
        2,
    ),
    Edit("include circle", "explain/item", '## line\n- x\n{% include "explain/item" %}\n', "come back to itself", 3),
    Edit(
        "missing partial",
        "explain/item",
        '## line\n- x\n{% include "explain/nothing" %}\n',
        "'explain/nothing', which does not exist",
        3,
    ),
    Edit("not a prompt", "explain/itm", "## line\nx\n", "nothing speaks a prompt 'explain/itm'"),
    Edit(
        "empty alternative",
        "explain/item",
        "## line\n- {{ title | md }}\n---\n\n## line_unmet\nx\n",
        "empty alternative",
        4,
    ),
)
"""Edits that cannot be used: what is found, and on which line of the file (0: the file as a whole)."""

REGRESSIONS = (
    Edit("too long", "talk/reply", "## thanks\n" + "You are welcome. " * 15 + "\n", "words, more than 40"),
    Edit(
        "a word that is forbidden",
        "explain/frame",
        "## exact\nHurry, {{ conditions | listed | md }}!\n",
        "says 'hurry'",
    ),
    Edit("the title is gone", "explain/item", "## line\n- {{ reason | md }}\n", "{{ title }}"),
    Edit(
        "what is not met is gone",
        "explain/item",
        "## line_unmet\n- **{{ title | md }}** {{ reason | md }}\n",
        "{{ unmet }}",
    ),
    Edit("the source is gone", "support/answer", "## quoted\n{{ sentence | md_lines }}\n", "{{ number }}"),
    Edit(
        "data becomes markup", "explain/item", "## line\n- **{{ title }}** {{ reason | md }}\n", "not escaped any more"
    ),
    Edit("the wrong language", "talk/reply", "## thanks\n不客气。\n", "an English wording with Chinese"),
    Edit(
        "not translated",
        "talk/reply.zh",
        "## thanks\nYou are welcome, say so if you want more.\n",
        "Chinese wording with English",
    ),
    Edit(
        "another shape", "explain/item", "## line\n**{{ title | md }}** {{ reason | md }}\n", "not what its output says"
    ),
    Edit("two lines", "explain/item", "## line\n- **{{ title | md }}**\n\n  {{ reason | md }}\n", "more than one line"),
    Edit("joining words", "labels/grammar", "and: ' {and} '\n", "{and}"),
)
"""Edits that can be said and must not be published."""
