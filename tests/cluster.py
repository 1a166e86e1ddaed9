"""A cluster of three servers on loopback, of which any one may fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from nats.errors import Error as NatsError
from pydantic_core import from_json

from bench.peers.server import held_port
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from services.embedded_token import nats_token
from tests.waiting import eventually


class Member(EmbeddedServer):
    """One of the servers."""

    def __init__(self, data_dir: Path, own_route: int, routes: list[int]):
        super().__init__(data_dir)
        self._own_route = own_route
        self._routes = ", ".join(f"nats://127.0.0.1:{port}" for port in routes)

    @property
    def name(self) -> str:
        return self.data_dir.name

    @property
    def token(self) -> str:
        """One for all of them."""
        return nats_token(self.data_dir.parent)

    def configuration(self) -> str:
        listen = f"127.0.0.1:{self._own_route}"
        return super().configuration() + f"cluster {{ name: cairn, listen: {listen}, routes: [{self._routes}] }}\n"


class Cluster:
    """Three servers that know each other.

    Args:
        routes: The ports at which they do.
    """

    def __init__(self, folder: Path, routes: list[int]):
        self.servers = [Member(folder / f"nats-{place}", own, routes) for place, own in enumerate(routes, 1)]

    @property
    def url(self) -> str:
        """The addresses of all."""
        return ",".join(server.url for server in self.servers)

    async def start(self) -> None:
        """Start all of them; they answer once they have elected a leader."""
        await asyncio.gather(*(server.start() for server in self.servers))

    async def stop(self) -> None:
        await asyncio.gather(*(server.kill() for server in self.servers))

    async def leader(self, nc: ResilientClient, stream: str = STREAM, *, other_than: str = "") -> Member:
        """The server that leads the stream; waits until there is one."""

        async def elected() -> str | None:
            try:
                cluster = (await nc.jetstream(timeout=5).stream_info(stream)).cluster
            except (NatsError, TimeoutError):
                return None
            return cluster.leader if cluster and cluster.leader != other_than else None

        name = await eventually(elected, within=60)
        return next(server for server in self.servers if server.name == name)

    async def change_leader(self, nc: ResilientClient, stream: str = STREAM) -> None:
        """Have another server lead the stream."""
        before = await self.leader(nc, stream)
        await eventually(lambda: _steps_down(nc, stream), within=60)
        await self.leader(nc, stream, other_than=before.name)


async def _steps_down(nc: ResilientClient, stream: str) -> bool:
    """Whether the leader does so; on a busy machine nobody may lead just then."""
    try:
        answer = from_json((await nc.request(f"$JS.API.STREAM.LEADER.STEPDOWN.{stream}", timeout=5)).data)
    except (NatsError, TimeoutError):
        return False
    return bool(answer.get("success"))


@asynccontextmanager
async def cluster_in(folder: Path) -> AsyncIterator[Cluster]:
    """A cluster that runs while the block lasts."""
    with ExitStack() as held:
        cluster = Cluster(folder, [held.enter_context(held_port()) for _ in range(3)])
        try:
            await cluster.start()
            yield cluster
        finally:
            await cluster.stop()
