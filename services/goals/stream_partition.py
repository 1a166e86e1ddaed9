"""One stream of the log, with everything that decides about its submissions and writes to it."""

import asyncio
import logging

from events.log import Log, LogUnreachable
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from services.goals.application import Goals
from services.goals.histories import Histories
from services.goals.remembered_log import RememberedLog
from services.goals.voiding import Voiding
from services.goals.watch import Watch
from services.settings import Settings

_log = logging.getLogger("cairn.goals")


class StreamPartition:
    """Decides about the organisations of one stream. Partitions share only the snapshots, and no batch spans two.

    Args:
        of: The number of partitions in this process; they divide the memory for folded goals among them.
    """

    def __init__(self, nc: ResilientClient, stream: str, snapshots: Snapshots, settings: Settings, *, of: int):
        self._log = Log(nc, stream, max_waiting=settings.max_waiting, ack_seconds=settings.ack_seconds)
        room = max(1, settings.cached_goals // of)
        self._snapshots = snapshots
        self._histories = Histories(self._log, snapshots, limit=room, snapshot_every=settings.snapshot_every)
        self._behind = asyncio.create_task(self._histories.write_behind())
        self.watch = Watch(nc, stream, self._log, RememberedLog(stream, self._log, snapshots), self._forget)
        self._watching = asyncio.create_task(self.watch.run())
        self.goals = Goals(self._log, self._histories, self.watch)
        self.voiding = Voiding(self._log, self._histories, self.watch)

    async def close(self) -> None:
        """Write the last snapshots until the time is up, and what is known of the log; stop listening for replies."""
        self._watching.cancel()
        self._behind.cancel()
        await self._histories.write_last_snapshots()
        await self.watch.close()
        await self._log.close()

    async def _forget(self) -> None:
        """Drop what memory has of the log, because the log may have been replaced."""
        self._histories.clear()
        try:
            await self._snapshots.empty()
        except LogUnreachable as error:
            _log.warning("%s", error)
