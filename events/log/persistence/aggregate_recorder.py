"""Events, or snapshots, by aggregate."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, StoredEvent, Tracking

from events.envelope import StoredMessage
from events.log.persistence.messages import from_stored_event, from_tracking, to_stored_event
from events.log.persistence.names import to_token
from events.log.persistence.recorder import NATSRecorder
from events.log.persistence.sequences import number_of


class NATSAggregateRecorder(NATSRecorder, AggregateRecorder):
    """Keeps stored events: a subject for each originator, each of its versions once."""

    # The keyword arguments are the library's: what its applications are given with `save`.
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Store events durably, all or none, of any number of originators.

        Raises:
            IntegrityError: an originator has one of the versions already.
            NotSupportedError: more than 1000 events.
            DataError: an event is larger than the server takes, or its originator's id longer.
            OperationalError: the server cannot take them now; the message says so if they may have been stored.
        """
        self._insert(stored_events)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of an originator in the order of their versions.

        The last one alone (`desc`, and a `limit` of one, as for a snapshot) is one message read. Everything else
        reads all that the originator has, and leaves out what was not asked for.

        Raises:
            DataError: a message on the originator's subject is not of this module.
            OperationalError: the server does not answer.
        """
        if limit is not None and limit < 1:
            return []
        subject = f"{self._stream.events}.{to_token(originator_id)}"
        found = self._last(subject) if desc and limit == 1 and lte is None else self._all(subject)
        chosen = [
            message
            for message in found
            if (gt is None or number_of(message) > gt) and (lte is None or number_of(message) <= lte)
        ]
        return [to_stored_event(message) for message in (chosen[::-1] if desc else chosen)[:limit]]

    def _insert(self, stored_events: Sequence[StoredEvent], tracking: Tracking | None = None) -> Sequence[int]:
        """Store events, and in front of them in the same batch what has been processed; gives the events' positions."""
        entries = [] if tracking is None else [from_tracking(tracking, self._stream.tracking)]
        entries += [from_stored_event(event, self._stream.events) for event in stored_events]
        if not entries:
            return []
        first = self._stream.thread.call(self._stream.sequences.insert(entries))
        return range(first + len(entries) - len(stored_events), first + len(entries))

    def _last(self, subject: str) -> list[StoredMessage]:
        last = self._stream.thread.call(self._stream.sequences.highest(subject))
        return [] if last is None else [last]

    def _all(self, subject: str) -> list[StoredMessage]:
        return self._stream.thread.call(self._stream.sequences.read(subject))
