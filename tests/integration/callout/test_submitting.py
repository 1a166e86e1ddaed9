"""People with tokens submit over NATS to the real goals service: it knows who they are, and the policy holds."""

from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.event import Event
from events.goal import types as g
from events.identity import SUBMIT, GoalId
from events.log import Log
from events.log.client.connection import flush
from services.goals import service as goals
from services.settings import Settings
from tests.builders import as_bytes, event, opened, proposed
from tests.conftest import running
from tests.integration.callout.configured import StubTokens, client, connect_user
from tests.integration.deploy.deployed import Deployed

GOAL = GoalId("northside", "pt-1", "walk")


@pytest.fixture(scope="module")
async def goals_service(server: Deployed, settings: Settings) -> AsyncIterator[None]:
    there = settings.model_copy(update={"nats_url": server.url("goals")})
    async with running(lambda ready: goals.serve(there, ready)):
        yield


async def outcome(nc: Client, offered: Event) -> dict[str, object]:
    """What the goals service answers."""
    headers = {"content-type": STRUCTURED}
    reply = await nc.request(offered.goal_id.on(SUBMIT), as_bytes(offered), timeout=20, headers=headers)
    answered: dict[str, object] = from_json(reply.data)
    return answered


@pytest.mark.usefixtures("callout", "goals_service")
async def test_each_submits_as_who_it_is_and_that_is_recorded(server: Deployed, tokens: StubTokens) -> None:
    tokens.add("of-dana", id="dana", roles={"clinician"}, orgs={"northside"})
    tokens.add("of-pt-1", id="pt-1", roles={"patient"}, orgs={"northside"}, patient="pt-1")
    plan = event(GOAL.plan, opened(clinician="dana"), actor="dana", role="clinician")
    proposal = event(GOAL, proposed(), actor="pt-1", role="patient")
    forged = event(GOAL, g.Agreed(), actor="dana", role="clinician")
    async with client(server, "of-dana", "dana") as dana, client(server, "of-pt-1", "pt-1") as patient:
        assert (await outcome(dana.nc, plan))["status"] == "recorded"
        assert (await outcome(patient.nc, proposal))["status"] == "recorded"
        refused = await outcome(patient.nc, forged)
        assert (refused["status"], refused["code"]) == ("rejected", "access.denied")
        assert (await outcome(dana.nc, forged))["status"] == "recorded"
    async with connect_user(server, "goals") as nc:
        log = Log(nc)
        events = [each.event for each in (*await log.read(GOAL.plan), *await log.read(GOAL))]
        await log.close()
    submitters = [(each.type_name, each.submitted_by, each.submitter_role) for each in events]
    assert submitters == [
        ("cairn.plan.opened.v1", "dana", "clinician"),
        ("cairn.goal.proposed.v1", "pt-1", "patient"),
        ("cairn.goal.agreed.v1", "dana", "clinician"),
    ]


@pytest.mark.usefixtures("callout", "goals_service")
async def test_an_answer_that_is_sent_where_others_hear_the_feed_is_told_apart_by_its_headers(
    server: Deployed, tokens: StubTokens
) -> None:
    other = GoalId("northside", "pt-2", "walk")
    tokens.add("of-pt-2", id="pt-2", roles={"patient"}, orgs={"northside"}, patient="pt-2")
    tokens.add("of-eve", id="eve", roles={"clinician"}, orgs={"northside"})
    async with client(server, "of-pt-2", "pt-2") as patient, client(server, "of-eve", "eve") as eve:
        feed = await patient.nc.subscribe(other.on("cairn.feed"))
        await flush(patient.nc)
        forged = {"Nats-Stream": "CAIRN_LOG"}
        await eve.nc.publish(other.on(SUBMIT), b"{}", reply=other.on("cairn.feed"), headers=forged)
        answer = await feed.next_msg(10)
        plan = event(other.plan, opened(clinician="eve"), actor="eve", role="clinician")
        proposal = event(other, proposed(), actor="pt-2", role="patient")
        assert (await outcome(eve.nc, plan))["status"] == "recorded"
        assert (await outcome(patient.nc, proposal))["status"] == "recorded"
        recorded = await feed.next_msg(10)

    assert (from_json(answer.data)["status"], answer.headers) == ("rejected", None)
    assert (recorded.headers or {})["Nats-Stream"] == "CAIRN_LOG"
