"""The curves of a training as a picture: the loss on the left, the scores of what is held out on the right.

Plain SVG, so that no drawing library is needed. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

Points: TypeAlias = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 960, 380
_COLOURS = ("#1f4e79", "#b5541c", "#2e7d4f", "#7a3e8e", "#8a6d1d", "#555555")
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Chart:
    """Which figure of a judgement is drawn, and what it is called."""

    figure: str
    title: str


@dataclass(frozen=True, slots=True)
class _Panel:
    """One diagram: where it stands, and the ends of its axes in the data's own units."""

    left: float
    title: str
    right_end: float
    top_end: float
    width: float = 370
    top: float = 50
    height: float = 270

    def x(self, value: float) -> float:
        """A step as pixels from the left."""
        return self.left + self.width * value / self.right_end

    def y(self, value: float) -> float:
        """A value as pixels from the top."""
        return self.top + self.height * (1 - min(value, self.top_end) / self.top_end)

    def frame(self) -> Iterator[str]:
        """The title, the axes and their numbers."""
        yield _text(self.left, self.top - 18, self.title, size=14)
        for tick in range(_TICKS + 1):
            share = tick / _TICKS
            height, place = self.y(share * self.top_end), self.x(share * self.right_end)
            yield _line(self.left, height, self.left + self.width, height)
            yield _text(self.left - 6, height + 4, f"{share * self.top_end:.3g}", anchor="end")
            yield _text(place, self.top + self.height + 18, f"{share * self.right_end:.0f}", anchor="middle")

    def curve(self, points: Points, colour: str) -> str:
        """One line through ``points``; a single one is a dot."""
        places = [f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points]
        if len(places) == 1:
            x, y = places[0].split(",")
            return f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'
        return f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="1.8"/>'


def drawn(told: Mapping[str, Any], chart: Chart) -> str:
    """The picture of what `training.json` holds."""
    curve = told["curve"]
    loss = [(step, value) for step, value in told["losses"]] or [(row["step"], row["loss"]) for row in curve]
    parts = list(told["held out"])
    scores = {part: [(row["step"], row[part][chart.figure]) for row in curve] for part in parts}
    last = max([1, told["steps"], *(step for step, _ in loss)])
    left = _Panel(60, "loss, mean of the last steps", last, max((value for _, value in loss), default=0.0) or 1.0)
    right = _Panel(510, chart.title, last, 1.0)
    body = [*left.frame(), left.curve(loss, _COLOURS[0]), *right.frame()]
    place = right.left
    for number, (part, points) in enumerate(scores.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        body += [right.curve(points, colour), _text(place, HEIGHT - 12, part, colour=colour)]
        place += 7 * len(part) + 18
    body.append(_text(left.left, HEIGHT - 12, "steps from left to right"))
    return "\n".join([_OPENING, *body, "</svg>", ""])


_OPENING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">\n'
    f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
)


def _line(x: float, y: float, end_x: float, end_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end_x:.1f}" y2="{end_y:.1f}" stroke="#dddddd"/>'


def _text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", colour: str = "#222222") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{escape(words)}</text>"
