"""The live feed: recorded events as server-sent events (WHATWG HTML, section 9.2), from the log and from nowhere else.

Each reader follows the log by itself. What a slow reader has not taken yet stays in the log, so nothing piles up here.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from http import HTTPStatus

from pydantic_core import to_json

from events.envelope import StoredMessage, UnreadableEvent, read_recorded, to_cloudevent
from events.log import Batch
from events.log.anchor import LogReplaced
from events.log.finishing import finish
from services.access.records.recorder import ReadingNotRecorded
from services.gateway.access_records import not_recorded
from services.gateway.feed_ids import encode
from services.gateway.problems import RequestRefused, log_replaced

HEARTBEAT_SECONDS = 15.0
HEARTBEAT = b": heartbeat\n"
"""A comment: all there was has been told, and nothing more has come. The blank line that would follow it ends an event,
which some clients then give out empty."""
NOT_THERE_YET = b": not there yet\n"
"""What comes in its place while the log has not been read to its end: a witness takes a heartbeat for that end."""
_BEGINNING = b": Cairn's live feed\nretry: 2000\n"
UNREADABLE = "cairn.log.unreadable"
"""The type of what stands in the place of an event that this version cannot read."""
REPLACED = "cairn.log.replaced"
"""The type of the last thing that is sent when the log has become another one: a problem, without an id."""
NOT_RECORDED = "cairn.access.not_recorded"
"""The type of the last thing that is sent when what comes next cannot be recorded as read: a problem, without an id."""
ENDED = "cairn.access.ended"
"""The type of the last thing that is sent when whoever asked may not read on: a problem, without an id."""
_CHUNK = 64 * 1024
Before = Callable[[Batch], Awaitable[None]]
JudgeAgain = Callable[[], Awaitable[None]]


async def stream_batches(
    batches: AsyncIterator[Batch],
    closing: asyncio.Event,
    before: Before,
    judge_again: JudgeAgain,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[bytes, None]:
    """Frames for an endless response, with a comment whenever nothing happens: a heartbeat, once all there was is told.

    It ends when `closing` is set, and with a frame that says so when the log turns out to be another one, or when it
    cannot be recorded whom the next events are about, or the reader may not read on.

    Args:
        batches: As :meth:`events.log.log.Log.follow` gives them: an empty one when the end is first reached.
        before: Awaited with each batch before any of it is told.
        judge_again: Raises RequestRefused when the reader is not accepted or allowed any more; asked before each batch
            that tells something, so that nothing is told after a revocation, and as often as a heartbeat may come.
    """
    yield _BEGINNING
    caught_up = False
    closed = asyncio.ensure_future(closing.wait())
    refused = asyncio.ensure_future(_refused_later(judge_again, heartbeat_seconds))
    following = asyncio.ensure_future(_next(batches))
    try:
        while not closed.done():
            await asyncio.wait(
                {closed, refused, following}, timeout=heartbeat_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if refused.done():
                yield _last_frame(ENDED, refused.result())
                return
            if following.done():
                try:
                    batch = following.result()
                except LogReplaced as replaced:
                    yield _last_frame(REPLACED, log_replaced(replaced))
                    return
                if batch.messages and (ended := await _not_to_be_told(judge_again)) is not None:
                    yield _last_frame(ENDED, ended)
                    return
                try:
                    await before(batch)
                except ReadingNotRecorded as error:
                    yield _last_frame(NOT_RECORDED, not_recorded(error))
                    return
                caught_up |= not batch.messages
                for chunk in _chunks(batch.messages):
                    yield chunk
                following = asyncio.ensure_future(_next(batches))
            elif not closed.done():
                yield HEARTBEAT if caught_up else NOT_THERE_YET
    finally:
        closed.cancel()
        refused.cancel()
        await finish(_let_go(batches, following))


async def _refused_later(judge_again: JudgeAgain, every_seconds: float) -> RequestRefused:
    """Why the reader may not read on, once that is so. While it cannot be found out, the reader may."""
    while True:
        await asyncio.sleep(every_seconds)
        refused = await _refused_now(judge_again)
        if refused is not None and refused.status != HTTPStatus.SERVICE_UNAVAILABLE:
            return refused


async def _not_to_be_told(judge_again: JudgeAgain) -> RequestRefused | None:
    """Why the reader may not be told what comes next; None where the reader may.

    A token that cannot be checked now was accepted before, so it counts; what a patient allows has to be known.
    """
    refused = await _refused_now(judge_again)
    return None if refused is None or refused.problem.code == "access.unavailable" else refused


async def _refused_now(judge_again: JudgeAgain) -> RequestRefused | None:
    """Why the reader may not read on, or why that cannot be found out; None where the reader may."""
    try:
        await judge_again()
    except RequestRefused as refused:
        return refused
    return None


async def _let_go(batches: AsyncIterator[Batch], following: asyncio.Task[Batch]) -> None:
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
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


def _last_frame(event: str, refused: RequestRefused) -> bytes:
    return _frame(event, refused.problem.model_dump_json(exclude_none=True))


def frame(message: StoredMessage) -> bytes:
    """One recorded event: its id, its type as event, and itself as a structured CloudEvent."""
    try:
        recorded = read_recorded(message)
    except UnreadableEvent as error:
        hole = {"position": error.position, "subject": error.subject, "reason": error.reason}
        return _frame(UNREADABLE, to_json(hole).decode(), encode(message))
    return _frame(recorded.type_name, to_json(to_cloudevent(recorded)).decode(), encode(message))


def _frame(event: str, data: str, id_: str | None = None) -> bytes:
    """One event of the stream. JSON has no line breaks, so it is one line."""
    with_id = f"id: {id_}\n" if id_ is not None else ""
    return f"event: {event}\ndata: {data}\n{with_id}\n".encode()
