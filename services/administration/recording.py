"""Recording and reading acts in a thread, as the `eventsourcing` library would block the caller's event loop."""

import asyncio
from collections.abc import Sequence

from eventsourcing.persistence import PersistenceError

from events.errors import CairnError
from events.log.client.resilient import ResilientClient
from events.log.stream_state import NoStream, read_state
from services.administration.application import PREFIX, STREAM, Act, Administration
from services.administration.notary_act import NotaryAct
from services.administration.notary_history import STREAM as NOTARY_STREAM
from services.administration.notary_history import NotaryHistories


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


async def record_notary_acts(
    nc: ResilientClient, stream: str, acts: Sequence[NotaryAct], replicas: int = 1
) -> tuple[NotaryAct, ...]:
    """Record what was done with the notary of a stream, in order, and each act once.

    Args:
        nc, replicas: As of :func:`record_act`, with the notary's user.

    Returns:
        Every act that is recorded.

    Raises:
        NotRecorded: one could not be recorded; it took place nevertheless.
    """

    def record() -> tuple[NotaryAct, ...]:
        with NotaryHistories(environment(NotaryHistories.name, nc, replicas)) as histories:
            return histories.record(stream, acts)

    try:
        return await asyncio.to_thread(record)
    except PersistenceError as error:
        raise NotRecorded(f"What was done with the notary of {stream} could not be recorded: {error}") from error


async def recorded_notary_acts(nc: ResilientClient, stream: str) -> tuple[NotaryAct, ...]:
    """What was done with the notary of a stream, in order; nothing where nothing was ever recorded.

    Args:
        nc: As of :func:`record_act`.

    Raises:
        LogUnreachable: the server does not answer.
        NotRecorded: what was recorded cannot be read.
    """

    def read() -> tuple[NotaryAct, ...]:
        with NotaryHistories(environment(NotaryHistories.name, nc)) as histories:
            return histories.acts(stream)

    try:
        await read_state(nc, NOTARY_STREAM)
        return await asyncio.to_thread(read)
    except NoStream:
        return ()
    except PersistenceError as error:
        raise NotRecorded(f"What was done with the notary of {stream} cannot be read: {error}") from error


def _record(nc: ResilientClient, act: Act, replicas: int) -> None:
    with Administration(environment(Administration.name, nc, replicas)) as administration:
        administration.record(act)


def _acts(nc: ResilientClient) -> list[Act]:
    with Administration(environment(Administration.name, nc)) as administration:
        return administration.acts()


def environment(application: str, nc: ResilientClient, replicas: int = 1) -> dict[str, str]:
    """Settings of the persistence module for an application, under names that nobody else's environment uses.

    Args:
        application: Its name.
        nc: A connection from :func:`events.log.connect`; another one like it is made.
        replicas: On how many servers of a cluster its stream is kept, when it is made.
    """
    named = application.upper()
    return {
        f"{named}_PERSISTENCE_MODULE": "events.log.persistence",
        f"{named}_NATS_URL": nc.url,
        f"{named}_NATS_API_PREFIX": nc.log_api,
        f"{named}_NATS_STREAM": PREFIX,
        f"{named}_NATS_REPLICAS": str(replicas),
    }
