"""Ready catalogues with help centres, laid out into the data directory at their first use."""

from bot.demo.laying_out import NAMES, lay_out

__all__ = ["NAMES", "lay_out"]
