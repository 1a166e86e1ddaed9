"""Waiting for a projection: by its announcements, by the database as a safety, and not for ever."""

import asyncio
from collections.abc import Mapping

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.gateway.freshness import Freshness
from services.gateway.problems import Refused
from tests.waiting import eventually


class Database:
    """The committed positions, and how often they were asked for."""

    def __init__(self, **positions: int) -> None:
        self.positions = positions
        self.asked = 0

    async def __call__(self) -> Mapping[str, int]:
        self.asked += 1
        return dict(self.positions)


def freshness(database: Database, wait: float = 10.0, recheck: float = 10.0) -> Freshness:
    return Freshness({"goal_state", "audit_trail"}, database, wait_seconds=wait, recheck_seconds=recheck)


async def announce(fresh: Freshness, projection: str, data: bytes) -> None:
    await fresh.announced(Msg(_client=Client(), subject=f"cairn.checkpoint.{projection}", data=data))


async def test_without_a_position_nothing_is_waited_for() -> None:
    database = Database()

    await freshness(database).reach("goal_state", None)

    assert database.asked == 0


async def test_a_committed_position_is_found_in_the_database() -> None:
    await freshness(Database(goal_state=7)).reach("goal_state", 7)


async def test_an_announced_position_needs_no_database() -> None:
    database = Database()
    fresh = freshness(database)
    await announce(fresh, "goal_state", b'{"position": 7}')

    await fresh.reach("goal_state", 7)

    assert database.asked == 0


async def test_an_announcement_ends_the_wait() -> None:
    fresh = freshness(Database(goal_state=6))
    waiting = asyncio.create_task(fresh.reach("goal_state", 7))
    await announce(fresh, "audit_trail", b'{"position": 7}')
    await announce(fresh, "goal_state", b'{"position": 6}')
    assert not waiting.done()

    await announce(fresh, "goal_state", b'{"position": 8}')

    await waiting


async def test_a_missed_announcement_is_made_up_for_by_the_database() -> None:
    database = Database(goal_state=6)
    waiting = asyncio.create_task(freshness(database, recheck=0.01).reach("goal_state", 7))
    await eventually(lambda: database.asked >= 2)
    database.positions["goal_state"] = 7

    await waiting


async def test_a_projection_that_stays_behind_is_named_with_where_it_is() -> None:
    with pytest.raises(Refused) as refusal:
        await freshness(Database(goal_state=6), wait=0.01).reach("goal_state", 7)

    assert refusal.value.status == 503
    assert refusal.value.problem.code == "projection.behind"
    assert "reached position 6 and not yet 7" in refusal.value.problem.detail


async def test_a_projection_that_is_rebuilt_is_believed_when_it_says_so() -> None:
    fresh = freshness(Database(goal_state=2), wait=0.01)
    await announce(fresh, "goal_state", b'{"position": 9}')
    await announce(fresh, "goal_state", b'{"position": 2}')

    with pytest.raises(Refused):
        await fresh.reach("goal_state", 9)


@pytest.mark.parametrize("data", [b"", b"9", b'{"position": -1}', b'{"position": "x"}', b"\xff"])
async def test_what_is_no_checkpoint_is_not_believed(data: bytes) -> None:
    fresh = freshness(Database())

    await announce(fresh, "goal_state", data)

    assert fresh.known == {}


async def test_only_the_projections_that_there_are_are_kept() -> None:
    fresh = freshness(Database())

    await announce(fresh, "somebody_elses", b'{"position": 9}')

    assert fresh.known == {}
