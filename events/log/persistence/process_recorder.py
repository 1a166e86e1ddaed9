"""Events that follow from other events, and how far those have been processed, in one batch."""

from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import ProcessRecorder, StoredEvent, Tracking

from events.log.persistence.application_recorder import NATSApplicationRecorder
from events.log.persistence.tracking_recorder import NATSTrackingRecorder


class NATSProcessRecorder(NATSTrackingRecorder, NATSApplicationRecorder, ProcessRecorder):
    """Keeps events and the tracking of what they follow from, so that each notification is processed exactly once.

    One atomic batch is of one stream, so tracking records are in the events' own stream, on subjects of their own.
    They use up positions: the notification ids of a processing application rise, but not without gaps. The library
    allows for that (its own test cases have a switch for it, and PostgreSQL's sequences leave gaps too).
    """

    # The keyword arguments are the library's: `tracking`, and what applications are given with `save`.
    def insert_events(
        self, stored_events: Sequence[StoredEvent], tracking: Tracking | None = None, **kwargs: Any
    ) -> Sequence[int] | None:
        """Store events and the tracking of the notification they follow from durably, all or none.

        Returns:
            The events' notification ids.

        Raises:
            IntegrityError: the notification has been processed before, or an originator has one of the versions.
            DatabaseError: as :meth:`NATSAggregateRecorder.insert_events`; the tracking counts as one of the 1000.
        """
        return list(self._insert(stored_events, tracking))
