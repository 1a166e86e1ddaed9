"""What the gateway counts for Prometheus. Labels are route templates, methods, codes and names of projections only."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from events.codes import CODES
from events.outcome import Outcome, RejectedOutcome
from events.time_zones import release, released_on
from services.access.records.recorder import AccessRecorder
from services.gateway.notaries import NotaryState
from services.gateway.readiness import StreamHealth
from services.messaging.counting import Handled

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
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._submissions = Counter(
            "cairn_submissions_total", "Submitted events by what became of them.", ("outcome",), registry=self._registry
        )
        self._records = Gauge(
            "cairn_access_records",
            "Records of readings since this gateway began, by what became of them.",
            ("outcome",),
            registry=self._registry,
        )
        self._recording = Gauge("cairn_access_recording", "1 while readings can be recorded.", registry=self._registry)
        self._standing = _gauges(self._registry)
        self._streams = _stream_gauges(self._registry)
        self._notaries = _notary_gauges(self._registry)
        self._handled = Gauge(
            "cairn_messages_handled",
            "Messages over NATS since the service that answers began. Several copies answer in turns.",
            ("service", "channel", "became"),
            registry=self._registry,
        )
        self._handling = Gauge(
            "cairn_messages_handling_seconds",
            "Seconds that all of them took together.",
            ("service", "channel"),
            registry=self._registry,
        )
        Gauge(
            "cairn_time_zone_data_released_timestamp_seconds",
            "When the time zone data was released that days are told by.",
            registry=self._registry,
        ).set(datetime.combine(released_on(release()), time(), UTC).timestamp())
        self.feeds = Gauge("cairn_feeds_open", "Live feeds being served.", registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the template, never the path."""
        counted = self._answered.get((method, route, status))
        if counted is None:
            named = method if method in _METHODS else "other"
            counted = self._requests.labels(named, route, str(status)), self._seconds.labels(named, route)
            if named == method:  # or whoever makes methods up could fill the memory
                self._answered[method, route, status] = counted
        requests, taken = counted
        requests.inc()
        taken.observe(seconds)

    def submitted(self, outcome: Outcome) -> None:
        """Count a submission as recorded, duplicate, or by the code of its rejection."""
        if isinstance(outcome, RejectedOutcome):
            name = outcome.code if outcome.code in CODES else "other"
        else:
            name = "duplicate" if outcome.duplicate else "recorded"
        self._submissions.labels(name).inc()

    def readings(self, recorder: AccessRecorder) -> None:
        """Take over how many records of readings there are, and whether the last ones were stored."""
        self._records.labels("recorded").set(recorder.recorded)
        self._records.labels("not_recorded").set(recorder.not_recorded)
        self._recording.set(recorder.working)

    def exposition(
        self,
        statuses: Collection[Mapping[str, Any]] = (),  # Any: JSON of mixed values
        streams: Mapping[str, StreamHealth] | None = None,
        notaries: Mapping[str, NotaryState] | None = None,
        handled: Mapping[str, Mapping[str, Handled]] | None = None,
    ) -> bytes:
        """Everything counted, in the Prometheus text format.

        Args:
            statuses: How the projections are doing now, as `/v1/projections` tells it. What is not known is not shown.
            streams: How each stream of the log is doing.
            notaries: How the notary of each stream is.
            handled: What became of the messages that each service heard, by their channel.
        """
        gauges = (*self._standing.values(), *self._streams.values(), *self._notaries.values())
        for gauge in (*gauges, self._handled, self._handling):
            gauge.clear()
        for service, channels in (handled or {}).items():
            for channel, counted in channels.items():
                for became in ("answered", "refused", "failed"):
                    self._handled.labels(service, channel, became).set(getattr(counted, became))
                self._handling.labels(service, channel).set(counted.seconds)
        for stream, health in (streams or {}).items():
            for name, gauge in self._streams.items():
                if (value := getattr(health, name)) is not None:
                    gauge.labels(stream).set(value)
        for stream, notary in (notaries or {}).items():
            for name, value in _of_notary(notary).items():
                self._notaries[name].labels(stream).set(value)
        for status in statuses:
            labels = (status["name"], status["stream"])
            told = {**status, "building": (status["building"] or {}).get("position")}
            for name, gauge in self._standing.items():
                if name != "head" and told[name] is not None:
                    gauge.labels(*labels).set(told[name])
            self._standing["head"].labels(status["stream"]).set(status["head"])
        return generate_latest(self._registry)


def _gauges(registry: CollectorRegistry) -> dict[str, Gauge]:
    """What a projection's status shows, by its name there."""
    told = {
        "position": ("position", "Last log position in the tables that are read."),
        "lag": ("lag_events", "Events of the log that are not in them yet."),
        "lag_seconds": ("lag_seconds", "Seconds since the first of these was recorded."),
        "rate": ("events_per_second", "How fast it was while it last had work."),
        "quarantined": ("quarantined_events", "Events that it could not take, and those that wait behind them."),
        "building": ("building_position", "Last log position in the tables that are being built beside."),
    }
    labels = ("projection", "stream")
    gauges = {
        name: Gauge(f"cairn_projection_{metric}", about, labels, registry=registry)
        for name, (metric, about) in told.items()
    }
    return {**gauges, "head": Gauge("cairn_log_position", "Last position of the log.", ("stream",), registry=registry)}


def _stream_gauges(registry: CollectorRegistry) -> dict[str, Gauge]:
    """What is shown of each stream of the log, by its name in :class:`services.gateway.readiness.StreamHealth`."""
    told = {
        "missing": ("cairn_log_missing_events", "Events that the log counts and does not hold any more."),
        "fit": ("cairn_log_fit", "1 while the log's settings keep for ever what it takes."),
        "replaced": ("cairn_log_replaced", "1 while the log is another one than the one that was read before."),
        "full": ("cairn_log_full", "1 while the log stores nothing for want of room."),
        "answering": ("cairn_goals_answering", "1 while a goals service answers for the stream."),
    }
    return {name: Gauge(metric, about, ("stream",), registry=registry) for name, (metric, about) in told.items()}


def _notary_gauges(registry: CollectorRegistry) -> dict[str, Gauge]:
    """What is shown of the notary of each stream. Where none answers, it is left out."""
    told = {
        "signed_size": "How many events of the log were signed last.",
        "log_head": "Last position of the log that the notary knows of.",
        "witnessed_age_seconds": "Seconds since enough witnesses had cosigned the published checkpoint.",
        "stopped": "1 when nothing is signed any more until an operator decides.",
        "audited_age_seconds": "Seconds since the log was last read again and compared with the tree.",
        "audit_wrong": "Events that differed from the tree then.",
    }
    return {name: Gauge(f"cairn_notary_{name}", about, ("stream",), registry=registry) for name, about in told.items()}


def _of_notary(notary: NotaryState) -> dict[str, float]:
    """What is known of a notary now, by the names of its gauges."""
    status = notary.status
    if status is None:
        return {}
    told = {
        "signed_size": status.size,
        "log_head": status.log_head,
        "witnessed_age_seconds": _seconds_since(status.witnessed_at),
        "stopped": status.stopped is not None,
        "audited_age_seconds": _seconds_since(status.audited_at),
        "audit_wrong": status.audit_wrong,
    }
    return {name: value for name, value in told.items() if value is not None}


def _seconds_since(at: datetime | None) -> float | None:
    return (datetime.now(UTC) - at).total_seconds() if at is not None else None
