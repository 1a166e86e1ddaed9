"""The live feed: recorded events as server-sent events (WHATWG HTML, section 9.2), from the log and from nowhere else.

Each reader follows the log by itself. What a slow reader has not taken yet stays in the log, so nothing piles up here.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from fastapi.sse import format_sse_event
from pydantic_core import to_json

from events.envelope import StoredMessage, UnreadableEvent, read_recorded, to_cloudevent
from events.log import Batch
from events.log.finishing import finish

HEARTBEAT_SECONDS = 15.0
HEARTBEAT = format_sse_event(comment="heartbeat")
UNREADABLE = "cairn.log.unreadable"
"""The type of what stands in the place of an event that this version cannot read."""
_CHUNK = 64 * 1024


async def stream_batches(
    batches: AsyncIterator[Batch], closing: asyncio.Event, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> AsyncGenerator[bytes, None]:
    """Frames for an endless response, with a heartbeat whenever nothing happens; ends when `closing` is set."""
    yield format_sse_event(comment="Cairn's live feed", retry=2000)
    closed = asyncio.ensure_future(closing.wait())
    following = asyncio.ensure_future(_next(batches))
    try:
        while not closed.done():
            await asyncio.wait({closed, following}, timeout=heartbeat_seconds, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                batch = following.result()
                for chunk in _chunks(batch.messages):
                    yield chunk
                following = asyncio.ensure_future(_next(batches))
            elif not closed.done():
                yield HEARTBEAT
    finally:
        await finish(_let_go(batches, closed, following))


async def _let_go(batches: AsyncIterator[Batch], *waiting: asyncio.Future[object]) -> None:
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    if isinstance(batches, AsyncGenerator):
        await batches.aclose()


async def _next(batches: AsyncIterator[Batch]) -> Batch:
    return await anext(batches)


def _chunks(messages: tuple[StoredMessage, ...]) -> Iterator[bytes]:
    """The frames of a batch, joined so that a long past travels in few writes."""
    chunk = bytearray()
    for message in messages:
        chunk += frame(message)
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


def frame(message: StoredMessage) -> bytes:
    """One recorded event: its position as id, its type as event, and itself as a structured CloudEvent."""
    try:
        recorded = read_recorded(message)
    except UnreadableEvent as error:
        hole = {"position": error.position, "subject": error.subject, "reason": error.reason}
        return format_sse_event(id=str(error.position), event=UNREADABLE, data_str=to_json(hole).decode())
    return format_sse_event(
        id=str(recorded.position), event=recorded.type_name, data_str=to_json(to_cloudevent(recorded)).decode()
    )
