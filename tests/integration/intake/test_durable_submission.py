"""Durable submission: accepted while services are down, answered in order, and never lost."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import unquote

import pytest
from nats.aio.msg import Msg
from nats.js.errors import APIError
from pydantic_core import from_json

from events.goal.types import ProgressLogged
from events.identity import INTAKE, LOG, GoalId
from events.log import Log
from events.log.placement import Placement
from events.outcome import OutcomeEvent, RecordedOutcome, RejectedOutcome, encode_outcome
from services.intake import streams
from services.intake.streams import CONSUMER, INTAKE_STREAM
from tests.builders import TODAY, active_goal, as_bytes, entry, event, opened, proposed
from tests.integration.intake.conftest import Answer, Counter
from tests.waiting import eventually

Answering = Callable[[Answer], Awaitable[None]]

RECORDED = encode_outcome(RecordedOutcome(events=(OutcomeEvent(type="cairn.goal.agreed.v1", position=1, version=1),)))
DUPLICATE = encode_outcome(RecordedOutcome(duplicate=True, events=()))
UNAVAILABLE = encode_outcome(RejectedOutcome(code="log.unavailable", detail="Try again."))


async def test_a_submission_is_accepted_while_services_are_down_and_recorded_when_they_are_back(
    counter: Counter,
) -> None:
    goal_id = GoalId(counter.org, "p1", "walk")
    async with counter.intake():
        await counter.hand_in(*active_goal(goal_id))
    assert await counter.waiting() == 4

    async with counter.intake():
        assert await counter.waiting() == 4
        async with counter.goals():
            await counter.all_carried()

    assert [outcome["status"] for outcome in counter.told()] == ["recorded"] * 4
    log = Log(counter.nc)
    assert [recorded.type_name for recorded in await log.read(goal_id)] == [
        "cairn.goal.proposed.v1",
        "cairn.goal.agreed.v1",
        "cairn.goal.activated.v1",
        "cairn.goal.review_scheduled.v1",
    ]
    await log.close()


async def test_an_outcome_names_its_submission(counter: Counter) -> None:
    plan = event(GoalId(counter.org, "p1", "plan"), opened(), role="clinician", id="e-7 ü", source="urn:ehr")
    async with counter.goals(), counter.intake():
        await counter.hand_in(plan)
        await counter.all_carried()

    (outcome,) = counter.outcomes
    assert outcome.subject == f"cairn.outcome.{counter.org}.p1.plan"
    assert outcome.headers is not None
    assert (unquote(outcome.headers["ce-id"]), outcome.headers["ce-source"]) == ("e-7 ü", "urn:ehr")
    assert from_json(outcome.data)["events"][0]["type"] == "cairn.plan.opened.v1"


async def test_a_submission_with_two_ids_is_refused_and_kept(counter: Counter) -> None:
    goal_id = GoalId(counter.org, "p1", "walk")
    twice = {"ce-id": "1", "Ce-Id": "2", "ce-comment": ""}
    async with counter.goals(), counter.intake():
        await counter.js.publish(goal_id.on(INTAKE), b"{}", headers=twice)
        await counter.all_carried()

    (kept,) = await counter.rejected("p1.walk")
    [outcome] = counter.outcomes
    assert [error["field"] for error in from_json(outcome.data)["errors"]] == ["id"]
    assert kept.headers is not None
    assert "" not in kept.headers.values()


async def test_a_refused_submission_is_kept_as_it_came_with_code_and_detail(counter: Counter) -> None:
    goal_id = GoalId(counter.org, "p1", "walk")
    early = event(goal_id, entry("day-1"))
    async with counter.goals(), counter.intake():
        headers = {"content-type": "application/cloudevents+json", "trace": "4711", "Nats-Msg-Id": "mine"}
        await counter.js.publish(goal_id.on(INTAKE), as_bytes(early), headers=headers)
        await counter.all_carried()

    (kept,) = await counter.rejected("p1.walk")
    assert kept.data == as_bytes(early)
    assert kept.headers is not None
    assert kept.headers["cairn-code"] == counter.told()[0]["code"] == "plan.missing"
    assert unquote(kept.headers["cairn-detail"]) == counter.told()[0]["detail"]
    assert kept.headers["trace"] == "4711"
    assert kept.headers["original-Nats-Msg-Id"] == "mine"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"\xff\x00 no JSON", None, id="no JSON"),
        pytest.param(b'{"specversion":"1.0"}', None, id="half an event"),
        pytest.param(b"[" * 50_000, None, id="deep"),
        pytest.param(b"{}", {"Status": "404"}, id="a header that nats-py takes for the server's word"),
        pytest.param(b"", {"Status": "503", "Description": "No Responders"}, id="another one"),
        pytest.param(b"{}", {"Nats-Expected-Stream": "CAIRN_INTAKE"}, id="a header that NATS acts upon"),
        pytest.param(b"{}", {"ce-type": "x", "ce-id": "ä \t", "ce-time": ""}, id="an odd envelope"),
    ],
)
async def test_what_cannot_be_read_is_kept_and_blocks_nothing(
    counter: Counter, body: bytes, headers: dict[str, str] | None
) -> None:
    async with counter.goals(), counter.intake():
        await counter.js.publish(f"{INTAKE}.{counter.org}.p1.odd", body, headers=headers)
        await counter.hand_in(event(GoalId(counter.org, "p1", "plan"), opened(), role="clinician"))
        await counter.all_carried()

    (kept,) = await counter.rejected("p1.odd")
    assert kept.data == body
    assert kept.headers is not None
    assert kept.headers["cairn-code"] == "event.invalid"
    assert [outcome["status"] for outcome in counter.told()] == ["rejected", "recorded"]


async def test_ids_that_are_no_tokens_are_refused_like_any_other_mistake(counter: Counter) -> None:
    async with counter.goals(), counter.intake():
        await counter.js.publish(f"{INTAKE}.{counter.org}.p1.wörk", b"{}")
        await counter.all_carried()

    (kept,) = await counter.rejected("p1.wörk")
    assert kept.headers is not None
    assert kept.headers["cairn-code"] == "identity.mismatch"


async def test_an_organisation_without_a_place_is_told_so_though_no_goals_service_serves_it(counter: Counter) -> None:
    placement = Placement({"CAIRN_LOG_A": ["northside"]})
    counter.settings = counter.settings.model_copy(update={"placement": placement})
    async with counter.intake():
        await counter.hand_in(event(GoalId(counter.org, "p1", "plan"), opened(), role="clinician"))
        await counter.all_carried()

    (kept,) = await counter.rejected("p1.plan")
    assert kept.headers is not None
    assert kept.headers["cairn-code"] == counter.told()[0]["code"] == "org.unknown"


async def test_what_is_too_large_is_refused_at_once(counter: Counter) -> None:
    async with counter.intake():
        with pytest.raises(APIError, match="message size exceeds maximum"):
            await counter.js.publish(f"{INTAKE}.{counter.org}.p1.large", b"x" * 512 * 1024)


async def test_a_patients_order_is_kept_while_the_first_one_cannot_be_recorded(
    counter: Counter, answering: Answering
) -> None:
    asked: list[str] = []
    recorded: list[str] = []

    async def unavailable_twice(message: Msg) -> bytes:
        """And until another patient's is recorded, which may come late."""
        id = from_json(message.data)["id"]
        asked.append(id)
        if id == "p1-0" and (asked.count("p1-0") < 3 or not recorded):
            return UNAVAILABLE
        recorded.append(id)
        return RECORDED

    await answering(unavailable_twice)
    async with counter.intake():
        for n in range(3):
            for patient in ("p1", "p2"):
                goal_id = GoalId(counter.org, patient, f"g{n}")
                await counter.hand_in(event(goal_id, proposed(), id=f"{patient}-{n}"))
        await counter.all_carried()

    assert [id for id in recorded if id.startswith("p1")] == ["p1-0", "p1-1", "p1-2"]
    assert [id for id in recorded if id.startswith("p2")] == ["p2-0", "p2-1", "p2-2"]
    assert recorded[0] == "p2-0"  # another patient does not wait


