"""A log that is another one is told also where only the goals service knows of it, and a Cairn goes on running then."""

import asyncio
from pathlib import Path

import pytest

from events.log import connect
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.builders import GOAL, active_goal
from tests.conftest import running, submitting_over
from tests.end_to_end.node import HOUSE, start_cairn


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A data folder without a database, where the stream is gone that the goals service has written."""
    data = tmp_path / "data"
    server = EmbeddedServer(data / "nats")
    await server.start()
    nc = await connect(server.url, name="test")
    async with running(lambda ready: goals.serve(Settings(nats_url=server.url, data_dir=data), ready)):
        for each in active_goal(GOAL):
            assert (await submitting_over(nc)(each)).status == "recorded"
    await nc.jetstream().delete_stream(STREAM)
    await nc.close()
    await server.stop()
    return data


async def test_the_first_line_says_so_and_no_sample_is_loaded(data: Path, ports: tuple[int, int]) -> None:
    arguments = ("--nats-port", str(ports[0]), "--http-port", str(ports[1]))
    said = data.with_name("said")
    with said.open("wb") as errors:
        node = await start_cairn(("up", "--data-dir", str(data), *arguments), HOUSE, {}, errors.fileno())
    assert node.stdout is not None
    async with asyncio.timeout(180):
        first, second = [(await node.stdout.readline()).decode() for _ in range(2)]
    assert first.startswith("NOT READY: the log is another one than before."), said.read_text()
    assert "CAIRN_LOG is empty; remembered are, up to positions: cairn-goals 5." in second
    assert said.read_text() == ""
    node.terminate()
    async with asyncio.timeout(120):
        assert await node.wait() == 0
