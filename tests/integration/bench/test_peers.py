"""Each peer of `cairn bench append` stores durably under a guard of its own, and one that cannot is named."""

import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.append import AppendOptions
from bench.catching_up import alone, check
from bench.databases import KINDS, Kind, databases
from bench.failed import BenchFailed
from bench.filling import fill
from bench.ground import Ground, ground
from bench.life import LIFE_EVENTS, goal_ids, life
from bench.options import Bounds, Options, Stage
from bench.peers import LIVE, NAMES
from bench.peers.catalog import peer, projection_peer
from bench.peers.js_publish import JS_PUBLISH
from bench.peers.peer import NotInstalled, Peer, Unavailable
from bench.peers.postgresql import OutOfReach
from bench.peers.roll_call import roll_call
from bench.peers.server import served
from bench.peers.store import BlockingStore, Refused, Store
from services.cli.bench import bench
from services.embedded_server import free_port
from tests.postgresql import temporary_folder

_TINY = ("--writers", "2", "--count", "4", "--runs", "1")
_BROKEN = (sys.executable, "-c", "raise SystemExit('There is no room.')")


@pytest.fixture(scope="module")
async def on() -> AsyncIterator[Ground]:
    async with ground(Options(directory=temporary_folder())) as fresh:
        yield fresh


@pytest.fixture(scope="module", params=sorted({*NAMES, *LIVE}))
async def four_writers(request: pytest.FixtureRequest, on: Ground) -> AsyncIterator[Store]:
    """The first two are one test's, the others another's: to open a peer takes longer than all that is asked of it."""
    async with _or_skipped(peer(request.param).opened(on, 4)) as store:
        yield store


@asynccontextmanager
async def _or_skipped(opened: AbstractAsyncContextManager[Store]) -> AsyncIterator[Store]:
    try:
        store = await opened.__aenter__()
    except (NotInstalled, OutOfReach) as reason:
        pytest.skip(str(reason))
    try:
        yield store
    finally:
        await opened.__aexit__(None, None, None)


async def test_a_peer_appends_as_often_as_it_is_asked(four_writers: Store) -> None:
    run = await four_writers.drive(2, Bounds(count=7, seconds=60))
    assert run.operations == 7
    assert run.latency_ms is not None


async def test_a_peer_refuses_a_stale_expectation(four_writers: Store) -> None:
    first = await four_writers.append(2, 0)
    second = await four_writers.append(2, first)
    with pytest.raises(Refused):
        await four_writers.append(2, first)
    with pytest.raises(Refused):
        await four_writers.append(2, 0)
    await four_writers.append(2, second)
    await four_writers.append(3, 0)


async def test_an_append_that_fails_on_a_thread_is_no_figure() -> None:
    def refuse(writer: int, expected: int) -> int:
        if writer == 1:
            raise Refused("Someone was first.")
        return expected + 1

    with pytest.raises(Refused, match="first"):
        await BlockingStore(refuse, 3).drive(3, Bounds(seconds=60))


async def test_fewer_threads_than_writers_serve_each_in_turn() -> None:
    served_writers = []

    def append(writer: int, expected: int) -> int:
        served_writers.append((writer, expected))
        return expected + 1

    run = await BlockingStore(append, 1).drive(3, Bounds(count=6, seconds=60))
    assert run.operations == 6
    assert served_writers == [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]


async def test_who_cannot_take_part_is_named_with_the_reason() -> None:
    @asynccontextmanager
    async def opened(on: Ground, writers: int) -> AsyncIterator[Store]:
        async with served(_BROKEN, free_port(), on.directory / "log"):
            yield BlockingStore(lambda writer, expected: expected + 1, writers)

    class Steps:
        taken = 0

        def advance(self, by: int = 1) -> None:
            self.taken += by

    steps = Steps()
    present, absent = await roll_call([Peer("broken", opened), JS_PUBLISH], Options(), steps)
    assert present == (JS_PUBLISH,)
    (missing,) = absent
    assert missing.name == "broken"
    assert missing.unavailable == "its server ended at once. Its last words: There is no room."
    assert steps.taken == 2


