"""What the endpoints stand on: the log, the goals service, the projections' database, and the wish to close."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from sqlalchemy import Connection, Engine
from starlette.requests import Request

from events.log import Log, LogUnreachable
from events.log.client.resilient import ResilientClient
from events.log.placement import Placed, Placement
from projections.engine.checkpoint import CheckpointKey
from projections.engine.naming import Slot
from services.access.records.recorder import AccessRecorder, Needed
from services.gateway.feed import HEARTBEAT_SECONDS
from services.gateway.feed_room import FeedRoom
from services.gateway.freshness import WAIT_SECONDS, Freshness
from services.gateway.goals_health import GoalsHealthCheck
from services.gateway.log_head import refuse_beyond_head
from services.gateway.metrics import Metrics
from services.gateway.notaries import Notaries
from services.gateway.projection_checkpoints import live_checkpoints, positions
from services.gateway.projection_status import Standing
from services.gateway.reader import Reader
from services.gateway.readiness import Readiness
from services.gateway.routing import Depends
from services.gateway.submission import Submitter
from services.gateway.written_resources import WrittenResources

READY_LAG_SECONDS = 30.0
"""How far behind a projection may be before a gateway says that it is not ready."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Everything that the endpoints use.

    Attributes:
        logs: The log of each stream.
        records: Where each reading of a patient's data is recorded before it is answered.
        notaries: Who signs each stream of the log, where somebody does.
        closing: Set when the gateway is about to end; endless answers end then.
        feeds: Room for live feeds.
        written: FHIR resources that were written before.
        ready_lag_seconds: How far behind a projection may be.
        public_url: The address under which clients know this gateway; None for the one that a request names.
        since: When it began to serve.
    """

    nc: ResilientClient
    logs: Placed[Log]
    reader: Reader
    freshness: Freshness
    submitter: Submitter
    standing: Standing
    readiness: Readiness
    records: AccessRecorder
    notaries: Notaries
    metrics: Metrics = field(default_factory=Metrics)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    feeds: FeedRoom = field(default_factory=FeedRoom)
    written: WrittenResources = field(default_factory=WrittenResources)
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    ready_lag_seconds: float = READY_LAG_SECONDS
    public_url: str | None = None
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def read(
        self,
        projection: str,
        org: str,
        min_position: int | None,
        query: Callable[[Connection], T],
        *,
        short: bool = False,
    ) -> T:
        """What a query of one projection finds, once that has reached a position of the organisation's stream.

        Args:
            short: Whether it finds what it wants by key, and not much of it; see :meth:`Reader.read`.

        Raises:
            RequestRefused: 503 `projection.behind` or `projection.unavailable`; 422, when the log has no such position.
            Rejected: `org.unknown`, when the organisation is in no stream.
        """
        key = CheckpointKey(projection, Slot.LIVE, self.logs.placement.stream_of(org))
        if min_position is not None and not await self.freshness.reach(key, min_position):
            raise await self.reader.refusal(projection)
        return await self.reader.read(query, projection, short=short)


def _of_the_application(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


Here = Annotated[Gateway, Depends(_of_the_application)]
"""The gateway, as an endpoint asks for it."""


@asynccontextmanager
async def open_gateway(
    nc: ResilientClient,
    engine: Engine,
    *,
    placement: Placement | None = None,
    wait_seconds: float = WAIT_SECONDS,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ready_lag_seconds: float = READY_LAG_SECONDS,
    public_url: str | None = None,
    access_records: Needed = "required",
) -> AsyncIterator[Gateway]:
    """A gateway on a NATS connection and a database, which both stay with their owner.

    Args:
        access_records: Whether a reading that cannot be recorded is refused.
    """
    placement = placement or Placement()
    reader = Reader(engine, placement.streams)
    logs = Placed(placement, lambda stream: Log(nc, stream))
    keys = live_checkpoints(placement.streams)
    log_of = dict(logs.items())

    async def refuse_beyond(stream: str, position: int) -> None:
        with suppress(LogUnreachable):  # then all that can be said is how far the projection is
            await refuse_beyond_head(log_of[stream], position, "min_position")

    freshness = Freshness(
        keys,
        lambda: reader.read(lambda connection: positions(connection, keys)),
        refuse_beyond,
        wait_seconds=wait_seconds,
    )
    standing = Standing(nc, reader, logs)
    records = AccessRecorder(nc, access_records)
    gateway = Gateway(
        nc,
        logs,
        reader,
        freshness,
        Submitter(nc, placement),
        standing,
        Readiness(standing, GoalsHealthCheck(nc, placement.streams), records if access_records == "required" else None),
        records,
        Notaries(nc, placement.streams),
        heartbeat_seconds=heartbeat_seconds,
        ready_lag_seconds=ready_lag_seconds,
        public_url=public_url,
    )
    try:
        async with freshness.listening(nc):
            yield gateway
    finally:
        gateway.closing.set()
        await gateway.standing.close()
        await records.close()
        for log in logs:
            await log.close()
        reader.close()
