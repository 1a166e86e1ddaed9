"""When the acknowledgement does not come: what was stored is found out, and nobody is told what is not known."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from events.identity import GoalId
from events.log import Append, Log, LogUnavailable, WrongVersion
from events.log.append_recovery import AppendRecovery
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.message import Message
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal, entry, event
from tests.integration.log.conftest import Appends
from tests.integration.log.wire import Wire
from tests.lagging import LaggingReader
from tests.waiting import eventually

ACK_SECONDS = 1.0


@pytest.fixture
def impatient(own: ResilientClient) -> Log:
    """A log that doubts soon."""
    return Log(own, ack_seconds=ACK_SECONDS)


@pytest.fixture
def looked_into(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """What is in doubt is looked into once a test says so: nobody knows how soon a server is there again."""
    may_be, resolve = asyncio.Event(), AppendRecovery.resolve

    async def resolve_later(recovery: AppendRecovery, messages: Sequence[Message], sent_on: int) -> int | None:
        await may_be.wait()
        return await resolve(recovery, messages, sent_on)

    monkeypatch.setattr(AppendRecovery, "resolve", resolve_later)
    return may_be


async def restarted(server: EmbeddedServer, nc: ResilientClient, wire: Wire) -> None:
    """Once something is lost, the connection is lost too, and there again."""
    await eventually(lambda: wire.has_lost)
    await server.kill()
    await eventually(lambda: not nc.is_connected)
    await server.start()
    await eventually(lambda: nc.is_connected)


@pytest.mark.parametrize("count", [1, 3])
async def test_a_lost_acknowledgement_is_found_out(impatient: Log, wire: Wire, org: str, count: int) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    wire.unanswered = lambda body: True

    recorded = await impatient.append(Append(tuple(active_goal(goal_id)[1 : 1 + count]), 0, 0))

    assert [(each.position, each.version) for each in recorded] == [(n, n) for n in range(1, count + 1)]
    assert [each.event for each in await impatient.read(goal_id)] == [each.event for each in recorded]


async def test_a_lost_append_was_not_stored_for_certain(impatient: Log, wire: Wire, first_of: Appends) -> None:
    wire.lost = lambda body: True

    with pytest.raises(LogUnavailable) as caught:
        await impatient.append(first_of("pt-1"))

    assert caught.value.certain
    assert await impatient.head() == 0


async def test_of_a_batch_whose_last_message_is_lost_nothing_is_stored(
    impatient: Log, wire: Wire, first_of: Appends, org: str
) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    proposal, *_, activation = active_goal(goal_id)[1:]
    wire.lost = lambda body: b"override" in body or body == b"{}"

    with pytest.raises(LogUnavailable) as caught:
        await impatient.append(Append((proposal, activation), 0, 0))

    assert caught.value.certain
    assert await impatient.read(goal_id) == []


async def test_a_group_in_doubt_is_told_apart_one_by_one(impatient: Log, wire: Wire, first_of: Appends) -> None:
    wire.unanswered = lambda body: True
    appends = [first_of(f"pt-{number}") for number in range(30)]

    recorded = await asyncio.gather(*map(impatient.append, appends))

    assert sorted(each.position for (each,) in recorded) == list(range(1, 31))
    for (each,) in recorded:
        assert [found.position for found in await impatient.read(each.goal_id)] == [each.position]


async def test_a_doubtful_append_is_not_taken_for_another_of_the_same_goal(
    impatient: Log, wire: Wire, org: str
) -> None:
    """What others recorded behind the expected position is not mistaken for one's own."""
    goal_id = GoalId(org, "pt-1", "walk")
    (first,) = await impatient.append(Append((event(goal_id, entry("e1")),), 0, 0))
    await impatient.append(Append((event(goal_id, entry("e2"), id="same"),), 1, first.position))
    wire.unanswered = lambda body: True

    with pytest.raises((LogUnavailable, WrongVersion)):
        await impatient.append(Append((event(goal_id, entry("e3")),), 1, first.position))

    assert len(await impatient.read(goal_id)) == 2


