"""Spans of submissions and of what is projected: whose children they are, and what they tell of the event."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from events.event import Event
from events.outcome import Outcome, OutcomeEvent, RecordedOutcome, RejectedOutcome
from events.tracing import step, submitting, tracing
from services.tracing import Spans, make_provider
from tests.builders import GOAL, NOON, event, proposed, recorded
from tests.unit.events.envelopes import stored

TRACE, PARENT = 0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7
TRACEPARENT = f"00-{TRACE:032x}-{PARENT:016x}-01"
RECORDED = RecordedOutcome(events=(OutcomeEvent(type="cairn.goal.proposed.v1", position=12, version=1),))
SECRET = "secret words"
MAKES_SPANS = ("opentelemetry.exporter", "opentelemetry.sdk", "opentelemetry.trace")


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    """Everything that is traced in this process meanwhile."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.tracer = Spans(provider)
    yield exporter
    tracing.tracer = None


def offered(traceparent: str | None = TRACEPARENT) -> Event:
    extensions = {} if traceparent is None else {"traceparent": traceparent}
    return replace(event(GOAL, proposed(statement=SECRET)), extensions=extensions)


def parent_of(span: ReadableSpan) -> tuple[int, int]:
    assert span.parent is not None
    return span.parent.trace_id, span.parent.span_id


async def recording(submission: Event) -> Outcome:
    async def append() -> Outcome:
        return RECORDED

    assert step("decide", len)(submission.extensions) == len(submission.extensions)
    return await step("append", append)()


class TestSubmitting:
    async def test_a_submission_is_a_child_of_the_span_that_it_names(self, exported: InMemorySpanExporter) -> None:
        assert await submitting(recording)(offered()) == RECORDED

        decided, appended, span = exported.get_finished_spans()
        assert (span.name, span.kind, parent_of(span)) == ("submit", SpanKind.SERVER, (TRACE, PARENT))
        assert dict(span.attributes or {}) == {
            "messaging.system": "nats",
            "messaging.operation.name": "submit",
            "messaging.operation.type": "process",
            "messaging.destination.name": "cairn.submit",
            "cloudevents.event_type": "cairn.goal.proposed.v1",
            "cairn.org": "northside",
            "cairn.outcome.status": "recorded",
            "cairn.outcome.duplicate": False,
            "cairn.position": 12,
        }
        assert (decided.name, appended.name) == ("decide", "append")
        assert parent_of(decided) == parent_of(appended) == (TRACE, span.context.span_id if span.context else 0)

    async def test_a_refusal_is_told_by_its_code_and_is_no_error(self, exported: InMemorySpanExporter) -> None:
        async def refusing(_: Event) -> Outcome:
            return RejectedOutcome(code="goal.unknown", detail=SECRET)

        await submitting(refusing)(offered())

        [span] = exported.get_finished_spans()
        assert span.attributes is not None
        assert span.attributes["cairn.outcome.status"] == "rejected"
        assert span.attributes["cairn.outcome.code"] == "goal.unknown"
        assert span.status.status_code is StatusCode.UNSET
        assert SECRET not in span.to_json()

    async def test_an_answer_that_is_none_yet_is_an_error(self, exported: InMemorySpanExporter) -> None:
        async def busy(_: Event) -> Outcome:
            return RejectedOutcome(code="log.busy", detail="")

        await submitting(busy)(offered())

        [span] = exported.get_finished_spans()
        assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "log.busy")

    async def test_what_an_exception_says_is_not_told(self, exported: InMemorySpanExporter) -> None:
        async def breaking_down(_: Event) -> Outcome:
            raise ZeroDivisionError(SECRET)

        with pytest.raises(ZeroDivisionError):
            await submitting(breaking_down)(offered())

        [span] = exported.get_finished_spans()
        assert SECRET not in span.to_json()

    @pytest.mark.parametrize("traceparent", [None, "", "nonsense", f"00-{'0' * 32}-{PARENT:016x}-01"])
    async def test_without_a_traceparent_nothing_is_traced(
        self, exported: InMemorySpanExporter, traceparent: str | None
    ) -> None:
        assert await submitting(recording)(offered(traceparent)) == RECORDED
        assert not exported.get_finished_spans()

    async def test_a_trace_that_is_not_sampled_is_left_alone(self, exported: InMemorySpanExporter) -> None:
        await submitting(recording)(offered(TRACEPARENT[:-1] + "0"))
        assert not exported.get_finished_spans()


class TestProjected:
    def test_each_event_of_a_batch_that_has_a_traceparent_has_a_span(self, exported: InMemorySpanExporter) -> None:
        batch = [stored(each) for each in recorded([offered(None), offered(), offered()], first_position=5)]
        began = int((NOON + timedelta(days=1)).timestamp()) * 10**9

        assert tracing.tracer is not None
        tracing.tracer.projected("goal_state", "CAIRN_LOG", batch, {7}, began)

        sound, broken = exported.get_finished_spans()
        assert (sound.name, sound.kind, parent_of(sound)) == ("project", SpanKind.CONSUMER, (TRACE, PARENT))
        assert sound.start_time == began
        assert dict(sound.attributes or {}) == {
            "messaging.system": "nats",
            "messaging.operation.name": "project",
            "messaging.operation.type": "process",
            "messaging.destination.name": "CAIRN_LOG",
            "cloudevents.event_type": "cairn.goal.proposed.v1",
            "cairn.org": "northside",
            "cairn.projection": "goal_state",
            "cairn.position": 6,
        }
        assert sound.status.status_code is StatusCode.UNSET
        assert (broken.status.status_code, broken.status.description) == (StatusCode.ERROR, "quarantined")


class TestAnswering:
    def test_a_message_with_a_traceparent_has_a_span_by_its_channel(self, exported: InMemorySpanExporter) -> None:
        assert tracing.tracer is not None
        assert tracing.tracer.answering("notary", {"traceparent": "nonsense"}) is None
        assert tracing.tracer.answering("notary", {}) is None
        span = tracing.tracer.answering("notary", {"traceparent": TRACEPARENT})
        assert span is not None
        with span:
            pass

        (made,) = exported.get_finished_spans()
        assert (made.name, made.kind, parent_of(made)) == ("answer", SpanKind.SERVER, (TRACE, PARENT))
        assert dict(made.attributes or {})["messaging.destination.name"] == "notary"


class TestOff:
    def test_what_is_handed_over_comes_back_as_it_was(self) -> None:
        assert tracing.tracer is None
        assert submitting(recording) is recording
        assert step("decide", len) is len

    def test_nothing_of_opentelemetry_is_imported(self) -> None:
        program = (
            "import sys\n"
            "import projections.engine.service, services.cli.serve, services.goals.service, services.intake.service\n"
            "from services.cli.tracing import traced\n"
            "with traced('cairn-goals', {}):\n"
            f"    print('IMPORTED', [name for name in sys.modules if name.startswith({MAKES_SPANS!r})])"
        )
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines()[-1] == "IMPORTED []"


class TestProvider:
    def test_a_service_has_a_name_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
        assert make_provider("cairn-goals", []).resource.attributes["service.name"] == "cairn-goals"

    def test_unless_the_environment_gives_it_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OTEL_SERVICE_NAME", "goals-of-northside")
        assert make_provider("cairn-goals", []).resource.attributes["service.name"] == "goals-of-northside"
