"""Reading one's own writes: waiting until a projection has reached a position."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from time import monotonic

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from projections.engine.announcing import CHECKPOINT, Announcement
from projections.engine.checkpoint import CheckpointKey
from services.gateway.problems import Refused

WAIT_SECONDS = 5.0
RECHECK_SECONDS = 1.0
"""How often the database is asked while anyone waits: announcements are not stored, so one can be missed."""

_log = logging.getLogger("cairn.gateway")

Positions = Mapping[CheckpointKey, int]
Checkpoints = Callable[[], Awaitable[Positions]]


class Freshness:
    """The positions that the projections have reached, stream by stream, as far as is known here.

    However many wait, the database is asked one question at a time, and one a second: announcements tell the rest.

    Args:
        keys: The live checkpoints that there may be; what else is announced is not kept.
        checkpoints: Reads the committed positions from the database.
    """

    def __init__(
        self,
        keys: Collection[CheckpointKey],
        checkpoints: Checkpoints,
        *,
        wait_seconds: float = WAIT_SECONDS,
        recheck_seconds: float = RECHECK_SECONDS,
    ):
        self._keys = frozenset(keys)
        self._checkpoints = checkpoints
        self._wait_seconds = wait_seconds
        self._recheck_seconds = recheck_seconds
        self._known: dict[CheckpointKey, int] = {}
        self._moved = asyncio.Condition()
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")

    @property
    def known(self) -> Positions:
        """The position of each live checkpoint that has been heard of."""
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

    async def reach(self, key: CheckpointKey, position: int) -> bool:
        """Wait until a checkpoint has reached the position; at once when it has.

        Returns:
            False when the time is up and nothing of the projection is known to be live at all.

        Raises:
            Refused: 503 `projection.behind` with the position that it has reached.
        """
        if self._known.get(key, -1) >= position:
            return True
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._until(key, position)
        except TimeoutError:
            reached = self._known.get(key)
            if reached is None:
                return False
            raise Refused(
                503,
                "projection.behind",
                f"The projection {key.projection} has reached position {reached} and not yet {position}."
                " Try again, or read without min_position.",
            ) from None
        return True

    async def _until(self, key: CheckpointKey, position: int) -> None:
        while self._known.get(key, -1) < position:
            await self._ask()
            try:
                async with asyncio.timeout(self._recheck_seconds), self._moved:
                    await self._moved.wait_for(lambda: self._known.get(key, -1) >= position)
            except TimeoutError:
                continue

    async def _ask(self) -> None:
        """Look up what is committed, unless that has just been done for somebody else."""
        async with self._asking:
            if monotonic() - self._asked_at < self._recheck_seconds:
                return
            for key, committed in (await self._checkpoints()).items():
                # Only the announcements say that a projection went back, begun anew; a read may be old.
                self._known[key] = max(committed, self._known.get(key, 0))
            self._asked_at = monotonic()
        async with self._moved:
            self._moved.notify_all()

    async def announced(self, message: Msg) -> None:
        """Take in one :class:`Announcement` on `cairn.checkpoint.NAME`, when it is about live tables."""
        projection = message.subject[len(CHECKPOINT) + 1 :]
        try:
            said = Announcement.model_validate_json(message.data)
        except ValidationError:
            _log.warning("what was announced on %s is no checkpoint", message.subject)
            return
        key = CheckpointKey(projection, said.place, said.stream)
        if key not in self._keys:
            return
        self._known[key] = said.position
        async with self._moved:
            self._moved.notify_all()
