"""The library's own test cases for projections; where they wait for what will happen, they may wait longer."""

import os
from threading import Event, Lock

import pytest
from eventsourcing.persistence import Tracking, TrackingRecorder
from eventsourcing.tests import projection as library
from eventsourcing.utils import Environment

from events.log.persistence import NATSFactory, NATSTrackingRecorder, RecorderStream


class EventCounters(NATSTrackingRecorder, library.EventCountersView):
    """Counters in memory, as good as the process they are in; how far they have come is recorded.

    Whoever has seen that an event is processed must find it counted, so a counter is read only when nothing is between
    being recorded and being counted; the library's own view in memory holds its lock as long.
    """

    def __init__(self, stream: RecorderStream):
        super().__init__(stream)
        self._lock = Lock()
        self._created = 0
        self._subsequent = 0

    def get_created_event_counter(self) -> int:
        with self._lock:
            return self._created

    def get_subsequent_event_counter(self) -> int:
        with self._lock:
            return self._subsequent

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        with self._lock:
            self.insert_tracking(tracking)
            self._created += 1

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        with self._lock:
            self.insert_tracking(tracking)
            self._subsequent += 1


@pytest.fixture
def waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits for a second, which several events, each synced to the disk, may take on a busy machine."""
    wait = TrackingRecorder.wait

    def longer(
        view: TrackingRecorder,
        application_name: str,
        notification_id: int | None,
        timeout: float = 1.0,
        interrupt: Event | None = None,
    ) -> None:
        wait(view, application_name, notification_id, timeout + 60, interrupt)

    monkeypatch.setattr(TrackingRecorder, "wait", longer)


class TestEventCountersView(library.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> library.EventCountersView:
        factory = NATSFactory(Environment("eventcounters", os.environ))
        self.addCleanup(factory.close)
        view = factory.tracking_recorder(EventCounters)
        assert isinstance(view, EventCounters)
        return view


class TestAggregateEventCountersProjection(library.AggregateEventCountersProjectionTestCase):
    view_class = EventCounters

    @pytest.mark.usefixtures("waits_longer")
    def test_event_counters_projection(self) -> None:
        super().test_event_counters_projection()


@pytest.mark.usefixtures("waits_longer")
class TestEventSourcedProjection(library.EventSourcedProjectionTestCase):
    pass
