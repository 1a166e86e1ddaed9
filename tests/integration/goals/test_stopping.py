"""A service that stops answers what it took on; one without a log says so, and never says “recorded”."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from events.event import Event
from events.goal import types as g
from events.identity import SUBMIT, GoalId
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from events.log.stream import STREAM
from events.outcome import RecordedOutcome, RejectedOutcome
from events.plan import types as p
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.goals.application import Answer, Goals
from services.settings import Settings
from tests.builders import TODAY, active_goal, as_bytes, entry, event, opened
from tests.conftest import running
from tests.integration.goals.conftest import Core, goals_on
from tests.waiting import eventually


@pytest.fixture
async def connection(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    connection = await connect(own_server.url, name="test")
    yield connection
    await connection.close()


@pytest.fixture
def settings(own_server: EmbeddedServer) -> Settings:
    """A service on that server is the only one in its queue group: it takes every submission itself."""
    return Settings(nats_url=own_server.url, data_dir=own_server.data_dir)


@pytest.fixture
def nc(connection: ResilientClient) -> ResilientClient:
    return connection


@pytest.fixture
async def log(connection: ResilientClient) -> AsyncIterator[Log]:
    await declare_log(connection)
    log = Log(connection)
    yield log
    await log.close()


@pytest.fixture
async def core(connection: ResilientClient) -> AsyncIterator[Core]:
    """The service's core on that server, with a goal that is being worked on in its memory."""
    await declare_log(connection)
    log, snapshots = Log(connection, ack_seconds=0.5), Snapshots(connection)
    core = goals_on(connection, log, snapshots)
    for each in active_goal():
        assert isinstance(await core.submit(each), RecordedOutcome)
    yield core
    await snapshots.close()
    await log.close()


class Submitted:
    """Submissions made without waiting, and the answers as they come in."""

    def __init__(self, nc: ResilientClient):
        self._nc = nc
        self.answers: dict[str, dict[str, object]] = {}

    async def offer(self, each: Event) -> None:
        async def take(message: Msg) -> None:
            self.answers[each.id] = json.loads(message.data)

        inbox = self._nc.new_inbox()
        await self._nc.subscribe(inbox, cb=take)
        await self._nc.publish(each.goal_id.on(SUBMIT), as_bytes(each), reply=inbox)

    def recorded(self) -> set[str]:
        return {id for id, answer in self.answers.items() if answer["status"] == "recorded"}


class Gate:
    """Holds submissions up in the middle of the service until it is opened."""

    def __init__(self, patch: pytest.MonkeyPatch):
        self.opened = asyncio.Event()
        self.waiting = 0
        self._held_up: list[asyncio.Task[None]] = []
        begin = Goals.begin

        async def go_on(goals: Goals, submission: Event, answer: Answer) -> None:
            await self.opened.wait()
            begin(goals, submission, answer)

        def held_up(goals: Goals, submission: Event, answer: Answer) -> None:
            self.waiting += 1
            self._held_up.append(asyncio.ensure_future(go_on(goals, submission, answer)))

        patch.setattr(Goals, "begin", held_up)


def plans_of(org: str, count: int) -> list[Event]:
    return [event(GoalId(org, f"pt-{number}", "plan"), opened(), role="clinician") for number in range(count)]


