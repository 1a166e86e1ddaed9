"""A stream that would forget is not written to, nor one that is another than is remembered; whoever asks is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nats.errors import Error as NatsError
from pydantic_core import from_json, to_json

from events.event import Event
from events.goal import types as g
from events.identity import LOG, GoalId
from events.log import Log, connect, declare_log
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.fitness import adopt_as_it_is
from events.log.stream import STREAM
from events.outcome import Outcome, RejectedOutcome
from services.embedded_server import EmbeddedServer, free_port
from services.goals import service as goals
from services.presence import cairn_version
from services.settings import Settings
from tests.builders import active_goal, entry, event
from tests.conftest import Submit, running, submitting_over
from tests.integration.goals.steps import code
from tests.stored import stored
from tests.waiting import eventually

GOAL = GoalId("northside", "pt-1", "walk")
OTHER = GOAL._replace(patient="pt-2")


@pytest.fixture
async def connection(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    connection = await connect(own_server.url, name="test")
    await declare_log(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def own_log(connection: ResilientClient) -> AsyncIterator[Log]:
    log = Log(connection)
    yield log
    await log.close()


@pytest.fixture
async def service(own_server: EmbeddedServer, connection: ResilientClient) -> AsyncIterator[Submit]:
    """A service with a goal that is being worked on."""
    settings = Settings(nats_url=own_server.url, data_dir=own_server.data_dir)
    submit = submitting_over(connection)
    async with running(lambda ready: goals.serve(settings, ready)):
        for each in active_goal(GOAL):
            assert code(await submit(each)) == "recorded"
        yield submit


async def health(nc: ResilientClient) -> dict[str, Any]:
    answer: dict[str, Any] = from_json((await nc.request(f"cairn.health.goals.{STREAM}", b"", timeout=10)).data)
    return answer


async def updated(nc: ResilientClient, **changed: object) -> None:
    """The stream with other settings, which the server takes from an operator."""
    said = from_json((await nc.request(f"$JS.API.STREAM.INFO.{STREAM}", b"", timeout=10)).data)
    config = to_json({**said["config"], **changed})
    answer = from_json((await nc.request(f"$JS.API.STREAM.UPDATE.{STREAM}", config, timeout=10)).data)
    assert "error" not in answer, answer


async def fills(nc: ResilientClient) -> bool:
    """Whether the store takes no more, of what is put into it."""
    try:
        answer = await nc.request(f"{LOG}.elsewhere.pt-1.plan", b"x" * 10_000, timeout=10)
    except NatsError:
        return False  # the server has just been started again
    return "error" in from_json(answer.data)


async def until(submit: Submit, wanted: str, offered: Event) -> Outcome:
    """The first answer of this code."""

    async def answer() -> Outcome | None:
        try:
            outcome = await submit(offered)
        except NatsError:  # the service has not come back yet to a server that was started again
            return None
        return outcome if code(outcome) == wanted else None

    found = await eventually(answer)
    assert found is not None
    return found


async def test_a_service_that_records_says_so(service: Submit, connection: ResilientClient) -> None:
    said = await health(connection)

    assert said.pop("version") == cairn_version()
    assert datetime.fromisoformat(said.pop("since")) <= datetime.now(UTC)
    assert said.pop("handled").keys() <= {"health", "replaced"}
    assert said == {"stream": STREAM, "state": "recording", "detail": "", "no_room_at": None, "missing": 0}


@pytest.mark.parametrize(
    ("setting", "value", "sound"),
    [
        ("max_msgs", 400, -1),
        ("max_msgs_per_subject", 50, -1),
        ("max_age", 10**18, 0),
        ("discard", "old", "new"),
        ("republish", None, {"src": f"{LOG}.>", "dest": "cairn.feed.>"}),
    ],
)
async def test_nothing_is_recorded_while_the_stream_would_forget(
    service: Submit, connection: ResilientClient, own_log: Log, setting: str, value: object, sound: object
) -> None:
    daily = event(GOAL, entry("e1"))

    await updated(connection, **{setting: value})

    refused = await until(service, "log.unfit", event(GOAL, entry("e0")))
    assert isinstance(refused, RejectedOutcome)
    assert f"its {setting} must be as declared" in refused.detail
    assert refused.retryable
    head = await own_log.head()
    assert code(await service(daily)) == "log.unfit"
    assert code(await service(active_goal(OTHER)[0])) == "log.unfit"
    assert await own_log.head() == head
    said = await health(connection)
    assert (said["state"], said["detail"]) == ("unfit", refused.detail)

    await updated(connection, **{setting: sound})

    await until(service, "recorded", daily)
    assert (await health(connection))["state"] == "recording"


async def test_a_change_is_seen_while_other_streams_are_still_asked(
    own_server: EmbeddedServer, connection: ResilientClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.goals.watch._ANSWERS_SECONDS", 3600.0)
    settings = Settings(nats_url=own_server.url, data_dir=own_server.data_dir)

    async def is_unfit() -> bool:
        return bool((await health(connection))["state"] == "unfit")

    async with running(lambda ready: goals.serve(settings, ready)):
        assert not await is_unfit()

        await updated(connection, max_msgs=400)

        await eventually(is_unfit)


async def test_what_has_gone_stays_gone_and_is_said(
    service: Submit, connection: ResilientClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Once the settings are mended, goals that are whole go on; one that has lost events does not."""
    for each in active_goal(OTHER):
        assert code(await service(each)) == "recorded"

    await updated(connection, max_msgs=7, discard="old")  # 3 of 10 go: the first goal's plan, proposal and agreement
    await updated(connection, max_msgs=-1, discard="new")

    async def told() -> bool:
        said = await health(connection)
        return (said["state"], said["missing"]) == ("recording", 3)

    await eventually(told)
    said = await health(connection)
    assert "3 events are missing from the log" in said["detail"]
    assert "3 events are missing from the log" in caplog.text
    await until(service, "recorded", event(OTHER, entry("e1")))
    assert code(await service(event(GOAL, entry("e1")))) == "log.unfit"
    lost = active_goal(GOAL)[1]
    assert code(await service(lost)) == "log.unfit"


