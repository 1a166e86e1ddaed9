"""What a goals service remembers of the log, and when it finds that another one is there."""

from datetime import UTC, datetime
from typing import cast

import pytest

from events.event import RecordedEvent
from events.log import Log, LogReplaced, LogUnreachable
from events.log.anchor import BEGINNING, Anchor
from events.log.comparison import GOALS, LogComparison
from events.log.snapshots import Snapshots
from events.log.stream import STREAM
from events.log.stream_state import StreamState
from services.goals.remembered_log import RememberedLog
from tests.builders import GOAL, entry, event


class StandInLog:
    """A log in memory, which can be set back, grow, and lose what is in the middle of it."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent | None] = []
        self.adopted = 0
        self.asked = 0

    def append(self) -> RecordedEvent:
        position = len(self.events) + 1
        recorded = RecordedEvent(event(GOAL, entry(f"e{position}")), position, position, datetime.now(UTC))
        self.events.append(recorded)
        return recorded

    async def state(self) -> StreamState:
        self.asked += 1
        metadata = {"cairn-adopted-at": str(self.adopted)} if self.adopted else {}
        there = [each for each in self.events if each]
        return StreamState("", 1, len(self.events), len(there), {"metadata": metadata}, 0, 1)

    async def check(self, anchor: Anchor, state: StreamState | None = None) -> StreamState:
        if anchor.position > len(self.events):
            raise LogReplaced(STREAM, anchor.position, len(self.events))
        if anchor.fingerprint and await self.anchor(anchor.position) != anchor:
            raise LogReplaced(STREAM, anchor.position, len(self.events))
        return state or await self.state()

    async def anchor(self, position: int) -> Anchor | None:
        if position == 0:
            return BEGINNING
        there = self.events[position - 1]
        return Anchor(position, there.event.id) if there else None

    async def event_at(self, position: int) -> RecordedEvent | None:
        return self.events[position - 1]


class StandInSnapshots:
    """Keeps what is known."""

    def __init__(self) -> None:
        self.known: bytes | None = None
        self.answers = True

    async def last_known(self, _: str) -> bytes | None:
        if not self.answers:
            raise LogUnreachable("The log does not answer.")
        return self.known

    async def keep_known(self, _: str, known: bytes) -> bool:
        self.known = known
        return True


@pytest.fixture
def log() -> StandInLog:
    return StandInLog()


@pytest.fixture
def snapshots() -> StandInSnapshots:
    return StandInSnapshots()


@pytest.fixture
def remembered(log: StandInLog, snapshots: StandInSnapshots) -> RememberedLog:
    return on(log, snapshots)


def on(log: StandInLog, snapshots: StandInSnapshots) -> RememberedLog:
    return RememberedLog(STREAM, cast(Log, log), cast(Snapshots, snapshots))


async def looked(remembered: RememberedLog) -> LogReplaced | None:
    """What a look finds, as the watch makes it."""
    await remembered.recall()
    try:
        state = await remembered.compare()
    except LogReplaced as replaced:
        return replaced
    await remembered.renew(state)
    return None


async def test_asks_once_how_the_stream_is_however_much_is_remembered(
    log: StandInLog, remembered: RememberedLog
) -> None:
    log.append()
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())
    log.asked = 0
    await remembered.compare()
    assert log.asked == 1


async def test_misses_what_was_acknowledged_since_the_last_look(log: StandInLog, remembered: RememberedLog) -> None:
    remembered.acknowledged(log.append())
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())

    gone = log.events.pop()

    found = await looked(remembered)
    assert found is not None
    assert (found.position, found.head) == (3, 2)
    log.events.append(gone)
    assert await looked(remembered) is None, "it is there again"


async def test_tells_the_furthest_that_it_misses(log: StandInLog, remembered: RememberedLog) -> None:
    """The operator is told up to where events were acknowledged."""
    log.append()
    remembered.acknowledged(log.append())
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())

    del log.events[1:]

    found = await looked(remembered)
    assert found is not None
    assert (found.position, found.head) == (3, 1)


async def test_misses_it_also_where_another_event_has_taken_its_place(
    log: StandInLog, remembered: RememberedLog
) -> None:
    """An older log that has grown to its former length by the time when it is looked at."""
    log.append()
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())

    log.events.pop()
    log.append()

    assert await looked(remembered) is not None


async def test_what_an_older_log_acknowledges_takes_no_place_in_memory(
    log: StandInLog, remembered: RememberedLog
) -> None:
    assert remembered.acknowledged(log.append())
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())

    log.events.pop()
    assert not remembered.acknowledged(log.append()), "a position is given once more"
    remembered.acknowledged(log.append())

    assert await looked(remembered) is not None


async def test_an_answer_that_was_overtaken_does_no_harm(log: StandInLog, remembered: RememberedLog) -> None:
    first, second = log.append(), log.append()
    remembered.acknowledged(second)
    assert not remembered.acknowledged(first)
    assert await looked(remembered) is None

    remembered.acknowledged(log.append())
    log.events.pop()

    assert await looked(remembered) is not None


async def test_a_message_that_is_gone_is_no_other_log(log: StandInLog, remembered: RememberedLog) -> None:
    """What is missing is counted by the watch."""
    log.append()
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())
    log.append()

    log.events[0] = log.events[1] = None

    assert await looked(remembered) is None


class TestAnAdoption:
    async def test_lets_it_forget(self, log: StandInLog, remembered: RememberedLog) -> None:
        remembered.acknowledged(log.append())
        assert not remembered.was_adopted(await log.state())
        log.events.clear()
        assert await looked(remembered) is not None
        assert not remembered.was_adopted(await log.state())

        log.adopted = 7

        assert remembered.was_adopted(await log.state())
        assert await looked(remembered) is None
        assert not remembered.was_adopted(await log.state())

    async def test_that_was_put_back_with_an_older_log_is_none(
        self, log: StandInLog, remembered: RememberedLog
    ) -> None:
        log.adopted = 7
        remembered.acknowledged(log.append())
        assert not remembered.was_adopted(await log.state())
        log.events.clear()
        log.adopted = 3

        assert not remembered.was_adopted(await log.state())
        assert await looked(remembered) is not None

    async def test_counts_for_a_service_that_was_down(
        self, log: StandInLog, snapshots: StandInSnapshots, remembered: RememberedLog
    ) -> None:
        remembered.acknowledged(log.append())
        assert not remembered.was_adopted(await log.state())
        await remembered.recall()
        await remembered.keep()
        log.events.clear()
        log.adopted = 7

        again = on(log, snapshots)

        assert await looked(again) is not None
        assert again.was_adopted(await log.state())
        assert await looked(again) is None


class TestAnotherService:
    async def test_is_listened_to(
        self, log: StandInLog, snapshots: StandInSnapshots, remembered: RememberedLog
    ) -> None:
        remembered.acknowledged(log.append())
        log.events.clear()
        replaced = await looked(remembered)
        assert replaced is not None
        said = remembered.missed(replaced)
        assert (said.projection, said.replaced, said.position, said.head) == (GOALS, True, 1, 0)
        assert not remembered.heard(said), "it is its own"

        other = on(log, StandInSnapshots())
        assert await looked(other) is None
        assert other.heard(said)
        assert not other.heard(said)

        assert await looked(other) is not None

    async def test_is_not_listened_to_about_what_was_before_an_adoption(
        self, log: StandInLog, remembered: RememberedLog
    ) -> None:
        log.adopted = 7
        assert not remembered.was_adopted(await log.state())

        assert not remembered.heard(objection(adopted=6))
        assert await looked(remembered) is None
        assert remembered.heard(objection(adopted=7))
        assert await looked(remembered) is not None

    async def test_is_listened_to_also_where_it_began_on_a_log_from_before_an_adoption(
        self, log: StandInLog, remembered: RememberedLog
    ) -> None:
        log.adopted = 7
        assert not remembered.was_adopted(await log.state())
        log.adopted = 3
        assert not remembered.was_adopted(await log.state())

        assert not remembered.heard(objection(adopted=2))
        assert remembered.heard(objection(adopted=3))
        assert await looked(remembered) is not None


async def test_a_service_that_starts_again_remembers_the_same(
    log: StandInLog, snapshots: StandInSnapshots, remembered: RememberedLog
) -> None:
    log.append()
    assert await looked(remembered) is None
    remembered.acknowledged(log.append())
    await remembered.keep()

    log.events.pop()

    assert await looked(on(log, snapshots)) is not None
    snapshots.known = b"of another version"
    assert await looked(on(log, snapshots)) is None


class TestWhatWasKept:
    async def test_stays_until_it_could_be_read(
        self, log: StandInLog, snapshots: StandInSnapshots, remembered: RememberedLog
    ) -> None:
        log.append()
        remembered.acknowledged(log.append())
        await remembered.recall()
        await remembered.keep()
        log.events.pop()
        snapshots.answers = False
        again = on(log, snapshots)

        assert await looked(again) is None, "nobody knows better yet"
        await again.keep()
        snapshots.answers = True

        assert await again.recall()
        assert not await again.recall()
        assert await looked(again) is not None

    async def test_counts_no_more_when_it_is_read_after_an_adoption(
        self, log: StandInLog, snapshots: StandInSnapshots, remembered: RememberedLog
    ) -> None:
        remembered.acknowledged(log.append())
        await remembered.recall()
        await remembered.keep()
        log.events.clear()
        log.adopted = 7
        snapshots.answers = False
        again = on(log, snapshots)
        assert await looked(again) is None
        assert not again.was_adopted(await log.state())
        snapshots.answers = True

        assert not await again.recall()
        assert await looked(again) is None


def objection(*, adopted: int) -> LogComparison:
    return LogComparison(projection=GOALS, stream=STREAM, replaced=True, position=9, head=1, adopted=adopted)
