"""A frame as the tokens that the network reads before it writes."""

from __future__ import annotations

from bot.engines.phraser.sheet import Frame
from bot.engines.phraser.words import BEGIN, SAY, Words


def prompt(frame: Frame, words: Words) -> list[int]:
    """Style, manner and place, then each relation with its slots, then the sign to begin."""
    names = [BEGIN, f"<style:{frame.style}>", f"<manner:{frame.manner}>", f"<place:{frame.place}>"]
    for cue in frame.cues:
        names += [f"<{cue.relation}>", *(f"[{slot.name}]" for slot in cue.slots)]
    names += ["[noun]"] if frame.noun else []
    return [words.id(name) for name in (*names, SAY)]
