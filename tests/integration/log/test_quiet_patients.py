"""A patient of whom the feed has told nothing is not asked about again, unless the feed may have lost something."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import pytest
from nats.aio.client import Client

from events.envelope import StoredMessage
from events.identity import FEED, LOG, GoalId
from events.log import Append, Log, LogUnreachable, connect
from events.log.client.resilient import ResilientClient
from events.log.quiet_patients import QuietPatients
from events.log.reading import DirectReader
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from tests.builders import entry, event

GOAL = GoalId("north", "p1", "walk")
OTHER = GoalId("north", "p2", "walk")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects whose last messages the stream was asked for; the clock stands still, however slow the machine."""
    now = monotonic()
    monkeypatch.setattr("events.log.quiet_patients.monotonic", lambda: now)
    subjects: list[str] = []
    last = DirectReader.last

    async def noted(self: DirectReader, subject: str) -> list[StoredMessage]:
        subjects.append(subject)
        return await last(self, subject)

    monkeypatch.setattr(DirectReader, "last", noted)
    return subjects


class Patients:
    """Two patients with an entry each, and whether they still end with it."""

    def __init__(self, nc: ResilientClient):
        self.nc = nc
        self.log = Log(nc)
        self._ends: dict[GoalId, StoredMessage] = {}
        self._versions = {GOAL: 0, OTHER: 0}

    async def enter(self, goal_id: GoalId, *, and_see: bool = True) -> None:
        """Record an entry; by default it is then what the patient is known to end with."""
        version = self._versions[goal_id]
        last = self._ends[goal_id].position if version else 0
        await self.log.append(Append((event(goal_id, entry(f"e{version}")),), version, last))
        self._versions[goal_id] += 1
        if and_see:
            await self.see(goal_id)

    def over(self, nc: ResilientClient) -> "Patients":
        """The same patients, as another connection writes of them."""
        others = Patients(nc)
        others._ends, others._versions = dict(self._ends), self._versions
        return others

    async def see(self, goal_id: GoalId) -> None:
        """Know what a patient ends with now."""
        self._ends[goal_id] = (await self.log.read_stored(goal_id.patient_on(LOG)))[-1]

    async def ends(self, goal_id: GoalId) -> bool:
        return await self.log.patient_ends_with(goal_id, self._ends[goal_id])


@pytest.fixture
async def patients(own: ResilientClient) -> Patients:
    """Both were asked about once, so that the feed is listened to."""
    there = Patients(own)
    for goal_id in (GOAL, OTHER):
        await there.enter(goal_id)
        assert await there.ends(goal_id)
    return there


async def test_a_quiet_patient_is_not_asked_about_again(patients: Patients, asked: list[str]) -> None:
    assert [await patients.ends(goal_id) for goal_id in (GOAL, OTHER, GOAL, OTHER)] == [True] * 4

    assert asked == []


async def test_what_is_stored_of_a_patient_is_known_at_once(patients: Patients) -> None:
    for _ in range(5):
        await patients.enter(GOAL, and_see=False)
        assert not await patients.ends(GOAL)
        await patients.see(GOAL)
        assert await patients.ends(GOAL)


async def test_what_another_connection_has_stored_is_known_at_once(
    patients: Patients, own_server: EmbeddedServer, asked: list[str]
) -> None:
    """Whoever was told that something is recorded may ask over another connection, and faster than the feed."""
    writer = patients.over(await connect(own_server.url, name="a writer"))
    for goal_id in (GOAL, OTHER):
        await writer.enter(goal_id, and_see=False)

    assert [await patients.ends(goal_id) for goal_id in (GOAL, OTHER)] == [False, False]
    assert asked == [GOAL.patient_on(LOG), OTHER.patient_on(LOG)]
    await writer.nc.close()


async def test_only_the_patient_of_whom_something_came_is_asked_about(patients: Patients, asked: list[str]) -> None:
    await patients.enter(OTHER)

    assert await patients.ends(GOAL)
    assert asked == []
    assert await patients.ends(OTHER)
    assert asked == [OTHER.patient_on(LOG)]


def _skip_positions(patients: Patients) -> None:
    """As if messages had been lost before this one."""
    patients.nc.send(
        f"{FEED}.north.p9.walk",
        {
            "Nats-Stream": "CAIRN_LOG",
            "Nats-Subject": f"{LOG}.north.p9.walk",
            "Nats-Sequence": "1000",
            "Nats-Time-Stamp": "2026-11-29T12:00:00Z",
            "Nats-Last-Sequence": "0",
        },
        b"",
    )


def _come_again(patients: Patients) -> None:
    patients.nc.stats["reconnects"] += 1


@pytest.mark.parametrize("lose", [_skip_positions, _come_again])
async def test_a_feed_that_may_have_lost_something_is_not_believed(
    patients: Patients, asked: list[str], lose: Callable[[Patients], None]
) -> None:
    lose(patients)
    await patients.nc.flush()

    assert [await patients.ends(goal_id) for goal_id in (GOAL, OTHER)] == [True, True]

    assert asked == [goal_id.patient_on(LOG) for goal_id in (GOAL, OTHER)]


async def test_a_feed_that_has_not_come_to_the_end_is_not_believed(
    patients: Patients, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, lost, patient = 0.0, 0, f"{LOG}.north.p1"

    async def head() -> int:
        return await patients.log.head() + lost

    monkeypatch.setattr("events.log.quiet_patients.monotonic", lambda: now)
    quiet = QuietPatients(patients.nc, STREAM, head)
    assert not await quiet.ends_with(patient, 1)
    quiet.answered(patient, quiet.asking(patient), 1)
    assert await quiet.ends_with(patient, 1)

    now, lost = 1.0, 1

    assert not await quiet.ends_with(patient, 1)
    await patients.enter(OTHER)  # comes where the feed was behind
    assert await quiet.ends_with(patient, 1)


async def test_a_server_that_goes_while_it_is_heard_out_keeps_nobody_waiting(
    patients: Patients, own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.quiet_patients._BELIEVED_SECONDS", 3600.0)
    monkeypatch.setattr(Client.flush, "__defaults__", (3600,))  # nats-py waits for a pong that never comes: ten seconds
    pinged = asyncio.Event()

    async def lose(_: object = None) -> None:
        pinged.set()

    with monkeypatch.context() as patch:
        patch.setattr(patients.nc, "_send_ping", lose)
        asking = asyncio.ensure_future(patients.ends(GOAL))
        await pinged.wait()
    await own_server.kill()
    async with asyncio.timeout(60):  # waiting for it would take an hour, here and in nats-py
        with suppress(LogUnreachable):
            assert not await asking


async def test_an_answer_that_was_overtaken_does_not_count(patients: Patients) -> None:
    quiet, patient = QuietPatients(patients.nc, STREAM, patients.log.head), f"{LOG}.north.p1"
    assert not await quiet.ends_with(patient, 1)
    question = quiet.asking(patient)
    await patients.enter(GOAL)
    quiet.answered(patient, question, 1)

    assert not await quiet.ends_with(patient, 1)
