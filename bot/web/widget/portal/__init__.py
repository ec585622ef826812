"""A made-up help centre and product page of the demo shop, as any site would embed the widget: one line and no more.

The pages need neither inline scripts nor inline styles, so they hold under the strictest content policy.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

CATALOG = "outdoor"
"""The catalogue that the pages are about; without it there is no portal."""
HOME = "help"
FILES = {
    "help": "text/html; charset=utf-8",
    "product": "text/html; charset=utf-8",
    "portal.css": "text/css; charset=utf-8",
    "tent.svg": "image/svg+xml",
}
_NAMES = {"help": "help.html", "product": "product.html"}


def file(name: str, *, widget: str, home: str) -> str:
    """One of `FILES`; ``widget`` is the address of the script, ``home`` that of the portal's first page."""
    return _text(_NAMES.get(name, name)).replace("@WIDGET@", widget).replace("@HOME@", home)


@cache
def _text(name: str) -> str:
    """One file of this folder."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
