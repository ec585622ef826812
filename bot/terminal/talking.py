"""Conversation in a terminal: the same events as every other face, drawn as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.markdown import Markdown
from rich.markup import escape

from bot import types
from bot.assistant import Assistant
from bot.gathering import gather
from bot.terminal.console import err, out


def ask(assistant: Assistant, message: str, *, catalog: str | None = None) -> dict[str, Any]:
    """One message in a new session, as the API's JSON answer."""
    session = assistant.open(catalog=catalog)
    return gather(assistant.reply(session.id, message))


def draw(events: Iterable[types.Event]) -> None:
    """Print a turn: what is being done, the reply, the cards' limits, sources and chips."""
    text, cards, chips = "", tuple[types.Card, ...](), tuple[types.Suggestion, ...]()
    for event in events:
        match event:
            case types.Progress() | types.Notice():
                err.print(f"[dim]{escape(getattr(event, 'text', '') or getattr(event, 'message', ''))}[/]")
            case types.Delta():
                text += event.text
            case types.Recommended():
                cards = (*cards, *event.cards)
            case types.Suggested():
                chips = event.suggestions
            case types.Clarified():
                text += f"\n\n{event.question}"
    out.print(Markdown(text))
    for card in cards:
        for line in (*card.unmet, *card.details):
            out.print(f"  [dim]{escape(card.item.title)} · {escape(line)}[/]")
    if chips:
        out.print("  ".join(f"[reverse] {escape(chip.text)} [/]" for chip in chips))


def converse(assistant: Assistant, *, catalog: str | None = None) -> None:
    """Read messages until the end of input; each turn is drawn as it ends."""
    session = assistant.open(catalog=catalog)
    voice = assistant.voice("en", session.catalog)
    out.print(Markdown(voice.phrase("talk/reply", "hello")))
    while True:
        try:
            message = out.input("[bold]> [/]")
        except (EOFError, KeyboardInterrupt):
            out.print()
            return
        if message.strip():
            draw(assistant.reply(session.id, message))
