"""Reminders follow every stream, and know of each how far they are."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.conftest import running
from tests.integration.reminders.ward import TODAY, Ward, midnight, told
from tests.integration.streams.conftest import A, B

HERE, THERE = (GoalId(org, "pt-1", "walk") for org in ("northside", "riverside"))


@pytest.fixture
async def ward(own_server: EmbeddedServer, nc: ResilientClient, settings: Settings) -> AsyncIterator[Ward]:
    ward = Ward(own_server, nc, settings)
    await nc.subscribe("cairn.notice.>", cb=ward.hear)
    async with running(lambda ready: goals.serve(settings, ready)):
        yield ward


async def test_reviews_of_all_organisations_are_told_of_once(ward: Ward) -> None:
    async with ward.reminders():
        for goal_id in (HERE, THERE):
            await ward.begin(goal_id, TODAY)
        await ward.hears(*(told(goal_id, TODAY, "due") for goal_id in (HERE, THERE)))
    later = GoalId("southside", "pt-1", "walk")
    async with ward.reminders():
        await ward.begin(later, TODAY)
        await ward.hears(*(told(goal_id, TODAY, "due") for goal_id in (HERE, THERE, later)))
    assert sorted(await ward.kept()) == sorted(ward.told)


async def test_alarms_stand_for_a_position_of_each_stream(ward: Ward) -> None:
    in_a_week = TODAY + timedelta(days=7)
    async with ward.reminders():
        positions = {A: await ward.begin(HERE, in_a_week), B: await ward.begin(THERE, in_a_week)}
        for stream, position in positions.items():
            await ward.marked(position, stream)
        for goal_id in (HERE, THERE):
            await ward.rings_at(goal_id, midnight(in_a_week))
