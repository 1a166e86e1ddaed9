"""Spans of OpenTelemetry: from a submission to the projections, by the traceparent that the event carries.

What has no traceparent is not traced. A span tells the event's type, its organisation and its position in the log, and
what became of it: no id of a patient or a goal, nothing that anybody wrote, and no exception's text, which might.
"""

import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from inspect import iscoroutinefunction
from threading import Thread
from typing import ParamSpec, TypeVar, cast

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_NAMESPACE, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from events.envelope import StoredMessage
from events.event import Event
from events.identity import SUBMIT, goal_id_of
from events.outcome import Outcome, RecordedOutcome
from events.trace_context import TRACEPARENT, TRACESTATE
from events.tracing import Submit

EXPORTERS: Mapping[str, Callable[[], SpanExporter]] = {
    "otlp": OTLPSpanExporter,
    "console": lambda: ConsoleSpanExporter(out=sys.stderr),  # what services print elsewhere is for programs
}
"""By their names in OTEL_TRACES_EXPORTER."""
_SERVICE = "cairn"
_LAST_SPANS_SECONDS = 3.0
_NATS = {"messaging.system": "nats"}
_PROPAGATOR = TraceContextTextMapPropagator()
_NOWHERE = Context()
"""Here no span is under way."""
_IN_THE_LOG = {name: f"ce-{name}" for name in (TRACEPARENT, TRACESTATE)}
Work = ParamSpec("Work")
Result = TypeVar("Result")


class Spans:
    """The `events.tracing.Tracer` that makes spans of OpenTelemetry.

    Args:
        provider: Samples them and has them exported.
    """

    def __init__(self, provider: TracerProvider):
        self._tracer = provider.get_tracer(_SERVICE)

    def submitting(self, submit: Submit) -> Submit:
        """A span `submit` (server) for each submission that has a traceparent, which is its parent."""

        async def traced(submission: Event) -> Outcome:
            parent = _parent(submission.extensions, TRACEPARENT, TRACESTATE)
            if parent is None:
                return await submit(submission)
            attributes = {
                **_NATS,
                "messaging.operation.name": "submit",
                "messaging.operation.type": "process",
                "messaging.destination.name": SUBMIT,
                **_about(submission.type_name, submission.goal_id.org),
            }
            with self._current("submit", parent, SpanKind.SERVER, attributes) as span:
                outcome = await submit(submission)
                _tell(span, outcome)
                return outcome

        return traced

    def step(self, name: str, work: Callable[Work, Result]) -> Callable[Work, Result]:
        """A span for what is done within another."""
        if not get_current_span().is_recording():
            return work
        if iscoroutinefunction(work):
            awaited = cast("Callable[Work, Awaitable[object]]", work)

            @wraps(work)
            async def stepped(*args: Work.args, **kwargs: Work.kwargs) -> object:
                with self._current(name):
                    return await awaited(*args, **kwargs)

            return cast("Callable[Work, Result]", stepped)

        @wraps(work)
        def step(*args: Work.args, **kwargs: Work.kwargs) -> Result:
            with self._current(name):
                return work(*args, **kwargs)

        return step

    def answering(self, channel: str, headers: Mapping[str, str]) -> AbstractContextManager[Span] | None:
        """A span `answer` (server) for the handling of a message that has a traceparent, which is its parent."""
        parent = _parent(headers, TRACEPARENT, TRACESTATE)
        if parent is None:
            return None
        attributes = {
            **_NATS,
            "messaging.operation.name": "answer",
            "messaging.operation.type": "process",
            "messaging.destination.name": channel,
        }
        return self._current("answer", parent, SpanKind.SERVER, attributes)

    def projected(
        self, projection: str, stream: str, messages: Sequence[StoredMessage], quarantined: Collection[int], began: int
    ) -> None:
        """A span `project` (consumer) for each event that has a traceparent, which is its parent as the submission's.

        All of a batch have the same times: it is projected, and can be read, as one.
        """
        for message in messages:
            parent = _parent(message.headers, *_IN_THE_LOG.values())
            if parent is None:
                continue
            attributes: dict[str, str | int] = {
                **_NATS,
                "messaging.operation.name": "project",
                "messaging.operation.type": "process",
                "messaging.destination.name": stream,
                "cairn.projection": projection,
                "cairn.position": message.position,
                **_about(message.headers.get("ce-type", ""), goal_id_of(message.subject).org),
            }
            span = self._tracer.start_span("project", parent, SpanKind.CONSUMER, attributes, start_time=began)
            if message.position in quarantined:
                span.set_status(Status(StatusCode.ERROR, "quarantined"))
            span.end()

    def _current(
        self,
        name: str,
        parent: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Span]:
        return self._tracer.start_as_current_span(
            name, parent, kind, attributes, record_exception=False, set_status_on_exception=False
        )


def make_provider(service: str, exporters: Sequence[SpanExporter]) -> TracerProvider:
    """A provider that hands spans to exporters, in the background.

    Sampling, limits and the service's name are as the standard `OTEL_*` variables say.

    Args:
        service: What the service is called unless they do.
    """
    own = Resource({SERVICE_NAME: service, SERVICE_NAMESPACE: _SERVICE})
    resource = Resource.create().merge(own).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def close(provider: TracerProvider) -> None:
    """Export what is left, as far as that is quickly done: a collector that is away holds nobody up."""
    closing = Thread(target=provider.shutdown, daemon=True)
    closing.start()
    closing.join(_LAST_SPANS_SECONDS)


def _parent(carrier: Mapping[str, object], parent: str, state: str) -> Context | None:
    """The span that a traceparent names; None when there is none, or it names nothing."""
    if parent not in carrier:
        return None
    names = {TRACEPARENT: str(carrier[parent]), TRACESTATE: str(carrier.get(state, ""))}
    context = _PROPAGATOR.extract(names, _NOWHERE)
    return context if get_current_span(context).get_span_context().is_valid else None


def _about(type_name: str, org: str) -> dict[str, str]:
    return {"cloudevents.event_type": type_name, "cairn.org": org}


def _tell(span: Span, outcome: Outcome) -> None:
    span.set_attribute("cairn.outcome.status", outcome.status)
    if isinstance(outcome, RecordedOutcome):
        span.set_attribute("cairn.outcome.duplicate", outcome.duplicate)
        span.set_attribute("cairn.position", outcome.events[0].position)
        return
    span.set_attribute("cairn.outcome.code", outcome.code)
    if outcome.retryable:  # A rejection is an answer as good as any; this is none yet.
        span.set_status(Status(StatusCode.ERROR, outcome.code))
