"""When the stream is lost, alarms are set anew from the log, and what is due by then is told again."""

import pytest

from events.identity import GoalId
from events.log import WrongStream
from services.reminders.stream import NOTICE_STREAM, notices_config
from tests.integration.reminders.ward import TODAY, TOMORROW, Ward, midnight, told

GOAL, LATER = (GoalId("northside", f"pt-{name}", "walk") for name in ("1", "2"))


async def begin(ward: Ward) -> None:
    await ward.begin(GOAL, TODAY)
    await ward.begin(LATER, TOMORROW)
    await ward.rings_at(LATER, midnight(TOMORROW))
    await ward.hears(told(GOAL, TODAY, "due"))


async def test_while_the_service_runs(ward: Ward) -> None:
    async with ward.reminders():
        await begin(ward)
        await ward.js.delete_stream(NOTICE_STREAM)
        await ward.rings_at(LATER, midnight(TOMORROW))
        await ward.rings_at(GOAL, midnight(TOMORROW))
        assert await ward.kept() == [told(GOAL, TODAY, "due")]


async def test_while_the_service_was_down(ward: Ward) -> None:
    async with ward.reminders():
        await begin(ward)
    await ward.js.delete_stream(NOTICE_STREAM)
    async with ward.reminders():
        await ward.rings_at(LATER, midnight(TOMORROW))
        await ward.rings_at(GOAL, midnight(TOMORROW))
        assert await ward.kept() == [told(GOAL, TODAY, "due")]


async def test_a_stream_that_forgets_is_refused(ward: Ward) -> None:
    config = notices_config()
    config.max_msgs_per_subject = 1
    await ward.js.add_stream(config)
    with pytest.raises(WrongStream, match="max_msgs_per_subject"):
        async with ward.reminders():
            pass


async def test_other_changes_of_the_operator_stay(ward: Ward) -> None:
    config = notices_config()
    config.description = "The clinic's notices"
    await ward.js.add_stream(config)
    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.hears(told(GOAL, TODAY, "due"))
    assert (await ward.js.stream_info(NOTICE_STREAM)).config.description == "The clinic's notices"
