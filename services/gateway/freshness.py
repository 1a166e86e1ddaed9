"""Reading one's own writes: waiting until a projection has reached a position."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, NonNegativeInt, ValidationError

from services.gateway.problems import Refused

CHECKPOINT = "cairn.checkpoint"
WAIT_SECONDS = 5.0
RECHECK_SECONDS = 1.0
"""How often the database is asked while no message comes: announcements are not stored, so one can be missed."""

_log = logging.getLogger("cairn.gateway")

Checkpoints = Callable[[], Awaitable[Mapping[str, int]]]


class _Announcement(BaseModel):
    position: NonNegativeInt


class Freshness:
    """The positions that the projections have reached, as far as is known here.

    Args:
        projections: The names of those there are; what else is announced is not kept.
        checkpoints: Reads the committed positions by projection from the database.
    """

    def __init__(
        self,
        projections: Collection[str],
        checkpoints: Checkpoints,
        *,
        wait_seconds: float = WAIT_SECONDS,
        recheck_seconds: float = RECHECK_SECONDS,
    ):
        self._projections = frozenset(projections)
        self._checkpoints = checkpoints
        self._wait_seconds = wait_seconds
        self._recheck_seconds = recheck_seconds
        self._known: dict[str, int] = {}
        self._moved = asyncio.Condition()

    @property
    def known(self) -> Mapping[str, int]:
        """The position of each projection that has been heard of."""
        return dict(self._known)

    @asynccontextmanager
    async def listening(self, nc: Client) -> AsyncIterator[None]:
        """Take note of the checkpoints that projections announce meanwhile."""
        subscription = await nc.subscribe(f"{CHECKPOINT}.*", cb=self.announced)
        try:
            yield
        finally:
            if not nc.is_closed:
                await subscription.unsubscribe()

    async def reach(self, projection: str, position: int | None) -> None:
        """Wait until the projection has reached the position; at once when it has, or when none is asked for.

        Raises:
            Refused: 503 `projection.behind` with the position that it has reached.
        """
        if position is None or self._known.get(projection, -1) >= position:
            return
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._until(projection, position)
        except TimeoutError:
            reached = self._known.get(projection, 0)
            raise Refused(
                503,
                "projection.behind",
                f"The projection {projection} has reached position {reached} and not yet {position}."
                " Try again, or read without min_position.",
            ) from None

    async def _until(self, projection: str, position: int) -> None:
        while self._known.get(projection, -1) < position:
            for name, committed in (await self._checkpoints()).items():
                # Only the announcements say that a projection went back (it was rebuilt); a read may be a little old.
                self._known[name] = max(committed, self._known.get(name, 0))
            try:
                async with asyncio.timeout(self._recheck_seconds), self._moved:
                    await self._moved.wait_for(lambda: self._known.get(projection, -1) >= position)
            except TimeoutError:
                continue

    async def announced(self, message: Msg) -> None:
        """Take in one announcement: `{"position": N}` on `cairn.checkpoint.NAME`."""
        name = message.subject[len(CHECKPOINT) + 1 :]
        if name not in self._projections:
            return
        try:
            position = _Announcement.model_validate_json(message.data).position
        except ValidationError:
            _log.warning("what was announced on %s is no checkpoint", message.subject)
            return
        self._known[name] = position
        async with self._moved:
            self._moved.notify_all()
