"""`cairn serve access`: declares the stream of the records of readings, and keeps the projection of it up."""

import asyncio
from collections.abc import Callable

from events.access_record import ACCESS_STREAM
from events.log import connect
from projections.access_record.keeping_up import keep_up
from projections.engine.database import open_database
from projections.engine.fitness import check_database
from services.access.records.stream import declare_access
from services.settings import Settings


async def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Keep the record of who read what up with its stream, until cancelled.

    Raises:
        NotReachable: when no NATS server answers at first.
        WrongStream: a stream of that name cannot keep the records.
        UnusableDatabase: tables cannot be made in the database as it is set up.
    """
    nc = await connect(settings.nats_address, name="cairn-access", log_api=settings.log_api_prefix)
    try:
        await declare_access(nc, settings.log_replicas, settings.access_keep_days, create=settings.may_make_streams)
        engine = open_database(settings.database_address)
        try:
            await asyncio.to_thread(check_database, engine)
            await keep_up(nc, engine, lambda position: ready(f"access: keeping {ACCESS_STREAM} from {position}"))
        finally:
            engine.dispose()
    finally:
        await nc.close()
