"""Events by aggregate, and all of an application in the order in which they were stored."""

from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent

from events.log.persistence.aggregate_recorder import NATSAggregateRecorder
from events.log.persistence.messages import to_notification, topic_of
from events.log.persistence.subscription import NATSSubscription

_PAGE_MESSAGES = 1000


class NATSApplicationRecorder(NATSAggregateRecorder, ApplicationRecorder):
    """Keeps the events of an application. Their notification ids are their positions in the stream."""

    # The keyword arguments are the library's: what its applications are given with `save`.
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Store events durably, all or none.

        Returns:
            Their notification ids, which follow each other without a gap.

        Raises:
            DatabaseError: as :meth:`NATSAggregateRecorder.insert_events`.
        """
        return list(self._insert(stored_events))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The events of the application from `start` to `stop`, in order, at most `limit` of them.

        Raises:
            DataError: a message of the stream is not of this module.
            OperationalError: the server does not answer.
        """
        after = 0 if start is None else max(0, start - 1 if inclusive_of_start else start)
        found: list[Notification] = []
        while len(found) < limit:
            size = min(_PAGE_MESSAGES, limit - len(found)) if not topics else _PAGE_MESSAGES
            if stop is not None:
                size = min(size, stop - after)
            if size < 1:
                break
            page = self._stream.thread.call(self._stream.sequences.page(after, size))
            found += [
                to_notification(message)
                for message in page
                if message.subject.startswith(f"{self._stream.events}.")
                and (not topics or topic_of(message) in topics)
                and (stop is None or message.position <= stop)
            ]
            if len(page) < size:
                break
            after = page[-1].position
        return found[:limit]

    def max_notification_id(self) -> int | None:
        """The notification id of the last event; None when there is none.

        Raises:
            OperationalError: the server does not answer.
        """
        last = self._stream.thread.call(self._stream.sequences.newest(self._stream.events))
        return last.position if last else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NATSSubscription:
        """The events behind a notification id, first the past, then live, until it is stopped."""
        return NATSSubscription(self, self._stream, gt, topics)
