"""With a long log to follow, reminders let others go first; with a short one they begin at once."""

import asyncio

import pytest

from events.identity import GoalId
from services.reminders import scheduling
from tests.integration.reminders.ward import TODAY, TOMORROW, Ward, midnight, told

GOAL = GoalId("northside", "pt-1", "walk")


async def test_a_long_log_is_followed_when_others_are_done(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "_LONG_WAY_EVENTS", 2)
    await ward.begin(GOAL, TODAY)
    asked, done = asyncio.Event(), asyncio.Event()

    async def others_first() -> None:
        asked.set()
        await done.wait()

    async with ward.reminders(others_first=others_first):
        await asyncio.wait_for(asked.wait(), 60)
        assert not await ward.kept()
        done.set()
        await ward.hears(told(GOAL, TODAY, "due"))
        await ward.rings_at(GOAL, midnight(TOMORROW))


async def test_nobody_goes_before_a_short_log(ward: Ward) -> None:
    async def others_first() -> None:
        pytest.fail("A short log was not followed at once.")

    await ward.begin(GOAL, TODAY)
    async with ward.reminders(others_first=others_first):
        await ward.hears(told(GOAL, TODAY, "due"))
