"""From a submission to the projections: what is traced of an event that names a trace, on real services."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import httpx
import pytest
from nats.aio.client import Client
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from events.envelope import BATCH, STRUCTURED, structured
from events.event import Event
from events.identity import INTAKE, SUBMIT, GoalId
from events.log import Log
from events.tracing import tracing
from projections.catalog import NAMES, projection_named
from projections.engine.service import serve as serve_projection
from services.gateway.service import serve as serve_gateway
from services.intake.service import serve as serve_intake
from services.settings import Settings
from services.tracing import Spans
from tests.builders import active_goal, as_bytes, event, opened, proposed
from tests.conftest import Submit, running
from tests.tokens import ANYONE, written_out
from tests.waiting import eventually

PARENT = 0x00F067AA0BA902B7
_traces = count(0x4BF92F3577B34DA6A3CE929D0E0E4736)
_PATIENT, _GOAL, _SECRET = "pt-of-no-ones-concern", "goal-of-no-ones-concern", "secret words"


class Traced:
    """What has been exported."""

    def __init__(self, exporter: InMemorySpanExporter):
        self._exporter = exporter

    @property
    def traces(self) -> set[int]:
        """All of them."""
        return {span.context.trace_id for span in self._exporter.get_finished_spans() if span.context is not None}

    def of(self, trace: int) -> list[ReadableSpan]:
        """The spans of a trace."""
        spans = self._exporter.get_finished_spans()
        return [span for span in spans if span.context is not None and span.context.trace_id == trace]

    async def whole(self, trace: int, events: int = 1) -> list[ReadableSpan]:
        """Those of a trace, once so many events have come through to every projection."""

        def projected() -> bool:
            return sum(span.name == "project" for span in self.of(trace)) == events * len(NAMES)

        await eventually(projected)
        return self.of(trace)


@pytest.fixture
def traced() -> Iterator[Traced]:
    """Everything that is traced in this process meanwhile."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.tracer = Spans(provider)
    yield Traced(exporter)
    tracing.tracer = None


