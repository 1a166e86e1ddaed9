"""A goals service that stands still is noticed: nobody is ready whose submissions would not be answered."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.embedded_server import EmbeddedServer
from tests.end_to_end.faults.processes import ServiceProcess
from tests.integration.gateway.alone import Alone, alone
from tests.waiting import eventually


@pytest.fixture
async def here(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Alone]:
    async with alone(own_server, tmp_path) as place:
        yield place


@pytest.fixture
async def goals(here: Alone, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """A goals service in a process of its own."""
    process = ServiceProcess("goals", data_dir=tmp_path, CAIRN_NATS_URL=here.nc.url)
    await process.start()
    yield process
    await process.kill()


async def test_ready_is_who_has_a_goals_service_that_answers(here: Alone, goals: ServiceProcess) -> None:
    await here.record("g1")
    await here.build()
    async with here.gateway(goals=None) as client:

        async def refused() -> httpx.Response | None:
            response = await client.get("/readyz")
            return None if response.status_code == 200 else response

        async def ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await eventually(ready)
        goals.freeze()
        frozen = await eventually(refused)  # to stand still takes a moment on a busy machine
        goals.go_on()
        await eventually(ready)
        await goals.stop()
        gone = await eventually(refused)

    for response in (frozen, gone):
        assert response is not None
        assert (response.status_code, problem(response)["code"]) == (503, "goals.unavailable")
        assert problem(response)["detail"].startswith("Submissions are not answered now")


def problem(response: httpx.Response) -> dict[str, str]:
    found: dict[str, str] = response.json()
    return found
