"""What someone sees who has just started a Cairn."""

from urllib.parse import urlsplit

import httpx
import pytest

from events.goal.types import GOAL_EVENTS
from tests.end_to_end.node import HOUSE, RunningNode
from tests.end_to_end.shell import bash
from tests.forked import cairn
from tests.waiting import eventually

GOAL = "northside.pt-7f3a.evenings"


async def test_one_line_tells_the_addresses_and_the_data(node: RunningNode) -> None:
    assert set(node.address) == {"nats", "http", "data"}
    assert urlsplit(node.nats_url).scheme == "nats"


async def test_each_of_the_three_things_to_try_works(node: RunningNode) -> None:
    assert len(node.tries) == 3
    for line in node.tries:
        status, said = await bash(line, HOUSE, node)
        assert status == 0, said
        assert ('"goal":"people"' if line.startswith("curl") else "northside.pt-7f3a.evenings") in said


async def test_the_sample_is_there_over_http(http: httpx.AsyncClient) -> None:
    goals = (await http.get("/v1/orgs/northside/goals", params={"limit": 100})).json()["items"]
    assert len({goal["patient"] for goal in goals}) == 6
    assert {"active", "closed", "contested", "proposed"} <= {goal["status"] for goal in goals}


async def test_goals_list_over_nats_says_the_same_as_http(node: RunningNode, http: httpx.AsyncClient) -> None:
    ran = await cairn("goals", "list", "--status", "active", "--json", "--nats-url", node.nats_url)
    answer = await http.get("/v1/orgs/northside/goals", params={"status": "active", "limit": 100})
    assert ran.code == 0, ran.err
    assert ran.json["items"] == answer.json()["items"]
    assert ran.json["next"] is None


async def test_a_list_can_be_read_on_behind_its_cursor(node: RunningNode) -> None:
    first = await cairn("goals", "list", "--limit", "4", "--json", "--nats-url", node.nats_url)
    rest = await cairn("goals", "list", "--cursor", first.json["next"], "--json", "--nats-url", node.nats_url)
    whole = await cairn("goals", "list", "--json", "--nats-url", node.nats_url)
    assert first.json["items"] + rest.json["items"] == whole.json["items"]


async def test_commands_find_the_node_by_its_data_directory(node: RunningNode) -> None:
    ran = await cairn("goals", "show", GOAL, CAIRN_DATA_DIR=node.address["data"])
    assert ran.code == 0, ran.err
    assert "“I want to get through an evening without needing a drink.”" in ran.out


async def test_an_unknown_goal_is_said_in_a_sentence(node: RunningNode) -> None:
    for command in (("goals", "show"), ("replay",)):
        ran = await cairn(*command, "northside.pt-7f3a.nothing", "--nats-url", node.nats_url)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("Error: ")
        assert ran.err.count("\n") == 1


async def test_a_plan_can_be_shown_and_replayed(node: RunningNode) -> None:
    shown = await cairn("goals", "show", "northside.pt-7f3a.plan", "--nats-url", node.nats_url)
    assert "Priority 1     Being somebody my kids can count on" in shown.out
    told = await cairn("replay", "northside.pt-7f3a.plan", "--json", "--nats-url", node.nats_url)
    assert told.json["plan"]["status"] == "open"
    assert told.json["events"][0]["type"] == "cairn.plan.opened.v1"


async def test_reviews_are_overdue_due_and_upcoming(node: RunningNode) -> None:
    ran = await cairn("reviews", "--json", "--nats-url", node.nats_url)
    items = ran.json["items"]
    assert {review["status"] for review in items} == {"overdue", "due", "upcoming"}
    assert [review["due_on"] for review in items] == sorted(review["due_on"] for review in items)
    table = await cairn("reviews", "--status", "overdue", "--nats-url", node.nats_url)
    assert "northside.pt-e6a1.people" in table.out


async def test_projections_have_caught_up(node: RunningNode) -> None:
    async def lags() -> dict[str, int]:
        ran = await cairn("projections", "status", "--json", "--nats-url", node.nats_url)
        return {each["name"]: each["lag"] for each in ran.json["items"]}

    async def caught_up() -> bool:
        return set((await lags()).values()) == {0}

    await eventually(caught_up)  # that others have just read comes into the record of readings a moment later
    assert (await lags()).keys() == {"goal_state", "audit_trail", "review_schedule", "access_record"}
    table = await cairn("projections", "status", "--nats-url", node.nats_url)
    assert "review_schedule" in table.out


async def test_replay_tells_every_event_and_ends_where_the_projection_is(
    node: RunningNode, http: httpx.AsyncClient
) -> None:
    told = (await cairn("replay", GOAL, "--json", "--nats-url", node.nats_url)).json
    read = (await http.get("/v1/orgs/northside/patients/pt-7f3a/goals/evenings?include=progress,weekly_wins")).json()
    assert told["goal"] == {name: read[name] for name in told["goal"]}
    assert [event["version"] for event in told["events"]] == list(range(1, read["version"] + 1))
    assert {event["type"] for event in told["events"]} <= {each.type_name for each in GOAL_EVENTS}


async def test_a_goal_is_shown_as_it_stood(node: RunningNode) -> None:
    told = (await cairn("replay", GOAL, "--json", "--nats-url", node.nats_url)).json["events"]
    activated = next(event for event in told if event["type"] == "cairn.goal.activated.v1")
    for moment in (
        ("--position", str(activated["position"])),
        ("--as-of", activated["recordedtime"]),
        ("--as-of", activated["time"], "--by", "happened"),
    ):
        shown = (await cairn("goals", "show", GOAL, *moment, "--json", "--nats-url", node.nats_url)).json
        again = (await cairn("replay", GOAL, *moment, "--json", "--nats-url", node.nats_url)).json["goal"]
        assert shown["status"] == again["status"] == "active"
        assert shown["revisions"] == again["revisions"] == []
        assert shown["smart"]["measure"]["target"] == again["smart"]["measure"]["target"] == 5


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_the_gateway_is_well(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 200
