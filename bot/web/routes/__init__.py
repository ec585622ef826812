"""The routes, one small file per noun."""

from bot.web.routes.api import api, front, probes

__all__ = ["api", "front", "probes"]
