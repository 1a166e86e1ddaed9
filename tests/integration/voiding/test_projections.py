"""Projections and a message that cannot be read: its goal is quarantined, and heals once the message is void."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.goal import types as g
from events.identity import GoalId
from projections.catalog import NAMES
from tests.builders import active_goal, entry, event, proposed
from tests.conftest import running
from tests.forked import cairn
from tests.integration.projections.clinic import Database
from tests.integration.voiding.conftest import Spoilt

WALK, READ = (GoalId("northside", "pt-1", goal) for goal in ("walk", "read"))


@pytest.fixture(params=NAMES)
def its(request: pytest.FixtureRequest, spoilt: Spoilt, tmp_path: Path) -> Iterator[Database]:
    database = Database(request.param, tmp_path / "cairn.db", spoilt.server.url)
    yield database
    database.engine.dispose()


async def test_a_held_goal_heals_live_and_is_what_a_rebuild_makes_of_it(spoilt: Spoilt, its: Database) -> None:
    async with running(its.serve):
        await spoilt.record(*active_goal(WALK), event(WALK, entry("e1")))
        position = await spoilt.spoil(WALK)
        begun = await spoilt.spoil(READ)
        await its.reaches(begun)
        assert its.status["quarantined"] == 2

        await spoilt.void(READ, begun)
        await spoilt.void(WALK, position)
        await spoilt.record(
            event(READ, proposed()),
            event(WALK, g.Held(reason="ill"), role="clinician"),
        )
        await its.reaches(await spoilt.record(event(WALK, entry("e2"))))
        assert its.status["quarantined"] == 0

    addresses = ("--database-url", its.url, "--nats-url", spoilt.server.url)
    compared = await cairn("projections", "rebuild", its.key.projection, *addresses, "--dry-run", "--json")
    assert (compared.code, compared.json["same"], compared.json["new_quarantined"]) == (0, True, 0)


async def test_a_service_that_begins_behind_it_all_has_nothing_in_quarantine(spoilt: Spoilt, its: Database) -> None:
    await spoilt.record(*active_goal(WALK))
    await spoilt.void(WALK, await spoilt.spoil(WALK))
    await spoilt.void(WALK.plan, await spoilt.spoil(WALK.plan))
    last = await spoilt.record(event(WALK, entry("e1")))

    async with running(its.serve):
        await its.reaches(last)

    assert its.status["quarantined"] == 0
    assert any(WALK.goal in row for table in its.rows("northside").values() for row in table)
