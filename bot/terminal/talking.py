"""Conversation in a terminal: the same events as every other face, drawn as text; everybody by name."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.markdown import Markdown
from rich.markup import escape

from bot import types
from bot.assistant import Assistant
from bot.gathering import gather
from bot.terminal.console import err, out

if TYPE_CHECKING:
    from bot.memory import PersonMessage
    from prompts import Voice

_UI = "labels/ui"


def ask(assistant: Assistant, message: str, *, catalog: str | None = None) -> dict[str, Any]:
    """One message in a new session, as the API's JSON answer."""
    session = assistant.open(catalog=catalog)
    return gather(assistant.reply(session.id, message))


def draw(events: Iterable[types.Event], *, voice: Voice | None = None) -> None:
    """Print a turn: what is being done, the reply, the cards' limits, sources and chips. ``voice`` says who speaks."""
    text, cards, chips = "", tuple[types.Card, ...](), tuple[types.Suggestion, ...]()
    for event in events:
        match event:
            case types.Progress() | types.Notice():
                err.print(f"[dim]{escape(getattr(event, 'text', '') or getattr(event, 'message', ''))}[/]")
            case types.Held():
                _note(event.message, voice)
                return
            case types.Delta():
                text += event.text
            case types.Recommended():
                cards = (*cards, *event.cards)
            case types.Suggested():
                chips = event.suggestions
            case types.Clarified():
                text += f"\n\n{event.question}"
    if voice is not None:
        out.print(f"[bold]{escape(voice.phrase(_UI, 'speaker_assistant'))}[/]")
    _print_markdown(text)
    for card in cards:
        for line in (*card.unmet, *card.details):
            out.print(f"  [dim]{escape(card.item.title)} · {escape(line)}[/]")
    if chips:
        out.print("  ".join(f"[reverse] {escape(chip.text)} [/]" for chip in chips))


def converse(assistant: Assistant, *, catalog: str | None = None) -> None:
    """Read messages until the end of input; each turn is drawn as it ends, and what a person wrote before the next."""
    session = assistant.open(catalog=catalog)
    voice = assistant.voice("en", session.catalog)
    out.print(f"[bold]{escape(voice.phrase(_UI, 'speaker_assistant'))}[/]")
    _print_markdown(voice.phrase("talk/reply", "hello"))
    heard = 0
    while True:
        try:
            message = out.input("[bold]> [/]")
            if not sys.stdin.isatty():
                out.print(message, markup=False)
        except (EOFError, KeyboardInterrupt):
            out.print()
            return
        heard = _listened(assistant, session.id, heard, voice)
        if message.strip():
            draw(assistant.reply(session.id, message), voice=voice)
            heard = _listened(assistant, session.id, heard, voice)


def _print_markdown(text: str) -> None:
    """Wrapped at the width of the terminal: lists that may not wrap are cut off there."""
    out.print(Markdown(text), soft_wrap=False)


def _listened(assistant: Assistant, session_id: str, heard: int, voice: Voice) -> int:
    """Print what a person said after that number; returns the number of the last."""
    for message in assistant.memory.hand_overs.messages(session_id, after=heard):
        _print_said(message, voice)
        heard = message.number
    return heard


def _print_said(message: PersonMessage, voice: Voice) -> None:
    """A person's words under their name, or a note of the system. Plain text, as all data."""
    if message.author != "person":
        _note(message.text, voice, look=message.kind == "taken")
        return
    who = voice.phrase(_UI, "speaker_person")
    out.print(f"[bold]{escape(f'{who}: {message.name}' if message.name else who)}[/]")
    out.print(message.text, markup=False)


def _note(text: str, voice: Voice | None, *, look: bool = True) -> None:
    """A note of the system; ``look``: with how to see what comes."""
    label = f"[bold]{escape(voice.phrase(_UI, 'speaker_system'))}[/] " if voice else ""
    more = f" {voice.phrase('support/person', 'look')}" if voice and look else ""
    out.print(f"{label}{escape(text + more)}")
