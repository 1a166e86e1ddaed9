"""What does not fit is refused before anything of it is stored, and nobody else suffers."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from eventsourcing.persistence import DataError, NotSupportedError, StoredEvent

from events.log.persistence import NATSApplicationRecorder
from services.embedded_server import MAX_PAYLOAD
from tests.contract.log.persistence.stored import stored


def test_a_thousand_events_can_be_stored_together(recorder: NATSApplicationRecorder) -> None:
    assert recorder.insert_events(stored(uuid4(), *range(1000))) == list(range(1, 1001))


def test_more_than_a_thousand_events_are_refused_at_once(recorder: NATSApplicationRecorder) -> None:
    with pytest.raises(NotSupportedError):
        recorder.insert_events(stored(uuid4(), *range(1001)))

    assert recorder.max_notification_id() is None


def test_an_event_that_is_too_large_is_refused_and_hurts_nobody_else(recorder: NATSApplicationRecorder) -> None:
    def write(size: int) -> bool:
        try:
            recorder.insert_events([StoredEvent(uuid4(), 1, "goals:Goal.Imported", bytes(size))])
        except DataError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(write, [100, MAX_PAYLOAD, 100, 100, MAX_PAYLOAD + 1, 100, 100, 100]))

    assert outcomes == [True, False, True, True, False, True, True, True]
    assert recorder.max_notification_id() == 6


def test_an_id_that_is_too_long_is_refused(recorder: NATSApplicationRecorder) -> None:
    with pytest.raises(DataError):
        recorder.insert_events(stored("x" * 5000, 1))
    with pytest.raises(DataError):
        recorder.select_events("x" * 5000)
