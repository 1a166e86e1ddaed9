"""Each notice is given once: over restarts, kills in the middle, and two copies of the service."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from nats.errors import Error as NatsError

from events.envelope import StoredMessage
from events.identity import NOTICE, GoalId
from events.log import Log
from events.log.placement import Placed, Placement
from events.log.reading import DirectReader
from events.log.stream import STREAM
from services.reminders import notifier
from services.reminders.alarms import Alarms
from services.reminders.notice import Notice
from services.reminders.reviews import Reviews
from services.reminders.scheduling import Scheduler
from services.reminders.stream import ACK_WAIT_SECONDS, declare_notices
from tests.end_to_end.faults.processes import ServiceProcess
from tests.integration.reminders.ward import TODAY, TOMORROW, Ward, begun, midnight, nobody, told
from tests.waiting import eventually

GOAL = GoalId("northside", "pt-1", "walk")


def goals(count: int) -> list[GoalId]:
    return [GoalId("northside", f"pt-{number}", "walk") for number in range(count)]


async def test_a_restart_tells_nothing_again(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
    other = GoalId("northside", "pt-2", "walk")
    async with ward.reminders():
        await ward.begin(other, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"), told(other, TODAY, "due"))
    assert await ward.kept() == ward.told


async def test_an_alarm_that_rings_twice_tells_it_once(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.ring(GOAL)
        await ward.ring(GOAL)
        await ward.answered()
    assert await ward.kept() == ward.told == [told(GOAL, TODAY, "due")]


async def test_a_review_that_moves_away_and_back_is_not_told_again(ward: Ward) -> None:
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.move(GOAL, TOMORROW)
        await ward.marked(await ward.move(GOAL, TODAY))
        await ward.rings_at(GOAL, midnight(TOMORROW))  # it has rung for today, and been answered
    assert await ward.kept() == ward.told == [told(GOAL, TODAY, "due")]


async def test_a_copy_that_stood_still_in_the_middle_tells_nothing_that_another_has_told(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen: the stream refused the second notice, and whoever listened had heard it nevertheless."""
    clock, until = monotonic(), DirectReader.until
    notice = Notice(**GOAL._asdict(), due_on=TODAY, kind="due", sequence=1)
    monkeypatch.setattr(notifier, "monotonic", lambda: clock)

    async def stands_still(reader: DirectReader, subject: str, after: int, last: int) -> list[StoredMessage]:
        nonlocal clock
        given = await until(reader, subject, after, last)
        if subject == GOAL.on(NOTICE) and not given:
            body, headers = notice.model_dump_json().encode(), notice.headers(datetime.now(UTC))
            await ward.js.publish(subject, body, headers=headers)
            clock += ACK_WAIT_SECONDS
        return given

    monkeypatch.setattr(DirectReader, "until", stands_still)
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.rings_at(GOAL, midnight(TOMORROW))
        await ward.answered()

    assert await ward.kept() == ward.told == [told(GOAL, TODAY, "due")]


async def test_two_copies_give_each_notice_once(ward: Ward) -> None:
    async with ward.reminders(), ward.reminders():
        for goal_id in goals(40):
            await ward.begin(goal_id, TODAY)
        await ward.hears(*(told(goal_id, TODAY, "due") for goal_id in goals(40)))
        await ward.answered()
    assert sorted(await ward.kept()) == sorted(ward.told)


async def test_a_copy_that_stood_by_knows_what_came_meanwhile(ward: Ward) -> None:
    """What was seen: it went on from where the other one was, and answered alarms without a notice."""
    plan_opened, proposal, agreement, activation = begun(GOAL, TOMORROW)
    await declare_notices(ward.nc)
    log = Log(ward.nc)
    logs, reviews = Placed(Placement(), lambda _: log), Reviews(ward.nc, Placement(), 0)

    async def follows_to(position: int) -> None:
        alarms = Alarms(ward.nc)
        following = asyncio.create_task(Scheduler(logs, reviews, alarms, lambda: datetime.now(UTC), nobody).run())
        try:
            await eventually(lambda: (reviews.reached(STREAM) or 0) >= position, within=40)
        finally:
            following.cancel()
            await asyncio.wait({following})
            await alarms.close()

    await follows_to(await ward.record(plan_opened, proposal, agreement))
    async with ward.reminders():
        last = await ward.record(activation)
        await ward.marked(last)
    await follows_to(last)

    assert [each.notice.kind for each in await reviews.of(GOAL) or ()] == ["due", "overdue"]
    await reviews.close()
    await log.close()


async def test_the_second_copy_goes_on_when_the_first_is_gone(ward: Ward) -> None:
    async with ward.reminders():
        async with ward.reminders():
            await ward.begin(GOAL, TODAY)
            await ward.hears(told(GOAL, TODAY, "due"))
        other = GoalId("northside", "pt-2", "walk")
        await ward.begin(other, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"), told(other, TODAY, "due"))


async def test_a_service_that_is_killed_in_the_middle_tells_the_rest_and_nothing_twice(
    ward: Ward, tmp_path: Path
) -> None:
    for goal_id in goals(60):
        await ward.begin(goal_id, TODAY)
    service = ServiceProcess("reminders", data_dir=tmp_path, CAIRN_NATS_URL=ward.server.url)
    for heard in (10, 30):
        await service.start()
        await ward.has_heard(heard)
        await service.kill()
    async with ward.reminders():
        await ward.hears(*(told(goal_id, TODAY, "due") for goal_id in goals(60)))
        await ward.answered()
    assert sorted(await ward.kept()) == sorted(ward.told)


async def test_a_nats_server_that_is_killed_in_the_middle_keeps_each_notice_once(ward: Ward) -> None:
    """Killed as alarms ring, the server lets some ring twice."""
    for goal_id in goals(60):
        await ward.begin(goal_id, TODAY + timedelta(days=1))
    async with ward.reminders():
        for goal_id in goals(60):
            await ward.move(goal_id, TODAY)
        await ward.has_heard(10)
        await ward.server.kill()
        await ward.server.start()

        async def all_kept() -> bool:
            try:
                return len(await ward.kept()) >= 60
            except (NatsError, TimeoutError):  # the connection is not there again yet
                return False

        await eventually(all_kept, within=60)
        await ward.answered()
    assert sorted(await ward.kept()) == sorted(told(goal_id, TODAY, "due") for goal_id in goals(60))
