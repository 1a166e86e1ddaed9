"""nats-server is killed while readings are answered: whoever was told something is on record."""

import asyncio
import os
import signal
from http import HTTPStatus
from itertools import count
from pathlib import Path

from projections.access_record.writer import AccessWriter
from services.embedded_server import EmbeddedServer
from tests.access import access_records
from tests.integration.gateway.alone import ORG, alone
from tests.waiting import eventually

READERS = 12
BEFORE = 200


async def test_what_was_told_is_on_record_and_all_else_was_refused(own_server: EmbeddedServer, tmp_path: Path) -> None:
    numbers = count()
    told: set[str] = set()
    refused: list[str] = []
    async with alone(own_server, tmp_path) as here:
        await here.record("g1")
        await here.build()
        AccessWriter(here.engine).resume()
        async with here.gateway() as client:

            async def read() -> None:
                while not refused:
                    patient = f"p{next(numbers)}"
                    response = await client.get(f"/v1/orgs/{ORG}/patients/{patient}/goals")
                    if response.status_code == HTTPStatus.OK:
                        told.add(patient)
                    else:
                        refused.append(response.json()["code"])

            reading = [asyncio.create_task(read()) for _ in range(READERS)]
            await eventually(lambda: len(told) > BEFORE, within=60)
            os.kill(own_server.pid, signal.SIGKILL)
            async with asyncio.timeout(60):
                await asyncio.gather(*reading)
            await own_server.wait()
            await own_server.start()
            await eventually(lambda: here.nc.is_connected, within=60)
            recorded = {patient for record in await access_records(here.nc) for patient in record.patients}

            assert (await client.get(f"/v1/orgs/{ORG}/patients/p-g1/goals")).status_code == HTTPStatus.OK

    assert set(refused) == {"access.not_recorded"}
    assert told <= recorded