@pytest.fixture(scope="module")
async def http(
    settings: Settings, log: Log, goals_service: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway, with intake and every projection at work; their tables can be read already."""
    database = f"sqlite:///{Path(tmp_path_factory.mktemp('tracing')) / 'cairn.db'}"
    said: list[str] = []

    async def gateway(ready: Callable[[str], None]) -> None:
        def note(line: str) -> None:
            said.append(line)
            ready(line)

        await serve_gateway(settings.model_copy(update={"http_port": 0, "database_url": database}), note, written_out)

    async with AsyncExitStack() as services:
        for name in NAMES:
            projection = partial(serve_projection, [projection_named(name)], settings.nats_address, database)
            await services.enter_async_context(running(projection))
        await services.enter_async_context(running(lambda ready: serve_intake(settings, ready)))
        await services.enter_async_context(running(gateway))
        client = httpx.AsyncClient(base_url=said[0].split()[-1], timeout=20, headers=ANYONE)
        async with client:
            yield client


@pytest.fixture
def trace() -> int:
    """A trace that no other test has."""
    return next(_traces)


def traceparent(trace: int) -> str:
    return f"00-{trace:032x}-{PARENT:016x}-01"


def in_trace(trace: int, offered: Event) -> Event:
    return replace(offered, extensions={"traceparent": traceparent(trace)})


def parents(spans: list[ReadableSpan], name: str) -> set[int]:
    return {span.parent.span_id for span in spans if span.name == name and span.parent is not None}


async def test_an_event_is_traced_from_submission_to_every_projection(
    http: httpx.AsyncClient, traced: Traced, submit: Submit, org: str, trace: int
) -> None:
    await submit(in_trace(trace, event(GoalId(org, "pt-1", "plan"), opened(), role="clinician")))

    spans = await traced.whole(trace)
    assert sorted(span.name for span in spans) == ["append", "decide", *["project"] * len(NAMES), "submit"]
    assert parents(spans, "submit") == parents(spans, "project") == {PARENT}
    [submitted] = [span for span in spans if span.name == "submit"]
    assert submitted.context is not None
    assert parents(spans, "decide") == parents(spans, "append") == {submitted.context.span_id}
    projected = [span for span in spans if span.name == "project"]
    assert {span.kind for span in projected} == {SpanKind.CONSUMER}
    told = [span.attributes for span in projected if span.attributes]
    assert {each["cairn.projection"] for each in told} == set(NAMES)
    assert submitted.attributes is not None
    assert {each["cairn.position"] for each in told} == {submitted.attributes["cairn.position"]}
    assert {each["cairn.org"] for each in told} == {org}


async def test_no_span_tells_a_patient_a_goal_or_what_anybody_wrote(
    http: httpx.AsyncClient, traced: Traced, submit: Submit, org: str, trace: int
) -> None:
    goal_id = GoalId(org, _PATIENT, _GOAL)
    offered = [in_trace(trace, each) for each in active_goal(goal_id)]
    for each in offered:
        await submit(each)
    refused = await submit(in_trace(trace, event(goal_id, proposed(statement=_SECRET))))

    spans = await traced.whole(trace, len(offered))
    told = "".join(span.to_json() for span in spans)
    assert refused.status == "rejected"
    assert '"cairn.outcome.status": "rejected"' in told
    assert not [secret for secret in (_PATIENT, _GOAL, _SECRET, "without dread", "groups attended") if secret in told]
    values = {value for span in spans for value in (span.attributes or {}).values()}
    people = {"p1", "c1", "urn:test"}
    assert not values & (people | {each.id for each in offered})


@pytest.mark.parametrize("content_type", [STRUCTURED, BATCH])
async def test_over_http_an_event_that_names_no_trace_belongs_to_the_request_s(
    http: httpx.AsyncClient, traced: Traced, log: Log, org: str, trace: int, content_type: str
) -> None:
    plan = GoalId(org, "pt-1", "plan")
    offered = event(plan, opened(), role="clinician")
    body = [structured(offered)] if content_type == BATCH else structured(offered)
    headers = {"content-type": content_type, "traceparent": traceparent(trace), "tracestate": "vendor=1"}

    answer = await http.post("/v1/events", json=body, headers=headers)

    assert answer.is_success
    assert parents(await traced.whole(trace), "submit") == {PARENT}
    [stored] = await log.read(plan)
    assert stored.event.extensions == {"traceparent": traceparent(trace), "tracestate": "vendor=1"}


async def test_over_http_an_event_keeps_the_trace_that_it_names(
    http: httpx.AsyncClient, traced: Traced, org: str, trace: int
) -> None:
    offered = in_trace(trace, event(GoalId(org, "pt-1", "plan"), opened(), role="clinician"))
    headers = {"content-type": STRUCTURED, "traceparent": traceparent(next(_traces))}

    await http.post("/v1/events", content=as_bytes(offered), headers=headers)

    assert parents(await traced.whole(trace), "submit") == {PARENT}


@pytest.mark.parametrize("prefix", [SUBMIT, INTAKE])
async def test_over_nats_the_message_s_headers_name_it_as_well(
    http: httpx.AsyncClient, traced: Traced, nc: Client, org: str, trace: int, prefix: str
) -> None:
    offered = event(GoalId(org, "pt-1", "plan"), opened(), role="clinician")
    headers = {"content-type": STRUCTURED, "traceparent": traceparent(trace)}

    await nc.request(offered.goal_id.on(prefix), as_bytes(offered), headers=headers, timeout=20)

    assert parents(await traced.whole(trace), "project") == {PARENT}


async def test_an_event_without_a_trace_leaves_no_span(
    http: httpx.AsyncClient, traced: Traced, submit: Submit, org: str, trace: int
) -> None:
    plan = GoalId(org, "pt-1", "plan")
    await submit(event(plan, opened(), role="clinician"))
    await submit(in_trace(trace, event(GoalId(org, "pt-2", "plan"), opened(), role="clinician")))

    await traced.whole(trace)  # everything before it has come through too
    assert traced.traces == {trace}


async def test_each_of_many_at_once_has_a_trace_of_its_own(
    http: httpx.AsyncClient, traced: Traced, submit: Submit, org: str
) -> None:
    traces = [next(_traces) for _ in range(20)]
    plans = [event(GoalId(org, f"pt-{number}", "plan"), opened(), role="clinician") for number in range(20)]

    await asyncio.gather(*(submit(in_trace(*each)) for each in zip(traces, plans, strict=True)))

    for each in traces:
        spans = await traced.whole(each)
        assert sorted(span.name for span in spans if span.name != "project") == ["append", "decide", "submit"]
