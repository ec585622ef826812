"""What lives as long as the server is put out of the garbage collector's sight; see `gc.freeze`.

A full collection then costs what the turns left, not what catalogues and modules hold, and nobody's reply stands still
for it. Knows nothing of either.
"""

from __future__ import annotations

import gc

THRESHOLDS = (50_000, 20, 100)
"""Once the rest is out of sight, the stock thresholds would have every collection look at all of what is left."""


def keep() -> None:
    """All that is held now stays: call it once everything is open, from the process's own entry point."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def keep_anew() -> None:
    """Let go of what was kept and is no longer held, and keep the rest; nothing where nothing was kept."""
    if gc.get_freeze_count():
        keep()
