"""Reading messages byte for byte as they are stored: a part of the log by pages, and one message by its position."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from nats.errors import Error as NatsError

from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.pages import PAGE_MESSAGES, Pages
from events.log.raw_message import read_raw
from events.log.stream_state import read_state
from events.raw_message import RawMessage

_READ_SECONDS = 10.0
_REPLICA_SECONDS = 5.0
"""How long a replica may take to come to what its leader has."""
_REPLICA_PAUSE_SECONDS = 0.1


async def read_pages(
    nc: ResilientClient, stream: str, subject: str, after: int, until: int | None, last: int
) -> AsyncGenerator[list[RawMessage], None]:
    """As :meth:`events.log.Log.read_raw`."""
    clock = asyncio.get_running_loop().time
    begun, replicas = clock(), (await read_state(nc, stream)).replicas
    while until is None or after < until:
        async with aclosing(_to_its_end(nc, stream, subject, after, PAGE_MESSAGES)) as pages:
            async for page in pages:
                after = page[-1].position
                if wanted := [message for message in page if until is None or message.position <= until]:
                    yield wanted
                if until is not None and after >= until:
                    return
        if replicas == 1 or (last and after >= last):
            return
        if clock() >= begun + _REPLICA_SECONDS:
            if last:
                raise LogUnreachable(f"No replica of the log that answers has come to position {last}.")
            return
        # The replica that answered may lag behind: nothing is passed over, it is asked again.
        await asyncio.sleep(_REPLICA_PAUSE_SECONDS)


async def read_at(nc: ResilientClient, stream: str, position: int) -> RawMessage | None:
    """As :meth:`events.log.Log.raw_at`."""
    patience = _REPLICA_SECONDS
    while True:
        async with aclosing(_to_its_end(nc, stream, None, position - 1, 1)) as pages:
            async for page in pages:
                return page[0] if page[0].position == position else None
        state = await read_state(nc, stream)
        if state.last < position or state.replicas == 1:
            return None
        if patience <= 0:
            if state.missing:
                return None
            raise LogUnreachable(f"No replica of the log that answers has come to position {position}.")
        await asyncio.sleep(_REPLICA_PAUSE_SECONDS)
        patience -= _REPLICA_PAUSE_SECONDS


async def _to_its_end(
    nc: ResilientClient, stream: str, subject: str | None, after: int, most: int
) -> AsyncGenerator[list[RawMessage], None]:
    """What the replicas that answer have behind a position, in order.

    Args:
        most: How many messages are asked for at once.

    Raises:
        LogUnreachable: the log does not answer.
    """
    if not nc.is_connected:
        raise LogUnreachable("There is no connection to the log.")
    arrived = asyncio.Event()
    pages = Pages(nc, stream, subject, read_raw, arrived.set, most)
    try:
        await pages.begin(after)
        while pages.messages or pages.asking or pages.failure:
            if pages.failure:
                raise pages.failure
            if not pages.messages:
                arrived.clear()
                async with nc.answer_within(_READ_SECONDS):
                    await arrived.wait()
                continue
            page = list(pages.messages)
            pages.messages.clear()
            pages.go_on()
            yield page
    except (TimeoutError, OSError, NatsError) as error:
        raise LogUnreachable("The log does not answer.") from error
    finally:
        await pages.close()
