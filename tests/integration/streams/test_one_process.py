"""One goals process that serves every stream: each is written by itself, and whoever has no place is told so."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic_core import from_json

from events.envelope import STRUCTURED, StoredMessage
from events.event import Event
from events.identity import LOG, SUBMIT, GoalId
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.placement import BadPlacement, Placed
from services.goals import service as goals
from services.settings import Settings
from tests.builders import as_bytes, event, opened
from tests.conftest import running
from tests.integration.streams.conftest import A, B

PATIENTS = 150


@pytest.fixture(autouse=True)
async def service(settings: Settings) -> AsyncIterator[None]:
    async with running(lambda ready: goals.serve(settings, ready)):
        yield


def plan_of(org: str, patient: int) -> Event:
    return event(GoalId(org, f"pt-{patient}", "plan"), opened(), role="clinician", actor="c1")


async def outcome(nc: ResilientClient, offered: Event) -> dict[str, object]:
    """The goals service's answer over NATS."""
    subject, headers = offered.goal_id.on(SUBMIT), {"content-type": STRUCTURED}
    said: dict[str, object] = from_json((await nc.request(subject, as_bytes(offered), 20, headers=headers)).data)
    return said


async def test_what_commits_together_is_never_of_two_streams(nc: ResilientClient, logs: Placed[Log]) -> None:
    plans = [plan_of(org, patient) for patient in range(PATIENTS) for org in ("northside", "riverside", "southside")]

    answers = await asyncio.gather(*(outcome(nc, plan) for plan in plans))

    assert {answer["status"] for answer in answers} == {"recorded"}
    stored = {stream: await log.read_stored(f"{LOG}.>") for stream, log in logs.items()}
    assert {stream: orgs(messages) for stream, messages in stored.items()} == {
        A: {"northside", "southside"},
        B: {"riverside"},
    }
    assert [len(stored[A]), len(stored[B])] == [2 * PATIENTS, PATIENTS]
    assert batches(stored[A])
    assert batches(stored[B])
    assert batches(stored[A]).isdisjoint(batches(stored[B]))


def orgs(messages: list[StoredMessage]) -> set[str]:
    return {message.subject.split(".")[2] for message in messages}


def batches(messages: list[StoredMessage]) -> set[str]:
    """The atomic batches by which they came."""
    return {message.headers["Nats-Batch-Id"] for message in messages if "Nats-Batch-Id" in message.headers}


async def test_an_organisation_without_a_place_is_told_so(nc: ResilientClient) -> None:
    said = await outcome(nc, plan_of("elsewhere", 1))

    assert (said["status"], said["code"]) == ("rejected", "org.unknown")
    assert said["detail"] == "The organisation elsewhere has no place in the log of this Cairn."


async def test_a_stream_that_the_placement_does_not_have_cannot_be_served(settings: Settings) -> None:
    with pytest.raises(BadPlacement, match="The log has no stream CAIRN_LOG_C"):
        await goals.serve(settings, print, ["CAIRN_LOG_C"])
