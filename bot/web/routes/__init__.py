"""The routes, one small file per noun."""

from bot.web.routes.api import api, probes

__all__ = ["api", "probes"]
