"""The goals service is killed at its work, and another one is started in its place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from nats.aio.client import Client

from events.event import Event
from events.identity import LOG, GoalId
from events.log import Log, connect
from services.embedded_server import EmbeddedServer
from tests.builders import event, opened
from tests.end_to_end.faults.clients import Answer, Clients, ask, connected, submit
from tests.end_to_end.faults.conftest import Moments
from tests.end_to_end.faults.processes import ServiceProcess
from tests.end_to_end.faults.record import assert_nothing_is_lost
from tests.end_to_end.faults.seeds import seeds
from tests.end_to_end.faults.stories import story
from tests.end_to_end.faults.wire import Wire, wire_to
from tests.waiting import eventually

KILLS = 4
MANY = 40
_FOR_EVER_SECONDS = 1000
"""Longer than a test may take: nobody gives up waiting for an answer."""


class UnderWay(NamedTuple):
    """What was recorded before, and what is being submitted when the service is killed."""

    before: list[Event]
    now: list[Event]


def one_event(org: str) -> UnderWay:
    *before, now = story(GoalId(org, "pt-1", "walk"), 1)
    return UnderWay(before, [now])


def an_event_with_its_consequence(org: str) -> UnderWay:
    *before, now = story(GoalId(org, "pt-1", "walk"), 0)
    return UnderWay(before, [now])


def many_at_once(org: str) -> UnderWay:
    plans = [GoalId(org, f"pt-{number}", "plan") for number in range(MANY)]
    return UnderWay([], [event(plan, opened(), role="clinician") for plan in plans])


@pytest.fixture
async def wire(own_server: EmbeddedServer) -> AsyncIterator[Wire]:
    async with wire_to(own_server.url) as wire:
        yield wire


@pytest.fixture
async def service(wire: Wire, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """A goals service at the other end of the wire."""
    service = ServiceProcess("goals", data_dir=tmp_path, CAIRN_NATS_URL=wire.url)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def client(own_server: EmbeddedServer) -> AsyncIterator[Client]:
    async with connected([own_server.url], 1) as (connection,):
        yield connection


@pytest.fixture
async def log(own_server: EmbeddedServer) -> AsyncIterator[Log]:
    nc = await connect(own_server.url, name="watching")
    yield Log(nc)
    await nc.close()


def without_acknowledgement(wire: Wire) -> None:
    wire.cut_after(f"HPUB {LOG}.".encode())


def without_answer(wire: Wire) -> None:
    wire.cut_before(b"PUB _INBOX.")


@pytest.mark.parametrize("submitting", [one_event, an_event_with_its_consequence, many_at_once])
@pytest.mark.parametrize("cut", [without_acknowledgement, without_answer])
async def test_what_was_recorded_but_not_answered_is_a_duplicate_when_it_is_sent_again(
    own_server: EmbeddedServer,
    wire: Wire,
    service: ServiceProcess,
    client: Client,
    log: Log,
    org: str,
    submitting: Callable[[str], UnderWay],
    cut: Callable[[Wire], None],
) -> None:
    before, now = submitting(org)
    answers = [Answer(each, await submit(client, each)) for each in before]
    head = await log.head()

    async def recorded() -> bool:
        return await log.head() > head

    cut(wire)
    unanswered = [asyncio.create_task(ask(client, each, seconds=_FOR_EVER_SECONDS)) for each in now]
    await wire.cut.wait()
    await eventually(recorded)
    await service.kill()
    positions = {each.event.key: each.position for one in now for each in await log.read(one.goal_id)}
    await service.start(CAIRN_NATS_URL=own_server.url)
    again = [Answer(each, await submit(client, each)) for each in now]

    assert not any(each.done() for each in unanswered)
    known = [each for each in again if each.submission.key in positions]
    assert known
    for submission, outcome in known:
        assert (outcome.duplicate, outcome.events[0].position) == (True, positions[submission.key])
    await assert_nothing_is_lost(own_server.url, client, [*answers, *again])
    for each in unanswered:
        each.cancel()


@seeds(1)
async def test_killed_at_any_moment_under_load_it_loses_nothing_that_was_answered(
    own_server: EmbeddedServer, goals: ServiceProcess, clients: Clients, moments: Moments
) -> None:
    async with clients.at_work():
        for moment in moments(clients, KILLS):
            await clients.have_recorded(moment)
            await goals.kill()
            await goals.start()

    await assert_nothing_is_lost(own_server.url, clients.connection, clients.answers)
