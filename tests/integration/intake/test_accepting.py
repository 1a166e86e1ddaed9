"""A submission is acknowledged when it is on the disk with whoever submits it, and by nobody else than the stream."""

import asyncio
import sys
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import pytest
from nats.js.api import AckPolicy, ConsumerConfig, PubAck, RetentionPolicy, StreamConfig
from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError
from pydantic_core import from_json, to_json

from events.envelope import STRUCTURED
from events.event import Event
from events.identity import INTAKE, WAITING, GoalId
from events.log import Log
from services.access.principal import everyone_of, principal_of
from services.intake import service, streams
from services.intake.message_ids import id_in_stream, id_of_sender
from services.intake.streams import CONSUMER, INTAKE_STREAM, declare_intake
from tests.anew import make_anew
from tests.builders import as_bytes, event, opened, proposed
from tests.integration.intake.conftest import Counter
from tests.waiting import eventually

HOUSE = everyone_of(frozenset(), "node")


async def stored(counter: Counter, sequence: int) -> dict[str, str]:
    """The headers of a waiting submission."""
    return (await counter.js.get_msg(INTAKE_STREAM, sequence)).headers or {}


async def last_sequence(counter: Counter) -> int:
    return (await counter.js.stream_info(INTAKE_STREAM)).state.last_seq


async def test_nobody_acknowledges_while_no_service_accepts_and_the_sender_knows_at_once(counter: Counter) -> None:
    subject = f"{INTAKE}.{counter.org}.p1.walk"
    with pytest.raises(NoStreamResponseError):
        await counter.js.publish(subject, b"{}")
    assert await counter.waiting() == 0

    async with counter.intake():
        await counter.js.publish(subject, b"{}")
    assert await counter.waiting() == 1


async def test_the_sender_is_written_down_and_not_believed(counter: Counter) -> None:
    forged = {"cairn-principal": "forged", "Cairn-Principal": "forged", "Nats-Request-Info": "{}", "trace": "4711"}
    async with counter.intake():
        await counter.js.publish(f"{INTAKE}.{counter.org}.p1.walk", b"{}", headers=forged)

    headers = await stored(counter, await last_sequence(counter))
    assert principal_of(headers["cairn-principal"]) == HOUSE
    assert headers == {"trace": "4711", "cairn-principal": headers["cairn-principal"]}


async def test_what_is_published_without_waiting_for_acknowledgements_keeps_its_order(counter: Counter) -> None:
    goals = [f"{INTAKE}.{counter.org}.p{n % 7}.g{n}" for n in range(200)]
    async with counter.intake():
        acknowledged = await asyncio.gather(*(counter.js.publish(goal, b"{}", timeout=30) for goal in goals))

    assert [ack.seq for ack in acknowledged] == sorted(ack.seq for ack in acknowledged)


async def test_a_message_id_keeps_a_repeated_submission_out(counter: Counter) -> None:
    async def publish() -> PubAck:
        return await counter.js.publish(f"{INTAKE}.{counter.org}.p1.walk", b"{}", headers={"Nats-Msg-Id": "mine"})

    async with counter.intake():
        first = await publish()
    async with counter.intake():
        again = await publish()

    assert (first.stream, first.duplicate) == (INTAKE_STREAM, None)
    assert (again.seq, again.duplicate) == (first.seq, True)


async def test_a_message_id_keeps_out_nothing_of_another_goal(counter: Counter) -> None:
    async def publish(org: str, goal: str) -> PubAck:
        return await counter.js.publish(f"{INTAKE}.{org}.p1.{goal}", b"{}", headers={"Nats-Msg-Id": "1"})

    async with counter.intake():
        goals = ((counter.org, "walk"), (counter.org, "run"), ("elsewhere", "walk"))
        acknowledged = [await publish(*goal) for goal in goals]

    assert [each.duplicate for each in acknowledged] == [None, None, None]
    assert await counter.waiting() == 3


def test_a_message_id_belongs_to_its_sender() -> None:
    subject = f"{WAITING}.o.p1.walk"
    of_app, of_clinic = (id_in_stream("a 1", subject, sender) for sender in ("app", "clinic"))

    assert of_app != of_clinic
    assert id_of_sender(of_app, subject) == id_of_sender(of_clinic, subject) == "a 1"
    assert id_of_sender("of an earlier version", subject) == "of an earlier version"


async def test_what_a_sender_expects_of_the_stream_is_held_against_it(counter: Counter) -> None:
    subject = f"{INTAKE}.{counter.org}.p1.walk"
    async with counter.intake():
        first = await counter.js.publish(subject, b"{}", stream=INTAKE_STREAM)
        expected = {
            "Nats-Expected-Last-Subject-Sequence": str(first.seq),
            "Nats-Expected-Last-Subject-Sequence-Subject": f"{INTAKE}.{counter.org}.p1.*",
        }
        await counter.js.publish(f"{INTAKE}.{counter.org}.p1.run", b"{}", headers=expected)
        with pytest.raises(APIError, match="wrong last sequence"):
            await counter.js.publish(f"{INTAKE}.{counter.org}.p1.swim", b"{}", headers=expected)
        with pytest.raises(APIError, match="expected stream does not match"):
            await counter.js.publish(subject, b"{}", stream="ELSEWHERE")
    assert await counter.waiting() == 2


