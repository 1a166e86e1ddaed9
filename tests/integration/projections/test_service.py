"""A projection service on a real log."""

import asyncio
import logging
import os
import signal
from asyncio import StreamWriter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from pydantic_core import from_json
from sqlalchemy import Engine

from events.identity import GoalId
from events.log import Log, connect, declare_log
from events.log.client.connection import NotReachable
from events.log.client.resilient import ResilientClient
from events.log.handing_over import HandedOver
from events.log.stream import STREAM
from projections.catalog import NAMES, projection_named
from projections.engine.announcing import Announcer
from projections.engine.checkpoint import Checkpoint
from projections.engine.database import UnusableDatabase, writing
from projections.engine.projection import Tables, Views
from projections.engine.runner import Runner
from projections.engine.service import serve
from projections.engine.shared_following import SharedFollowing
from projections.engine.table_locks import TablesInUse
from projections.engine.workers import Worker, end_all
from projections.engine.writer import ProjectionWriter
from services.embedded_server import EmbeddedServer
from tests.conftest import running
from tests.end_to_end.faults.processes import ServiceProcess
from tests.integration.projections.clinic import Database, diary, record, record_many
from tests.integration.projections.conftest import OpenDatabase
from tests.waiting import eventually


@pytest.mark.parametrize("name", NAMES)
async def test_it_catches_up_with_the_past_and_then_follows_live(
    log: Log, org: str, database: OpenDatabase, name: str
) -> None:
    its = database(name)
    past = await record_many(log, org, goals=5, days=3)
    async with running(its.serve):
        await its.reaches(past)
        live = await record(log, diary(GoalId(org, "pt-1", "live"), 2))
        await its.reaches(live)
        assert its.status["state"] == "live"
    rebuilt = await its.rebuilt(log, live)
    assert its.rows(org) == rebuilt.rows(org)
    assert any(its.rows(org).values())
    rebuilt.engine.dispose()


async def test_it_announces_each_position_once_it_can_be_read(own_server: EmbeddedServer, tmp_path: Path) -> None:
    its = Database("goal_state", tmp_path / "goal_state.db", own_server.url)
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    log = Log(nc)
    announced = await nc.subscribe("cairn.checkpoint.goal_state")
    async with running(its.serve):
        last = await record(log, diary(GoalId("org", "pt-1", "walk"), 1))
        position = 0
        while position < last:
            position = from_json((await announced.next_msg(timeout=30)).data)["position"]
            assert its.position >= position
    its.engine.dispose()
    await log.close()
    await nc.close()


