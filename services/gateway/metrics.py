"""What the gateway counts for Prometheus. Labels are route templates, methods, codes and names of projections only."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from events.errors import CODES
from events.outcome import Outcome, RejectedOutcome

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The gateway's own counters, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "cairn_http_requests_total",
            "HTTP requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "cairn_http_request_seconds",
            "Seconds until the answer began.",
            ("method", "route"),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self._registry,
        )
        self._submissions = Counter(
            "cairn_submissions_total", "Submitted events by what became of them.", ("outcome",), registry=self._registry
        )
        self._positions = Gauge(
            "cairn_projection_position", "Last position announced.", ("projection",), registry=self._registry
        )
        self.feeds = Gauge("cairn_feeds_open", "Live feeds being served.", registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the template, never the path."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def submitted(self, outcome: Outcome) -> None:
        """Count a submission as recorded, duplicate, or by the code of its rejection."""
        if isinstance(outcome, RejectedOutcome):
            name = outcome.code if outcome.code in CODES else "other"
        else:
            name = "duplicate" if outcome.duplicate else "recorded"
        self._submissions.labels(name).inc()

    def exposition(self, positions: Mapping[str, int]) -> bytes:
        """Everything counted, in the Prometheus text format."""
        for projection, position in positions.items():
            self._positions.labels(projection).set(position)
        return generate_latest(self._registry)
