"""All routes together: `api` goes under `/v1`, `probes` and `front` (what a browser loads) to the root."""

from __future__ import annotations

from fastapi import APIRouter

from bot.web.routes import (
    answer,
    catalogs,
    chat,
    events,
    feedback,
    handover,
    handovers,
    identity,
    items,
    landing,
    me,
    metrics,
    prompts,
    prompts_cases,
    prompts_drafting,
    prompts_publishing,
    prompts_trying,
    ready,
    rules,
    search,
    sessions,
    transcript,
    widget,
    workbench,
)

api = APIRouter(redirect_slashes=False)
_VISITORS = (chat, search, answer, feedback, me, catalogs, transcript, sessions, handover, events, widget)
_PROMPTS = (prompts_trying, prompts_cases, prompts_publishing, prompts_drafting, prompts)
for noun in (*_VISITORS, handovers, items, rules, identity, *_PROMPTS):
    api.include_router(noun.routes)

probes = APIRouter()
probes.include_router(ready.routes)
probes.include_router(metrics.routes)

front = APIRouter()
for noun in (widget, landing, workbench):
    front.include_router(noun.front)
