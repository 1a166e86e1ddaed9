"""The witness as a service: one process, one HTTP address, and a connection to NATS where it counts events."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from events.log import connect
from events.log.client.connection import NotReachable
from events.log.client.resilient import ResilientClient
from services.http_serving import address_of, listen, serve_http
from services.settings import Settings
from services.witness.app import WitnessEndpoints
from services.witness.counting import EventCounter
from services.witness.event_count import EventCount
from services.witness.gateway_feed import FeedBroken, GatewayFeed
from services.witness.identity import WitnessFolder
from services.witness.records import Records
from services.witness.records_thread import RecordsThread
from services.witness.statements import StatementSigner
from services.witness.witnessing import Witness

_CONNECT_AGAIN_SECONDS = 2.0
_REMIND_AGAIN_SECONDS = 60.0
"""How soon a gateway that did not tell what is published is asked again."""
_log = logging.getLogger("cairn.witness")


async def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until cancelled.

    Raises:
        WitnessRecordsUnusable: the keys or records cannot be used.
        AddressTaken: the address cannot be listened on.
        NotAdmitted: the NATS server does not let the organisation's user in, where events are to be counted.
    """
    folder = WitnessFolder(settings.witness_dir)
    identity, key, statement_key = folder.identity(), folder.cosignature_key(), folder.statement_key()
    host, port = settings.witness_host, settings.witness_port
    with listen(host, port, service="The witness", setting="CAIRN_WITNESS_PORT") as listener:
        thread = RecordsThread()
        records = Records(folder.records_file, identity.records)
        try:
            witness = Witness(records, key, _now)
            count = None if settings.witness_org is None else EventCount(records, settings.witness_org, _now())
            statements = StatementSigner(records, count, statement_key, _now)
            gateway = _gateway(settings)
            async with (
                _reminding(witness, gateway, thread),
                _counting(settings, count, witness, thread, gateway) as counted,
            ):
                app = WitnessEndpoints(witness, statements, thread, counted).app()
                await serve_http(
                    app, listener, begun=lambda: ready(f"witness: serving {address_of(listener)} as {identity.name}")
                )
        finally:
            thread.close()
            records.close()


class _Counting:
    """Counts the events of an organisation, from when NATS can be reached; cosigning does not wait for that."""

    def __init__(
        self,
        settings: Settings,
        count: EventCount,
        witness: Witness,
        thread: RecordsThread,
        gateway: GatewayFeed | None,
    ):
        self._settings = settings
        self._gateway = gateway
        self._count = count
        self._witness = witness
        self._thread = thread
        self._counter: EventCounter | None = None

    async def run(self, nc: ResilientClient | None) -> None:
        """Count until cancelled.

        Args:
            nc: A connection, which is closed at the end; None where NATS could not be reached yet.
        """
        while nc is None:
            await asyncio.sleep(_CONNECT_AGAIN_SECONDS)
            nc = await self.connected()
        try:
            self._counter = EventCounter(nc, self._count, self._witness, self._thread, self._gateway)
            await self._counter.run()
        finally:
            await nc.close()

    async def connected(self) -> ResilientClient | None:
        """A connection as the organisation's user; None where no server answers.

        Raises:
            NotAdmitted: the server does not let this user in.
        """
        try:
            return await connect(self._settings.nats_address, name="cairn witness")
        except NotReachable as error:
            _log.warning("Nothing is counted yet, and no statement signed. %s", error)
            return None

    async def written(self) -> None:
        """Wait until what was heard is counted."""
        if self._counter is not None:
            await self._counter.written()


def _gateway(settings: Settings) -> GatewayFeed | None:
    if settings.witness_gateway_url is None or settings.witness_token_file is None:
        return None
    return GatewayFeed(settings.witness_gateway_url, settings.witness_token_file)


@asynccontextmanager
async def _reminding(witness: Witness, gateway: GatewayFeed | None, thread: RecordsThread) -> AsyncIterator[None]:
    """Look at what is published for one's own signatures, before anything is signed.

    Where the gateway does not tell then, it is asked again while the block lasts, until it does.
    """
    troubles = await _reminded(witness, gateway, thread) if gateway is not None else []
    if gateway is None or not troubles:
        yield
        return
    for trouble in troubles:
        _log.warning("%s It is asked again until it tells.", trouble)
    task = asyncio.create_task(_until_reminded(witness, gateway, thread))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until_reminded(witness: Witness, gateway: GatewayFeed, thread: RecordsThread) -> None:
    while True:
        await asyncio.sleep(_REMIND_AGAIN_SECONDS)
        if not await _reminded(witness, gateway, thread):
            return


async def _reminded(witness: Witness, gateway: GatewayFeed, thread: RecordsThread) -> list[str]:
    """Look at the newest published checkpoint of each known log; of which ones the gateway does not tell, and why."""
    troubles = []
    for origin in await thread.run(witness.known_origins):
        try:
            await thread.run(partial(witness.reminded, await gateway.published(origin)))
        except FeedBroken as broken:
            troubles.append(f"What is published of {origin} could not be looked at: {broken}.")
    return troubles


@asynccontextmanager
async def _counting(
    settings: Settings,
    count: EventCount | None,
    witness: Witness,
    thread: RecordsThread,
    gateway: GatewayFeed | None,
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Count while the block lasts, where somebody's events are counted; gives what waits for all that was heard."""
    if count is None:
        yield partial(asyncio.sleep, 0)
        return
    counting = _Counting(settings, count, witness, thread, gateway)
    nc = await counting.connected()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(counting.run(nc))
        yield counting.written
        task.cancel()


def _now() -> int:
    return int(time.time())
