"""The embedded nats-server of a node, kept running on its port."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from services.embedded_server import EmbeddedServer, ServerFailed
from services.node.backoff import Backoff
from services.node.ending import how_it_ended


@asynccontextmanager
async def running_server(server: EmbeddedServer, say: Callable[[str], None]) -> AsyncIterator[str]:
    """Start the server, start it again whenever it ends, and stop it at the end. Gives the server's URL.

    Raises:
        ServerFailed: when the server does not start the first time.
    """
    try:
        await server.start()
        keeping = asyncio.create_task(_keep(server, say))
        try:
            yield server.url
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
    finally:
        await server.stop()


async def _keep(server: EmbeddedServer, say: Callable[[str], None]) -> None:
    backoff = Backoff()
    while True:
        backoff.started()
        try:
            ended = how_it_ended(await server.wait())
        except ServerFailed:  # it was stopped at the moment when it had started
            ended = "was stopped"
        say(f"nats-server {ended}; starting it again on its port (see {server.log_file}).")
        while True:
            await asyncio.sleep(backoff.failed())
            try:
                await server.start()
                break
            except (ServerFailed, OSError) as failed:  # a full disk takes no configuration either
                say(f"nats-server does not start: {failed}")
