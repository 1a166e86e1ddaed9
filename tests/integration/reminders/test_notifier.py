"""Notices come when a review is due or overdue, follow it when it moves, and stop when the goal is over."""

from datetime import UTC, datetime, timedelta

import pytest
from nats.aio.msg import Msg
from pydantic_core import from_json, to_json

from events.event import Event
from events.goal import types as g
from events.identity import LOG, VOID, GoalId
from events.log.stream import STREAM
from events.plan.types import Amended
from tests.builders import event
from tests.integration.reminders.ward import ELSEWHERE, TODAY, TOMORROW, YESTERDAY, Ward, midnight, told

GOAL = GoalId("northside", "pt-1", "walk")
OTHER = GoalId("northside", "pt-2", "read")
IN_A_WEEK = TODAY + timedelta(days=7)


def by_clinician(data: g.GoalPayload | Amended, *, on: GoalId = GOAL) -> Event:
    return event(on, data, role="clinician", actor="c1", time=datetime.now(UTC))


async def test_a_review_that_is_due_today_is_told_at_once_and_again_when_it_is_overdue(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.rings_at(GOAL, midnight(TOMORROW))
    async with ward.reminders(clock=lambda: midnight(TOMORROW)):
        await ward.ring(GOAL)
        await ward.hears(told(GOAL, TODAY, "due"), told(GOAL, TODAY, "overdue"))
    assert await ward.kept() == ward.told


async def test_a_notice_is_a_cloudevent_of_ids_and_dates(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
    (notice,) = ward.heard
    assert from_json(notice.data) == {
        **GOAL._asdict(),
        "due_on": TODAY.isoformat(),
        "kind": "due",
        "sequence": 1,
    }
    assert notice.headers is not None
    assert (notice.headers["ce-type"], notice.headers["ce-subject"]) == ("cairn.notice.review_due.v1", str(GOAL))


async def test_of_a_review_that_is_overdue_it_is_not_told_any_more_that_it_was_due(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, YESTERDAY)
        await ward.hears(told(GOAL, YESTERDAY, "overdue"))
        await ward.rings_at(GOAL, None)


async def test_an_answered_alarm_is_deleted_without_writing_the_others_anew(ward: Ward) -> None:
    asked = await ward.nc.subscribe("$JS.API.STREAM.MSG.DELETE.CAIRN_ALARMS")
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        assert from_json((await asked.next_msg(timeout=30)).data)["no_erase"] is True
    await asked.unsubscribe()


async def test_a_review_to_come_has_its_alarm_at_the_beginning_of_the_clinic_s_day(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.begin(OTHER, IN_A_WEEK, time_zone=ELSEWHERE)
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))
        await ward.rings_at(OTHER, midnight(IN_A_WEEK, ELSEWHERE))
    assert ward.told == []


async def test_the_hour_can_be_set(ward: Ward) -> None:
    ward.settings = ward.settings.model_copy(update={"notice_hour": 7})
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.rings_at(GOAL, midnight(IN_A_WEEK) + timedelta(hours=7))


async def test_the_alarm_moves_with_the_review(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))
        await ward.move(GOAL, TOMORROW)
        await ward.rings_at(GOAL, midnight(TOMORROW))
        await ward.move(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))


async def test_it_moves_when_the_clinic_s_day_begins_at_another_time(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))
        await ward.record(by_clinician(Amended(time_zone=ELSEWHERE, reason="The clinic has moved"), on=GOAL.plan))
        await ward.rings_at(GOAL, midnight(IN_A_WEEK, ELSEWHERE))


@pytest.mark.parametrize(
    "ending", [g.Closed(outcome="achieved", reason="Done"), g.EnteredInError(reason="Another patient's")]
)
async def test_it_is_taken_back_when_the_goal_is_over(ward: Ward, ending: g.GoalPayload) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))
        await ward.record(by_clinician(ending))
        await ward.rings_at(GOAL, None)


async def test_a_goal_on_hold_keeps_its_review_and_its_alarm(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.record(by_clinician(g.Held(reason="In hospital")))
        await ward.marked(await ward.begin(OTHER, IN_A_WEEK))
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))


async def test_after_a_review_the_next_one_is_told(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        reviewed = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep")
        await ward.record(by_clinician(reviewed))
        await ward.rings_at(GOAL, midnight(TODAY + timedelta(days=14)))


async def test_an_alarm_that_rings_for_a_review_that_has_moved_tells_nothing(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))
        await ward.ring(GOAL)
        await ward.answered()
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))
    assert await ward.kept() == ward.told == []


async def test_what_came_due_while_the_service_was_down_is_told_when_it_is_back(ward: Ward) -> None:
    await ward.begin(GOAL, TODAY)
    await ward.begin(OTHER, YESTERDAY)
    async with ward.reminders():
        await ward.hears(told(GOAL, TODAY, "due"), told(OTHER, YESTERDAY, "overdue"))


async def test_where_many_alarms_wait_at_the_beginning_no_goal_is_read_by_itself(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.rings_at(GOAL, midnight(TOMORROW))
    for _ in range(101):
        await ward.ring(GOAL)
    read: list[str] = []

    async def note(question: Msg) -> None:
        read.append(from_json(question.data).get("next_by_subj", ""))

    await ward.nc.subscribe(f"$JS.API.DIRECT.GET.{STREAM}", cb=note)
    async with ward.reminders(clock=lambda: midnight(TOMORROW)):
        await ward.hears(told(GOAL, TODAY, "due"), told(GOAL, TODAY, "overdue"))
        await ward.answered()
    assert set(read) <= {">", ""}


@pytest.mark.parametrize("spoilt", [GOAL, GOAL.plan], ids=["its goal", "its plan"])
async def test_once_a_message_that_cannot_be_read_is_void_the_alarm_follows_the_goal_again(
    ward: Ward, spoilt: GoalId
) -> None:
    kind = Amended if spoilt.is_plan else g.Reviewed
    async with ward.reminders():
        await ward.begin(GOAL, IN_A_WEEK)
        await ward.rings_at(GOAL, midnight(IN_A_WEEK))
        bad = await ward.js.publish(spoilt.on(LOG), b"no event", headers={"ce-type": kind.type_name})
        await ward.marked(bad.seq)
        assert await ward.alarm(GOAL) == midnight(IN_A_WEEK)

        request = {"position": bad.seq, "reason": "Not ours", "actor": "op-1"}
        await ward.nc.request(spoilt.on(VOID), to_json(request), timeout=20)
        await ward.move(GOAL, TOMORROW)

        await ward.rings_at(GOAL, midnight(TOMORROW))