async def test_a_doubt_is_not_settled_by_a_replica_that_lags(
    own: ResilientClient, wire: Wire, first_of: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any replica answers a direct get, and this one has not yet heard of the append."""
    monkeypatch.setattr("events.log.log.DirectReader", LaggingReader)
    wire.unanswered = lambda body: True

    (recorded,) = await Log(own, ack_seconds=ACK_SECONDS).append(first_of("pt-1"))

    assert recorded.position == 1


async def test_a_doubt_is_not_settled_while_the_append_is_on_its_way_to_the_replicas(
    impatient: Log, wire: Wire, first_of: Appends
) -> None:
    """The question overtakes it there; the leader's refusal then names no position."""
    wire.lost = lambda body: True
    wire.overtaken = 3

    (recorded,) = await impatient.append(first_of("pt-1"))

    assert recorded.position == 1


async def test_an_append_that_was_lost_with_its_connection_is_sent_again(
    own_server: EmbeddedServer,
    own: ResilientClient,
    impatient: Log,
    wire: Wire,
    first_of: Appends,
    looked_into: asyncio.Event,
) -> None:
    wire.lost = lambda body: True
    appending = asyncio.ensure_future(impatient.append(first_of("pt-1")))
    await restarted(own_server, own, wire)
    wire.lost = lambda body: False
    looked_into.set()

    (recorded,) = await appending

    assert [each.position for each in await impatient.read(recorded.goal_id)] == [recorded.position]


@pytest.mark.parametrize("late", ["before", "behind"])
async def test_an_append_that_arrives_late_and_again_is_stored_once(
    own_server: EmbeddedServer,
    own: ResilientClient,
    impatient: Log,
    wire: Wire,
    first_of: Appends,
    looked_into: asyncio.Event,
    late: str,
) -> None:
    """A server may sit on what it read from a connection that is lost by now."""
    copies: list[bytes] = []

    def first_of_two(body: bytes) -> bool:
        copies.append(body)
        if len(copies) == 2 and late == "before":
            wire.deliver()
        return len(copies) == 1

    wire.lost = first_of_two
    appending = asyncio.ensure_future(impatient.append(first_of("pt-1")))
    await restarted(own_server, own, wire)
    looked_into.set()

    (recorded,) = await appending

    wire.deliver()
    await flush(own)
    assert len(copies) == 2
    assert [each.position for each in await impatient.read(recorded.goal_id)] == [1]
    assert recorded.position == 1


async def test_what_another_has_recorded_meanwhile_is_no_doubt_of_ones_own(
    own_server: EmbeddedServer,
    own: ResilientClient,
    impatient: Log,
    wire: Wire,
    first_of: Appends,
    looked_into: asyncio.Event,
) -> None:
    """Its guard keeps the lost append out from then on, whatever became of its connection, and a second copy too."""
    append = first_of("pt-1")
    wire.lost = lambda body: True
    appending = asyncio.ensure_future(impatient.append(append))
    await restarted(own_server, own, wire)
    wire.lost = lambda body: False
    other = replace(append.events[0], id="other")
    await Log(own).append(append._replace(events=(other,)))
    looked_into.set()

    with pytest.raises(WrongVersion):
        await appending

    wire.deliver()
    await flush(own)
    assert [each.event.id for each in await impatient.read(other.goal_id)] == ["other"]


async def test_a_server_that_stood_still_is_asked_when_it_goes_on(
    own_server: EmbeddedServer, impatient: Log, wire: Wire, first_of: Appends
) -> None:
    wire.on_question = lambda: os.kill(own_server.pid, signal.SIGCONT)
    os.kill(own_server.pid, signal.SIGSTOP)

    (recorded,) = await impatient.append(first_of("pt-1"))

    assert recorded.position == 1
    assert [each.position for each in await impatient.read(recorded.goal_id)] == [1]


def _stands_still(pid: int) -> bool:
    """Whether all threads of a process are stopped, which on a busy machine takes a moment."""
    states = [stat.read_text().rpartition(")")[2].split()[0] for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


async def test_a_server_that_stands_still_leaves_the_doubt_and_what_is_sent_again_is_told_apart(
    own_server: EmbeddedServer, own: ResilientClient, impatient: Log, first_of: Appends
) -> None:
    append = first_of("pt-1")
    os.kill(own_server.pid, signal.SIGSTOP)
    try:
        await eventually(lambda: _stands_still(own_server.pid))
        with pytest.raises(LogUnavailable) as caught:
            await impatient.append(append)
    finally:
        os.kill(own_server.pid, signal.SIGCONT)

    assert not caught.value.certain
    patient = Log(own)
    with pytest.raises(WrongVersion):
        await patient.append(append)
    assert [each.event.id for each in await patient.read(append.events[0].goal_id)] == [append.events[0].id]


async def test_when_the_server_dies_everyone_waiting_is_told(
    own_server: EmbeddedServer, own: ResilientClient, impatient: Log, first_of: Appends
) -> None:
    """Whoever is told `certain`, or is given positions, can rely on it when the server is back."""
    appends = [first_of(f"pt-{number}") for number in range(200)]
    sent_before = own.stats["out_msgs"]
    under_way = asyncio.gather(*map(impatient.append, appends), return_exceptions=True)
    await eventually(lambda: own.stats["out_msgs"] > sent_before)
    await own_server.kill()

    outcomes = await under_way

    await own_server.start()
    await eventually(lambda: own.is_connected)
    log = Log(own)
    for append, outcome in zip(appends, outcomes, strict=True):
        found = await log.read(append.events[0].goal_id)
        if isinstance(outcome, LogUnavailable):
            assert not (outcome.certain and found)
        else:
            assert not isinstance(outcome, BaseException)
            assert [each.position for each in found] == [outcome[0].position]
