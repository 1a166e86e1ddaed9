"""An originator has each version once, whoever else is writing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.utils import Environment

from events.log.persistence import NATSApplicationRecorder, NATSFactory
from tests.contract.log.persistence.stored import stored, versions_of

WRITERS = 8


@pytest.fixture
def other(environment: Environment) -> Iterator[NATSApplicationRecorder]:
    """The same stream as another process sees it: another connection, and another memory."""
    with closing(NATSFactory(environment)) as factory:
        yield factory.application_recorder()


def taken(insert: Callable[[], object]) -> bool:
    """Whether the insert was taken; otherwise it was refused for its version."""
    try:
        insert()
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize("before", [0, 3], ids=["new", "known"])
def test_one_of_many_writers_of_a_version_gets_it(
    recorder: NATSApplicationRecorder, other: NATSApplicationRecorder, before: int
) -> None:
    goal = uuid4()
    recorder.insert_events(stored(goal, *range(1, before + 1)))
    start = Barrier(WRITERS)

    def write(writer: int) -> bool:
        events = [StoredEvent(goal, before + 1, "goals:Goal.Reviewed", f"by {writer}".encode())]
        start.wait()
        return taken(lambda: (recorder if writer % 2 else other).insert_events(events))

    with ThreadPoolExecutor(WRITERS) as threads:
        outcomes = list(threads.map(write, range(WRITERS)))

    assert outcomes.count(True) == 1
    kept = recorder.select_events(goal)
    assert kept[-1].state == f"by {outcomes.index(True)}".encode()
    assert versions_of(kept) == list(range(1, before + 2))


def test_writers_of_different_versions_all_get_theirs(
    recorder: NATSApplicationRecorder, other: NATSApplicationRecorder
) -> None:
    goal = uuid4()
    start = Barrier(WRITERS)

    def write(version: int) -> None:
        start.wait()
        (recorder if version % 2 else other).insert_events(stored(goal, version))

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))

    assert versions_of(recorder.select_events(goal)) == list(range(WRITERS))


def test_what_another_process_wrote_is_noticed(
    recorder: NATSApplicationRecorder, other: NATSApplicationRecorder
) -> None:
    goal = uuid4()
    recorder.insert_events(stored(goal, 1))
    other.insert_events(stored(goal, 2))

    with pytest.raises(IntegrityError):
        recorder.insert_events(stored(goal, 2))
    recorder.insert_events(stored(goal, 3))

    assert versions_of(other.select_events(goal)) == [1, 2, 3]


def test_versions_left_out_can_be_filled_in_once(recorder: NATSApplicationRecorder) -> None:
    goal = uuid4()
    recorder.insert_events(stored(goal, 5))
    recorder.insert_events(stored(goal, 3))

    for version in (3, 5):
        with pytest.raises(IntegrityError):
            recorder.insert_events(stored(goal, version))
    recorder.insert_events(stored(goal, 4, 6))

    assert versions_of(recorder.select_events(goal)) == [3, 4, 5, 6]
    assert versions_of(recorder.select_events(goal, desc=True, limit=1)) == [6]
    assert versions_of(recorder.select_events(goal, gt=3, lte=5)) == [4, 5]


def test_filled_in_versions_are_remembered_by_the_stream(
    recorder: NATSApplicationRecorder, other: NATSApplicationRecorder
) -> None:
    goal = uuid4()
    recorder.insert_events(stored(goal, 5))
    recorder.insert_events(stored(goal, 3))

    assert versions_of(other.select_events(goal, desc=True, limit=1)) == [5]
    with pytest.raises(IntegrityError):
        other.insert_events(stored(goal, 5))


def test_a_snapshot_of_an_earlier_version_does_not_hide_the_later_one(factory: NATSFactory) -> None:
    snapshots = factory.aggregate_recorder(purpose="snapshots")
    goal = uuid4()
    snapshots.insert_events(stored(goal, 20))
    snapshots.insert_events(stored(goal, 10))

    assert versions_of(snapshots.select_events(goal, desc=True, limit=1)) == [20]
    assert versions_of(snapshots.select_events(goal, desc=True, limit=1, lte=15)) == [10]


def test_events_of_several_originators_are_stored_together_or_not_at_all(
    recorder: NATSApplicationRecorder, other: NATSApplicationRecorder
) -> None:
    one, two, three = uuid4(), uuid4(), uuid4()
    other.insert_events(stored(two, 1))

    with pytest.raises(IntegrityError):
        recorder.insert_events([*stored(one, 1), *stored(two, 1), *stored(three, 1)])
    assert not recorder.select_events(one)
    assert not recorder.select_events(three)

    ids = recorder.insert_events([*stored(one, 1), *stored(two, 2), *stored(one, 2), *stored(three, 1)])
    assert ids == [2, 3, 4, 5]


def test_inserts_that_overlap_in_their_originators_do_not_block_each_other(
    recorder: NATSApplicationRecorder, other: NATSApplicationRecorder
) -> None:
    goals = [uuid4() for _ in range(WRITERS)]

    def write(writer: int) -> None:
        mine, neighbours = goals[writer], goals[(writer + 1) % WRITERS]
        events = [*stored(mine, 2 * writer + 1), *stored(neighbours, 2 * writer + 2)]
        (recorder if writer % 2 else other).insert_events(events)

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))

    assert recorder.max_notification_id() == 2 * WRITERS
    assert all(len(recorder.select_events(goal)) == 2 for goal in goals)


@pytest.mark.parametrize("versions", [(0,), (1,), (7, 8), (-3, 2**40)], ids=str)
def test_versions_start_anywhere(recorder: NATSApplicationRecorder, versions: tuple[int, ...]) -> None:
    goal = uuid4()
    recorder.insert_events(stored(goal, *versions))

    assert versions_of(recorder.select_events(goal)) == list(versions)


IDS: list[UUID | str] = [UUID(int=7), str(UUID(int=7)), "", "northside.pt-1.walk", "*", ">", "a b\n", "Größe 🐈"]


def test_an_originator_may_have_any_id(recorder: NATSApplicationRecorder, other: NATSApplicationRecorder) -> None:
    for identity in IDS:
        recorder.insert_events(stored(identity, 1))

    assert [event.originator_id for event in other.select_notifications(None, 100)] == IDS
    for identity in IDS:
        assert recorder.select_events(identity) == stored(identity, 1)


@pytest.mark.parametrize("topic", ["", " goals:Goal ", "two\r\nlines", "módulo:Größe.<locals>.Ü", "100%"], ids=repr)
def test_a_topic_may_be_any_text(recorder: NATSApplicationRecorder, topic: str) -> None:
    recorder.insert_events(stored("walk", 1, topic=topic))

    assert [event.topic for event in recorder.select_notifications(None, 1, topics=[topic])] == [topic]
