"""An event that the log cannot take for its size is the sender's to mend, and hurts nobody else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events.envelope import STRUCTURED
from events.event import Event
from events.identity import SUBMIT, GoalId
from events.log import connect
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.builders import as_bytes, event, opened
from tests.conftest import running

MAX_PAYLOAD = 64 * 1024


class NarrowServer(EmbeddedServer):
    """One that takes little at a time, as an operator may have set it up."""

    def configuration(self) -> str:
        return super().configuration() + f"max_payload: {MAX_PAYLOAD}\n"


@pytest.fixture
async def nc(tmp_path: Path) -> AsyncIterator[ResilientClient]:
    """A connection to such a server, on which a goals service answers."""
    server = NarrowServer(tmp_path / "nats")
    await server.start()
    connection = await connect(server.url, name="test")
    settings = Settings(nats_url=server.url, data_dir=tmp_path)
    async with running(lambda ready: goals.serve(settings, ready)):
        yield connection
    await connection.close()
    await server.stop()


def plan(patient: str, *, long_extensions: int = 0) -> Event:
    extensions = {f"note{number}": "€" * 1000 for number in range(long_extensions)}
    offered = event(GoalId("northside", patient, "plan"), opened(), role="clinician")
    return Event(**{field: getattr(offered, field) for field in offered.__slots__} | {"extensions": extensions})


async def answer(nc: ResilientClient, offered: Event) -> tuple[str, str]:
    reply = await nc.request(
        offered.goal_id.on(SUBMIT), as_bytes(offered), timeout=20, headers={"content-type": STRUCTURED}
    )
    said = json.loads(reply.data)
    return said.get("code", said["status"]), said.get("detail", "")


async def test_what_is_larger_as_it_is_stored_than_as_it_came_is_invalid(nc: ResilientClient) -> None:
    """In the log's headers each of these characters takes three times the room."""
    code, detail = await answer(nc, plan("pt-1", long_extensions=8))

    assert (code, detail) == ("event.invalid", "The event is larger than the log takes; nothing was recorded.")
    assert await answer(nc, plan("pt-1")) == ("recorded", "")


async def test_what_is_larger_than_the_stream_takes_is_invalid(nc: ResilientClient) -> None:
    config = (await nc.jetstream().stream_info(STREAM)).config
    config.max_msg_size = 2000
    await nc.jetstream().update_stream(config)

    code, _ = await answer(nc, plan("pt-1", long_extensions=1))

    assert code == "event.invalid"
    assert await answer(nc, plan("pt-1")) == ("recorded", "")
