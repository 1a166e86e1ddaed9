"""Following an organisation: its events are counted as they are recorded, and its log's checkpoints compared.

A connection that lasts misses nothing, but nobody says what came before it or between two. So positions are known to be
all there only from an event that was heard on, for as long as the same connection lasts; and where a gateway is set,
it is asked for what came before. What it tells ends where the gateway has nothing more: the connection was there
before, so what was recorded since was heard.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from typing import NamedTuple

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from events.identity import FEED, LOG
from events.log.client.connection import flush
from events.log.client.direct_subscription import subscribe_directly, subscribe_raw
from events.log.client.resilient import ResilientClient
from events.log.handed_out import NotStored
from events.log.raw_message import read_raw
from services.notary.publishing import SUBJECT as TLOG
from services.witness.event_count import EventCount, SeenEvent, Span
from services.witness.gateway_feed import FeedBroken, GatewayFeed
from services.witness.records_thread import RecordsThread
from services.witness.witnessing import Witness

MAX_WAITING = 10_000
"""How many events and checkpoints may wait to be written; beyond that they are let go, as if they were not heard."""
_TOLD_AT_ONCE = 500
_AGAIN_SECONDS = 30.0
_LOOK_SECONDS = 1.0
_log = logging.getLogger("cairn.witness")


class _Heard(NamedTuple):
    """Something that came by NATS, or what the gateway told for a connection.

    Attributes:
        session: Which connection it came on.
        what: An event, a checkpoint, or the positions that the gateway has told all events of.
    """

    session: int
    what: SeenEvent | bytes | Span


class EventCounter:
    """Counts the events of one organisation.

    Args:
        nc: A connection as a user of the organisation.
        count: The events that were counted before.
        witness: Holds checkpoints against what it knows.
        thread: Where the records are used.
        gateway: Tells the past; None where nobody does.
    """

    def __init__(
        self,
        nc: ResilientClient,
        count: EventCount,
        witness: Witness,
        thread: RecordsThread,
        gateway: GatewayFeed | None,
    ):
        self._nc = nc
        self._count = count
        self._witness = witness
        self._thread = thread
        self._gateway = gateway
        self._stream: str | None = None
        self._waiting: deque[_Heard] = deque()
        self._arrived = asyncio.Event()
        self._let_go = 0
        self._open: tuple[int, Span] | None = None
        self._writing = asyncio.Lock()

    async def run(self) -> None:
        """Count until cancelled."""
        subscriptions = [
            await subscribe_raw(self._nc, f"{FEED}.{self._count.org}.*.*", self._take_event),
            await subscribe_directly(self._nc, f"{TLOG}.{self._count.org}", self._take_checkpoint),
        ]
        await flush(self._nc)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write())
                if self._gateway is not None:
                    group.create_task(self._ask_for_the_past(self._gateway))
        finally:
            for subscription in subscriptions:
                if not self._nc.is_closed:
                    await subscription.unsubscribe()

    async def written(self) -> None:
        """Wait until all that has come is in the records."""
        async with self._writing:
            await self._write_waiting()

    @property
    def _session(self) -> int:
        """Changes whenever something may have been missed: nats-py counts a reconnect before it reads anything."""
        return int(self._nc.stats["reconnects"]) + self._let_go

    def _take_event(self, _: bytes, headers: bytes, data: bytes) -> None:
        try:
            stream, before, message = read_raw(headers, data)
        except NotStored:
            return
        _org, patient, goal = (*message.subject.removeprefix(f"{LOG}.").split("."), "", "")[:3]
        self._stream = stream
        self._take(SeenEvent(message.position, patient, goal, before, is_heard=True))

    def _take_checkpoint(self, message: Msg) -> None:
        self._take(message.data)

    def _take(self, what: SeenEvent | bytes) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._miss()
            self._waiting.clear()
        self._waiting.append(_Heard(self._session, what))
        self._arrived.set()

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await self.written()

    async def _write_waiting(self) -> None:
        heard, self._waiting = self._waiting, deque()
        events, spans = list[SeenEvent](), list[Span]()
        for session, what in heard:
            if self._open is not None and self._open[0] != session:
                self._open = None
            if isinstance(what, SeenEvent):
                events.append(what)
                self._extend(session, Span(what.position, what.position))
            elif isinstance(what, Span):
                if session == self._session:
                    self._extend(session, what)
                spans.append(what)
            else:
                size = await self._announced_size(what)
                if size is not None and self._open is not None:
                    self._extend(session, Span(size, size))
            if self._open is not None:
                spans.append(self._open[1])
        if heard:
            await self._count_them(events, spans)

    async def _announced_size(self, note: bytes) -> int | None:
        """How many leaves a checkpoint has that was announced; None where it says nothing that counts."""
        try:
            checkpoint = await self._thread.run(partial(self._witness.announced, note))
        except sqlite3.Error as error:
            _log.error("A checkpoint that was announced could not be written: %s", error)
            return None
        return None if checkpoint is None else checkpoint.size

    def _extend(self, session: int, span: Span) -> None:
        """What was heard on one connection has nothing between it that was not heard."""
        if self._open is None:
            self._open = session, span
        else:
            known = self._open[1]
            self._open = session, Span(min(known.first, span.first), max(known.last, span.last))

    async def _count_them(self, events: Sequence[SeenEvent], spans: Sequence[Span]) -> None:
        try:
            taken = await self._thread.run(partial(self._count.take, self._stream, events, spans))
        except sqlite3.Error as error:
            _log.error("Events that were heard could not be written, and are not counted: %s", error)
            self._miss()
            return
        if taken.is_missing:
            _log.warning("An event of %s did not come where all were believed to have come.", self._count.org)
            self._miss()
        if taken.contradiction is not None:
            _log.error("What was counted of %s is not what the log holds. %s", self._count.org, taken.contradiction)

    def _miss(self) -> None:
        """Begin anew, as on another connection."""
        self._let_go += 1
        self._open = None

    async def _ask_for_the_past(self, gateway: GatewayFeed) -> None:
        """Ask once for each connection, once it is there."""
        asked: int | None = None
        while True:
            session = self._session
            if session == asked or not self._nc.is_connected:
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            try:
                await flush(self._nc)  # it hears what comes from here on
                told = await self._past(gateway, session)
            except (FeedBroken, NatsError, TimeoutError, sqlite3.Error) as broken:
                _log.warning("What was recorded while nobody listened is not known yet: %s.", broken)
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            self._waiting.append(_Heard(session, told))
            self._arrived.set()
            asked = session

    async def _past(self, gateway: GatewayFeed, session: int) -> Span:
        """Count what the gateway tells, up to something that was heard on this connection, or to where it has nothing
        more. What was heard on the one before ends where that was lost, which nobody knows.
        """
        await self.written()
        after = last = await self._thread.run(self._count.known_to)
        told: list[SeenEvent] = []
        async with aclosing(gateway.past(self._count.org, after)) as past:
            async for event in past:
                if event is not None:
                    told.append(event)
                    last = event.position
                is_heard = self._open is not None and self._open[0] == session and last >= self._open[1].first
                if event is None or is_heard or len(told) >= _TOLD_AT_ONCE:
                    await self._count_them(told, [Span(after + 1, last)] if last > after else [])
                    told.clear()
                if event is None or is_heard:
                    break
        return Span(after + 1, last)