async def test_several_in_one_process_are_each_on_their_own(
    log: Log, nats_url: str, org: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cairn.db"
    goal_state, review_schedule = (Database(name, path, nats_url) for name in ("goal_state", "review_schedule"))
    broken = replace(projection_named("audit_trail"), views=fails)
    said: list[str] = []
    together = [goal_state.projection, broken, review_schedule.projection]
    serving = asyncio.create_task(serve(together, nats_url, goal_state.url, said.append))
    past = await record_many(log, org, goals=3, days=3)
    for its in (goal_state, review_schedule):
        await its.reaches(past)
    live = await record(log, diary(GoalId(org, "pt-1", "live"), 2))
    for its in (goal_state, review_schedule):
        await its.reaches(live)
    await eventually(lambda: "audit_trail: RuntimeError in " in caplog.text)
    assert "what a patient wrote" not in caplog.text
    serving.cancel()
    await asyncio.wait([serving])
    for its in (goal_state, review_schedule):
        assert its.status["state"] == "stopped"
        rebuilt = await its.rebuilt(log, live)
        assert its.rows(org) == rebuilt.rows(org)
        assert any(its.rows(org).values())
        rebuilt.engine.dispose()
        rebuilt.path.unlink()
        its.engine.dispose()


def fails(_tables: Tables, _dialect: str) -> Views:
    raise RuntimeError("what a patient wrote")


@pytest.fixture
def workers(nats_url: str, tmp_path: Path) -> list[Worker]:
    """Forked here, where no event loop runs: one for each projection, which look into a file for what to do first."""
    orders = tmp_path / "orders"

    def run(names: Sequence[str], source: BinaryIO | None) -> int:
        order = orders.read_text() if orders.exists() else ""
        if order == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if order in names:  # it takes nothing of what it is given, and keeps nobody waiting
            signal.pause()
        handed_over = HandedOver(source) if source else None
        found, url = [projection_named(name) for name in names], f"sqlite:///{tmp_path / 'cairn.db'}"
        # What pytest keeps of what is printed is no file of this process any more.
        asyncio.run(serve(found, nats_url, url, lambda _: None, until_level=True, handed_over=handed_over))
        return 0

    return [Worker(run) for _ in NAMES]


@pytest.mark.parametrize("order", ["", "die"])
async def test_one_with_a_long_way_to_go_catches_up_in_a_process_of_its_own(
    workers: list[Worker],
    log: Log,
    nats_url: str,
    org: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    order: str,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("projections.engine.service.WORTH_A_PROCESS", 1)
    (tmp_path / "orders").write_text(order)
    its = Database("goal_state", tmp_path / "cairn.db", nats_url)
    past = await record_many(log, org, goals=3, days=3)
    serving = asyncio.create_task(serve([its.projection], nats_url, its.url, print, workers=workers))
    await its.reaches(past)
    assert "goal_state: another process catches up" in caplog.text
    await eventually(lambda: its.status["state"] == "live")
    live = await record(log, diary(GoalId(org, "pt-1", "live"), 2))
    await its.reaches(live)
    assert ("ended with exit code -9" in caplog.text) == (order == "die")
    serving.cancel()
    await asyncio.wait([serving])
    rebuilt = await its.rebuilt(log, live)
    assert its.rows(org) == rebuilt.rows(org)
    rebuilt.engine.dispose()
    its.engine.dispose()


@pytest.mark.parametrize(("cores", "stuck"), [(2, ""), (3, "audit_trail")])
async def test_several_with_a_long_way_to_go_read_the_log_once(
    workers: list[Worker],
    log: Log,
    nats_url: str,
    org: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cores: int,
    stuck: str,
) -> None:
    monkeypatch.setattr("projections.engine.service.WORTH_A_PROCESS", 1)
    (tmp_path / "orders").write_text(stuck)
    started: list[str] = []
    start, begin = asyncio.create_subprocess_exec, Worker.begin

    async def noting(*arguments: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(" ".join(arguments))
        return await start(*arguments, **options)

    async def beginning(worker: Worker, names: Sequence[str], *, handed_over: bool) -> StreamWriter:
        assert handed_over
        began.append(names)
        return await begin(worker, names, handed_over=handed_over)

    began: list[Sequence[str]] = []
    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    monkeypatch.setattr(Worker, "begin", beginning)
    monkeypatch.setattr("projections.engine.catching_up.cores", lambda: cores)
    every = [Database(name, tmp_path / "cairn.db", nats_url) for name in NAMES]
    past = await record_many(log, org, goals=3, days=3)
    served = [its.projection for its in every]
    serving = asyncio.create_task(serve(served, nats_url, every[0].url, print, workers=workers))
    working = [its for its in every if its.projection.name != stuck]
    for its in working:
        await its.reaches(past)
    live = await record(log, diary(GoalId(org, "pt-1", "live"), 2))
    for its in working:
        await its.reaches(live)
    assert len([each for each in started if "follower_process" in each]) == len(started) == 1
    assert len(began) == cores
    serving.cancel()
    await asyncio.wait([serving])
    for its in working:
        rebuilt = await its.rebuilt(log, live)
        assert its.rows(org) == rebuilt.rows(org)
        rebuilt.engine.dispose()
        rebuilt.path.unlink()
    for its in every:
        its.engine.dispose()


async def test_whoever_has_nothing_to_catch_up_with_ends_its_workers(
    workers: list[Worker], log: Log, nats_url: str, org: str, tmp_path: Path
) -> None:
    its = Database("goal_state", tmp_path / "cairn.db", nats_url)
    past = await record_many(log, org, goals=1, days=1)
    async with running(partial(serve, [its.projection], nats_url, its.url, workers=workers)):
        await its.reaches(past)
        assert [await worker.ended() for worker in workers] == [0] * len(workers)
    its.engine.dispose()


async def test_one_that_cannot_begin_ends_its_workers(
    workers: list[Worker], nats_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unusable(_engine: Engine) -> None:
        raise UnusableDatabase("It cannot be used.")

    monkeypatch.setattr("projections.engine.service.check_database", unusable)
    try:
        with pytest.raises(UnusableDatabase):
            await serve(
                [projection_named("goal_state")], nats_url, f"sqlite:///{tmp_path / 'cairn.db'}", print, workers=workers
            )
        async with asyncio.timeout(60):
            assert [await worker.ended() for worker in workers] == [0] * len(workers)
    finally:
        await end_all(workers)


async def test_until_level_it_ends_where_the_log_ends(log: Log, nats_url: str, org: str, tmp_path: Path) -> None:
    its = Database("goal_state", tmp_path / "cairn.db", nats_url)
    last = await record_many(log, org, goals=3, days=3)
    async with asyncio.timeout(60):
        await serve([its.projection], nats_url, its.url, print, until_level=True)
    assert its.position >= last
    assert its.status["state"] == "live"  # whoever waited for it goes on
    its.engine.dispose()


async def test_one_that_cannot_come_to_the_end_keeps_no_other_from_what_is_new(
    log: Log, nats_url: str, org: str, tmp_path: Path
) -> None:
    its, outdated = (Database(name, tmp_path / "cairn.db", nats_url) for name in ("goal_state", "review_schedule"))
    past = await record_many(log, org, goals=3, days=3)
    newer = replace(outdated.projection, version=outdated.projection.version + 1)
    async with asyncio.timeout(60):
        await serve([newer], nats_url, its.url, print, until_level=True)
    both = [its.projection, outdated.projection]
    serving = asyncio.create_task(serve(both, nats_url, its.url, print, until_level=True))
    await its.reaches(past)
    live = await record(log, diary(GoalId(org, "pt-1", "live"), 2))
    await its.reaches(live)
    assert not serving.done()
    serving.cancel()
    await asyncio.wait([serving])
    its.engine.dispose()
    outdated.engine.dispose()


async def test_killed_in_one_process_and_started_again_they_all_go_on(
    log: Log, nats_url: str, org: str, tmp_path: Path
) -> None:
    all_of_them = [Database(name, tmp_path / "cairn.db", nats_url) for name in NAMES]
    service = ServiceProcess(
        "projections", data_dir=tmp_path, CAIRN_NATS_URL=nats_url, CAIRN_DATABASE_URL=all_of_them[0].url
    )
    before = await record_many(log, org, goals=3, days=1)
    recording = asyncio.create_task(record_many(log, f"{org}b", goals=20, days=20))
    await service.start()
    await all_of_them[0].reaches(before + 1)
    await service.kill()
    await service.start()
    last = await recording
    for its in all_of_them:
        await its.reaches(last)
    await service.stop()
    for its in all_of_them:
        rebuilt = await its.rebuilt(log, last)
        assert its.rows(f"{org}b") == rebuilt.rows(f"{org}b")
        assert any(its.rows(f"{org}b").values())
        rebuilt.engine.dispose()
        rebuilt.path.unlink()
        its.engine.dispose()


async def test_stopped_and_started_again_it_goes_on_from_its_checkpoint(
    log: Log, nats_url: str, org: str, database: OpenDatabase
) -> None:
    its = database("goal_state")
    first = await record(log, diary(GoalId(org, "pt-1", "one"), 1))
    async with running(its.serve):
        await its.reaches(first)
    assert its.status["state"] == "stopped"
    second = await record(log, diary(GoalId(org, "pt-1", "two"), 1))
    said: list[str] = []
    serving = asyncio.create_task(serve([its.projection], nats_url, its.url, said.append))
    await its.reaches(second)
    serving.cancel()
    await asyncio.wait([serving])
    assert said == [f"projection goal_state from position {first}"]


@pytest.mark.parametrize("name", NAMES)
async def test_killed_at_work_and_started_again_it_comes_to_what_a_rebuild_comes_to(
    log: Log, nats_url: str, org: str, database: OpenDatabase, name: str, tmp_path: Path
) -> None:
    its = database(name)
    service = ServiceProcess(
        *("projection", name), data_dir=tmp_path, CAIRN_NATS_URL=nats_url, CAIRN_DATABASE_URL=its.url
    )
    before = await record_many(log, org, goals=3, days=1)
    recording = asyncio.create_task(record_many(log, f"{org}b", goals=20, days=20))
    await service.start()
    await its.reaches(before + 1)
    await service.kill()
    await service.start()
    last = await recording
    await its.reaches(last)
    await service.stop()
    rebuilt = await its.rebuilt(log, last)
    assert its.rows(f"{org}b") == rebuilt.rows(f"{org}b")
    assert any(its.rows(f"{org}b").values())
    rebuilt.engine.dispose()


async def test_of_two_copies_one_works_and_the_other_takes_over(log: Log, org: str, database: OpenDatabase) -> None:
    its = database("goal_state")
    async with running(its.serve):
        async with running(its.serve):
            both = await record_many(log, org, goals=10, days=10)
            await its.reaches(both)
        alone = await record_many(log, f"{org}b", goals=3, days=3)
        await its.reaches(alone)
    rebuilt = await its.rebuilt(log, alone)
    assert its.rows(org) == rebuilt.rows(org)
    assert its.rows(f"{org}b") == rebuilt.rows(f"{org}b")
    rebuilt.engine.dispose()


async def test_trouble_with_the_database_is_waited_out_and_noted(
    log: Log, nc: ResilientClient, org: str, database: OpenDatabase
) -> None:
    its = database("goal_state")
    writer = ProjectionWriter(its.engine, its.projection, STREAM)
    runner = Runner(log, SharedFollowing(log), Announcer(nc, "goal_state"), writer)
    work = asyncio.create_task(runner.run(lambda _: None))
    await its.reaches(await record(log, diary(GoalId(org, "pt-1", "walk"), 1)))
    with writing(its.engine) as connection:
        connection.exec_driver_sql(NO_ROOM)
    last = await record(log, diary(GoalId(org, "pt-1", "run"), 1))
    await eventually(lambda: its.status["last_error"])
    with writing(its.engine) as connection:
        connection.exec_driver_sql("DROP TRIGGER no_room")
    await its.reaches(last)
    work.cancel()
    await asyncio.wait([work])
    assert its.status["last_error"] == "IntegrityError: no room"
    assert len(its.rows(org)["goals"]) == 2


NO_ROOM = """
CREATE TRIGGER no_room BEFORE INSERT ON goal_state_goals BEGIN
  SELECT RAISE(ABORT, 'no room
DETAIL: what a patient wrote');
END
"""


async def test_with_a_query_on_the_live_tables_it_tries_to_swap_again(
    log: Log, nc: ResilientClient, org: str, database: OpenDatabase
) -> None:
    its = database("goal_state")
    writer = ReadTwice(its.engine, its.projection, STREAM)
    last = await record(log, diary(GoalId(org, "pt-1", "walk"), 1))
    work = asyncio.create_task(
        Runner(log, SharedFollowing(log), Announcer(nc, "goal_state"), writer).run(lambda _: None)
    )
    await eventually(lambda: writer.is_live)
    await its.reaches(last)
    work.cancel()
    await asyncio.wait([work])
    assert its.rows(org)["goals"]


class ReadTwice(ProjectionWriter[Any]):
    """A writer that finds somebody reading the live tables, the first two times."""

    found = 0

    def go_live(self, streams: Collection[str], of_another_log: Mapping[str, Checkpoint] | None = None) -> bool:
        if self.found < 2:
            self.found += 1
            raise TablesInUse
        return super().go_live(streams, of_another_log)


async def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotReachable):
        await serve([projection_named("goal_state")], "nats://127.0.0.1:9", f"sqlite:///{tmp_path / 'cairn.db'}", print)
