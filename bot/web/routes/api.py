"""All routes together: `api` goes under `/v1`, `probes` to the root."""

from __future__ import annotations

from fastapi import APIRouter

from bot.web.routes import (
    answer,
    catalogs,
    chat,
    feedback,
    items,
    me,
    metrics,
    ready,
    rules,
    search,
    sessions,
    transcript,
)

api = APIRouter(redirect_slashes=False)
for noun in (chat, search, answer, feedback, me, catalogs, transcript, sessions, items, rules):
    api.include_router(noun.routes)

probes = APIRouter()
probes.include_router(ready.routes)
probes.include_router(metrics.routes)
