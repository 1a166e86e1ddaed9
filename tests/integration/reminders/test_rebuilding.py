"""When alarms are lost they are set anew from the log; what is due is told again only if the notices are lost too."""

import pytest

from events.identity import GoalId
from events.log import WrongStream
from services.reminders.stream import (
    ALARM_STREAM,
    NOTICE_STREAM,
    RUNG,
    SET,
    alarms_config,
    consumer_config,
    notices_config,
)
from tests.integration.reminders.ward import TODAY, TOMORROW, Ward, midnight, told

GOAL, LATER = (GoalId("northside", f"pt-{name}", "walk") for name in ("1", "2"))


async def begin(ward: Ward) -> None:
    await ward.begin(GOAL, TODAY)
    await ward.begin(LATER, TOMORROW)
    await ward.rings_at(LATER, midnight(TOMORROW))
    await ward.hears(told(GOAL, TODAY, "due"))


@pytest.mark.parametrize("lost", [(ALARM_STREAM,), (ALARM_STREAM, NOTICE_STREAM)], ids=["alarms", "both"])
async def test_while_the_service_runs(ward: Ward, lost: tuple[str, ...]) -> None:
    async with ward.reminders():
        await begin(ward)
        for stream in reversed(lost):  # that of the alarms last: it is what is noticed, and set anew
            await ward.js.delete_stream(stream)
        await ward.rings_at(LATER, midnight(TOMORROW))
        await ward.rings_at(GOAL, midnight(TOMORROW))
        assert await ward.kept() == [told(GOAL, TODAY, "due")]


@pytest.mark.parametrize("lost", [(ALARM_STREAM,), (ALARM_STREAM, NOTICE_STREAM)], ids=["alarms", "both"])
async def test_while_the_service_was_down(ward: Ward, lost: tuple[str, ...]) -> None:
    async with ward.reminders():
        await begin(ward)
    for stream in lost:
        await ward.js.delete_stream(stream)
    async with ward.reminders():
        await ward.rings_at(LATER, midnight(TOMORROW))
        await ward.rings_at(GOAL, midnight(TOMORROW))
        assert await ward.kept() == [told(GOAL, TODAY, "due")]
        await ward.hears(*[told(GOAL, TODAY, "due")] * len(lost))


async def test_notices_alone_are_in_their_stream(ward: Ward) -> None:
    async with ward.reminders():
        await begin(ward)
        held = (await ward.js.stream_info(NOTICE_STREAM, subjects_filter=">")).state
    assert held.subjects == {GOAL.on("cairn.notice"): 1}


async def test_a_stream_of_an_earlier_version_is_rid_of_its_alarms_and_nothing_is_told_again(ward: Ward) -> None:
    both = [*(notices_config().subjects or ()), *(alarms_config().subjects or ())]
    await ward.js.add_stream(alarms_config().evolve(name=NOTICE_STREAM, subjects=both))
    await ward.js.add_consumer(NOTICE_STREAM, consumer_config())
    at_noon = {"Nats-Schedule": f"@at {midnight(TOMORROW).isoformat()}", "Nats-Schedule-Target": GOAL.on(RUNG)}
    await ward.js.publish(GOAL.on(SET), b"", headers={**at_noon, "ce-id": "one to come"})
    await ward.js.publish(GOAL.on("cairn.notice"), b"", headers={"ce-id": f"{GOAL}.{TODAY}.due"})

    async with ward.reminders():
        await ward.begin(GOAL, TODAY)
        await ward.rings_at(GOAL, midnight(TOMORROW))
        await ward.answered()

    state = await ward.js.stream_info(NOTICE_STREAM, subjects_filter=">")
    assert state.config.subjects == notices_config().subjects
    assert state.state.subjects == {GOAL.on("cairn.notice"): 1}
    assert [message.headers for message in ward.heard] == [{"ce-id": f"{GOAL}.{TODAY}.due"}]


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
