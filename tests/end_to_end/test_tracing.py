"""Services that are told of a collector send it their spans; those that cannot say so, and work nevertheless."""

import asyncio
import gzip
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from events.event import Event
from events.identity import GoalId
from events.outcome import RecordedOutcome
from services.embedded_server import EmbeddedServer
from tests.builders import event, opened
from tests.end_to_end.faults.clients import connected, submit
from tests.end_to_end.faults.processes import ServiceProcess
from tests.end_to_end.faults.tables import Tables

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
OPENED = replace(
    event(GoalId("northside", "pt-1", "plan"), opened(), role="clinician"),
    extensions={"traceparent": f"00-{TRACE}-{PARENT}-01"},
)


class Collector:
    """As much of a collector of OTLP over HTTP as it takes to hear of spans."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str, str]] = []
        """Of each the service, its name, its trace and its parent."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._hear, "127.0.0.1", 0)

    async def close(self) -> None:
        self._server.close()

    async def _hear(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(fields["content-length"]))
        assert head.startswith("post /v1/traces ")
        self._take(gzip.decompress(body) if fields.get("content-encoding") == "gzip" else body)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    def _take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            [service] = [each.value.string_value for each in resource.resource.attributes if each.key == "service.name"]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append((service, span.name, span.trace_id.hex(), span.parent_span_id.hex()))


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    collector = Collector()
    await collector.open()
    yield collector
    await collector.close()


async def submitted(server: EmbeddedServer, offered: Event) -> RecordedOutcome:
    async with connected([server.url], 1) as [nc]:
        return await submit(nc, offered)


async def test_spans_arrive_at_the_collector_before_the_services_end(
    own_server: EmbeddedServer, collector: Collector, tmp_path: Path
) -> None:
    environment = {
        "CAIRN_NATS_URL": own_server.url,
        "CAIRN_DATABASE_URL": f"sqlite:///{tmp_path / 'cairn.db'}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
    }
    goals = ServiceProcess("goals", data_dir=tmp_path, **environment)
    projection = ServiceProcess("projection", "goal_state", data_dir=tmp_path, **environment)
    await goals.start()
    await projection.start()

    recorded = await submitted(own_server, OPENED)
    with closing(Tables(environment["CAIRN_DATABASE_URL"])) as tables:
        await tables.comes_to("goal_state", recorded.events[-1].position)
    await goals.stop()
    await projection.stop()

    found = {(service, name): (trace, parent) for service, name, trace, parent in collector.spans}
    assert found.keys() == {
        ("cairn-goals", "submit"),
        ("cairn-goals", "decide"),
        ("cairn-goals", "append"),
        ("cairn-projection-goal_state", "project"),
    }
    assert found["cairn-goals", "submit"] == found["cairn-projection-goal_state", "project"] == (TRACE, PARENT)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OTEL_TRACES_EXPORTER", "zipkin", "Nothing is traced: OTEL_TRACES_EXPORTER asks for “zipkin”"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9", "opentelemetry.exporter"),  # where nobody hears
    ],
)
async def test_a_service_works_without_a_collector(
    own_server: EmbeddedServer, tmp_path: Path, variable: str, value: str, said: str
) -> None:
    # The exporter tries again for so many seconds, and the service waits for it at its end.
    environment = {"CAIRN_NATS_URL": own_server.url, "OTEL_EXPORTER_OTLP_TIMEOUT": "1", variable: value}
    goals = ServiceProcess("goals", data_dir=tmp_path, **environment)
    await goals.start()

    outcome = await submitted(own_server, OPENED)
    await goals.stop()

    assert not outcome.duplicate
    assert said in goals.log_file.read_text()
