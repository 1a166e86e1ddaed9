"""The witness as a service: one process, one HTTP address, and a connection to NATS where it counts events."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from events.log import connect
from services.http_serving import address_of, listen, serve_http
from services.settings import Settings
from services.witness.app import WitnessEndpoints
from services.witness.counting import EventCounter
from services.witness.event_count import EventCount
from services.witness.gateway_feed import GatewayFeed
from services.witness.identity import WitnessFolder
from services.witness.records import Records
from services.witness.records_thread import RecordsThread
from services.witness.statements import StatementSigner
from services.witness.witnessing import Witness

Clock = Callable[[], int]


async def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until cancelled.

    Raises:
        WitnessRecordsUnusable: the keys or records cannot be used.
        AddressTaken: the address cannot be listened on.
        NotReachable: no NATS server answers at first, where events are to be counted.
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
            async with _counting(settings, count, witness, thread) as counted:
                app = WitnessEndpoints(witness, statements, thread, counted).app()
                await serve_http(
                    app, listener, begun=lambda: ready(f"witness: serving {address_of(listener)} as {identity.name}")
                )
        finally:
            thread.close()
            records.close()


@asynccontextmanager
async def _counting(
    settings: Settings, count: EventCount | None, witness: Witness, thread: RecordsThread
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Count while the block lasts, where somebody's events are counted; gives what waits for all that was heard."""
    if count is None:
        yield partial(asyncio.sleep, 0)
        return
    gateway = None
    if settings.witness_gateway_url is not None and settings.witness_token_file is not None:
        gateway = GatewayFeed(settings.witness_gateway_url, settings.witness_token_file)
    nc = await connect(settings.nats_address, name="cairn witness")
    try:
        counter = EventCounter(nc, count, witness, thread, gateway)
        async with asyncio.TaskGroup() as group:
            counting = group.create_task(counter.run())
            yield counter.written
            counting.cancel()
    finally:
        await nc.close()


def _now() -> int:
    return int(time.time())
