"""Reading the log: one goal by batched direct get, everything by following it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic_core import to_json

from events.envelope import StoredMessage
from events.log.client.replies import Replies, status_of
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.handed_out import M
from events.log.stream_state import read_state
from events.log.timestamps import nanoseconds
from events.raw_message import RawMessage

_PAGE_MESSAGES = 1000
_READ_SECONDS = 10.0
_REPLICA_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.1


class BatchOf(NamedTuple, Generic[M]):
    """Messages of the log in order, and how far the log goes.

    Attributes:
        messages: In log order, none left out; empty when there is nothing new.
        head: The last position of the log as known when the batch was made.
    """

    messages: tuple[M, ...]
    head: int


Batch = BatchOf[StoredMessage]
RawBatch = BatchOf[RawMessage]


class DirectReader:
    """Reads by direct get: no consumer is created, any replica may answer."""

    def __init__(self, nc: ResilientClient, replies: Replies, stream: str):
        self._nc = nc
        self._replies = replies
        self._stream = stream
        self._subject = f"{nc.api_of(stream)}.DIRECT.GET.{stream}"

    async def after(self, subject: str, position: int, limit: int | None = None) -> list[StoredMessage]:
        """The messages on a subject (wildcards allowed) behind a position, in order: all, or at most a number.

        Raises:
            LogUnreachable: when the log does not answer.
        """
        found: list[StoredMessage] = []
        while limit is None or len(found) < limit:
            batch = _PAGE_MESSAGES if limit is None else min(_PAGE_MESSAGES, limit - len(found))
            page, pending = await self._ask({"seq": position + 1, "next_by_subj": subject, "batch": batch}, many=True)
            found += page
            if not pending or not page:
                break
            position = page[-1].position
        return found

    async def until(self, subject: str, position: int, last: int) -> list[StoredMessage]:
        """The messages on a subject behind a position, in order, up to the one at `last` and beyond.

        Raises:
            LogUnreachable: when the log does not answer, or no replica that answers has come so far.
        """
        if position >= last:
            return []
        return await _once_at(last, lambda: self.after(subject, position))

    async def last_until(self, subjects: str, last: int) -> list[StoredMessage]:
        """As :meth:`last`, from a replica that has the message at the position `last` too.

        Raises:
            LogUnreachable: as :meth:`until`.
        """
        return await _once_at(last, lambda: self.last(subjects))

    async def last(self, subjects: str) -> list[StoredMessage]:
        """The last message of every subject that a wildcard matches, in log order.

        Raises:
            LogUnreachable: when the log does not answer.
        """
        page, _ = await self._ask({"multi_last": [subjects], "batch": _PAGE_MESSAGES}, many=True)
        return page

    async def head(self) -> int:
        """The last position of the log, as its leader knows it; 0 when it is empty.

        Raises:
            LogUnreachable: when the log does not answer.
        """
        return (await read_state(self._nc, self._stream)).last

    async def at(self, position: int) -> StoredMessage | None:
        """The message at a position; None when the replica that answers has none there.

        Raises:
            LogUnreachable: when the log does not answer.
        """
        page, _ = await self._ask({"seq": position}, many=False)
        return page[0] if page else None

    async def at_last(self, position: int) -> StoredMessage:
        """The message at a position that the leader has, once a replica that answers has it too.

        Raises:
            LogUnreachable: as :meth:`until`.
        """

        async def found() -> list[StoredMessage]:
            message = await self.at(position)
            return [message] if message else []

        return (await _once_at(position, found))[0]

    async def newest(self, subjects: str) -> StoredMessage | None:
        """The last message on the subjects that a wildcard matches; for `>` at once, else by looking at each subject.

        Raises:
            LogUnreachable: when the log does not answer.
        """
        page, _ = await self._ask({"last_by_subj": subjects}, many=False)
        return page[0] if page else None

    async def _ask(self, request: dict[str, object], *, many: bool) -> tuple[list[StoredMessage], int]:
        """One direct get: the messages, and how many more match behind them."""
        if not self._nc.is_connected:
            raise LogUnreachable("There is no connection to the log.")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        page: list[StoredMessage] = []

        def take(message: Msg) -> None:
            if done.done():
                return
            match status_of(message):
                case None:
                    page.append(from_direct_get(message))
                    if not many:
                        done.set_result(0)
                case "204":
                    done.set_result(int((message.headers or {}).get("Nats-Num-Pending", 0)))
                case "404":
                    done.set_result(0)
                case status:
                    done.set_exception(LogUnreachable(f"The log does not answer (status {status})."))

        reply = self._replies.expect(take)
        try:
            await self._replies.open()
            async with self._nc.answer_within(_READ_SECONDS):
                await self._nc.publish(self._subject, to_json(request), reply=reply)
                pending = await done
        except (TimeoutError, OSError, NatsError) as error:
            raise LogUnreachable("The log does not answer.") from error
        finally:
            self._replies.forget(reply)
        return page, pending


async def _once_at(position: int, read: Callable[[], Awaitable[list[StoredMessage]]]) -> list[StoredMessage]:
    """What a read gives once it comes as far as a position: a replica may lag behind its leader."""
    pause = _FIRST_PAUSE_SECONDS
    try:
        async with asyncio.timeout(_REPLICA_SECONDS):
            while not _reaches(position, found := await read()):
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    except TimeoutError:
        raise LogUnreachable(f"No replica of the log that answers has come to position {position}.") from None
    return found


def _reaches(position: int, found: list[StoredMessage]) -> bool:
    return position <= (found[-1].position if found else 0)


def from_direct_get(message: Msg) -> StoredMessage:
    """The message that a direct get has found."""
    headers = message.headers or {}
    return StoredMessage(
        subject=headers["Nats-Subject"],
        position=int(headers["Nats-Sequence"]),
        recorded_ns=nanoseconds(headers["Nats-Time-Stamp"]),
        headers=headers,
        data=message.data,
    )
