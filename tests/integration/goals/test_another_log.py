"""The log is exchanged under a running service: what it answers is what the log holds, and it goes on from there."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from time import time_ns

import pytest
from nats.errors import Error as NatsError

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.log import Append, Log, connect, declare_log
from events.log.backup import Manifest, write_archive
from events.log.client.resilient import ResilientClient
from events.log.fitness import adopt_as_it_is
from events.log.snapshots import Snapshots
from events.log.stream import STREAM, log_config
from events.outcome import RecordedOutcome
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.goals.health import HEALTH, Health
from services.goals.remembered_log import RememberedLog
from services.settings import Settings
from tests.anew import make_anew, restore_anew
from tests.builders import active_goal, entry, event
from tests.conftest import Submit, running, submitting_over
from tests.integration.goals.conftest import Core, goals_on
from tests.integration.goals.steps import code
from tests.lagging import LaggingReader
from tests.waiting import eventually

GOAL = GoalId("northside", "pt-1", "walk")
STORY = [*active_goal(GOAL), *(event(GOAL, entry(f"e{number}")) for number in range(4))]
ACTIVE = STORY[:4]
LATER = STORY[4:]


@pytest.fixture
async def connection(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    connection = await connect(own_server.url, name="test")
    await declare_log(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def own_log(connection: ResilientClient) -> AsyncIterator[Log]:
    log = Log(connection)
    yield log
    await log.close()


@pytest.fixture
async def service(own_server: EmbeddedServer, connection: ResilientClient) -> AsyncIterator[Submit]:
    """A service that writes a snapshot of whatever has grown by two events."""
    settings = Settings(nats_url=own_server.url, data_dir=own_server.data_dir, snapshot_every=2)
    async with running(lambda ready: goals.serve(settings, ready)):
        yield submitting_over(connection)


@pytest.fixture
async def core(connection: ResilientClient, own_log: Log) -> AsyncIterator[Core]:
    """The service's core alone: nobody tells it that the log is another one."""
    snapshots = Snapshots(connection)
    yield goals_on(connection, own_log, snapshots)
    await snapshots.close()


async def backed_up(nc: ResilientClient, folder: Path) -> Manifest:
    return await write_archive(nc, STREAM, folder, lambda _: None)


async def restored(nc: ResilientClient, manifest: Manifest, folder: Path) -> None:
    """The log deleted and made anew from a backup, as an operator may."""
    await restore_anew(nc, manifest, folder)


async def emptied(nc: ResilientClient) -> None:
    await make_anew(nc)


async def settled(submit: Submit, offered: Event) -> str:
    """The outcome of a submission that is sent again as long as its sender is told to."""

    async def answer() -> str:
        try:
            found = code(await submit(offered))
        except NatsError:
            return ""
        return "" if found in ("log.unavailable", "log.unfit") else found

    return await eventually(answer)


async def health_of(nc: ResilientClient) -> Health:
    return Health.model_validate_json((await nc.request(f"{HEALTH}.{STREAM}", b"", timeout=10)).data)


async def records_again(nc: ResilientClient) -> None:
    async def records() -> bool:
        return (await health_of(nc)).state == "recording"

    await eventually(records)


async def held_by(log: Log, *events: Event) -> bool:
    """Whether the log holds each of these once."""
    keys = [each.event.key for goal_id in {each.goal_id for each in events} for each in await log.read(goal_id)]
    return all(keys.count(each.key) == 1 for each in events)


