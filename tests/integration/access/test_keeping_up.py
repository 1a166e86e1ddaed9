"""`cairn serve access`: from the stream to the tables, through restarts, another stream, and a rebuild."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from events.access_record import ACCESS_STREAM
from events.log import declare_log
from events.log.client.resilient import ResilientClient
from projections.access_record import keeping_up
from projections.access_record.queries import accesses
from projections.access_record.tables import NAME
from projections.access_record.writer import begin_anew
from projections.engine.database import open_database, reading, writing
from projections.engine.status import read_status
from services.access.records.recorder import AccessRecorder
from services.access.records.stream import declare_access
from services.access.service import serve
from services.embedded_server import EmbeddedServer
from services.settings import Settings
from tests.access import access_record
from tests.anew import make_anew
from tests.conftest import running
from tests.forked import cairn
from tests.waiting import eventually


@pytest.fixture
def settings(own_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(keeping_up, "_ASK_SECONDS", 0.02)
    monkeypatch.setattr(keeping_up, "_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(keeping_up, "_LOOKS_BETWEEN_CHECKS", 5)
    return Settings(nats_url=own_server.url, data_dir=tmp_path / "data")


@pytest.fixture
def engine(settings: Settings) -> Engine:
    return open_database(settings.database_address)


def readers(engine: Engine) -> list[str]:
    """Who read of p1, the newest first."""
    with reading(engine) as connection:
        return [item["reader"] for item in accesses(connection, "north", "p1")["items"]]


def state(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(read_status(connection, NAME, ACCESS_STREAM)["state"])


async def test_what_is_recorded_is_in_the_tables_soon(
    settings: Settings, engine: Engine, recorder: AccessRecorder
) -> None:
    async with running(partial(serve, settings)):
        await recorder.record([access_record("p1")])
        await eventually(lambda: readers(engine) == ["dana"])
        await recorder.record([access_record("p1", reader="eli")])
        await eventually(lambda: readers(engine) == ["eli", "dana"])
        assert state(engine) == "live"


async def test_it_declares_the_stream(own_server: EmbeddedServer, settings: Settings) -> None:
    said: list[str] = []

    async def noted(ready: Callable[[str], None]) -> None:
        def note(line: str) -> None:
            said.append(line)
            ready(line)

        await serve(settings, note)

    async with running(noted):
        assert said == [f"access: keeping {ACCESS_STREAM} from 0"]


async def test_it_goes_on_where_it_was(settings: Settings, engine: Engine, recorder: AccessRecorder) -> None:
    for reader in ("dana", "eli", "fay"):
        await recorder.record([access_record("p1", reader=reader)])
        async with running(partial(serve, settings)):
            await eventually(lambda: readers(engine)[:1] == [reader])  # noqa: B023 - it is called in this turn

    assert readers(engine) == ["fay", "eli", "dana"]


async def test_it_waits_for_the_server(
    own_server: EmbeddedServer, nc: ResilientClient, settings: Settings, engine: Engine, recorder: AccessRecorder
) -> None:
    async with running(partial(serve, settings)):
        await own_server.stop()
        await own_server.start()
        await eventually(lambda: nc.is_connected, within=20)
        await recorder.record([access_record("p1")])
        await eventually(lambda: readers(engine) == ["dana"], within=20)


async def test_built_anew_the_tables_are_the_same(settings: Settings, engine: Engine, recorder: AccessRecorder) -> None:
    await recorder.record([access_record("p1"), access_record("p1", "p2", reader="eli")])
    async with running(partial(serve, settings)):
        await eventually(lambda: len(readers(engine)) == 2)
        before = readers(engine)
        with writing(engine) as connection:
            assert begin_anew(connection)

        await eventually(lambda: is_there(engine) and readers(engine) == before)


def is_there(engine: Engine) -> bool:
    with reading(engine) as connection:
        return read_status(connection, NAME, ACCESS_STREAM)["version"] is not None


async def test_of_another_stream_nothing_is_taken_in(
    settings: Settings, nc: ResilientClient, engine: Engine, recorder: AccessRecorder
) -> None:
    await recorder.record([access_record("p1")])
    async with running(partial(serve, settings)):
        await eventually(lambda: readers(engine) == ["dana"])
        await make_anew(nc, declare_access, stream=ACCESS_STREAM)
        await recorder.record([access_record("p1", reader="eli")])
        await eventually(lambda: state(engine) == "log_replaced")
        assert readers(engine) == ["dana"]
        await declare_log(nc)
        here = ("--nats-url", str(settings.nats_url), "--database-url", settings.database_address)
        said = await cairn("log", "adopt", "--yes", *here)
        assert said.code == 0, said.err
        assert "`cairn access rebuild`" in said.out
        assert readers(engine) == ["dana"]
        with writing(engine) as connection:
            begin_anew(connection)
        await eventually(lambda: is_there(engine) and readers(engine) == ["eli"])