async def test_the_order_holds_with_two_services_at_once(counter: Counter) -> None:
    patients = [f"p{n}" for n in range(20)]
    async with counter.goals(), counter.intake(), counter.intake():
        for events in zip(*(active_goal(GoalId(counter.org, patient, "walk")) for patient in patients), strict=True):
            await counter.hand_in(*events)
        await counter.all_carried()

    assert [outcome for outcome in counter.told() if outcome["status"] != "recorded"] == []
    assert len(counter.outcomes) >= 4 * len(patients)


async def test_an_answer_that_is_no_outcome_is_asked_for_again(counter: Counter, answering: Answering) -> None:
    answers = iter([b"", b"?", b'{"status":"maybe"}', RECORDED])

    async def confused(_: Msg) -> bytes:
        return next(answers)

    await answering(confused)
    async with counter.intake():
        await counter.hand_in(event(GoalId(counter.org, "p1", "walk"), proposed()))
        await counter.all_carried()

    assert [outcome["status"] for outcome in counter.told()] == ["recorded"]


async def test_a_service_killed_before_it_could_acknowledge_leaves_a_duplicate_and_loses_nothing(
    counter: Counter, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    first_asked = asyncio.Event()

    async def never_answer_the_first(message: Msg) -> bytes | None:
        asked.append(message.data)
        first_asked.set()
        return DUPLICATE if len(asked) > 1 else None

    await answering(never_answer_the_first)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "serve", "intake", "--nats-url", counter.server.url,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert (await process.stdout.readline()).startswith(b"ready")
        await counter.hand_in(event(GoalId(counter.org, "p1", "walk"), proposed()))
        await asyncio.wait_for(first_asked.wait(), 60)
    finally:
        process.kill()
        await process.wait()
    monkeypatch.setattr(streams, "ACK_WAIT_SECONDS", 1.0)
    async with counter.intake():
        await counter.all_carried()

    assert asked[0] == asked[1]
    assert counter.told()[0]["duplicate"] is True


async def test_a_service_that_is_stopped_gives_back_what_it_could_not_finish(
    counter: Counter, answering: Answering
) -> None:
    answers = iter([UNAVAILABLE] * 3 + [RECORDED] * 5)

    async def soon(_: Msg) -> bytes:
        return next(answers)

    await answering(soon)
    async with counter.intake():
        await counter.hand_in(event(GoalId(counter.org, "p1", "walk"), ProgressLogged(entry="a", on=TODAY, done=True)))
    async with counter.intake():
        await counter.all_carried()

    assert [outcome["status"] for outcome in counter.told()] == ["recorded"]


async def test_intake_goes_on_after_the_server_was_restarted_and_after_its_consumer_was_deleted(
    counter: Counter,
) -> None:
    async with counter.goals(), counter.intake():
        await counter.server.stop()
        await counter.server.start()
        await eventually(lambda: counter.nc.is_connected)
        await eventually(partial(counter.takes, event(GoalId(counter.org, "p1", "plan"), opened(), role="clinician")))
        await counter.all_carried()
        await counter.js.delete_consumer(INTAKE_STREAM, CONSUMER)
        await counter.hand_in(event(GoalId(counter.org, "p2", "plan"), opened(), role="clinician"))
        await counter.all_carried()

    assert [outcome["status"] for outcome in counter.told()] == ["recorded", "recorded"]


async def test_what_depends_on_a_message_that_cannot_be_read_is_refused_and_holds_up_nobody(counter: Counter) -> None:
    walk, read = (GoalId(counter.org, "p1", goal) for goal in ("walk", "read"))
    async with counter.goals(), counter.intake():
        await counter.hand_in(*active_goal(walk))
        await counter.all_carried()
        await counter.js.publish(walk.on(LOG), b"no event")
        await counter.hand_in(event(walk, entry("e1")), event(read, proposed()))
        await counter.all_carried()

    assert [outcome.get("code", outcome["status"]) for outcome in counter.told()[4:]] == ["log.unreadable", "recorded"]
    (kept,) = await counter.rejected("p1.walk")
    assert kept.headers is not None
    assert kept.headers["cairn-code"] == "log.unreadable"
