"""How sure the trained reader must be to overrule the rules, slot by slot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trust:
    """Probabilities, 0 to 1, chosen on the tuning messages by `shelftalk eval trust`.

    What is above 1 is never reached: there the rules stand, and so they do with ``idle`` at 0.

    ``act``: to add an act, ``deny``: of its absence, to take one away. ``add``: to add a value, ``drop``: of "none" to
    take one away, ``turn``: to exclude it instead. ``number``: to read a number another way. ``wish``, ``title``: of
    tagged words. ``name``: that words are an item for which the rules found too little. ``idle``: that a word of one of
    the rules' wishes is part of a wish; below it, or half of it (see `wishes`), the wish goes. ``role``: of an item's
    role. ``about``: of what is said of a facet. ``flag``: "something else" and its like. ``danger``: that a message is
    one to refuse, or that needs help of another kind.
    """

    act: float = 0.4
    deny: float = 0.6
    add: float = 1.01
    drop: float = 0.99
    turn: float = 0.9
    number: float = 1.01
    wish: float = 0.6
    idle: float = 0.1
    title: float = 0.4
    name: float = 0.3
    role: float = 0.6
    about: float = 0.6
    flag: float = 0.99
    danger: float = 1.01
