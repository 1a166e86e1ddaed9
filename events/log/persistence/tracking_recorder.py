"""How far a projection has come."""

from eventsourcing.persistence import Tracking, TrackingRecorder

from events.log.persistence.messages import from_tracking
from events.log.persistence.names import to_token
from events.log.persistence.recorder import NATSRecorder
from events.log.persistence.sequences import number_of


class NATSTrackingRecorder(NATSRecorder, TrackingRecorder):
    """Keeps the latest position in each upstream application. It only ever rises, whoever else is writing.

    A view that keeps its rows elsewhere is not written in one transaction with this. See docs/eventsourcing.md for
    where a view belongs.
    """

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record that everything up to a notification has been processed.

        Raises:
            IntegrityError: as much, or more, has been recorded before.
            OperationalError: the server cannot take it now.
        """
        self._stream.thread.call(self._stream.sequences.insert([from_tracking(tracking, self._stream.tracking)]))

    def max_tracking_id(self, application_name: str) -> int | None:
        """How far the upstream application has been processed; None when it has not been at all.

        Raises:
            OperationalError: the server does not answer.
        """
        subject = f"{self._stream.tracking}.{to_token(application_name)}"
        last = self._stream.thread.call(self._stream.sequences.highest(subject))
        return None if last is None else number_of(last)
