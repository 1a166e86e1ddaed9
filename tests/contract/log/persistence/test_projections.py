"""The library's own test cases for projections, unmodified."""

import os

from eventsourcing.persistence import Tracking
from eventsourcing.tests import projection as library
from eventsourcing.utils import Environment

from events.log.persistence import NATSFactory, NATSTrackingRecorder, RecorderStream


class EventCounters(NATSTrackingRecorder, library.EventCountersView):
    """Counters in memory, as good as the process they are in; how far they have come is recorded."""

    def __init__(self, stream: RecorderStream):
        super().__init__(stream)
        self._created = 0
        self._subsequent = 0

    def get_created_event_counter(self) -> int:
        return self._created

    def get_subsequent_event_counter(self) -> int:
        return self._subsequent

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self.insert_tracking(tracking)
        self._created += 1

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self.insert_tracking(tracking)
        self._subsequent += 1


class TestEventCountersView(library.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> library.EventCountersView:
        factory = NATSFactory(Environment("eventcounters", os.environ))
        self.addCleanup(factory.close)
        view = factory.tracking_recorder(EventCounters)
        assert isinstance(view, EventCounters)
        return view


class TestAggregateEventCountersProjection(library.AggregateEventCountersProjectionTestCase):
    view_class = EventCounters


class TestEventSourcedProjection(library.EventSourcedProjectionTestCase):
    pass
