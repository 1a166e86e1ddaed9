"""deploy/README.md's runbook is true: after each loss its commands, run as they stand there, bring Cairn back."""

import asyncio
import re
import shutil
import sqlite3
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

import pytest
from pydantic_core import from_json

from events.event import Event
from events.identity import GoalId
from tests.builders import GOAL, active_goal, as_bytes
from tests.end_to_end.node import HOUSE, RunningNode, start_cairn
from tests.shells import run
from tests.waiting import eventually

_RUNBOOK = (HOUSE / "deploy" / "README.md").read_text().partition("## When the log, or the database, is not")[2]
_RUNBOOK = _RUNBOOK.partition("\n## ")[0]
_COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BACK_UP, RESTORE, SEE_WHAT_IS_LOST, ADOPT, LOOK, AFTER_A_LOST_DATABASE, IS_IT_OF_THIS_LOG = _COMMANDS.findall(_RUNBOOK)
OTHER, LOST = (GoalId("northside", "pt-2", name) for name in ("swim", "read"))
_SECONDS = 180


class Installation:
    """A Cairn in a folder, and a shell beside it."""

    def __init__(self, folder: Path, ports: tuple[int, int]):
        self.folder = folder
        self.data = folder / "data"
        self._ports = ports

    async def up(self) -> RunningNode:
        """Start it; it must get ready."""
        nats_port, http_port = self._ports
        return await RunningNode.start(self.data, "--no-sample", nats_port=nats_port, http_port=http_port)

    async def up_with_another_log(self) -> Process:
        """Start it; it must say that it is not ready."""
        nats_port, http_port = self._ports
        ports = ("--nats-port", str(nats_port), "--http-port", str(http_port))
        process = await start_cairn(("up", "--data-dir", str(self.data), "--no-sample", *ports), HOUSE, {}, DEVNULL)
        assert (await said_line(process)).startswith("NOT READY")
        return process

    async def shell(self, commands: str) -> str:
        """Run commands of the runbook; what they say."""
        status, said = await self._run(commands)
        assert status == 0, f"{commands}\nended with {status} and said:\n{said}"
        return said

    async def _run(self, commands: str) -> tuple[int | None, str]:
        return await run(commands, self.folder, {"CAIRN_DATA_DIR": str(self.data)})

    async def submit(self, *events: Event) -> None:
        """Offer events, each of which must be recorded."""
        lines = self.folder / "events.jsonl"
        lines.write_bytes(b"\n".join(map(as_bytes, events)) + b"\n")
        said = await self.shell(f"cairn submit {lines}")
        assert [from_json(line)["status"] for line in said.splitlines()] == ["recorded"] * len(events)

    async def goals(self, position: int) -> set[str]:
        """What is read, once it has come to a position of the log."""

        async def read() -> str | None:
            status, said = await self._run(f"cairn goals list --json --org northside --min-position {position}")
            return said if status == 0 else None  # a gateway waits no longer than some seconds

        said = await eventually(read)
        assert said is not None
        return {f"{each['patient']}.{each['goal']}" for each in from_json(said)["items"]}


async def said_line(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(_SECONDS):
        return (await process.stdout.readline()).decode()


@pytest.fixture
def installation(tmp_path: Path, ports: tuple[int, int]) -> Installation:
    return Installation(tmp_path, ports)


async def test_a_log_that_was_lost_comes_back_and_what_no_backup_has_is_listed(installation: Installation) -> None:
    node = await installation.up()
    await installation.submit(*active_goal(GOAL), *active_goal(OTHER))
    await installation.shell(BACK_UP)
    await installation.submit(active_goal(LOST)[1])
    assert await installation.goals(11) == {"pt-1.walk", "pt-2.swim", "pt-2.read"}
    await node.stop()

    shutil.rmtree(installation.data / "nats" / "jetstream")
    assert "CAIRN_LOG is restored from" in await installation.shell(RESTORE)
    process = await installation.up_with_another_log()
    await installation.shell(SEE_WHAT_IS_LOST)
    told = from_json((installation.folder / "lost-for-good.json").read_bytes())
    assert [each["goals"] for each in told["streams"]] == [[{"goal": str(LOST), "events": 1, "gone": True}]]

    await installation.shell(ADOPT)
    while not (line := await said_line(process)).startswith("ready "):
        assert line, "it has ended"
    said = await installation.shell(LOOK)
    (shown,) = _SHOWN.findall(_RUNBOOK)
    lines = (re.escape(line.strip()).replace("…", ".*") for line in shown.strip().splitlines())
    assert re.compile(".*".join(lines), re.DOTALL).search(said), said
    assert await installation.goals(10) == {"pt-1.walk", "pt-2.swim"}
    process.terminate()
    await process.wait()


async def test_a_whole_backup_needs_no_adoption_and_a_database_is_made_good(installation: Installation) -> None:
    node = await installation.up()
    await installation.submit(*active_goal(GOAL))
    await installation.goals(5)
    older = installation.folder / "older.db"
    with sqlite3.connect(installation.data / "cairn.db") as live, sqlite3.connect(older) as copy:
        live.backup(copy)
    await installation.submit(*active_goal(OTHER))
    await installation.shell(BACK_UP)
    await node.stop()

    shutil.rmtree(installation.data / "nats" / "jetstream")
    _remove_database(installation)
    await installation.shell(RESTORE)
    node = await installation.up()
    assert await installation.goals(10) == {"pt-1.walk", "pt-2.swim"}
    assert "goal_state" in await installation.shell(AFTER_A_LOST_DATABASE)

    _remove_database(installation)
    older.rename(installation.data / "cairn.db")  # at once: services look for their database each second
    await installation.submit(active_goal(LOST)[1])
    assert await installation.goals(11) == {"pt-1.walk", "pt-2.swim", "pt-2.read"}
    assert "not equal" not in await installation.shell(IS_IT_OF_THIS_LOG)
    await node.stop()


def _remove_database(installation: Installation) -> None:
    for file in installation.data.glob("cairn.db*"):
        file.unlink()
