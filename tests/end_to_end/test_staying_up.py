"""A node heals what dies, ends in order, and starts again on the same data."""

import asyncio
import os
import re
import signal
import stat
from asyncio.subprocess import DEVNULL
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic_core import from_json, to_json

from events.envelope import structured
from events.identity import GoalId
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine.database import open_database
from projections.engine.writer import ProjectionWriter
from services.node.address import read_address
from tests.builders import active_goal
from tests.end_to_end.node import RunningNode, is_running, start_cairn
from tests.end_to_end.reading import read
from tests.forked import cairn
from tests.waiting import eventually

SERVICES = {
    "goals",
    "background",
    "gateway",
    "projections",
    "nats-server",
}
Ports = tuple[int, int]


async def start(data_dir: Path, ports: Ports, *arguments: str, **environment: str) -> RunningNode:
    return await RunningNode.start(data_dir, *arguments, nats_port=ports[0], http_port=ports[1], **environment)


async def record(node: RunningNode, org: str, goal: str = "walk") -> int:
    """Records a goal and gives the log position of its last event."""
    lines = b"".join(to_json(structured(each)) + b"\n" for each in active_goal(GoalId(org, f"p-{goal}", goal)))
    ran = await cairn("submit", "-", "--nats-url", node.nats_url, stdin=lines)
    assert ran.code == 0, ran.out + ran.err
    position: int = max(event["position"] for line in ran.out.splitlines() for event in _events(line))
    return position


def _events(line: str) -> list[dict[str, int]]:
    events: list[dict[str, int]] = from_json(line)["events"]
    return events


async def goals_of(node: RunningNode, org: str, position: int) -> list[str]:
    return [goal["goal"] for goal in (await read(node, f"/v1/orgs/{org}/goals", position))["items"]]


async def test_these_are_its_processes(node: RunningNode) -> None:
    assert set(node.children()) == SERVICES


@pytest.mark.parametrize("service", sorted(SERVICES - {"nats-server"}))
async def test_a_service_that_is_killed_is_started_again_and_goes_on(node: RunningNode, org: str, service: str) -> None:
    before = node.children()[service]
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: node.children().get(service, before) != before)
    assert f"{service} was ended by SIGKILL; starting it again" in node.said
    position = await record(node, org)

    assert await goals_of(node, org, position) == ["walk"]


async def test_a_nats_server_that_is_killed_comes_back_on_its_port_with_everything(node: RunningNode, org: str) -> None:
    await record(node, org, "before")
    before = node.children()["nats-server"]
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: node.children().get("nats-server", before) != before)

    async def recorded() -> int | None:
        try:
            return await record(node, org, "after")
        except AssertionError:  # not listening yet
            return None

    position = await eventually(recorded, within=120)
    assert position is not None
    assert await goals_of(node, org, position) == ["after", "before"]


async def test_it_ends_in_order_or_is_killed_leaves_nothing_behind_but_its_data_and_goes_on_from_there(
    tmp_path: Path, ports: Ports, org: str
) -> None:
    node = await start(tmp_path / "data", ports, "--no-sample")
    position = await record(node, org)
    await ends(node, signal.SIGINT)

    again = await start(tmp_path / "data", ports)
    assert await goals_of(again, org, position) == ["walk"]
    assert "Loading" not in again.said  # the sample is for an empty log
    children = again.children()
    running = read_address(tmp_path / "data")
    assert running is not None
    assert running.pid == again.process.pid
    assert await again.stop(signal.SIGKILL) == -signal.SIGKILL
    await eventually(lambda: not [what for what, pid in children.items() if is_running(pid)])

    once_more = await start(tmp_path / "data", ports, "--no-sample")
    assert await goals_of(once_more, org, position) == ["walk"]
    await ends(once_more, signal.SIGTERM)


async def ends(node: RunningNode, number: signal.Signals) -> None:
    children = node.children()
    assert set(children) == SERVICES
    assert await node.stop(number) == 0
    assert not [what for what, pid in children.items() if is_running(pid)]
    assert read_address(Path(node.address["data"])) is None


