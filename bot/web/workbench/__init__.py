"""The workbench's page: where people who do not program change how replies sound. Its words are prompts.

Knows no prompt and no draft: its scripts ask the routes under `/v1/prompts`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from bot.web.workbench.words import left_open
from prompts import Registry, Voice

PATH = "/workbench"
POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "connect-src 'self'"),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    )
)
"""The content policy under which the page is whole: nothing inline, nothing from elsewhere."""
VIEWS = ("prompts", "try", "cases", "publish", "history")
_STYLES = ("base.css", "layout.css", "editor.css", "compare.css", "versions.css")
_HARMLESS = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def page(prompts: Registry, voice: Voice, *, root: str) -> str:
    """The page around what the scripts draw, with their words in it; every text is escaped."""
    words = left_open(prompts, voice)
    told = json.dumps(words, ensure_ascii=False, separators=(",", ":")).translate(_HARMLESS)
    return _template().render(words=words, told=Markup(told), locale=voice.locale, root=root, views=VIEWS)


@cache
def script(name: str) -> str | None:
    """One module by its file name, None for one that there is not."""
    found = {one.name: one for one in files(__package__).joinpath("assets").iterdir() if one.name.endswith(".js")}
    return found[name].read_text(encoding="utf-8") if name in found else None


@cache
def style() -> str:
    """The style sheet, in the colours of the chat page; dark where the browser is."""
    tokens = files("bot.web.page.assets").joinpath("tokens.css").read_text(encoding="utf-8")
    light, _, dark = tokens.partition("body.dark {")
    own = "\n".join(files(__package__).joinpath("assets", name).read_text(encoding="utf-8") for name in _STYLES)
    return f"{light}@media (prefers-color-scheme: dark) {{ body {{{dark}}}\n{own}"


@cache
def _template() -> Template:
    """The page, read once."""
    text = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(text)
