"""What the endpoints stand on: the log, the goals service, the projections' database, and the wish to close."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from events.log import Log
from events.log.client import SturdyClient
from projections.catalog import NAMES
from services.gateway.checkpoints import positions
from services.gateway.feed import HEARTBEAT_SECONDS
from services.gateway.freshness import WAIT_SECONDS, Freshness
from services.gateway.metrics import Metrics
from services.gateway.reader import Reader
from services.gateway.submission import SUBMIT_SECONDS, Submitter

MAX_FEEDS = 100
"""How many live feeds are served at a time; each holds a reader of the log."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Everything that the endpoints use.

    Attributes:
        closing: Set when the gateway is about to end; endless answers end then.
        feeds: Room for live feeds.
    """

    nc: SturdyClient
    log: Log
    reader: Reader
    freshness: Freshness
    submitter: Submitter
    metrics: Metrics = field(default_factory=Metrics)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    feeds: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_FEEDS))
    heartbeat_seconds: float = HEARTBEAT_SECONDS


def _of_the_application(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


Here = Annotated[Gateway, Depends(_of_the_application)]
"""The gateway, as an endpoint asks for it."""


@asynccontextmanager
async def open_gateway(
    nc: SturdyClient,
    engine: Engine,
    *,
    submit_seconds: float = SUBMIT_SECONDS,
    wait_seconds: float = WAIT_SECONDS,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[Gateway]:
    """A gateway on a NATS connection and a database, which both stay with their owner."""
    reader = Reader(engine)
    log = Log(nc)
    freshness = Freshness(NAMES, lambda: reader.read(positions), wait_seconds=wait_seconds)
    gateway = Gateway(nc, log, reader, freshness, Submitter(nc, submit_seconds), heartbeat_seconds=heartbeat_seconds)
    try:
        async with freshness.listening(nc):
            yield gateway
    finally:
        gateway.closing.set()
        await log.close()
        reader.close()
