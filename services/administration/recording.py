"""Recording and reading acts in a thread, as the `eventsourcing` library would block the caller's event loop."""

import asyncio

from eventsourcing.persistence import PersistenceError

from events.errors import CairnError
from events.log.client.resilient import ResilientClient
from events.log.stream_state import NoStream, read_state
from services.administration.application import PREFIX, STREAM, Act, Administration


class NotRecorded(CairnError):
    """An act could not be recorded, or the recorded acts could not be read; the text says why."""


async def record_act(nc: ResilientClient, act: Act, replicas: int = 1) -> None:
    """Record what an operator did.

    Args:
        nc: A connection from :func:`events.log.connect`, with the operator's user; another one like it is made.
        replicas: On how many servers of a cluster the record is kept; counts when its stream is made.

    Raises:
        NotRecorded: the act could not be recorded; it took place nevertheless.
    """
    try:
        await asyncio.to_thread(_record, nc, act, replicas)
    except PersistenceError as error:
        raise NotRecorded(f"The log {act.stream} was {act.kind}, but that could not be recorded: {error}") from error


async def recorded_acts(nc: ResilientClient) -> list[Act]:
    """The acts of operators, in order; none where no act was ever recorded.

    Args:
        nc: As of :func:`record_act`.

    Raises:
        LogUnreachable: the server does not answer.
        NotRecorded: what was recorded cannot be read.
    """
    try:
        await read_state(nc, STREAM)
        return await asyncio.to_thread(_acts, nc)
    except NoStream:
        return []
    except PersistenceError as error:
        raise NotRecorded(f"What operators did cannot be read: {error}") from error


def _record(nc: ResilientClient, act: Act, replicas: int) -> None:
    with Administration(_environment(nc, replicas)) as administration:
        administration.record(act)


def _acts(nc: ResilientClient) -> list[Act]:
    with Administration(_environment(nc)) as administration:
        return administration.acts()


def _environment(nc: ResilientClient, replicas: int = 1) -> dict[str, str]:
    """Settings of the persistence module, under names that nobody else's environment uses."""
    named = Administration.name.upper()
    return {
        f"{named}_PERSISTENCE_MODULE": "events.log.persistence",
        f"{named}_NATS_URL": nc.url,
        f"{named}_NATS_API_PREFIX": nc.log_api,
        f"{named}_NATS_STREAM": PREFIX,
        f"{named}_NATS_REPLICAS": str(replicas),
    }
