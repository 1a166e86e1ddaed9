"""Whether a service is traced: the standard variables of OpenTelemetry decide; by default it is not."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from events.errors import CairnError
from events.tracing import tracing

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_EXPORTERS = "OTEL_TRACES_EXPORTER"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_SPOKEN = "http/protobuf"
_KNOWN = ("otlp", "console")

_log = logging.getLogger("cairn.tracing")


class CannotTrace(CairnError):
    """The tracing that the environment asks for is not possible; the message says why."""


def wanted_exporters(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Where spans are sent: `otlp`, `console`, or nowhere.

    Raises:
        CannotTrace: Cairn cannot send them there.
    """
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    default = "otlp" if any(environment.get(name) for name in _ENDPOINTS) else ""
    names = [name.strip() for name in (environment.get(_EXPORTERS) or default).split(",")]
    wanted = tuple(dict.fromkeys(name for name in names if name not in {"", "none"}))
    for name in wanted:
        if name not in _KNOWN:
            raise CannotTrace(f"{_EXPORTERS} asks for “{name}”; Cairn knows {', '.join(_KNOWN)} and none.")
    protocol = next((environment[name] for name in _PROTOCOLS if environment.get(name)), _SPOKEN)
    if "otlp" in wanted and protocol != _SPOKEN:
        raise CannotTrace(f"OTEL_EXPORTER_OTLP_PROTOCOL asks for “{protocol}”; Cairn speaks {_SPOKEN}.")
    return wanted


@contextmanager
def traced(service: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Trace this process if the environment asks for it. If that is not possible, the log says so, and work goes on."""
    end = _nothing
    try:
        end = _begin(service, wanted_exporters(environment))
    except CannotTrace as error:
        _log.warning("Nothing is traced: %s", error)
    try:
        yield
    finally:
        end()


def _begin(service: str, wanted: Sequence[str]) -> Callable[[], None]:
    """Begin to trace. The function that is returned ends it."""
    if not wanted:
        return _nothing
    try:
        from services.tracing import EXPORTERS, Spans, close, make_provider
    except ImportError:
        raise CannotTrace("OpenTelemetry is not installed. It comes with the extra otel: cairn[otel].") from None
    try:
        provider = make_provider(service, [EXPORTERS[name]() for name in wanted])
    except ValueError as error:
        raise CannotTrace(f"a variable of OpenTelemetry is not right: {error}") from None
    tracing.tracer = Spans(provider)

    def end() -> None:
        tracing.tracer = None
        close(provider)

    return end


def _nothing() -> None:
    """Does nothing: there is no tracing to end."""
