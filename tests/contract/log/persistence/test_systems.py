"""A system of the library runs in NATS altogether, across the gaps in a process application's notification ids."""

from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from eventsourcing.application import AggregateNotFoundError, Application, ProcessingEvent
from eventsourcing.domain import Aggregate, DomainEventProtocol, event
from eventsourcing.system import MultiThreadedRunner, ProcessApplication, Runner, SingleThreadedRunner, System

from events.log.persistence import NATSProcessRecorder


class Goal(Aggregate):
    class Reviewed(Aggregate.Event):
        pass

    @event(Reviewed)
    def review(self) -> None:
        """That it was reviewed is all."""


class Reviews(Aggregate):
    ID = uuid5(NAMESPACE_URL, "/reviews")

    def __init__(self) -> None:
        self.count = 0

    @classmethod
    def create_id(cls) -> UUID:
        return cls.ID

    @event("Counted")
    def another(self) -> None:
        self.count += 1


class Goals(Application[UUID]):
    pass


class Counting(ProcessApplication[UUID]):
    def policy(self, domain_event: DomainEventProtocol[UUID], processing_event: ProcessingEvent[UUID]) -> None:
        if isinstance(domain_event, Goal.Reviewed):
            try:
                reviews: Reviews = self.repository.get(Reviews.ID)
            except AggregateNotFoundError:
                reviews = Reviews()
            reviews.another()
            processing_event.collect_events(reviews)


class Listening(ProcessApplication[UUID]):
    def policy(self, domain_event: DomainEventProtocol[UUID], processing_event: ProcessingEvent[UUID]) -> None:
        """That it was heard is recorded; nothing follows from it."""


@pytest.mark.parametrize("runner", [SingleThreadedRunner, MultiThreadedRunner], ids=lambda runner: runner.__name__)
def test_every_event_is_processed_once_along_the_pipe(runner: type[Runner[UUID]]) -> None:
    goal = Goal()
    with runner(System(pipes=[[Goals, Counting, Listening]])) as running:
        goals, counting, listening = running.get(Goals), running.get(Counting), running.get(Listening)
        for _ in range(3):
            goal.review()
            goal.review()
            last = goals.save(goal)[-1].notification.id
        counting.recorder.wait("Goals", last, timeout=60)
        counted = counting.recorder.max_notification_id()
        listening.recorder.wait("Counting", counted, timeout=60)

        assert isinstance(counting.recorder, NATSProcessRecorder)
        reviews: Reviews = counting.repository.get(Reviews.ID)
        # Created once and counted six times, with a tracking record for each of the seven events of the goal.
        assert (reviews.count, counted) == (6, 14)