async def test_a_service_that_is_stopped_in_the_middle_answers_what_it_took_on(
    settings: Settings, nc: ResilientClient, log: Log, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, submitted = Gate(monkeypatch), Submitted(nc)
    plans = plans_of(org, 20)
    service = running(lambda ready: goals.serve(settings, ready))
    await service.__aenter__()
    for each in plans:
        await submitted.offer(each)
    await eventually(lambda: gate.waiting == 20)

    async def nobody_listens() -> bool:
        try:
            await nc.request(plans[0].goal_id.on(SUBMIT), b"", timeout=0.5)
        except NatsTimeout:
            return False
        except NoRespondersError:
            return True
        return False

    stopping = asyncio.ensure_future(service.__aexit__())
    await eventually(nobody_listens)
    assert not submitted.answers
    gate.opened.set()
    await stopping

    await eventually(lambda: submitted.recorded() == {each.id for each in plans})
    assert [len(await log.read(each.goal_id)) for each in plans] == [1] * 20


async def test_a_burst_is_taken_on_in_part_or_whole_and_everything_of_it_is_answered(
    settings: Settings, nc: ResilientClient, log: Log, org: str
) -> None:
    plans = plans_of(org, 300)
    submitted = Submitted(nc)
    async with running(lambda ready: goals.serve(settings.model_copy(update={"max_waiting": 20}), ready)):
        for each in plans:
            await submitted.offer(each)
        await eventually(lambda: len(submitted.answers) == len(plans))

    assert {answer.get("code") for answer in submitted.answers.values()} <= {None, "log.busy"}
    assert submitted.recorded() == {each.id for each in plans if await log.read(each.goal_id)}


async def test_what_is_too_much_is_answered_busy_at_once_and_what_came_before_it_is_recorded(
    settings: Settings, nc: ResilientClient, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, submitted = Gate(monkeypatch), Submitted(nc)
    plans = plans_of(org, 8)
    async with running(lambda ready: goals.serve(settings.model_copy(update={"max_waiting": 5}), ready)):
        for each in plans:
            await submitted.offer(each)
        await eventually(lambda: len(submitted.answers) == 3)
        assert {answer["code"] for answer in submitted.answers.values()} == {"log.busy"}

        gate.opened.set()
        await eventually(lambda: len(submitted.answers) == 8)

    assert submitted.recorded() == {each.id for each in plans[:5]}


async def test_without_a_server_nothing_is_called_recorded(
    own_server: EmbeddedServer, connection: ResilientClient, core: Core
) -> None:
    daily = event(active_goal()[1].goal_id, entry("e1"))
    await own_server.stop()
    await eventually(lambda: not connection.is_connected)

    refused = await core.submit(daily)
    assert isinstance(refused, RejectedOutcome)
    assert (refused.code, refused.retryable) == ("log.unavailable", True)

    await own_server.start()
    await eventually(lambda: connection.is_connected)
    assert len(await Log(connection).read(daily.goal_id)) == 4
    again = await core.submit(daily)
    assert isinstance(again, RecordedOutcome)
    assert not again.duplicate


async def test_what_was_under_way_when_the_server_died_is_recorded_once_when_it_is_sent_again(
    own_server: EmbeddedServer, connection: ResilientClient, core: Core
) -> None:
    patients = [GoalId("northside", f"patient-{number}", "plan") for number in range(20)]
    for plan in patients:
        await core.submit(event(plan, opened(), role="clinician"))
    daily = [event(each, p.Measured(instrument="mood", score=5, on=TODAY)) for each in patients]

    sent_before = connection.stats["out_msgs"]
    under_way = asyncio.gather(*(core.submit(each) for each in daily))
    await eventually(lambda: connection.stats["out_msgs"] > sent_before)
    await own_server.kill()
    first = await under_way
    await own_server.start()
    await eventually(lambda: connection.is_connected)
    again = await asyncio.gather(*(core.submit(each) for each in daily))

    for before, after, each in zip(first, again, daily, strict=True):
        assert isinstance(after, RecordedOutcome)
        if isinstance(before, RecordedOutcome):
            assert after == before.model_copy(update={"duplicate": True})
        else:
            assert before.code == "log.unavailable"
        assert len(await Log(connection).read(each.goal_id)) == 2


async def test_without_its_stream_the_service_answers_that_the_log_is_unavailable(
    settings: Settings, connection: ResilientClient
) -> None:
    plan, proposal, *_ = active_goal()
    async with running(lambda ready: goals.serve(settings, ready)):
        await connection.request(plan.goal_id.on(SUBMIT), as_bytes(plan), timeout=20)
        await connection.jetstream().delete_stream(STREAM)

        for each in (proposal, event(plan.goal_id, opened(), role="clinician"), event(proposal.goal_id, g.Agreed())):
            answer = json.loads((await connection.request(each.goal_id.on(SUBMIT), as_bytes(each), timeout=20)).data)
            assert (answer["status"], answer["code"]) == ("rejected", "log.unavailable")


async def test_a_defect_of_ours_is_answered_too(
    settings: Settings, nc: ResilientClient, org: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever it strikes; and what the log says of it repeats nothing that a patient wrote."""
    offered = event(GoalId(org, "pt-1", "plan"), opened(clinician="secret words"), role="clinician")

    def break_down(*_: object) -> None:
        raise ZeroDivisionError("secret words")

    async with running(lambda ready: goals.serve(settings, ready)):
        for place in ("services.goals.appends.decide", "services.goals.service.read_submission"):
            with monkeypatch.context() as broken:
                broken.setattr(place, break_down)
                reply = await nc.request(offered.goal_id.on(SUBMIT), as_bytes(offered), timeout=20)
            assert json.loads(reply.data)["code"] == "log.unavailable"

    assert "ZeroDivisionError" in caplog.text
    assert "secret words" not in caplog.text
