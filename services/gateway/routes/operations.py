"""Whether this Cairn is well: health, readiness, metrics, and how far the projections are."""

import asyncio
from contextlib import suppress

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from projections.catalog import NAMES
from services.gateway.answers import json_answer
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.models import ProjectionList
from services.gateway.operations_models import OperationsReport
from services.gateway.operations_report import operations_report
from services.gateway.problems import RequestRefused
from services.gateway.projection_status import Status
from services.gateway.readiness import StreamHealth
from services.gateway.routing import Router
from services.gateway.services_there import handled_messages

_READY_SECONDS = 5.0
_METRICS_SECONDS = 5.0

router = Router(tags=["operate"])


@router.get(
    "/v1/projections",
    summary="How far each projection is",
    responses={200: {"model": ProjectionList}, **problems(503)},
    response_model=None,
)
async def projections(here: Here) -> Response:
    """Position, lag, rate, state, quarantine and last error of each projection, and what is being built beside it."""
    return json_answer({"items": await here.standing.statuses(), "next": None})


@router.get(
    "/v1/operations",
    summary="How this Cairn is doing",
    responses={200: {"model": OperationsReport}, **problems()},
    response_model=None,
)
async def operations(here: Here) -> Response:
    """Its services by name, its log with when it was last read through and backed up, how far that is signed and
    witnessed, its projections, and what asks for somebody, the most pressing first. What cannot be found out now is
    null. Nothing in it is about a patient."""
    return json_answer(await operations_report(here))


@router.get("/healthz", summary="Whether the process answers", response_model=dict[str, str])
async def healthy() -> Response:
    """Always ok: it says no more than that the process runs."""
    return json_answer({"status": "ok"})


@router.get(
    "/readyz",
    summary="Whether submissions are recorded, and what is read here is there and fresh",
    response_model=dict[str, str],
    responses=problems(503),
)
async def ready(here: Here) -> Response:
    """Ready when the log answers, is the one that was read before, and forgets nothing; when a goals service answers
    for each of its streams; and when every projection can be read and is not further behind than
    `CAIRN_READY_LAG_SECONDS`; and when readings can be recorded, where they have to be."""
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await here.readiness.check(NAMES, here.ready_lag_seconds)
    except TimeoutError:
        raise RequestRefused("projection.unavailable", "The projections' database is too slow.") from None
    return json_answer({"status": "ready"})


@router.get("/metrics", summary="Counters for Prometheus", response_class=PlainTextResponse)
async def metrics(here: Here) -> Response:
    """Prometheus text format. No label ever holds an id. What cannot be found out now is left out."""
    statuses: list[Status] = []
    streams: dict[str, StreamHealth] = {}
    with suppress(RequestRefused, TimeoutError):
        async with asyncio.timeout(_METRICS_SECONDS):
            statuses = await here.standing.statuses()
    with suppress(TimeoutError):
        async with asyncio.timeout(_METRICS_SECONDS):
            streams = await here.readiness.streams(statuses)
    notaries, handled = await asyncio.gather(here.notaries.states(), handled_messages(here.nc))
    here.metrics.readings(here.records)
    return Response(here.metrics.exposition(statuses, streams, notaries, handled), media_type=CONTENT_TYPE_LATEST)
