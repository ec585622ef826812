"""How the page is mounted: its theme, style sheet and head, and what of Gradio's own face is switched off."""

from __future__ import annotations

from typing import Any

import gradio as gr

from bot.settings import Settings
from bot.web.page.assets import head, style


def page_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for `gradio.mount_gradio_app`."""
    return {
        "theme": gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace")),
        "head": f"{head()}<style>{style()}</style>",
        "show_error": False,
        "run_history": False,
        "footer_links": [],
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "max_file_size": 1,
    }
