"""The sample is loaded through the front door: once, into an empty log, and to its end."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from events.identity import parse_goal_id
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.placement import Placement
from services.embedded_server import EmbeddedServer
from services.node.sample import load_sample, shown_goal
from services.sample.clinic import SHOWN_GOAL, northside
from services.sample.load import load
from services.settings import Settings

TODAY = date(2026, 3, 2)
pytestmark = pytest.mark.usefixtures("goals_service")


@pytest.fixture
async def own_nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    nc = await connect(own_server.url, name="test")
    yield nc
    await nc.close()


async def test_every_event_is_recorded_and_loading_it_again_records_nothing(nc: ResilientClient, log: Log) -> None:
    events = northside(TODAY)
    first = await load(nc, TODAY)
    assert first.recorded + first.duplicate == len(events)
    again = await load(nc, TODAY)
    assert again == (0, len(events), first.position)
    assert len(await log.read(parse_goal_id(SHOWN_GOAL))) > 60
    assert await shown_goal(nc, Placement()) == SHOWN_GOAL


async def test_a_log_in_use_is_left_alone(nc: ResilientClient, tmp_path: Path) -> None:
    await load(nc, TODAY)
    said: list[str] = []
    await load_sample(nc, Settings(data_dir=tmp_path), said.append)
    assert said == []
    assert names_in(tmp_path) == []


async def test_what_was_interrupted_is_finished_with_the_day_it_was_begun_on(
    nc: ResilientClient, tmp_path: Path
) -> None:
    (tmp_path / "sample.loading").write_text(TODAY.isoformat())
    said: list[str] = []
    await load_sample(nc, Settings(data_dir=tmp_path), said.append)
    assert said[0].startswith("Loading")
    assert said[1].startswith("Loaded")
    assert names_in(tmp_path) == []


async def test_it_is_not_called_loaded_while_a_projection_is_behind(nc: ResilientClient, tmp_path: Path) -> None:
    """What was seen, on a busy machine: a node was ready, and did not find its sample."""
    statuses = ["503", "503", "200", "200", "503", "200"]
    asked: list[str] = []

    async def answer(message: Msg) -> None:
        asked.append(message.data.decode().partition("?")[0].rpartition("/")[2])
        status = statuses[min(len(asked), len(statuses)) - 1]
        await nc.publish(message.reply, b"{}", headers={"status": status})

    (tmp_path / "sample.loading").write_text(TODAY.isoformat())
    gateway = await nc.subscribe("cairn.read", cb=answer)
    await nc.flush()
    try:
        await load_sample(nc, Settings(data_dir=tmp_path), lambda _: None)
    finally:
        await gateway.unsubscribe()
    assert asked == ["goals", "goals", "goals", "reviews", "audit", "audit"], "each is asked for until it is there"


async def test_a_server_that_was_killed_meanwhile_ends_nothing(
    own_server: EmbeddedServer, own_nc: ResilientClient, tmp_path: Path
) -> None:
    """The node starts the server again; that it cannot tell now whether there is a sample is no reason to end."""
    await declare_log(own_nc)
    await own_server.kill()
    said: list[str] = []

    await load_sample(own_nc, Settings(data_dir=tmp_path), said.append)
    assert await shown_goal(own_nc, Placement()) is None
    assert said == []


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]
