"""Commands that read through a gateway: one's own write is in what they print, and status is told as long as wanted."""

import asyncio
import signal

import pytest
from pydantic_core import from_json

from events.identity import GoalId
from projections.access_record.tables import NAME as ACCESS_RECORD
from projections.catalog import NAMES
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal, entry, event
from tests.end_to_end.node import HOUSE, start_cairn
from tests.forked import cairn
from tests.integration.gateway.http import Http


async def test_a_command_that_follows_a_write_reads_it(http: Http, nats_url: str, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    position = await http.record(event(goal, entry("e1")))
    asked = ("--min-position", str(position), "--json", "--nats-url", nats_url)

    shown = await cairn("goals", "show", str(goal), "--include", "progress,weekly_wins", *asked)
    listed = await cairn("goals", "list", "--org", org, *asked)
    reviews = await cairn("reviews", "--org", org, *asked)

    assert shown.json["progress"][-1]["entry"] == "e1"
    assert "weekly_wins" in shown.json
    assert [each["position"] for each in listed.json["items"]] == [position]
    assert [each["goal"] for each in reviews.json["items"]] == ["g1"]


async def test_what_is_not_there_is_said_in_words(http: Http, nats_url: str, org: str) -> None:
    position = str(await http.record(*active_goal(GoalId(org, "p1", "g1"))))

    async def printed(*command: str) -> str:
        return (await cairn(*command, "--min-position", position, "--nats-url", nats_url)).out

    assert await printed("goals", "list", "--org", f"{org}x") == f"There are no such goals of {org}x.\n"
    assert await printed("reviews", "--org", f"{org}x") == f"There are no such reviews of {org}x.\n"
    assert "g1" in await printed("goals", "list", "--org", org)


async def test_what_is_for_staff_is_not_printed_for_the_patient(http: Http, nats_url: str, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    position = str(await http.record(*active_goal(goal)))

    async def printed(*command: str) -> str:
        return (await cairn("goals", *command, "--min-position", position, "--nats-url", nats_url)).out

    assert "linked to no clinical target" in await printed("show", str(goal))
    for_the_patient = await printed("show", str(goal), "--for", "patient")
    assert "leads to no long-term goal" in for_the_patient
    assert "clinical target" not in for_the_patient
    assert "clinical target" not in await printed("list", "--org", org, "--for", "patient", "--json")


async def test_replay_refuses_a_position_that_the_log_does_not_have(http: Http, nats_url: str, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))

    ran = await cairn("replay", str(goal), "--position", str(10**9), "--nats-url", nats_url)

    assert (ran.code, ran.out) == (2, "")
    assert "it has no position 1000000000." in ran.err


async def test_a_position_that_the_log_does_not_have_is_said_in_the_gateway_s_words(
    http: Http, nats_url: str, org: str
) -> None:
    ran = await cairn("goals", "list", "--org", org, "--min-position", str(10**9), "--nats-url", nats_url)

    assert ran.code == 2
    assert "Error: The log ends at position " in ran.err


async def test_status_is_told_line_by_line_until_ctrl_c(http: Http, nats_url: str) -> None:
    arguments = ("projections", "status", "--watch", "--every", "0.1", "--json", "--nats-url", nats_url)
    process = await start_cairn(arguments, HOUSE, {})
    assert process.stdout is not None
    async with asyncio.timeout(60):
        lines = [from_json(await process.stdout.readline()) for _ in range(3)]
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    for line in lines:
        assert [each["name"] for each in line["items"]] == [*NAMES, ACCESS_RECORD]


@pytest.mark.parametrize("way", [(), ("--watch", "--every", "0.1")], ids=["once", "watch"])
async def test_status_without_a_gateway_says_what_to_start(own_server: EmbeddedServer, way: tuple[str, ...]) -> None:
    ran = await cairn("projections", "status", *way, "--nats-url", own_server.url)

    assert ran.code == 1
    assert "No gateway answers" in ran.err
