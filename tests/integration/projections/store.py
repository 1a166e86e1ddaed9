"""The store of a nats-server, kept and put back as an operator does it with a backup of the disk."""

import shutil
from pathlib import Path

from events.identity import GoalId
from events.log import Log, LogUnreachable, declare_log
from events.log.client.resilient import ResilientClient
from events.log.stream_state import NoStream
from services.embedded_server import EmbeddedServer
from tests.integration.projections.clinic import diary, record
from tests.waiting import eventually


class Store:
    """Everything that a server of one test's own holds. The services that use it are not told of anything.

    Args:
        nc: A connection to the server.
    """

    def __init__(self, server: EmbeddedServer, nc: ResilientClient, folder: Path):
        self._server = server
        self._nc = nc
        self._there = server.data_dir / "jetstream"
        self._kept = folder
        self.log = Log(nc)

    async def record(self, org: str, goal: str, days: int) -> int:
        """Append the events of a goal; the position of the last."""
        return await record(self.log, diary(GoalId(org, "pt-1", goal), days))

    async def keep(self, name: str) -> None:
        """Keep a copy of what there is."""
        await self._server.stop()
        shutil.copytree(self._there, self._kept / name)
        await self._answers()

    async def put_back(self, name: str) -> None:
        """Put a copy in the place of what there is."""
        await self._server.stop()
        shutil.rmtree(self._there)
        shutil.copytree(self._kept / name, self._there)
        await self._answers()

    async def lose(self) -> None:
        """Lose the disk, and begin with an empty log."""
        await self._server.stop()
        shutil.rmtree(self._there)
        await self._answers()
        await declare_log(self._nc)

    async def _answers(self) -> None:
        await self._server.start()

        async def answers() -> bool:
            try:
                await self.log.state()
            except NoStream:
                return True
            except LogUnreachable:
                return False
            return True

        await eventually(answers, within=30)
