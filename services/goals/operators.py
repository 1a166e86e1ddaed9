"""Requests of operators to the goals service, on `cairn.void.ORG.PATIENT.GOAL`."""

from collections.abc import Callable, Iterable

from faststream.nats import NatsMessage

from events.identity import VOID, parse_subject
from events.outcome import Outcome
from services.access.nats_requests import NatsRequests
from services.access.policy import check_operation
from services.goals.stream_partition import StreamPartition
from services.goals.voiding import VoidRequest
from services.messaging.broker import Broker

_QUEUE = "goals"


def hear_operators(
    broker: Broker,
    addressed: Iterable[str],
    partition_of: Callable[[str], StreamPartition],
    requests: NatsRequests,
) -> None:
    """Subscribe to the requests of operators.

    Args:
        addressed: What the subjects end with: whose requests this service answers.
        partition_of: The partition of an organisation.
        requests: Finds out whose a request is.
    """

    async def void(request: VoidRequest, message: NatsMessage) -> Outcome:
        principal = requests.operator(message.raw_message.headers)
        check_operation(principal)
        goal_id = parse_subject(VOID, message.raw_message.subject)
        return await partition_of(goal_id.org).voiding.void(goal_id, request, principal.id)

    for each in addressed:
        broker.answer(
            f"{VOID}.{each}",
            void,
            queue=_QUEUE,
            title="void",
            says="An operator declares that a message which cannot be read counts for nothing.",
        )
