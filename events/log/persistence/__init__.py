"""The log as a persistence module of the `eventsourcing` library: `PERSISTENCE_MODULE=events.log.persistence`.

A thin face for callers that block over the asynchronous core of `events.log`. Each factory has one thread with an
event loop and a connection. Calls of all its threads meet there, so what they insert at one time leaves as one atomic
batch, with one sync to the disk for all. How to use it is in docs/eventsourcing.md.

An application has one stream of events, with a subject for each aggregate, and its notification ids are the stream's
positions. Snapshots have a stream of their own, and so has the tracking of each projection. What a processing
application has tracked is in its stream of events, as only that makes one atomic batch with the events: its
notification ids have gaps where tracking records are (see `process_recorder`).
"""

from events.log.persistence.aggregate_recorder import NATSAggregateRecorder
from events.log.persistence.application_recorder import NATSApplicationRecorder
from events.log.persistence.factory import NATSFactory
from events.log.persistence.process_recorder import NATSProcessRecorder
from events.log.persistence.recorder import RecorderStream
from events.log.persistence.subscription import NATSSubscription
from events.log.persistence.tracking_recorder import NATSTrackingRecorder

Factory = NATSFactory

__all__ = [
    "Factory",
    "NATSAggregateRecorder",
    "NATSApplicationRecorder",
    "NATSFactory",
    "NATSProcessRecorder",
    "NATSSubscription",
    "NATSTrackingRecorder",
    "RecorderStream",
]
