"""A recorder of the `eventsourcing` library as a peer's store."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent

from bench.entry import entry
from bench.peers.store import BlockingStore, Refused
from events.envelope import to_body
from events.identity import GoalId


def recorded(recorder: ApplicationRecorder, writers: int, threads: int) -> BlockingStore:
    """The recorder called as it is, without the library's aggregates, mapper and repository.

    Its guard is its own: the version of an event is unique among those of its aggregate.
    """
    event = entry(GoalId("bench", "p0", "walk"), 0, datetime.now(UTC))
    state, topic = to_body(event), event.type_name
    ids = [uuid5(NAMESPACE_URL, f"{event.source}/p{writer}") for writer in range(writers)]

    def append(writer: int, expected: int) -> int:
        version = expected + 1
        try:
            recorder.insert_events((StoredEvent(ids[writer], version, topic, state),))
        except IntegrityError as error:
            raise Refused(f"There is an event with version {version} already.") from error
        return version

    return BlockingStore(append, threads)
