"""A node's nats-server after its disk was full: it is started again once there is room, as it stores nothing before.

Only nats-server knows that it had no room, and it says so to nobody but its own log (docs/compatibility.md); a goals
service finds it out by what is not stored. That the disk was full is seen here too, so that a disk that is slow is no
reason to start anything again. What is not seen: a disk that is full for less time than lies between two looks, one
that has no inodes left, and a quota that is used up. After those, somebody has to start nats-server again.
"""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from events.log.client.resilient import ResilientClient
from projections.engine.quarantine import reason_of
from services.embedded_server import EmbeddedServer
from services.gateway.goals_health import GoalsHealthCheck
from services.goals.health import Health

ROOM_BYTES = 16 * 1024 * 1024
"""With less than this free, a disk counts as full: nats-server makes files of that size."""
LOOK_SECONDS = 5.0
"""How often the goals services are asked; so long it takes them to find that nothing is stored."""
_log = logging.getLogger("cairn.node")


class FullDisk:
    """Finds that the disk below nats-server was full and has room again.

    Args:
        folder: Where nats-server keeps its streams.
        ask: Asks for the health of each stream's goals service; None of one that does not answer.
        free: How many bytes are free for a folder.
    """

    def __init__(
        self,
        folder: Path,
        ask: Callable[[], Awaitable[Mapping[str, Health | None]]],
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ):
        self._folder = folder
        self._ask = ask
        self._free = free
        self._was_full = False
        self._looked_after = datetime.now(UTC)

    async def until_there_is_room(self) -> None:
        """Wait until nothing was stored for want of room, and there is room again."""
        while not await self._has_room_again():  # noqa: ASYNC110 - nobody tells that a disk has room
            await asyncio.sleep(LOOK_SECONDS)

    def begin_again(self) -> None:
        """Forget what was found until now, as nats-server was started again after it."""
        self._was_full, self._looked_after = False, datetime.now(UTC)

    async def _has_room_again(self) -> bool:
        found = [health.no_room_at for health in (await self._ask()).values() if health and health.state == "full"]
        # A goals service says it until it has recorded something, also when the server was started again.
        if not any(at is not None and at > self._looked_after for at in found):
            return False
        try:
            has_room = self._free(self._folder) >= ROOM_BYTES
        except OSError:
            return False
        self._was_full |= not has_room
        return has_room and self._was_full


@asynccontextmanager
async def heeding_a_full_disk(
    server: EmbeddedServer | None, nc: ResilientClient, streams: Collection[str], say: Callable[[str], None]
) -> AsyncIterator[None]:
    """Have a node's own nats-server, if it has one, start again whenever its full disk has room again.

    Args:
        server: It is stopped, and whoever keeps it running starts it again.
        streams: All streams of the log.
        say: Called with a line for whoever looks after the node.
    """
    if server is None:
        yield
        return
    disk = FullDisk(server.data_dir, GoalsHealthCheck(nc, streams).ask)
    heeding = asyncio.create_task(start_again_when_there_is_room(disk, server.stop, say))
    try:
        yield
    finally:
        heeding.cancel()
        await asyncio.gather(heeding, return_exceptions=True)


async def start_again_when_there_is_room(
    disk: FullDisk, stop: Callable[[], Awaitable[None]], say: Callable[[str], None]
) -> None:
    """Stop nats-server each time when its disk was full and has room again, until cancelled.

    Args:
        stop: Ends nats-server, which is started again whenever it ends.
        say: Called with a line for whoever looks after the node.
    """
    while True:
        try:
            await disk.until_there_is_room()
            say("The disk was full and has room again; nats-server is started again, as it stores nothing before.")
            await stop()
            disk.begin_again()
        except Exception as error:  # noqa: BLE001 - whatever it is, the disk may be full once more
            _log.error("the disk below nats-server could not be looked after: %s; beginning again", reason_of(error))
            await asyncio.sleep(LOOK_SECONDS)
