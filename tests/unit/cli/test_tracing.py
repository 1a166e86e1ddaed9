"""Whether a service traces: as OpenTelemetry's own variables say, and by default not at all."""

import logging
import sys
from collections.abc import Iterator

import pytest

from events.tracing import tracing
from services.cli.tracing import CannotTrace, traced, wanted_exporters

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.fixture(autouse=True)
def nothing_traced_before() -> Iterator[None]:
    assert tracing.tracer is None
    yield
    assert tracing.tracer is None


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_TRACES_EXPORTER": ""}, ()),
        (ENDPOINT, ("otlp",)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, ("otlp",)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ("otlp",)),
        ({"OTEL_TRACES_EXPORTER": "console, otlp,console"}, ("console", "otlp")),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, ()),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "TRUE"}, ()),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "false"}, ("otlp",)),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, ("otlp",)),
    ],
)
def test_the_environment_says_where_spans_go(environment: dict[str, str], expected: tuple[str, ...]) -> None:
    assert wanted_exporters(environment) == expected


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "asks for “zipkin”; Cairn knows otlp, console and none"),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "asks for “grpc”; Cairn speaks http/protobuf"),
    ],
)
def test_what_it_asks_for_in_vain_is_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(CannotTrace, match=said):
        wanted_exporters(environment)


def test_a_service_goes_on_without_what_it_asks_for_in_vain(caplog: pytest.LogCaptureFixture) -> None:
    with traced("cairn-goals", {"OTEL_TRACES_EXPORTER": "zipkin"}):
        assert tracing.tracer is None
    assert "Nothing is traced" in caplog.text


def test_without_the_extra_one_sentence_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delitem(sys.modules, "services.tracing", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with caplog.at_level(logging.WARNING), traced("cairn-goals", ENDPOINT):
        assert tracing.tracer is None
    assert [record.getMessage() for record in caplog.records] == [
        "Nothing is traced: OpenTelemetry is not installed. It comes with the extra otel: cairn[otel]."
    ]


def test_with_it_what_happens_meanwhile_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENDPOINT.items():
        monkeypatch.setenv(name, value)
    with traced("cairn-goals", ENDPOINT):
        assert tracing.tracer is not None


def test_what_opentelemetry_cannot_read_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "0")
    with traced("cairn-goals", ENDPOINT):
        assert tracing.tracer is None
    assert "Nothing is traced: a variable of OpenTelemetry is not right" in caplog.text
