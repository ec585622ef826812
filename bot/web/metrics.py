"""Counters, gauges and histograms in Prometheus' text form. Labels come from a closed set: no visitor is in them.

Knows no route. A label's values are bounded; what comes beyond is counted as `other`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]
Labels: TypeAlias = tuple[str, ...]

MOST = 200
"""Combinations of labels that one metric keeps apart."""
SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_PREFIX = "shelftalk_"


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured: its name without prefix, kind, meaning, and the names of its labels."""

    name: str
    kind: Kind
    help: str
    labels: Labels = ()


METRICS = (
    Metric("http_requests_total", "counter", "Requests by route, method and status", ("route", "method", "status")),
    Metric("http_seconds", "histogram", "Seconds until a response ended", ("route",)),
    Metric("turns_total", "counter", "Turns by how they ended", ("catalog", "outcome")),
    Metric("turn_first_word_seconds", "histogram", "Seconds from a message to the first word of its reply"),
    Metric("turn_cards_seconds", "histogram", "Seconds from a message to its cards"),
    Metric("turn_seconds", "histogram", "Seconds from a message to the end of its reply"),
    Metric("abstentions_total", "counter", "Service questions that the help centre does not answer", ("catalog",)),
    Metric("hand_overs_total", "counter", "Conversations handed to a person", ("catalog",)),
    Metric("webhooks_total", "counter", "Attempts to tell the support desk, by how they ended", ("outcome",)),
    Metric("desk_calls_refused_total", "counter", "Calls of a support desk without a good signature"),
    Metric("notices_total", "counter", "Degradations that visitors were told of", ("code",)),
    Metric("feedback_total", "counter", "Presses by kind", ("kind",)),
    Metric("identity_refused_total", "counter", "Identity tokens that were refused, by the check", ("code",)),
    Metric("refused_total", "counter", "Messages and requests sent away with 429", ("what",)),
    Metric("errors_total", "counter", "Requests and turns that failed by our fault", ("where",)),
    Metric("item_changes_total", "counter", "Rows that operators changed, by what became of them", ("status",)),
    Metric("turns_running", "gauge", "Turns that run now"),
    Metric("turns_waiting", "gauge", "Turns that wait for a place"),
    Metric("webhooks_pending", "gauge", "Webhooks that wait for the support desk"),
    Metric("webhooks_dead", "gauge", "Webhooks that were given up"),
    Metric("listeners", "gauge", "Open streams of a person's words"),
    Metric("items", "gauge", "Items of a catalogue", ("catalog",)),
    Metric("passages", "gauge", "Help passages of a catalogue", ("catalog",)),
    Metric("generation", "gauge", "Number of the generation that is served", ("catalog",)),
    Metric("changes_pending", "gauge", "Changed rows that no generation holds yet", ("catalog",)),
    Metric("rules", "gauge", "Rules in force", ("catalog",)),
    Metric("catalog_degraded", "gauge", "1 while a catalogue is searched without its index", ("catalog",)),
)


class Metrics:
    """All figures of one server. Safe to use from several threads."""

    def __init__(self, metrics: Iterable[Metric] = METRICS) -> None:
        self._metrics = {metric.name: metric for metric in metrics}
        self._values: dict[str, dict[Labels, float]] = {name: {} for name in self._metrics}
        self._buckets: dict[str, dict[Labels, list[int]]] = {name: {} for name in self._metrics}
        self._lock = Lock()

    def count(self, name: str, *labels: str, by: float = 1.0) -> None:
        """Add to a counter; ``labels`` are the values of its labels, in order."""
        with self._lock:
            values = self._values[name]
            key = self._key(name, labels)
            values[key] = values.get(key, 0.0) + by

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """Add one value to a histogram."""
        with self._lock:
            key = self._key(name, labels)
            self._values[name][key] = self._values[name].get(key, 0.0) + seconds
            buckets = self._buckets[name].setdefault(key, [0] * (len(SECONDS) + 1))
            buckets[bisect_left(SECONDS, seconds)] += 1

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        with self._lock:
            self._values[name][self._key(name, labels)] = value

    def text(self) -> str:
        """Everything, as Prometheus reads it."""
        with self._lock:
            return "".join(f"{line}\n" for metric in self._metrics.values() for line in self._lines(metric))

    def _key(self, name: str, labels: Labels) -> Labels:
        metric, values = self._metrics[name], self._values[name]
        if len(labels) != len(metric.labels):
            raise ValueError(f"{name} has the labels {metric.labels}, found {labels}")
        return labels if labels in values or len(values) < MOST else ("other",) * len(labels)

    def _lines(self, metric: Metric) -> Iterator[str]:
        name = _PREFIX + metric.name
        yield f"# HELP {name} {metric.help}."
        yield f"# TYPE {name} {metric.kind}"
        values = self._values[metric.name] or ({(): 0.0} if not metric.labels and metric.kind != "histogram" else {})
        for key, value in sorted(values.items()):
            named = dict(zip(metric.labels, key, strict=True))
            if metric.kind != "histogram":
                yield (
                    f"{name}{_braces(named)} {value:g}"
                    if value != int(value)
                    else f"{name}{_braces(named)} {int(value)}"
                )
                continue
            reached = 0
            for bound, many in zip((*map(str, SECONDS), "+Inf"), self._buckets[metric.name][key], strict=True):
                reached += many
                yield f"{name}_bucket{_braces({**named, 'le': bound})} {reached}"
            yield f"{name}_sum{_braces(named)} {value:.6f}"
            yield f"{name}_count{_braces(named)} {reached}"


def _braces(labels: Mapping[str, str]) -> str:
    """As in `{route="/v1/chat",status="200"}`; nothing without labels."""
    quoted = [f'{name}="{_escaped(value)}"' for name, value in labels.items()]
    return f"{{{','.join(quoted)}}}" if quoted else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")[:200]
