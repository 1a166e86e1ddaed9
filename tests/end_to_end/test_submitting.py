"""Events offered from the command line, and read back."""

from pathlib import Path

from pydantic_core import from_json, to_json

from events.envelope import structured
from events.event import Event
from events.identity import GoalId
from tests.builders import active_goal, event, opened, proposed
from tests.end_to_end.node import RunningNode
from tests.end_to_end.reading import read
from tests.forked import cairn


def as_lines(*events: Event) -> bytes:
    return b"".join(to_json(structured(each)) + b"\n" for each in events)


async def test_a_goal_submitted_by_command_is_read_over_http(node: RunningNode, org: str) -> None:
    goal = GoalId(org, "p1", "walk")
    ran = await cairn("submit", "-", "--nats-url", node.nats_url, stdin=as_lines(*active_goal(goal)))
    assert ran.code == 0, ran.out + ran.err
    outcomes = [from_json(line) for line in ran.out.splitlines()]
    assert [outcome["status"] for outcome in outcomes] == ["recorded"] * 4
    position = outcomes[-1]["events"][-1]["position"]
    goal_read = await read(node, f"/v1/orgs/{org}/patients/p1/goals/walk", position)
    assert (goal_read["status"], goal_read["version"]) == ("active", 4)


async def test_the_same_lines_again_record_nothing(node: RunningNode, org: str) -> None:
    lines = as_lines(*active_goal(GoalId(org, "p1", "walk")))
    first = await cairn("submit", "-", "--nats-url", node.nats_url, stdin=lines)
    again = await cairn("submit", "-", "--nats-url", node.nats_url, stdin=lines)
    assert again.code == 0
    assert again.out == first.out.replace('"duplicate": false', '"duplicate": true')


async def test_every_line_gets_its_outcome_in_order_also_the_hopeless_ones(node: RunningNode, org: str) -> None:
    goals = [GoalId(org, f"p{number}", "walk") for number in range(40)]
    good = [as_lines(event(goal.plan, opened(), role="clinician"), event(goal, proposed())) for goal in goals]
    bad = [b"no json\n", b'{"subject": "a.b.c"}\n', as_lines(event(GoalId(org, "nobody", "walk"), proposed()))]
    ran = await cairn("submit", "-", "--nats-url", node.nats_url, stdin=b"\n".join([*good[:20], *bad, *good[20:]]))
    outcomes = [from_json(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert [outcome.get("code") for outcome in outcomes] == [
        *[None] * 40,
        "event.invalid",
        "event.invalid",
        "plan.missing",
        *[None] * 40,
    ]


async def test_a_file_is_taken_as_well_as_a_pipe(node: RunningNode, org: str, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(as_lines(*active_goal(GoalId(org, "p1", "walk"))))
    ran = await cairn("submit", str(file), "--nats-url", node.nats_url)
    assert (ran.code, len(ran.out.splitlines())) == (0, 4)


async def test_an_event_of_ten_megabytes_is_answered(node: RunningNode) -> None:
    ran = await cairn("submit", "-", "--nats-url", node.nats_url, stdin=b'{"id": "' + b"x" * 10_000_000 + b'"}')
    assert ran.code == 1
    assert from_json(ran.out)["code"] == "event.invalid"
    assert "262,144 bytes" in ran.out
