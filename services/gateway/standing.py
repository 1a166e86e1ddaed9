"""How the projections stand to the log: how many events wait for each, and for how long."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from events.log import LogUnreachable
from events.log.client import SturdyClient
from events.log.reading import DirectReader
from events.log.replies import Replies
from services.gateway.checkpoints import statuses
from services.gateway.problems import Refused
from services.gateway.reader import Reader

Status = dict[str, Any]  # a JSON object of mixed values

_LOG_SECONDS = 2.0
"""How long the log may take to say how far it goes."""


class Standing:
    """Asks the log and the database of the projections, and puts the two together.

    Args:
        nc: A connection, which stays with its owner.
        streams: All streams of the log.
    """

    def __init__(self, nc: SturdyClient, reader: Reader, streams: Collection[str]):
        self._reader = reader
        self._streams = streams
        self._replies = Replies(nc)
        self._logs = {stream: DirectReader(nc, self._replies, stream) for stream in streams}

    async def statuses(self) -> list[Status]:
        """As :func:`services.gateway.checkpoints.statuses`, with `lag_seconds`: for how long the first event that waits
        has been in the log; 0 when none waits, None while the log does not answer.

        Raises:
            Refused: when the database cannot be read.
        """
        heads = await self._heads()
        found = await self._reader.read(lambda connection: statuses(connection, self._streams, heads or {}))
        if heads is None:
            return [{**each, "lag_seconds": None} for each in found]
        waiting = await asyncio.gather(*(self._waiting_seconds(each) for each in found))
        return [{**each, "lag_seconds": seconds} for each, seconds in zip(found, waiting, strict=True)]

    async def check(self, projections: Collection[str], most_seconds: float) -> None:
        """Whether these projections can be read, and none of them is further behind than so many seconds.

        While a build gets on that will take its place, a projection may be: nobody keeps the tables of an older version
        up meanwhile, and they are better than none.

        Raises:
            Refused: 503 with what is wrong.
        """
        for each in await self.statuses():
            if each["lag_seconds"] is None:
                raise Refused(503, "log.unavailable", "The log cannot be reached.")
            if each["name"] in projections and each["version"] is None:
                raise await self._reader.refusal(each["name"])
            behind_too_long = each["lag_seconds"] > most_seconds and not _gets_on(each["building"], most_seconds)
            if each["name"] in projections and behind_too_long:
                behind = f"{each['lag']} events and {each['lag_seconds']:.0f} s behind"
                raise Refused(503, "projection.behind", f"The projection {each['name']} is {behind}.")

    async def close(self) -> None:
        """Listen no more."""
        await self._replies.close()

    async def _heads(self) -> dict[str, int] | None:
        """The last position of each stream; None when one does not answer."""
        try:
            async with asyncio.timeout(_LOG_SECONDS):
                found = await asyncio.gather(*(log.head() for log in self._logs.values()))
        except (LogUnreachable, TimeoutError):
            return None
        return dict(zip(self._logs, found, strict=True))

    async def _waiting_seconds(self, status: Status) -> float | None:
        if not status["lag"]:
            return 0.0
        try:
            async with asyncio.timeout(_LOG_SECONDS):
                first = await self._logs[status["stream"]].after(">", status["position"], limit=1)
        except (LogUnreachable, TimeoutError):
            return None
        waiting = datetime.now(UTC) - first[0].recorded_at if first else timedelta()
        return max(0.0, round(waiting.total_seconds(), 3))


def _gets_on(building: Status | None, most_seconds: float) -> bool:
    """Whether something is being built, and has got on within so many seconds."""
    if building is None or building["updated_at"] is None:
        return False
    return datetime.now(UTC) - datetime.fromisoformat(building["updated_at"]) <= timedelta(seconds=most_seconds)
