"""A subscription waits for what is to come, and can be stopped from anywhere."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from eventsourcing.persistence import DataError, InterfaceError
from eventsourcing.utils import Environment
from nats.aio.client import Client

from events.log.persistence import NATSApplicationRecorder, NATSFactory
from tests.contract.log.persistence.stored import stored


def test_what_is_stored_later_arrives(recorder: NATSApplicationRecorder) -> None:
    with recorder.subscribe() as subscription, ThreadPoolExecutor(1) as threads:
        arriving = threads.submit(next, subscription)
        recorder.insert_events(stored("walk", 1))

        assert arriving.result().id == 1


def test_stopping_ends_a_wait_in_another_thread(recorder: NATSApplicationRecorder) -> None:
    subscription = recorder.subscribe()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(list, subscription)
        subscription.stop()

        assert waiting.result() == []


def test_topics_choose(recorder: NATSApplicationRecorder) -> None:
    for version, topic in enumerate("abc"):
        recorder.insert_events(stored("walk", version, topic=topic))

    with recorder.subscribe(topics=["a", "c"]) as subscription:
        assert [next(subscription).topic, next(subscription).topic] == ["a", "c"]


def test_a_subscription_from_beyond_the_end_waits_for_its_place(recorder: NATSApplicationRecorder) -> None:
    with recorder.subscribe(gt=2) as subscription:
        recorder.insert_events(stored("walk", 1, 2, 3))

        assert next(subscription).id == 3


def test_more_than_one_batch_comes_in_order(recorder: NATSApplicationRecorder) -> None:
    for start in range(0, 3000, 1000):
        recorder.insert_events(stored("walk", *range(start, start + 1000)))

    with recorder.subscribe(gt=100) as subscription:
        assert [next(subscription).id for _ in range(2900)] == list(range(101, 3001))
    assert [each.id for each in recorder.select_notifications(101, 2500)] == list(range(101, 2601))


def test_closing_the_factory_ends_the_wait_with_an_error(
    factory: NATSFactory, recorder: NATSApplicationRecorder
) -> None:
    subscription = recorder.subscribe()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(next, subscription)
        factory.close()

        with pytest.raises(InterfaceError):
            waiting.result()
    subscription.stop()


async def test_a_message_of_somebody_else_is_an_error_and_is_not_passed_over(
    recorder: NATSApplicationRecorder, environment: Environment, nc: Client
) -> None:
    recorder.insert_events(stored("walk", 1))
    await nc.jetstream().publish(f"{environment['NATS_STREAM']}.stored.events.walk", b"hello")

    with pytest.raises(DataError):
        recorder.select_events("walk")
    with pytest.raises(DataError):
        recorder.select_notifications(1, 10)
    with recorder.subscribe() as subscription:
        assert next(subscription).id == 1
        for _ in range(2):
            with pytest.raises(DataError):
                next(subscription)