async def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="There is no room"):
        async with served(_BROKEN, free_port(), tmp_path / "log"):
            pytest.fail("It never listened.")


async def test_a_program_that_is_not_there_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nothing does not start"):
        async with served((str(tmp_path / "nothing"),), free_port(), tmp_path / "log"):
            pytest.fail("It never listened.")


@pytest.fixture
def umadb_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umadb", None)
    monkeypatch.delitem(sys.modules, "bench.peers.umadb", raising=False)


@pytest.mark.usefixtures("umadb_missing")
def test_the_benchmark_goes_on_without_a_peer_that_is_not_installed() -> None:
    found = _measured("--peer", "umadb", "--peer", "js_publish")
    (absent,) = found["unavailable"]
    assert absent["name"] == "umadb"
    assert "umadb" in absent["unavailable"]
    (case,) = found["cases"]
    assert [each["name"] for each in case["peers"]] == ["js_publish"]
    assert found["at_best"]["peers"][0]["name"] == "js_publish"
    assert found["at_best"]["ratio"] == pytest.approx(case["median"] / case["peers"][0]["median"], abs=0.001)


@pytest.mark.usefixtures("umadb_missing")
def test_people_read_who_is_missing_below_the_table() -> None:
    said = CliRunner().invoke(bench, ["append", *_TINY, "--peer", "umadb"], catch_exceptions=False)
    assert "Without umadb: it needs the extra `bench`" in said.stdout


def test_people_read_the_ratio_over_the_best_peer() -> None:
    said = CliRunner().invoke(bench, ["append", *_TINY, "--peer", "js_publish"], catch_exceptions=False)
    assert "over the best peer at its best, js_publish with writers 2" in said.stdout


def test_all_peers_take_part_unless_some_are_chosen() -> None:
    assert AppendOptions().peers == NAMES


async def test_a_projection_of_a_peer_catches_up_with_every_event_as_often_as_it_is_asked(on: Ground) -> None:
    goals = goal_ids("bench", 2)
    async with databases(on.directory, KINDS) as there:
        if there.absent:
            pytest.skip(there.absent[0].unavailable)
        async with projection_peer("eventsourcing_projection", there, goals, _nobody_watches) as catch_up:
            runs = [await catch_up(), await catch_up()]
    assert [run.operations for run in runs] == [len(goals) * LIFE_EVENTS] * 2


async def test_a_projection_of_a_peer_needs_its_database(on: Ground) -> None:
    async with databases(on.directory, ("sqlite",)) as there:
        with pytest.raises(Unavailable, match="no PostgreSQL server"):
            async with projection_peer("eventsourcing_projection", there, goal_ids("bench", 1), _nobody_watches):
                pytest.fail("It has nowhere to store anything.")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_projection_is_built_on_each_database_and_checked(on: Ground, kind: Kind) -> None:
    goals = goal_ids(kind, 1)
    events = await on.log.head() + await fill(on.nc, goals, life)
    async with databases(on.directory, (kind,)) as there:
        if there.absent:
            pytest.skip(there.absent[0].unavailable)
        async with there.new(kind) as url:
            assert (await alone(on, "goal_state", events, url)).operations == events
            with pytest.raises(BenchFailed, match="reached"):
                check(url, "goal_state", events + 1)


async def test_ctrl_c_stays_with_whoever_had_it(on: Ground) -> None:
    handler = signal.getsignal(signal.SIGINT)
    async with _or_skipped(peer("umadb").opened(on, 1)):
        assert signal.getsignal(signal.SIGINT) is handler


class _Unwatched:
    def advance(self, by: int = 1) -> None:
        pass


def _nobody_watches(what: str, total: int) -> AbstractContextManager[Stage]:
    return nullcontext(_Unwatched())


def _measured(*arguments: str) -> dict[str, Any]:
    said = CliRunner().invoke(bench, ["append", *_TINY, *arguments, "--json"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)
    return found