async def test_on_tables_of_a_newer_version_it_waits_for_the_command_that_it_names(
    tmp_path: Path, ports: Ports
) -> None:
    """Also a node that is not ready is found by commands."""
    data = tmp_path / "data"
    database = f"sqlite:///{data}/cairn.db"
    newer = replace(projection_named("goal_state"), version=projection_named("goal_state").version + 1)
    engine = open_database(database)
    writer = ProjectionWriter(engine, newer, STREAM)
    writer.resume()
    writer.note("live")
    assert writer.go_live((STREAM,))
    engine.dispose()
    options = ("--data-dir", str(data), "--no-sample", "--nats-port", str(ports[0]), "--http-port", str(ports[1]))
    process = await start_cairn(("up", *options), tmp_path, {}, stderr=DEVNULL)
    assert process.stdout is not None

    def advice() -> str | None:
        log = data / "logs" / "projections.log"
        found = re.search(r"To go back to it: cairn (.*)\.", log.read_text()) if log.exists() else None
        return found and found[1]

    command = await eventually(advice, within=110)
    assert command is not None
    ran = await cairn(*command.split(), CAIRN_DATA_DIR=str(data))

    assert ran.code == 0, ran.err
    async with asyncio.timeout(110):
        assert (await process.stdout.readline()).startswith(b"ready ")
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        assert await process.wait() == 0


async def test_a_second_node_on_the_same_data_is_told_who_runs_there(node: RunningNode) -> None:
    ran = await cairn("up", "--data-dir", node.address["data"])
    assert (ran.code, ran.out) == (1, "")
    running = read_address(Path(node.address["data"]))
    assert running is not None
    assert f"process {running.pid}" in ran.err
    assert "--data-dir" in ran.err


def test_a_taken_port_gives_way_to_the_next_free_one_and_it_says_which(node: RunningNode, taken_ports: Ports) -> None:
    for port, url in zip(taken_ports, (node.nats_url, node.http_url), strict=True):
        assert not url.endswith(f":{port}")
        assert f"Port {port} is taken by something else; using {url.rpartition(':')[2]}." in node.said


async def test_variables_set_it_up_as_options_do(tmp_path: Path, ports: Ports, node: RunningNode) -> None:
    data_dir = tmp_path / "data"
    second = await start(data_dir, ports, CAIRN_NATS_URL=node.nats_url, CAIRN_SAMPLE="false")
    assert second.address["nats"] == node.address["nats"]
    assert set(second.children()) == SERVICES - {"nats-server"}
    assert (data_dir / "cairn.db").exists()
    await second.stop()


@pytest.mark.parametrize(
    ("hosts", "why"),
    [("cairn.example.org", "Nothing can listen on 192.0.2.1"), ("", "The gateway listens on 192.0.2.1, where other")],
)
async def test_what_keeps_it_from_starting_is_said_in_a_sentence(tmp_path: Path, hosts: str, why: str) -> None:
    options = ("--data-dir", str(tmp_path / "data"), "--nats-port", "0")
    ran = await cairn("up", *options, CAIRN_HTTP_HOST="192.0.2.1", CAIRN_HTTP_HOSTS=hosts)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Error: {why}")
    assert ran.err.count("\n") == 1


async def test_nobody_else_may_read_what_it_keeps(node: RunningNode, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert (await cairn("log", "backup", str(backup), CAIRN_DATA_DIR=node.address["data"])).code == 0

    for kept in (Path(node.address["data"]), backup):
        there = modes([kept, *kept.rglob("*")])
        assert len(there) >= 3
        assert [path for path, mode in there.items() if mode & 0o077 and not stat.S_ISLNK(mode)] == []


def modes(paths: Iterable[Path]) -> dict[Path, int]:
    """The modes of files, but for those that the running node has taken away meanwhile."""
    found: dict[Path, int] = {}
    for path in paths:
        with suppress(FileNotFoundError):
            found[path] = path.lstat().st_mode
    return found
