"""Reading one's own writes: waiting until a projection has reached a position."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import NamedTuple

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from projections.engine.announcing import CHECKPOINT, Announcement
from projections.engine.checkpoint import CheckpointKey
from services.gateway.problems import RequestRefused

WAIT_SECONDS = 5.0
RECHECK_SECONDS = 1.0
"""How often the database is asked while anyone waits: announcements are not stored, so one can be missed."""
ON_ITS_WAY_SECONDS = 0.1
"""How long an announcement may take to come. It is nearly always sooner here than what the database would answer."""

_log = logging.getLogger("cairn.gateway")

Positions = Mapping[CheckpointKey, int]
Checkpoints = Callable[[], Awaitable[Positions]]


class _Wait(NamedTuple):
    """Somebody waits for a position."""

    position: int
    reached: asyncio.Future[None]


class Freshness:
    """The positions that the projections have reached, stream by stream, as far as is known here.

    However many wait, the database is asked one question at a time, and one a second, and none while announcements
    tell all that is asked for. Each of these wakes only those whose position it has come to.

    Args:
        keys: The live checkpoints that there may be; what else is announced is not kept.
        checkpoints: Reads the committed positions from the database.
        refuse_beyond_head: Raises :class:`Refused` when a stream of the log has no such position. It is asked when no
            announcement has come in time, as most positions that are waited for are there in a moment.
    """

    def __init__(
        self,
        keys: Collection[CheckpointKey],
        checkpoints: Checkpoints,
        refuse_beyond_head: Callable[[str, int], Awaitable[None]],
        *,
        wait_seconds: float = WAIT_SECONDS,
        recheck_seconds: float = RECHECK_SECONDS,
    ):
        self._keys = frozenset(keys)
        self._checkpoints = checkpoints
        self._refuse_beyond_head = refuse_beyond_head
        self._wait_seconds = wait_seconds
        self._recheck_seconds = recheck_seconds
        self._known: dict[CheckpointKey, int] = {}
        self._waiting: defaultdict[CheckpointKey, set[_Wait]] = defaultdict(set)
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
            RequestRefused: 503 `projection.behind` with the position that it has reached; 422, when the log does not
                reach the position either.
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
            raise RequestRefused(
                "projection.behind",
                f"The projection {key.projection} has reached position {reached} and not yet {position}."
                " Try again, or read without min_position.",
            ) from None
        return True

    async def _until(self, key: CheckpointKey, position: int) -> None:
        if key not in self._known:
            await self._ask()
        on_its_way = min(ON_ITS_WAY_SECONDS, self._recheck_seconds)
        if await self._comes(key, position, on_its_way):
            return
        await self._refuse_beyond_head(key.stream, position)
        while self._known.get(key, -1) < position:
            await self._ask()
            may_ask = self._asked_at + self._recheck_seconds - monotonic()
            await self._comes(key, position, max(may_ask, on_its_way))

    async def _comes(self, key: CheckpointKey, position: int, seconds: float) -> bool:
        """Whether a position is reached now, or announced within some seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if self._known.get(key, -1) < position:
                    await self._announcement(key, position)
                return True
        return False

    async def _announcement(self, key: CheckpointKey, position: int) -> None:
        wait = _Wait(position, asyncio.get_running_loop().create_future())
        self._waiting[key].add(wait)
        try:
            await wait.reached
        finally:
            self._waiting[key].discard(wait)

    async def _ask(self) -> None:
        """Look up what is committed, unless that has just been done for somebody else."""
        async with self._asking:
            if monotonic() - self._asked_at < self._recheck_seconds:
                return
            for key, committed in (await self._checkpoints()).items():
                # Only the announcements say that a projection went back, begun anew; a read may be old.
                self._has_come(key, max(committed, self._known.get(key, 0)))
            self._asked_at = monotonic()

    def _has_come(self, key: CheckpointKey, position: int) -> None:
        self._known[key] = position
        for wait in self._waiting[key]:
            if wait.position <= position and not wait.reached.done():
                wait.reached.set_result(None)

    async def announced(self, message: Msg) -> None:
        """Take in one :class:`Announcement` on `cairn.checkpoint.NAME`, when it is about live tables."""
        projection = message.subject[len(CHECKPOINT) + 1 :]
        try:
            said = Announcement.model_validate_json(message.data)
        except ValidationError:
            _log.warning("what was announced on %s is no checkpoint", message.subject)
            return
        key = CheckpointKey(projection, said.slot, said.stream)
        if key in self._keys:
            self._has_come(key, said.position)
