"""What holds, on every database, when processes that write projections are killed: rows are there exactly once."""

import asyncio
import random
import signal
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from events.envelope import StoredMessage
from events.log import Log, connect, declare_log
from projections.catalog import NAMES, projection_named
from projections.engine.naming import Slot
from services.embedded_server import EmbeddedServer
from tests.end_to_end.faults.flow import AHEAD, Flow
from tests.end_to_end.faults.processes import ServiceProcess
from tests.end_to_end.faults.projecting import NewerService, Services, rebuilding, services_on, the_one_at_work
from tests.end_to_end.faults.seeds import seeds
from tests.end_to_end.faults.tables import Tables, rebuilt, whole
from tests.waiting import eventually

NewDatabase = Callable[[], str]
EVENTS = 3_000
TO_BUILD = 8_500
"""More than two transactions of a build take in, so that it can be killed between them."""
KILLS = 2
TAKEOVERS = 2


class ProjectionsContract(ABC):
    """Inherit, and say which database."""

    @pytest.fixture
    @abstractmethod
    def new_database(self) -> NewDatabase:
        """Gives the URL of an empty database."""

    @pytest.fixture
    async def log(self, own_server: EmbeddedServer) -> AsyncIterator[Log]:
        nc = await connect(own_server.url, name="watching")
        await declare_log(nc)
        log = Log(nc)
        yield log
        await log.close()
        await nc.close()

    @pytest.fixture
    def tables(self, new_database: NewDatabase) -> Iterator[Tables]:
        with closing(Tables(new_database())) as tables:
            yield tables

    @pytest.fixture
    async def services(self, own_server: EmbeddedServer, tables: Tables, tmp_path: Path) -> AsyncIterator[Services]:
        async with services_on(own_server, tables, tmp_path) as services:
            yield services

    @seeds(1)
    async def test_killed_at_any_moment_they_come_to_what_a_rebuild_comes_to(
        self, seed: int, log: Log, services: Services, tables: Tables, new_database: NewDatabase
    ) -> None:
        flow = Flow(log, "northside", EVENTS)
        at_work = {name: services.make(name) for name in NAMES}
        await asyncio.gather(*(each.start() for each in at_work.values()))

        async with (
            flow.under_way(lambda: min(tables.position(name) for name in NAMES), ahead=2 * AHEAD),
            asyncio.TaskGroup() as group,
        ):
            for name, each in at_work.items():
                moments = sorted(random.Random(f"{seed} {name}").sample(range(1, flow.total * 9 // 10), KILLS))
                group.create_task(killed_at(moments, name, each, tables))

        for name in NAMES:
            await tables.comes_to(name, flow.total)
        messages = await whole(log)
        assert len(messages) == flow.total
        for name in NAMES:
            await assert_as_rebuilt(name, messages, tables, new_database())

    @seeds(1)
    async def test_when_the_copy_at_work_is_killed_the_one_standing_by_takes_over(
        self, seed: int, log: Log, services: Services, tables: Tables, new_database: NewDatabase
    ) -> None:
        name = "goal_state"
        flow = Flow(log, "northside", EVENTS)
        copies = [services.make(name), services.make(name)]
        await asyncio.gather(*(each.start() for each in copies))

        section = flow.total // TAKEOVERS
        draw = random.Random(seed)
        upto = 0
        async with flow.under_way(lambda: min(upto, tables.position(name))):
            for number in range(TAKEOVERS):
                # Further than what was under way at the last one, so that both copies still have something to vie for.
                upto = number * section + draw.randint(1, section - 2 * AHEAD - 1)
                await the_one_at_work(copies)
                await has_come_to(tables, name, upto)
                at_work = await the_one_at_work(copies)
                await at_work.kill()
                killed_at, before = monotonic(), tables.position(name)
                upto += AHEAD
                await has_come_to(tables, name, before + 1)
                print(f"taken over after {monotonic() - killed_at:.2f} s")  # pytest -rP shows it
                for each in copies:
                    each.log_file.write_text("")  # what comes from here on tells who is at work next
                await at_work.start()
            upto = flow.total

        await tables.comes_to(name, flow.total)
        await assert_as_rebuilt(name, await whole(log), tables, new_database())

    async def test_what_was_killed_half_way_goes_on_from_there_beside_the_live_one(
        self, own_server: EmbeddedServer, log: Log, services: Services, tables: Tables, new_database: NewDatabase
    ) -> None:
        """A rebuild; then a newer version, which is built by its service."""
        name = "goal_state"
        flow = Flow(log, "northside", TO_BUILD)
        await flow.all_at_once()
        await services.make(name).start()
        await tables.comes_to(name, flow.total)
        before = tables.rows(name)

        killed = await rebuilding(name, own_server, tables, kill_at=1)
        built = tables.position(name, Slot.BUILDING)
        assert killed.code == -signal.SIGKILL
        assert 0 < built < flow.total
        assert tables.rows(name) == before
        rebuilt = await rebuilding(name, own_server, tables)
        assert (rebuilt.code, rebuilt.json["swapped"], rebuilt.json["same"]) == (0, True, True)
        assert rebuilt.json["events"] == flow.total - built
        assert tables.build(name, Slot.PREVIOUS) is not None
        assert tables.rows(name) == tables.rows(name, Slot.PREVIOUS) == before

        new, version = services.make(name, NewerService), projection_named(name).version + 1
        await new.start()
        await new.kill()
        begun, built = tables.build(name, Slot.BUILDING), tables.position(name, Slot.BUILDING)
        assert begun is not None
        assert begun.version == version
        assert 0 < built < flow.total
        assert tables.rows(name) == before
        await new.start()
        await eventually(lambda: version_of(tables, name) == version, within=120)
        live = tables.build(name, Slot.LIVE)
        assert live is not None
        assert live.number == begun.number  # gone on with, and not begun anew
        assert tables.rows(name) == tables.rows(name, Slot.PREVIOUS) == before

        later = Flow(log, "southside", 500)
        await later.all_at_once()
        await tables.comes_to(name, flow.total + later.total)
        assert tables.position(name, Slot.PREVIOUS) == flow.total  # which the old service leaves alone
        await assert_as_rebuilt(name, await whole(log), tables, new_database())


async def killed_at(moments: Sequence[int], name: str, service: ServiceProcess, tables: Tables) -> None:
    """Kill a projection's service each time that it has come so far, and start it again."""
    for moment in moments:
        await has_come_to(tables, name, moment)
        await service.kill()
        await service.start()


async def has_come_to(tables: Tables, name: str, position: int) -> None:
    await eventually(lambda: tables.position(name) >= position, within=120)


def version_of(tables: Tables, name: str) -> int | None:
    live = tables.build(name, Slot.LIVE)
    return live.version if live else None


async def assert_as_rebuilt(name: str, messages: list[StoredMessage], tables: Tables, url: str) -> None:
    """Every table holds what a rebuild from the first event on makes."""
    expected = await asyncio.to_thread(rebuilt, name, messages, url)
    found = tables.rows(name)
    for table, rows in expected.items():
        assert found[table] == rows, f"{name}: the table {table} is not what a rebuild makes of it"
    assert found.keys() == expected.keys()
    assert not expected.pop("quarantine")
    assert all(expected.values())
