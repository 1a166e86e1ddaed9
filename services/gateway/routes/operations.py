"""Whether this Cairn is well: health, readiness, metrics, and how far the projections are."""

import asyncio

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from events.log import LogUnreachable
from services.gateway.answers import json_answer
from services.gateway.checkpoints import positions, statuses
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.models import ProjectionList
from services.gateway.problems import Refused

_READY_SECONDS = 3.0

router = APIRouter(tags=["operate"])


@router.get(
    "/v1/projections",
    summary="How far each projection is",
    responses={200: {"model": ProjectionList}, **problems(503)},
    response_model=None,
)
async def projections(here: Here) -> Response:
    """Position, head of the log, lag in events, state and last error of each projection."""
    head = await _head(here)
    return json_answer({"items": await here.reader.read(lambda connection: statuses(connection, head)), "next": None})


@router.get("/healthz", summary="Whether the process answers")
async def healthy() -> dict[str, str]:
    """Always ok: it says no more than that the process runs."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether the gateway can do its work", responses=problems(503))
async def ready(here: Here) -> dict[str, str]:
    """Ready when the log answers and the database of the projections can be read."""
    try:
        async with asyncio.timeout(_READY_SECONDS):
            if not here.nc.is_connected or await _head(here) is None:
                raise Refused(503, "log.unavailable", "The log cannot be reached.")
            known = await here.reader.read(positions)
    except TimeoutError:
        raise Refused(503, "projection.unavailable", "The log or the projections' database is too slow.") from None
    if not known:
        raise Refused(503, "projection.unavailable", "No projection has begun yet.")
    return {"status": "ready"}


@router.get("/metrics", summary="Counters for Prometheus", response_class=PlainTextResponse)
async def metrics(here: Here) -> Response:
    """Prometheus text format. No label ever holds an id."""
    return Response(here.metrics.exposition(here.freshness.known), media_type=CONTENT_TYPE_LATEST)


async def _head(here: Gateway) -> int | None:
    try:
        return await here.log.head()
    except LogUnreachable:
        return None
