"""The chat page. Importing it imports Gradio."""

from bot.web.page.layout import build_page
from bot.web.page.options import page_options

__all__ = ["build_page", "page_options"]
