"""The log becomes another one: alarms are set anew from its beginning, and what is told is told once."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic_core import from_json, to_json

from events.identity import GoalId
from events.log.anchor import BEGINNING
from services.reminders.alarms import Alarms
from services.reminders.notice import Notice, Occasion
from services.reminders.stream import ALARM_STREAM, MARK, NOTICE_STREAM, declare_notices
from tests.integration.reminders.ward import TODAY, TOMORROW, YESTERDAY, Ward, midnight, told

GOAL, OTHER, THIRD = (GoalId("northside", f"pt-{number}", "walk") for number in (1, 2, 3))


async def mark(ward: Ward) -> dict[str, dict[str, object]]:
    stored = await ward.js.get_last_msg(ALARM_STREAM, MARK)
    found: dict[str, dict[str, object]] = from_json(stored.data or b"{}")
    return found


@pytest.mark.parametrize("before", [(GOAL, THIRD), (GOAL,)], ids=["that ends earlier", "of the same length"])
async def test_while_the_service_was_down(
    ward: Ward, before: tuple[GoalId, ...], caplog: pytest.LogCaptureFixture
) -> None:
    async with ward.reminders():
        for goal_id in before:
            await ward.begin(goal_id, TODAY)
        await ward.has_heard(len(before))
        await ward.marked(5 * len(before))
    ward.heard.clear()
    await ward.lose_the_log()
    await ward.write(OTHER, YESTERDAY)
    async with ward.reminders():
        await ward.hears(told(OTHER, YESTERDAY, "overdue"))
        await ward.marked(5)
    assert "The log CAIRN_LOG is another one than before" in caplog.text
    assert (await mark(ward))["CAIRN_LOG"]["position"] == 5


async def test_while_the_service_runs(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.lose_the_log()
        await ward.write(OTHER, YESTERDAY)
        await ward.hears(told(GOAL, TODAY, "due"), told(OTHER, YESTERDAY, "overdue"))


async def test_what_was_told_from_the_former_log_is_not_told_again(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(THIRD, TOMORROW)
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.marked(10)
    await ward.lose_the_log()
    await ward.write(GOAL, TODAY)
    async with ward.reminders():
        await ward.marked(5)
        await ward.rings_at(GOAL, midnight(TOMORROW))
    assert ward.told == await ward.kept() == [told(GOAL, TODAY, "due")]


async def test_the_alarm_of_a_goal_that_the_log_has_lost_rings_tells_nothing_and_is_gone(ward: Ward) -> None:
    await declare_notices(ward.nc)
    alarms = Alarms(ward.nc)
    await alarms.begin()
    notice = Notice(**GOAL._asdict(), due_on=TODAY, kind="due", sequence=1)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    await alarms.move("CAIRN_LOG", BEGINNING, {GOAL: Occasion(soon, notice)})
    await alarms.close()
    async with ward.reminders():
        await ward.rings_at(GOAL, None)
        await ward.answered()
    assert ward.told == await ward.kept() == []


async def test_a_mark_of_an_earlier_version_is_a_position_alone(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.rings_at(GOAL, midnight(TOMORROW))
        await ward.answered()
    await ward.js.purge_stream(NOTICE_STREAM, subject="cairn.notice.>")
    await ward.js.publish(MARK, to_json({"CAIRN_LOG": 5}))
    await ward.begin(OTHER, TODAY)
    async with ward.reminders():
        await ward.marked(10)
        await ward.hears(told(GOAL, TODAY, "due"), told(OTHER, TODAY, "due"))
    assert (await mark(ward))["CAIRN_LOG"]["fingerprint"]


async def test_a_mark_of_an_earlier_version_that_is_past_the_end_is_of_another_log(ward: Ward) -> None:
    await declare_notices(ward.nc)
    await ward.js.publish(MARK, to_json({"CAIRN_LOG": 480}))
    await ward.begin(OTHER, YESTERDAY)
    async with ward.reminders():
        await ward.hears(told(OTHER, YESTERDAY, "overdue"))