async def test_a_stream_that_is_not_there_is_said(service: Submit, connection: ResilientClient) -> None:
    await connection.jetstream().delete_stream(STREAM)

    async def told() -> bool:
        return bool((await health(connection))["state"] == "unfit")

    await eventually(told)
    assert f"There is no stream {STREAM}" in (await health(connection))["detail"]


async def test_that_the_store_is_full_is_said_until_something_is_stored_again(
    service: Submit,
    connection: ResilientClient,
    own_server: EmbeddedServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("services.embedded_server._MOST_STORED", "100KB")
    await own_server.stop()
    await own_server.start()
    await eventually(lambda: fills(connection))

    refused = await until(service, "log.full", event(GOAL, entry("a")))

    assert isinstance(refused, RejectedOutcome)
    assert refused.retryable
    assert "has to make room" in refused.detail
    said = await health(connection)
    assert said["state"] == "full"
    assert said["detail"].startswith("The log has no more room: insufficient resources. Make room for it;")
    assert datetime.fromisoformat(said["no_room_at"]) <= datetime.now(UTC)
    assert "Make room for it" in caplog.text

    monkeypatch.setattr("services.embedded_server._MOST_STORED", "1PB")
    await own_server.stop()
    await own_server.start()
    await until(service, "recorded", event(GOAL, entry("b")))
    assert (await health(connection))["state"] == "recording"
    assert "has room again" in caplog.text


class TestWhileAProjectionRemembersAnotherLog:
    async def test_nothing_is_recorded(
        self, service: Submit, connection: ResilientClient, own_log: Log, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await self.announce(connection, STREAM)

        refused = await until(service, "log.replaced", event(GOAL, entry("e0")))
        head = await own_log.head()
        for each in (event(GOAL, entry("e1")), active_goal(GOAL)[0], active_goal(OTHER)[0]):
            assert code(await service(each)) == "log.replaced"
        assert await own_log.head() == head
        assert isinstance(refused, RejectedOutcome)
        assert "remembers position 480" in refused.detail
        said = await health(connection)
        assert (said["state"], said["detail"]) == ("replaced", refused.detail)

    async def test_it_is_recorded_again_when_the_projection_agrees_and_not_when_it_is_silent(
        self, service: Submit, connection: ResilientClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.goals.watch.OBJECTION_SECONDS", 0.0)
        daily = event(GOAL, entry("e1"))
        await self.announce(connection, STREAM)
        await self.announce(connection, STREAM, "audit_trail")
        await until(service, "log.replaced", event(GOAL, entry("e0")))

        await self.announce(connection, STREAM, replaced=False)
        await health(connection)  # comes behind it
        assert code(await service(daily)) == "log.replaced"

        await self.announce(connection, STREAM, "audit_trail", replaced=False)
        await until(service, "recorded", daily)
        assert (await health(connection))["state"] == "recording"

    async def test_an_objection_counts_for_some_seconds_although_another_copy_agrees(
        self, service: Submit, connection: ResilientClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.goals.watch.OBJECTION_SECONDS", 3600.0)
        await self.announce(connection, STREAM)
        await until(service, "log.replaced", event(GOAL, entry("e0")))

        await self.announce(connection, STREAM, replaced=False)

        await health(connection)  # comes behind it
        assert code(await service(event(GOAL, entry("e1")))) == "log.replaced"

    async def test_an_adoption_ends_the_objections_from_before_it_at_once(
        self, service: Submit, connection: ResilientClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.goals.watch.OBJECTION_SECONDS", 3600.0)
        daily = event(GOAL, entry("e1"))
        await self.announce(connection, STREAM)
        await until(service, "log.replaced", event(GOAL, entry("e0")))

        await adopt_as_it_is(connection, STREAM)

        await until(service, "recorded", daily)
        await self.announce(connection, STREAM)
        await until(service, "log.replaced", event(GOAL, entry("e2")))

    async def test_another_stream_is_no_concern(self, service: Submit, connection: ResilientClient) -> None:
        await self.announce(connection, f"{STREAM}_B")
        await connection.publish("cairn.replaced.any", b"not JSON")
        await health(connection)  # comes behind it

        assert code(await service(event(GOAL, entry("e1")))) == "recorded"

    @staticmethod
    async def announce(
        nc: ResilientClient, stream: str, projection: str = "goal_state", *, replaced: bool = True
    ) -> None:
        comparison = {"projection": projection, "stream": stream, "replaced": replaced, "position": 480, "head": 478}
        await nc.publish(f"cairn.replaced.{projection}", to_json(comparison))
        await flush(nc)


async def test_an_answer_that_would_do_harm_is_not_given(
    service: Submit, connection: ResilientClient, own_log: Log
) -> None:
    head = await own_log.head()
    await connection.publish(f"cairn.health.goals.{STREAM}", b"", reply=GOAL.on(LOG))
    await health(connection)  # comes behind it

    assert await own_log.head() == head


class Leaf(EmbeddedServer):
    """A server of its own that joins another, and shares an account with it."""

    joins = ""

    def configuration(self) -> str:
        return super().configuration() + self.joins


async def test_a_log_whose_events_another_one_takes_in_too_is_not_written(tmp_path: Path) -> None:
    """Two Cairns, whose servers a leaf node joins in one account."""
    port = free_port()
    hub, leaf = Leaf(tmp_path / "hub"), Leaf(tmp_path / "leaf")
    hub.joins = f"leafnodes {{ listen: 127.0.0.1:{port}, authorization {{ user: leaf, password: leaf }} }}\n"
    await hub.start()
    connection = await connect(hub.url, name="test")
    settings = Settings(nats_url=hub.url, data_dir=tmp_path / "hub")
    try:
        async with running(lambda ready: goals.serve(settings, ready)):
            submit = submitting_over(connection)
            assert code(await submit(active_goal(GOAL)[0])) == "recorded"
            leaf.joins = f'leafnodes {{ remotes: [{{ url: "nats-leaf://leaf:leaf@127.0.0.1:{port}" }}] }}\n'
            await leaf.start()
            other = await connect(leaf.url, name="test")
            await declare_log(other)

        async with running(lambda ready: goals.serve(settings, ready)):
            refused = await until(submit, "log.unfit", active_goal(GOAL)[1])

        assert isinstance(refused, RejectedOutcome)
        assert "2 streams take in what is recorded on CAIRN_LOG" in refused.detail
        await other.close()
        await leaf.stop()
        async with running(lambda ready: goals.serve(settings, ready)):
            assert code(await submit(active_goal(OTHER)[0])) == "recorded", "the link was cut"
    finally:
        await connection.close()
        await leaf.stop()
        await hub.stop()


async def test_a_goal_that_a_joined_log_has_left_here_is_entered_in_error(
    service: Submit, connection: ResilientClient
) -> None:
    """Of a goal of the other Cairn its first event alone lands here: what follows names a position of the other log."""
    plan, proposal, *_ = active_goal(OTHER)
    _, landed = stored((plan, proposal))
    await connection.jetstream().publish(landed.subject, landed.data, headers=dict(landed.headers))
    error = event(OTHER, g.EnteredInError(reason="It came from another Cairn over a leaf node."))

    assert code(await service(error)) == "plan.missing"
    assert code(await service(plan)) == "recorded"
    assert code(await service(error)) == "recorded"
