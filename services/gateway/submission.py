"""How the gateway submits events to the goals service: one of them, or a batch."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from events.errors import Rejected
from events.log.client.resilient import ResilientClient
from events.log.placement import Placement
from events.outcome import Outcome, RejectedOutcome
from services.access.policy import Denied, check_membership
from services.access.principal import Principal
from services.gateway.incoming_events import MAX_BATCH_EVENTS, Submission
from services.per_patient_order import PerPatientOrder, outcomes_in_order
from services.submission_client import STOP_WHEN_UNCERTAIN, forward

SUBMIT_SECONDS = 10.0
"""How long an answer may take; a durable write waits for the disk."""
_PATIENTS_AT_ONCE = 32

Submit = Callable[[Submission], Awaitable[Outcome]]


class Submitter:
    """Submits by NATS request; every submission gets an outcome, also when nobody answers.

    Args:
        placement: Which organisations there are. A goals service hears only of those that it serves.
    """

    def __init__(self, nc: ResilientClient, placement: Placement, seconds: float = SUBMIT_SECONDS):
        self._nc = nc
        self._placement = placement
        self._seconds = seconds

    async def submit(self, principal: Principal, submission: Submission) -> Outcome:
        """The goals service's outcome for a principal, or `log.unavailable` with what is known about the event."""
        try:
            check_membership(principal, submission.goal_id.org)
            self._placement.stream_of(submission.goal_id.org)
        except Denied as denied:
            return RejectedOutcome.of(denied.rejection)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        return await forward(
            self._nc, principal.encoded(), submission.goal_id, submission.body, submission.headers, self._seconds
        )


async def submit_batch(submissions: Sequence[Submission | Rejected], submit: Submit) -> list[Outcome]:
    """The outcomes of a batch, in its order.

    One patient's events go one after another, because the later may stand on the earlier (a goal on its plan);
    patients go side by side. Once an event has no certain answer, the rest of that patient's are not tried: they
    could overtake it.
    """
    order: PerPatientOrder[Outcome] = PerPatientOrder(STOP_WHEN_UNCERTAIN, at_once=_PATIENTS_AT_ONCE)

    async def outcome_of(submission: Submission | Rejected) -> Outcome:
        if isinstance(submission, Rejected):
            return RejectedOutcome.of(submission)
        return await order.submit(submission.goal_id.plan, partial(submit, submission))

    return [outcome async for outcome in outcomes_in_order(submissions, outcome_of, in_hand=MAX_BATCH_EVENTS)]
