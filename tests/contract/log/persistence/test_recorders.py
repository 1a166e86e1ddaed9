"""The library's own test cases for recorders, unmodified."""

import os
from unittest import TestCase

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from events.log.persistence import (
    NATSAggregateRecorder,
    NATSApplicationRecorder,
    NATSFactory,
    NATSProcessRecorder,
    NATSTrackingRecorder,
)


class WithFactory(TestCase):
    def factory(self) -> NATSFactory:
        factory = NATSFactory(Environment(env=os.environ))
        self.addCleanup(factory.close)
        return factory


class TestAggregateRecorder(WithFactory, library.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory().aggregate_recorder()


class TestSnapshotRecorder(WithFactory, library.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory().aggregate_recorder(purpose="snapshots")


class TestApplicationRecorder(WithFactory, library.ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory().application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestProcessRecorderAsApplicationRecorder(WithFactory, library.ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory().process_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestBatchesAreNotInterleaved(WithFactory, library.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory().application_recorder()


class TestTrackingRecorder(WithFactory, library.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory().tracking_recorder()


class TestProcessRecorder(WithFactory, library.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.factory().process_recorder()


class TestProcessRecorderAsTrackingRecorder(WithFactory, library.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory().process_recorder()


class OwnTrackingRecorder(NATSTrackingRecorder):
    """What somebody makes of the tracking recorder."""


class TestFactory(library.InfrastructureFactoryTestCase[NATSFactory]):
    def setUp(self) -> None:
        self.env = Environment(env=os.environ)
        super().setUp()

    def expected_factory_class(self) -> type[NATSFactory]:
        return NATSFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return NATSAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return NATSApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return NATSTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return NATSProcessRecorder
