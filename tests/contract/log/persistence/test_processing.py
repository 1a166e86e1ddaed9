"""A process recorder keeps events and what they follow from, together; that shows in its notification ids."""

from contextlib import closing

import pytest
from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.utils import Environment

from events.log.persistence import NATSFactory, NATSProcessRecorder
from tests.contract.log.persistence.stored import stored


@pytest.fixture
def recorder(factory: NATSFactory) -> NATSProcessRecorder:
    return factory.process_recorder()


def test_notification_ids_rise_but_leave_out_the_tracking_records(recorder: NATSProcessRecorder) -> None:
    assert recorder.insert_events(stored("walk", 1, 2), Tracking("goals", 1)) == [2, 3]
    assert recorder.insert_events([], Tracking("goals", 2)) == []
    assert recorder.insert_events(stored("walk", 3)) == [5]

    assert [each.id for each in recorder.select_notifications(None, 10)] == [2, 3, 5]
    assert [each.id for each in recorder.select_notifications(2, 2, inclusive_of_start=False)] == [3, 5]
    assert [each.id for each in recorder.select_notifications(1, 10, stop=4)] == [2, 3]


def test_the_last_notification_is_an_event_and_not_a_tracking_record(recorder: NATSProcessRecorder) -> None:
    recorder.insert_events([], Tracking("goals", 1))
    assert recorder.max_notification_id() is None

    recorder.insert_events(stored("walk", 1), Tracking("goals", 2))
    recorder.insert_events([], Tracking("goals", 3))
    assert recorder.max_notification_id() == 3


def test_subscribers_are_not_shown_tracking_records(recorder: NATSProcessRecorder) -> None:
    for version in (1, 2, 3):
        recorder.insert_events(stored("walk", version), Tracking("goals", version))

    with recorder.subscribe(gt=2) as subscription:
        assert [next(subscription).id, next(subscription).id] == [4, 6]


def test_a_notification_that_another_process_has_processed_is_not_processed_again(
    recorder: NATSProcessRecorder, environment: Environment
) -> None:
    with closing(NATSFactory(environment)) as factory:
        other = factory.process_recorder()
        recorder.insert_events(stored("walk", 1), Tracking("goals", 1))
        other.insert_events(stored("walk", 2), Tracking("goals", 2))

        with pytest.raises(IntegrityError):
            recorder.insert_events(stored("rest", 1), Tracking("goals", 2))

    assert not recorder.select_events("rest")
    assert recorder.max_tracking_id("goals") == 2


def test_a_conflict_of_versions_leaves_the_tracking_as_it_was(recorder: NATSProcessRecorder) -> None:
    recorder.insert_events(stored("walk", 1), Tracking("goals", 1))

    with pytest.raises(IntegrityError):
        recorder.insert_events(stored("walk", 1), Tracking("goals", 2))
    assert recorder.max_tracking_id("goals") == 1


def test_two_projections_track_the_same_application_apart(environment: Environment) -> None:
    for name in ("reviews", "counts"):
        with closing(NATSFactory(Environment(name, environment))) as factory:
            recorder = factory.tracking_recorder()
            assert recorder.max_tracking_id("goals") is None
            recorder.insert_tracking(Tracking("goals", 7))
