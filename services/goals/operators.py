"""Requests of operators to the goals service, on `cairn.void.ORG.PATIENT.GOAL`."""

import logging
from collections.abc import Iterable

from faststream.exceptions import RejectMessage
from faststream.nats import NatsMessage

from events.errors import Rejected
from events.identity import VOID, parse_subject
from events.log.placement import Placed
from events.outcome import Outcome, RejectedOutcome
from services.access.nats_requests import NatsRequests
from services.access.policy import Denied, check_operation
from services.goals.broker import Broker
from services.goals.stream_partition import StreamPartition
from services.goals.voiding import VoidRequest
from services.reply_subjects import may_be_answered

_log = logging.getLogger("cairn.goals")
_QUEUE = "goals"


def hear_operators(
    broker: Broker, partitions: Placed[StreamPartition], requests: NatsRequests, organisations: Iterable[str]
) -> None:
    """Subscribe to the requests of operators.

    Args:
        requests: Finds out whose a request is.
        organisations: The organisations whose requests this service answers; all of them when none are named.
    """

    async def void(request: VoidRequest, message: NatsMessage) -> Outcome:
        if not may_be_answered(message.raw_message.reply):
            _log.warning("a request was not taken: its reply subject is Cairn's or the server's own")
            raise RejectMessage
        try:
            principal = requests.operator(message.raw_message.headers)
            check_operation(principal)
            goal_id = parse_subject(VOID, message.raw_message.subject)
            return await partitions.of(goal_id.org).voiding.void(goal_id, request, principal.id)
        except Denied as denied:
            return RejectedOutcome.of(denied.rejection)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)

    for subject in [f"{VOID}.{org}.>" for org in organisations] or [f"{VOID}.>"]:
        broker.subscriber(subject, queue=_QUEUE)(void)
