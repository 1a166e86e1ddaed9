"""What services hear, answer and publish by FastStream: their own subscribers and publishers, on a broker for reading.

Each service registers them by a function. The same functions are called here, with nobody to do the work, so that what
is described is what runs: its subject, its queue group, what a handler takes and what it gives back.
"""

from collections.abc import Mapping
from inspect import unwrap
from typing import Any, Literal, NamedTuple, NoReturn, get_type_hints

from faststream.nats.publisher.usecase import LogicPublisher
from faststream.nats.subscriber.usecases import CoreSubscriber

from services.access.nats_requests import NatsRequests
from services.goals.operators import hear_operators
from services.goals.service import answer_health, hear_comparisons, hear_submissions
from services.intake.accepting import hear_intake
from services.messaging.broker import Broker
from services.messaging.presence import answer_presence
from services.notary.answering import answer_requests
from services.notary.publishing import checkpoints_publisher
from services.reminders.notifier import notices_publisher

SERVICES = ("intake", "reminders", "notary")
"""The services that say that they are there by their name; the goals service says so of its streams."""
_GOAL, _STREAM = "{org}.{patient}.{goal}", "{stream}"


def broker_of_all() -> Broker:
    """A broker without a connection, with the subscribers and publishers of every service."""
    broker = Broker()
    hear_submissions(broker, [_GOAL], 1, _nobody)
    hear_operators(broker, [_GOAL], _nobody, NatsRequests.by(None))
    answer_health(broker, [_STREAM], _nobody)
    hear_comparisons(broker, _nobody)
    hear_intake(broker, _nobody)
    for service in SERVICES:
        answer_presence(broker, service)
    answer_requests(broker, [_STREAM], _nobody)
    checkpoints_publisher(broker)
    notices_publisher(broker)
    return broker


class Running(NamedTuple):
    """A subscriber or publisher of a service.

    Attributes:
        address: Its subject, with its parameters in braces.
        says: What it is for.
        direction: Whether the service receives there, or sends.
        queue: The queue group in which it hears; None for none.
        answer: What a handler gives back to whoever asks; None where it answers by itself, or not at all.
        stream: The stream that keeps what it sends; None for none.
    """

    address: str
    says: str
    direction: Literal["receive", "send"]
    queue: str | None = None
    answer: Any = None  # a type
    stream: str | None = None


def running(broker: Broker) -> Mapping[str, Running]:
    """What is registered on a broker, by the name of the channel."""
    found = {}
    for subscriber in broker.subscribers:
        if isinstance(subscriber, CoreSubscriber):
            named = subscriber.specification.config
            found[str(named.title_)] = Running(
                subscriber.subject.template,
                str(named.description_),
                "receive",
                subscriber.queue or None,
                _answer_of(subscriber),
            )
    for publisher in broker.publishers:
        if isinstance(publisher, LogicPublisher):
            named = publisher.specification.config
            stream = publisher.stream.name if publisher.stream is not None else None
            found[str(named.title_)] = Running(
                publisher.subject.template, str(named.description_), "send", stream=stream
            )
    return found


def _answer_of(subscriber: CoreSubscriber) -> Any:
    """The type of what a handler returns."""
    subscriber.schema()  # by which FastStream looks at the handlers
    (call,) = subscriber.calls
    given: Any = get_type_hints(unwrap(call.dependant.call)).get("return") if call.dependant is not None else None
    return None if given is type(None) else given


def _nobody(*_: object) -> NoReturn:
    """Whoever does the work in a service; here nothing is ever heard."""
    raise LookupError("Nobody works on a broker that is only read.")
