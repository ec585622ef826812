"""Somebody's site on an origin of its own: pages that carry the widget, under a strict content policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot.web.widget import portal

HOSTILE = """
* { color: red !important; font-size: 31px !important; letter-spacing: 3px !important; text-transform: uppercase; }
* { box-sizing: content-box !important; direction: rtl; line-height: 3 !important; }
div, button, ul, li, h2, dialog, textarea { display: block !important; position: static !important; }
div, button, ul, li, h2, dialog, textarea { border: 9px solid lime; }
shelftalk-widget { display: none !important; opacity: .2 !important; transform: scale(.5) !important; }
:root { --st-accent: red; --st-ink: red; }
"""
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>host</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head>
<body><h1>A page of somebody</h1><main><p id="words">Words of the page.</p><button id="own">Own button</button>
<div class="tall"></div></main>{script}</body></html>"""


class Site:
    """``pages``: path -> (type, text). ``policy`` is sent with each; ``widget`` is the origin of the widget."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str]] = {}
        self.policy = ""
        self.widget = ""
        self.address = ""

    def embed(self, widget: str) -> None:
        """Carry the widget of that server on the portal's pages, and allow what the README says it needs."""
        self.widget = widget
        self.policy = f"default-src 'self'; script-src 'self' {widget}; connect-src 'self' {widget}"
        for name, kind in portal.FILES.items():
            self.pages[f"/{name}"] = (kind, portal.file(name, widget=f"{widget}/widget.js", home=self.address))
        self.pages["/"] = self.pages["/help"]
        self.pages["/host.css"] = ("text/css", ".tall { height: 3000px; }")
        self.pages["/hostile.css"] = ("text/css", HOSTILE)

    def page(self, path: str, *, head: str = "", lang: str = "en", script: str | None = None, **data: str) -> str:
        """Serve a plain page with the widget's one line, and files beside it; returns its address."""
        chosen = {"catalog": "films", "locale": "en", **data}
        written = " ".join(f'data-{name.replace("_", "-")}="{value}"' for name, value in chosen.items() if value)
        line = f'<script src="{self.widget}/widget.js" {written} async></script>' if script is None else script
        style = '<link rel="stylesheet" href="/host.css">'
        self.pages[path] = ("text/html", PAGE.format(lang=lang, head=style + head, script=line))
        return self.address + path


@contextmanager
def site() -> Iterator[Site]:
    """A site on a free port."""
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = found.pages.get(self.path.partition("?")[0], ("text/plain", ""))
            body = text.encode()
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if found.policy:
                self.send_header("Content-Security-Policy", found.policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
