"""The operator's landing page: signing in, and where to go from there. Its words are prompts; it needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from prompts import Voice

WORDS = "labels/operator"
POLICY = "; ".join(
    (
        *("default-src 'none'", "style-src 'self'", "font-src 'self'", "form-action 'self'"),
        *("base-uri 'none'", "frame-ancestors 'none'"),
    )
)
"""The content policy under which the page is whole."""

Place = tuple[str, str]
"""The key of its words, and its path."""

PLACES: tuple[Place, ...] = (
    ("insights", "/insights"),
    ("workbench", "/workbench"),
    ("handovers", "/v1/handovers"),
    ("catalogs", "/v1/catalogs"),
    ("rules", "/v1/rules"),
    ("metrics", "/metrics"),
    ("ready", "/readyz"),
    ("chat", "/"),
)
"""Where an operator may want to go; those that a server does not have are left out."""


def signed_in(voice: Voice, places: Sequence[Place], *, root: str) -> str:
    """The page of an operator who is in."""
    return _draw(voice, root=root, places=places)


def signing_in(voice: Voice, *, root: str, trouble: str = "", onwards: str = "") -> str:
    """The form; ``trouble`` is the key of what went wrong before, ``onwards`` the place to go on to."""
    return _draw(voice, root=root, trouble=trouble, onwards=onwards)


def entering(voice: Voice, *, root: str) -> str:
    """Goes on by itself. A page of our own has to ask for the next one, for a strict cookie to come along."""
    return _draw(voice, root=root, forward=True)


@cache
def style() -> str:
    """The style sheet, in the colours of the chat page; dark where the browser is."""
    tokens = files("bot.web.page.assets").joinpath("tokens.css").read_text(encoding="utf-8")
    light, _, dark = tokens.partition("body.dark {")
    own = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return f"{light}@media (prefers-color-scheme: dark) {{ body {{{dark}}}\n{own}"


def _draw(
    voice: Voice,
    *,
    root: str,
    places: Sequence[Place] | None = None,
    trouble: str = "",
    forward: bool = False,
    onwards: str = "",
) -> str:
    """The template, filled in; every text is escaped."""
    return _template().render(
        say=lambda key: voice.phrase(WORDS, key),
        locale=voice.locale,
        root=root,
        places=places,
        trouble=trouble,
        forward=forward,
        onwards=onwards,
    )


@cache
def _template() -> Template:
    """The page, read once."""
    text = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(text)
