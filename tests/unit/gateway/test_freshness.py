"""Waiting for a projection: by its announcements, by the database as a safety, and not for ever."""

import asyncio
from collections.abc import Mapping

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from projections.engine.announcing import Announcement
from projections.engine.checkpoint import CheckpointKey
from projections.engine.naming import Slot
from services.gateway import freshness as freshness_module
from services.gateway.freshness import Freshness
from services.gateway.problems import RequestRefused
from tests.waiting import eventually


def key(projection: str, stream: str = "CAIRN_LOG") -> CheckpointKey:
    return CheckpointKey(projection, Slot.LIVE, stream)


GOALS, AUDIT, GOALS_ELSEWHERE = key("goal_state"), key("audit_trail"), key("goal_state", "CAIRN_LOG_B")


class Database:
    """The committed positions, and how often they were asked for."""

    def __init__(self, **positions: int) -> None:
        self.positions = {key(projection): position for projection, position in positions.items()}
        self.asked = 0

    async def __call__(self) -> Mapping[CheckpointKey, int]:
        self.asked += 1
        return dict(self.positions)


def freshness(database: Database, wait: float = 60.0, recheck: float = 60.0, head: int = 1000) -> Freshness:
    async def refuse_beyond_head(stream: str, position: int) -> None:
        if position > head:
            raise RequestRefused("request.invalid", f"{stream} ends at {head}.")

    return Freshness(
        {GOALS, AUDIT, GOALS_ELSEWHERE}, database, refuse_beyond_head, wait_seconds=wait, recheck_seconds=recheck
    )


async def announce(fresh: Freshness, of: CheckpointKey, position: int) -> None:
    said = Announcement(stream=of.stream, slot=of.slot, position=position)
    await hear(fresh, of.projection, said.model_dump_json().encode())


async def hear(fresh: Freshness, projection: str, data: bytes) -> None:
    await fresh.announced(Msg(_client=Client(), subject=f"cairn.checkpoint.{projection}", data=data))


async def test_a_committed_position_is_found_in_the_database() -> None:
    assert await freshness(Database(goal_state=7)).reach(GOALS, 7)


async def test_a_position_that_the_log_does_not_have_is_refused_and_not_waited_for() -> None:
    with pytest.raises(RequestRefused) as refusal:
        await freshness(Database(goal_state=7), head=7).reach(GOALS, 8)

    assert (refusal.value.status, refusal.value.problem.detail) == (422, "CAIRN_LOG ends at 7.")


async def test_an_announced_position_needs_no_database() -> None:
    database = Database()
    fresh = freshness(database)
    await announce(fresh, GOALS, 7)

    assert await fresh.reach(GOALS, 7)

    assert database.asked == 0


async def test_where_a_projection_is_heard_of_its_next_announcement_is_waited_for_before_the_database_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(freshness_module, "ON_ITS_WAY_SECONDS", 60.0)  # a busy machine may stand still for longer
    database = Database(goal_state=6)
    fresh = freshness(database)
    await announce(fresh, GOALS, 6)
    waiting = [asyncio.create_task(fresh.reach(GOALS, position)) for position in (7, 8)]
    await asyncio.sleep(0)  # Each is waiting now.
    await announce(fresh, GOALS, 7)

    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert done == {waiting[0]}

    await announce(fresh, GOALS, 8)
    assert await waiting[1]
    assert database.asked == 0


async def test_an_announcement_that_does_not_come_is_made_up_for_by_the_database() -> None:
    database = Database(goal_state=7)
    fresh = freshness(database)
    await announce(fresh, GOALS, 6)

    assert await fresh.reach(GOALS, 7)


async def test_an_announcement_ends_the_wait() -> None:
    fresh = freshness(Database(goal_state=6))
    waiting = asyncio.create_task(fresh.reach(GOALS, 7))
    await announce(fresh, AUDIT, 7)
    await announce(fresh, GOALS_ELSEWHERE, 7)
    await announce(fresh, GOALS, 6)
    assert not waiting.done()

    await announce(fresh, GOALS, 8)

    assert await waiting


async def test_what_is_built_beside_is_not_taken_for_what_is_read() -> None:
    fresh = freshness(Database(goal_state=6), wait=0.01)
    await announce(fresh, GOALS._replace(slot=Slot.BUILDING), 9)

    with pytest.raises(RequestRefused):
        await fresh.reach(GOALS, 9)


async def test_however_many_wait_the_database_is_asked_once_in_the_time() -> None:
    database = Database(goal_state=6)
    fresh = freshness(database)
    waiting = [asyncio.create_task(fresh.reach(GOALS, 7 + number % 3)) for number in range(500)]
    await eventually(lambda: database.asked)
    await announce(fresh, GOALS, 9)

    assert all(await asyncio.gather(*waiting))

    assert database.asked == 1


async def test_a_missed_announcement_is_made_up_for_by_the_database() -> None:
    database = Database(goal_state=6)
    waiting = asyncio.create_task(freshness(database, recheck=0.01).reach(GOALS, 7))
    await eventually(lambda: database.asked >= 2)
    database.positions[GOALS] = 7

    assert await waiting


async def test_a_projection_that_stays_behind_is_named_with_where_it_is() -> None:
    with pytest.raises(RequestRefused) as refusal:
        await freshness(Database(goal_state=6), wait=0.01).reach(GOALS, 7)

    assert refusal.value.status == 503
    assert refusal.value.problem.code == "projection.behind"
    assert "reached position 6 and not yet 7" in refusal.value.problem.detail


async def test_of_a_projection_that_is_not_live_nothing_is_said_to_be_behind() -> None:
    assert not await freshness(Database(), wait=0.01).reach(GOALS, 7)


async def test_a_projection_that_was_begun_anew_is_believed_when_it_says_so() -> None:
    fresh = freshness(Database(goal_state=2), wait=0.01)
    await announce(fresh, GOALS, 9)
    await announce(fresh, GOALS, 2)

    with pytest.raises(RequestRefused):
        await fresh.reach(GOALS, 9)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"9",
        b"\xff",
        b'{"position": 9}',
        b'{"stream": "CAIRN_LOG", "slot": "live", "position": -1}',
        b'{"stream": "CAIRN_LOG", "slot": "there", "position": 9}',
    ],
)
async def test_what_is_no_checkpoint_is_not_believed(data: bytes) -> None:
    fresh = freshness(Database())

    await hear(fresh, "goal_state", data)

    assert fresh.known == {}


async def test_only_the_projections_and_streams_that_there_are_are_kept() -> None:
    fresh = freshness(Database())

    await announce(fresh, key("somebody_elses"), 9)
    await announce(fresh, key("goal_state", "ANOTHER"), 9)

    assert fresh.known == {}
