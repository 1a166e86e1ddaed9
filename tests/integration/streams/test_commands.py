"""Commands that look at the log look at every stream of the placement."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from events.identity import GoalId
from events.log import Append, Log
from events.log.placement import Placed
from services.embedded_server import EmbeddedServer
from services.settings import Settings
from tests.builders import active_goal
from tests.forked import Ran, cairn
from tests.integration.streams.conftest import A, B

HERE, THERE = (GoalId(org, "pt-1", "plan") for org in ("northside", "riverside"))


Run = Callable[..., Awaitable[Ran]]


@pytest.fixture
def run(settings: Settings) -> Run:
    """Runs a command that knows the placement."""
    return partial(cairn, CAIRN_NATS_URL=settings.nats_address, CAIRN_PLACEMENT=str(settings.placement))


@pytest.fixture
async def filled(run: Run, logs: Placed[Log]) -> None:
    declared = await run("log", "declare")
    assert declared.out == f"Made or changed: {A}, {B}.\n"
    for plan in (HERE, THERE):
        await logs.of(plan.org).append(Append((active_goal(plan)[0],), 0, 0))


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "elsewhere", sync_always=False)
    await server.start()
    yield server
    await server.stop()


async def test_streams_are_declared_once(run: Run, filled: None) -> None:
    again = await run("log", "declare")

    assert again.out == "Every stream is as CAIRN_PLACEMENT says.\n"


async def test_the_whole_log_is_backed_up_and_restored(
    run: Run, filled: None, elsewhere: EmbeddedServer, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"

    verified = await run("log", "verify")
    backed_up = await run("log", "backup", str(folder))
    restored = await run("log", "restore", str(folder), "--nats-url", elsewhere.url)

    assert (verified.code, backed_up.code, restored.code) == (0, 0, 0), restored.err
    assert [line for line in verified.out.splitlines() if " about " in line] == [
        f"{stream}: 1 event about 1 goal or plan, up to position 1." for stream in (A, B)
    ]
    assert verified.out == backed_up.out == restored.out
    assert sorted(path.name for path in folder.iterdir()) == [A, B]


async def test_a_backup_that_lacks_a_stream_is_not_restored(
    run: Run, filled: None, elsewhere: EmbeddedServer, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    await run("log", "backup", str(folder))
    (folder / B / "manifest.json").unlink()

    restored = await run("log", "restore", str(folder), "--nats-url", elsewhere.url)

    assert restored.code == 1
    assert f"holds no complete backup: {B} is missing" in restored.err


async def test_a_goal_is_replayed_from_its_organisation_s_stream(run: Run, filled: None) -> None:
    told = await run("replay", str(THERE), "--json")

    assert [each["subject"] for each in told.json["events"]] == [str(THERE)]


async def test_a_placement_that_cannot_be_is_refused_in_a_sentence(run: Run) -> None:
    refused = await run("log", "verify", CAIRN_PLACEMENT="CAIRN_LOG_A=n,n")

    assert refused.code == 2
    assert "The organisation n is placed twice" in refused.err


async def test_a_process_cannot_serve_a_stream_that_is_none(run: Run) -> None:
    refused = await run("serve", "goals", "--stream", "CAIRN_LOG_C")

    assert (refused.code, refused.err.strip()) == (
        1,
        f"Error: The log has no stream CAIRN_LOG_C; it has {A}, {B} (CAIRN_PLACEMENT).",
    )