async def test_one_header_twice_is_refused_at_once(counter: Counter) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", counter.server.port)
    headers = b"NATS/1.0\r\nce-id: 1\r\nce-id: 2\r\n\r\n"
    async with counter.intake():
        options = to_json({"verbose": False, "headers": True, "auth_token": counter.server.token})
        writer.write(b"CONNECT %b\r\nSUB _INBOX.raw 1\r\n" % options)
        size = b"%d %d" % (len(headers), len(headers) + 2)
        writer.write(
            b"HPUB %b.%b.p1.walk _INBOX.raw %b\r\n%b{}\r\n" % (INTAKE.encode(), counter.org.encode(), size, headers)
        )
        answer = await asyncio.wait_for(reader.readuntil(b"}}"), 60)
        writer.close()

    assert b"The header ce-id is there more than once." in answer
    assert await counter.waiting() == 0


async def test_without_the_stream_nothing_is_acknowledged_until_it_is_there_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_declare = asyncio.Event()

    async def declare_later(*arguments: Any) -> None:  # Any: what `declare_intake` takes
        await may_declare.wait()
        await declare_intake(*arguments)

    monkeypatch.setattr(service, "declare_intake", declare_later)
    may_declare.set()
    subject = f"{INTAKE}.{counter.org}.p1.walk"
    async with counter.intake():
        may_declare.clear()
        await counter.js.delete_stream(INTAKE_STREAM)
        with pytest.raises(ServiceUnavailableError):
            await counter.js.publish(subject, b"{}")
        may_declare.set()

        async def accepted() -> bool:
            try:
                await counter.js.publish(subject, b"{}")
            except ServiceUnavailableError:
                return False
            return True

        await eventually(accepted)


async def test_nothing_acknowledged_is_lost_when_the_service_is_killed_and_senders_repeat(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = count(1)
    acknowledged: list[Event] = []
    enough = asyncio.Event()

    async def send() -> None:
        """Hand in plan after plan, each until it is acknowledged."""
        while not enough.is_set():
            plan = event(GoalId(counter.org, f"p{next(numbers)}", "plan"), opened(), role="clinician")
            while plan not in acknowledged:
                try:
                    await counter.hand_in(plan)
                    acknowledged.append(plan)
                except (APIError, NoStreamResponseError, TimeoutError):
                    await asyncio.sleep(0.05)  # as a sender does that is told to repeat

    serving = await _serving(counter)
    async with AsyncExitStack() as after, asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(send())
        await eventually(lambda: len(acknowledged) > 50)
        serving.kill()
        await serving.wait()
        told = {plan.id for plan in acknowledged}
        kept = {await _waiting_id(counter, each) for each in range(1, await last_sequence(counter) + 1)}
        assert told <= kept
        await after.enter_async_context(counter.intake())
        await eventually(lambda: len(acknowledged) > len(told) + 50, within=60)
        enough.set()

    monkeypatch.setattr(streams, "ACK_WAIT_SECONDS", 1.0)
    async with counter.goals(), counter.intake():
        await counter.all_carried()
    assert {outcome["status"] for outcome in counter.told()} == {"recorded"}
    log = Log(counter.nc)
    for plan in acknowledged:
        assert [each.event.id for each in await log.read(plan.goal_id)] == [plan.id]
    await log.close()


async def _serving(counter: Counter) -> asyncio.subprocess.Process:
    """An intake service in a process of its own, which is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "serve", "intake", "--nats-url", counter.server.url,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert (await process.stdout.readline()).startswith(b"ready")
    return process


async def _waiting_id(counter: Counter, sequence: int) -> str:
    waiting = await counter.js.get_msg(INTAKE_STREAM, sequence)
    found: str = from_json(waiting.data or b"{}")["id"]
    return found


async def test_what_waits_from_an_earlier_version_is_forwarded_after_the_upgrade(counter: Counter) -> None:
    earlier = StreamConfig(
        name=INTAKE_STREAM,
        subjects=[f"{INTAKE}.*.*.*"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard="new",  # type: ignore[arg-type]  # as the server words it
    )
    await make_anew(counter.nc, lambda _: counter.js.add_stream(earlier), stream=INTAKE_STREAM)
    await counter.js.add_consumer(
        INTAKE_STREAM,
        ConsumerConfig(
            name=CONSUMER, durable_name=CONSUMER, ack_policy=AckPolicy.EXPLICIT, filter_subject=f"{INTAKE}.*.*.*"
        ),
    )
    goal_id = GoalId(counter.org, "p1", "walk")
    forged = {"content-type": STRUCTURED, "cairn-principal": HOUSE.encoded()}
    plan = event(goal_id.plan, opened(), role="clinician")
    await counter.js.publish(plan.goal_id.on(INTAKE), as_bytes(plan), headers=forged)
    assert await counter.waiting() == 1

    async with counter.intake():
        await counter.hand_in(event(goal_id, proposed()))
        assert await counter.waiting() == 2
        async with counter.goals():
            await counter.all_carried()

    assert [outcome["status"] for outcome in counter.told()] == ["recorded", "recorded"]
    log = Log(counter.nc)
    [before], [since] = await log.read(goal_id.plan), await log.read(goal_id)
    assert (before.event.submitted_by, since.event.submitted_by) == ("intake", "node")
    await log.close()


async def test_what_is_put_into_the_stream_past_the_service_is_nobodys(counter: Counter) -> None:
    plan = event(GoalId(counter.org, "p1", "plan"), opened(), role="clinician")
    async with counter.goals(), counter.intake():
        await counter.js.publish(plan.goal_id.on("cairn.waiting"), as_bytes(plan), headers={"content-type": STRUCTURED})
        await counter.all_carried()

    assert [outcome["code"] for outcome in counter.told()] == ["access.denied"]