class TestAService:
    async def test_records_nothing_on_an_older_log_until_that_is_adopted(
        self, service: Submit, connection: ResilientClient, own_log: Log, tmp_path: Path
    ) -> None:
        """No projection runs, so none can object: what was acknowledged, this service alone can miss."""
        for each in ACTIVE:
            assert code(await service(each)) == "recorded"
        backup = await backed_up(connection, tmp_path / "backup")
        for each in LATER:
            assert code(await service(each)) == "recorded"

        await restored(connection, backup, tmp_path / "backup")

        assert [await settled(service, each) for each in STORY] == ["log.replaced"] * 8
        assert await own_log.head() == 5
        said = await health_of(connection)
        assert said.state == "replaced"
        assert "cairn-goals remembers position 9, and the log ends at 5" in said.detail

        await adopt_as_it_is(connection, STREAM)

        await records_again(connection)
        assert [await settled(service, each) for each in STORY] == ["duplicate"] * 4 + ["recorded"] * 4
        assert code(await service(event(GOAL, entry("new")))) == "recorded"
        assert await held_by(own_log, *STORY)
        assert [each.version for each in await own_log.read(GOAL)] == list(range(1, 10))

    async def test_records_again_when_the_right_log_is_back(
        self, service: Submit, connection: ResilientClient, own_log: Log, tmp_path: Path
    ) -> None:
        for each in ACTIVE:
            assert code(await service(each)) == "recorded"
        older = await backed_up(connection, tmp_path / "older")
        for each in LATER:
            assert code(await service(each)) == "recorded"
        right = await backed_up(connection, tmp_path / "right")
        await restored(connection, older, tmp_path / "older")
        assert await settled(service, STORY[0]) == "log.replaced"

        await restored(connection, right, tmp_path / "right")

        await records_again(connection)
        assert [await settled(service, each) for each in STORY] == ["duplicate"] * 8
        assert code(await service(event(GOAL, entry("new")))) == "recorded"
        assert await held_by(own_log, *STORY)

    async def test_remembers_it_when_it_starts_again(
        self, own_server: EmbeddedServer, connection: ResilientClient, own_log: Log, tmp_path: Path
    ) -> None:
        settings = Settings(nats_url=own_server.url, data_dir=own_server.data_dir)
        submit = submitting_over(connection)
        async with running(lambda ready: goals.serve(settings, ready)):
            for each in ACTIVE:
                assert code(await submit(each)) == "recorded"
            backup = await backed_up(connection, tmp_path / "backup")
            for each in LATER:
                assert code(await submit(each)) == "recorded"

        await restored(connection, backup, tmp_path / "backup")

        for _ in range(2):
            async with running(lambda ready: goals.serve(settings, ready)):
                assert (await health_of(connection)).state == "replaced"
                assert code(await submit(STORY[0])) == "log.replaced"
        await adopt_as_it_is(connection, STREAM)
        for _ in range(2):
            async with running(lambda ready: goals.serve(settings, ready)):
                assert await settled(submit, STORY[0]) == "duplicate"

    async def test_tells_another_one_that_never_saw_what_is_missing(
        self, own_server: EmbeddedServer, connection: ResilientClient, own_log: Log, tmp_path: Path
    ) -> None:
        """Only one of two remembers it: neither records, also when that one has ended; an adoption counts for all."""
        settings = Settings(nats_url=own_server.url, data_dir=own_server.data_dir)
        async with AsyncExitStack() as second:
            async with AsyncExitStack() as first:
                submit = submitting_over(connection)
                await first.enter_async_context(running(lambda ready: goals.serve(settings, ready)))
                for each in ACTIVE:
                    assert code(await submit(each)) == "recorded"
                backup = await backed_up(connection, tmp_path / "backup")
                for each in LATER:
                    assert code(await submit(each)) == "recorded"
                await restored(connection, backup, tmp_path / "backup")
                assert await settled(submit, STORY[0]) == "log.replaced"
                # So that what the first one knows is with itself alone.
                await connection.jetstream().purge_stream("KV_cairn_snapshots")
                await second.enter_async_context(running(lambda ready: goals.serve(settings, ready)))
            assert code(await submit(STORY[0])) == "log.replaced"
            await second.enter_async_context(running(lambda ready: goals.serve(settings, ready)))

            async def refused() -> set[str]:
                return {code(await submit(each)) for each in STORY * 4}

            assert await refused() == {"log.replaced"}
            assert await own_log.head() == 5

            await adopt_as_it_is(connection, STREAM)

            async def everybody_records() -> bool:
                return await refused() == {"duplicate"}

            await eventually(everybody_records)

    async def test_goes_on_with_the_very_log_that_it_had(
        self, service: Submit, connection: ResilientClient, own_log: Log, tmp_path: Path
    ) -> None:
        for each in STORY:
            assert code(await service(each)) == "recorded"
        backup = await backed_up(connection, tmp_path / "backup")

        await restored(connection, backup, tmp_path / "backup")

        assert [await settled(service, each) for each in STORY] == ["duplicate"] * 8
        assert code(await service(event(GOAL, entry("new")))) == "recorded"
        assert await held_by(own_log, *STORY)

    async def test_begins_anew_on_a_log_that_was_emptied_and_adopted(
        self, service: Submit, connection: ResilientClient, own_log: Log
    ) -> None:
        for each in STORY:
            assert code(await service(each)) == "recorded"

        await emptied(connection)

        assert await settled(service, STORY[0]) == "log.replaced"
        await adopt_as_it_is(connection, STREAM)
        await records_again(connection)
        assert [await settled(service, each) for each in STORY] == ["recorded"] * 8
        assert await held_by(own_log, *STORY)

    async def test_throws_snapshots_of_the_former_log_away(
        self, service: Submit, connection: ResilientClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        snapshots = Snapshots(connection)
        for each in STORY:
            assert code(await service(each)) == "recorded"
        await eventually(lambda: snapshots.get(GOAL))

        await emptied(connection)

        async def none() -> bool:
            return await snapshots.get(GOAL) is None

        await eventually(none)
        await snapshots.close()

    async def test_sees_that_a_server_came_back_with_an_older_log(
        self, service: Submit, own_server: EmbeddedServer, own_log: Log, tmp_path: Path
    ) -> None:
        """As when a machine is set back to a copy of its disk."""
        for each in ACTIVE:
            assert code(await service(each)) == "recorded"
        await own_server.stop()
        shutil.copytree(own_server.data_dir / "jetstream", tmp_path / "copy")
        await own_server.start()
        assert [await settled(service, each) for each in LATER] == ["recorded"] * 4
        await own_server.kill()
        shutil.rmtree(own_server.data_dir / "jetstream")
        shutil.copytree(tmp_path / "copy", own_server.data_dir / "jetstream")
        await own_server.start()

        assert [await settled(service, each) for each in STORY] == ["log.replaced"] * 8
        assert await own_log.head() == 5


class TestAMemoryBeyondTheLog:
    """Before anybody has noticed that the log is another one."""

    async def test_is_loaded_anew_for_a_new_event(
        self, core: Core, connection: ResilientClient, own_log: Log, tmp_path: Path
    ) -> None:
        for each in ACTIVE:
            assert code(await core.submit(each)) == "recorded"
        backup = await backed_up(connection, tmp_path / "backup")
        for each in LATER:
            assert code(await core.submit(each)) == "recorded"
        await restored(connection, backup, tmp_path / "backup")

        assert code(await core.submit(event(GOAL, entry("new")))) == "log.replaced"

        await adopt_as_it_is(connection, STREAM)
        await core.watch.look()
        assert code(await core.submit(event(GOAL, entry("new")))) == "recorded"
        assert [each.version for each in await own_log.read(GOAL)] == [1, 2, 3, 4, 5]

    async def test_is_loaded_anew_for_an_event_that_it_takes_for_known(
        self, core: Core, connection: ResilientClient, own_log: Log, tmp_path: Path
    ) -> None:
        for each in ACTIVE:
            assert code(await core.submit(each)) == "recorded"
        backup = await backed_up(connection, tmp_path / "backup")
        for each in LATER:
            assert code(await core.submit(each)) == "recorded"
        await restored(connection, backup, tmp_path / "backup")

        assert code(await core.submit(STORY[-1])) == "log.replaced"
        await adopt_as_it_is(connection, STREAM)
        await core.watch.look()
        assert [code(await core.submit(each)) for each in reversed(STORY)] == ["recorded"] * 4 + ["duplicate"] * 4
        assert await held_by(own_log, *STORY)

    @pytest.mark.parametrize(("kept", "refused"), [(1, "goal.unknown"), (2, "goal.state")])
    async def test_is_loaded_anew_where_all_of_the_patient_is_looked_at(
        self, core: Core, connection: ResilientClient, tmp_path: Path, kept: int, refused: str
    ) -> None:
        """The goal is active in memory; in the log it is not there, or not even agreed."""
        for each in ACTIVE[:kept]:
            assert code(await core.submit(each)) == "recorded"
        backup = await backed_up(connection, tmp_path / "backup")
        for each in (*ACTIVE[kept:], event(GOAL, g.Held(reason="A pause"), role="clinician")):
            assert code(await core.submit(each)) == "recorded"
        await restored(connection, backup, tmp_path / "backup")

        resumption = event(GOAL, g.Resumed(reason="Back"), role="clinician")
        assert code(await core.submit(resumption)) == "log.replaced"
        await adopt_as_it_is(connection, STREAM)
        await core.watch.look()
        assert code(await core.submit(resumption)) == refused

    async def test_is_loaded_anew_where_the_patient_has_nothing_any_more(
        self, core: Core, connection: ResilientClient, own_log: Log
    ) -> None:
        for each in (*ACTIVE, event(GOAL, g.Held(reason="A pause"), role="clinician")):
            assert code(await core.submit(each)) == "recorded"
        await emptied(connection)

        resumption = event(GOAL, g.Resumed(reason="Back"), role="clinician")
        assert code(await core.submit(resumption)) == "log.replaced"
        await adopt_as_it_is(connection, STREAM)
        await core.watch.look()
        assert code(await core.submit(resumption)) == "plan.missing"
        assert await own_log.head() == 0

    async def test_is_loaded_anew_where_another_event_stands_at_its_place(
        self, core: Core, connection: ResilientClient, own_log: Log
    ) -> None:
        for each in ACTIVE:
            assert code(await core.submit(each)) == "recorded"
        await emptied(connection)
        other = Log(connection)
        snapshots = Snapshots(connection)
        elsewhere = goals_on(connection, other, snapshots)
        for each in active_goal(GOAL._replace(patient="pt-2")) + active_goal(GOAL):
            assert code(await elsewhere.submit(each)) == "recorded"

        assert code(await core.submit(event(GOAL, entry("new")))) == "log.replaced"

        await adopt_as_it_is(connection, STREAM)
        await core.watch.look()
        assert isinstance(await core.submit(event(GOAL, entry("new"))), RecordedOutcome)
        assert [each.version for each in await own_log.read(GOAL)] == [1, 2, 3, 4, 5]
        await snapshots.close()
        await other.close()


async def test_a_replica_that_lags_is_no_other_log_where_a_message_is_missing(
    connection: ResilientClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    js = connection.jetstream()
    await make_anew(connection, lambda _: js.add_stream(log_config().evolve(deny_delete=False)))
    with monkeypatch.context() as patch:
        patch.setattr("events.log.log.DirectReader", LaggingReader)
        log = Log(connection)
    snapshots = Snapshots(connection)
    remembered = RememberedLog(STREAM, log, snapshots)
    for version, each in enumerate(ACTIVE[1:3]):
        [recorded] = await log.append(Append((each,), version, version))
        remembered.acknowledged(recorded)
    await js.delete_msg(STREAM, 1)

    assert (await remembered.compare()).missing == 1
    await snapshots.close()
    await log.close()


async def test_an_adoption_takes_also_after_one_by_a_clock_that_was_ahead(
    core: Core, connection: ResilientClient
) -> None:
    ahead = {"cairn-adopted-at": str(time_ns() + 3600 * 10**9)}
    await connection.jetstream().update_stream(log_config().evolve(metadata=ahead))
    await core.watch.look()
    assert code(await core.submit(ACTIVE[0])) == "recorded"
    await emptied(connection)
    await core.watch.look()
    assert code(await core.submit(ACTIVE[0])) == "log.replaced"

    await adopt_as_it_is(connection, STREAM)
    await core.watch.look()

    assert code(await core.submit(ACTIVE[0])) == "recorded"
