"""How the projections stand to the log: how many events wait for each, and for how long.

Waiting is told by positions and by one clock, that of the server that keeps the log: it says when an event was
recorded, and what time it is now.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from events.log import Log, LogUnreachable
from events.log.anchor import Anchor, LogReplaced
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.placement import Placed
from events.log.reading import DirectReader
from events.log.stream_state import StreamState
from services.administration.care import CareReader, LastCare
from services.gateway.problems import RequestRefused
from services.gateway.progress import Progress
from services.gateway.projection_checkpoints import access_record_status, statuses
from services.gateway.reader import Reader

Status = dict[str, Any]  # a JSON object of mixed values
States = Mapping[str, StreamState | None]

LOG_REPLACED = "log_replaced"
"""The state of a projection whose tables were built from another log than the one that there is."""
_LOG_SECONDS = 2.0
"""How long the log may take to say how far it goes."""
_SECOND = 1_000_000_000


class Standing:
    """Asks the log and the database of the projections, and puts the two together.

    Args:
        nc: A connection, which stays with its owner.
        logs: All streams of the log.
    """

    def __init__(self, nc: ResilientClient, reader: Reader, logs: Placed[Log]):
        self._reader = reader
        self._logs = dict(logs.items())
        self._replies = Replies(nc)
        self._readers = {stream: DirectReader(nc, self._replies, stream) for stream in self._logs}
        self._progress = Progress()
        self._care = CareReader(nc, self._replies)

    async def statuses(self) -> list[Status]:
        """As :func:`services.gateway.projection_checkpoints.statuses`, compared with the log as it is now; and behind
        them the record of who read what, as its own service has noted it.

        With `lag_seconds`: for how long the first event that waits has been in the log; 0 when none waits, None while
        the log does not answer. Where a projection has come further than the log goes its state is `log_replaced`,
        and then `lag` and `lag_seconds` are None: nobody can tell.

        Raises:
            RequestRefused: when the database cannot be read.
        """
        return [*await self._of_the_log(), *await self._reader.read(access_record_status)]

    async def _of_the_log(self) -> list[Status]:
        found = await self._reader.read(lambda connection: statuses(connection, self._logs))
        self._progress.note(found)
        # The log is asked behind the database: what was in the tables by then is in the log, if it is the same one.
        states = await self.states()
        return list(await asyncio.gather(*(self._held_against(each, states[each["stream"]]) for each in found)))

    async def care(self) -> LastCare | None:
        """When each stream of the log was last read through and backed up; None while that cannot be read."""
        try:
            async with asyncio.timeout(_LOG_SECONDS):
                return await self._care.last()
        except (LogUnreachable, TimeoutError):
            return None

    async def states(self) -> States:
        """Each stream of the log as its leader knows it; None where it does not answer."""
        found = await asyncio.gather(*(self._state(log) for log in self._logs.values()))
        return dict(zip(self._logs, found, strict=True))

    async def check(self, projections: Collection[str], most_seconds: float) -> None:
        """Whether these projections can be read, and none of them is further behind than so many seconds.

        While a build gets on that will take its place, a projection may be: nobody keeps the tables of an older version
        up meanwhile, and they are better than none.

        Raises:
            RequestRefused: 503 with what is wrong.
        """
        for each in await self._of_the_log():
            name, waiting = each["name"], each["lag_seconds"]
            if each["state"] == LOG_REPLACED:
                raise _replaced(each)
            if waiting is None:
                raise RequestRefused("log.unavailable", "The log cannot be reached.")
            if name not in projections:
                continue
            if each["version"] is None:
                raise await self._reader.refusal(name)
            if waiting > most_seconds and not self._progress.gets_on(name, most_seconds):
                behind = f"{each['lag']} events and {waiting:.0f} s behind"
                raise RequestRefused("projection.behind", f"The projection {name} is {behind}.")

    async def close(self) -> None:
        """Listen no more."""
        await self._replies.close()

    async def _state(self, log: Log) -> StreamState | None:
        try:
            async with asyncio.timeout(_LOG_SECONDS):
                return await log.state()
        except (LogUnreachable, TimeoutError):
            return None

    async def _held_against(self, status: Status, state: StreamState | None) -> Status:
        if status["state"] == LOG_REPLACED:
            head = state.last if state else status["head"]
            return {**status, "head": head, "lag": None, "lag_seconds": None}
        stream, position = status["stream"], status["position"]
        if state is not None and position > state.last:
            try:
                async with asyncio.timeout(_LOG_SECONDS):
                    state = await self._logs[stream].check(Anchor(position))
            except LogReplaced as replaced:
                return {**status, "state": LOG_REPLACED, "head": replaced.head, "lag": None, "lag_seconds": None}
            except (LogUnreachable, TimeoutError):
                state = None
        if state is None:
            return {**status, "lag_seconds": None}
        return {
            **status,
            "head": state.last,
            "lag": state.last - position,
            "lag_seconds": await self.waiting_seconds(stream, position, state),
            "building": status["building"] and _built(status["building"], state.last),
        }

    async def waiting_seconds(self, stream: str, position: int, state: StreamState) -> float | None:
        """For how long the first event behind a position was in the log when the server said what time it was; None
        when the log does not answer."""
        if position == state.last:
            return 0.0
        try:
            async with asyncio.timeout(_LOG_SECONDS):
                first = await self._readers[stream].after(">", position, limit=1)
        except (LogUnreachable, TimeoutError):
            return None
        return max(0.0, round((state.now_ns - first[0].recorded_ns) / _SECOND, 3)) if first else 0.0


def _built(building: Status, head: int) -> Status:
    return {**building, "head": head, "percent": min(100, 100 * building["position"] // head) if head else 100}


def _replaced(status: Status) -> RequestRefused:
    return RequestRefused(
        "log.replaced",
        f"The projection {status['name']} was built from another log than the one that is in {status['stream']} now:"
        f" it stands at position {status['position']}, and the log ends at {status['head']}. Put the right log back, or"
        " let `cairn log adopt` build everything from this one.",
    )
