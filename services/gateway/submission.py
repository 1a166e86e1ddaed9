"""Handing events to the goals service over NATS and bringing back its answer."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from nats.aio.client import Client

from events.errors import Rejected
from events.identity import SUBMIT
from events.log.placement import Placement
from events.outcome import Outcome, RejectedOutcome
from services.gateway.incoming_events import Submission
from services.submission_client import ask

SUBMIT_SECONDS = 10.0
"""How long an answer may take; a durable write waits for the disk."""
_PATIENTS_AT_ONCE = 32

Submit = Callable[[Submission], Awaitable[Outcome]]


class Submitter:
    """Submits by NATS request; every submission gets an outcome, also when nobody answers.

    Args:
        placement: Which organisations there are. A goals service hears only of those that it serves.
    """

    def __init__(self, nc: Client, placement: Placement, seconds: float = SUBMIT_SECONDS):
        self._nc = nc
        self._placement = placement
        self._seconds = seconds

    async def submit(self, submission: Submission) -> Outcome:
        """The goals service's outcome, or `log.unavailable` with what is known about the event."""
        try:
            self._placement.stream_of(submission.goal_id.org)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        return await ask(self._nc, submission.goal_id.on(SUBMIT), submission.body, submission.headers, self._seconds)


async def submit_batch(submissions: Sequence[Submission | Rejected], submit: Submit) -> list[Outcome]:
    """The outcomes of a batch, in its order.

    One patient's events go one after another, because the later may stand on the earlier (a goal on its plan);
    patients go side by side. Once an event has no certain answer, the rest of that patient's are not tried: they
    could overtake it.
    """
    outcomes: dict[int, Outcome] = {}
    by_patient: dict[tuple[str, str], list[tuple[int, Submission]]] = defaultdict(list)
    for index, submission in enumerate(submissions):
        if isinstance(submission, Rejected):
            outcomes[index] = RejectedOutcome.of(submission)
        else:
            by_patient[submission.goal_id.org, submission.goal_id.patient].append((index, submission))
    room = asyncio.Semaphore(_PATIENTS_AT_ONCE)

    async def in_order(queue: list[tuple[int, Submission]]) -> None:
        async with room:
            stopped = False
            for index, submission in queue:
                outcome = _not_tried() if stopped else await submit(submission)
                stopped = isinstance(outcome, RejectedOutcome) and outcome.retryable
                outcomes[index] = outcome

    async with asyncio.TaskGroup() as patients:
        for queue in by_patient.values():
            patients.create_task(in_order(queue))
    return [outcomes[index] for index in range(len(submissions))]


def _not_tried() -> RejectedOutcome:
    return RejectedOutcome(
        code="log.unavailable",
        detail="Not tried, because an earlier event of this patient in the batch has no certain answer."
        " Nothing of this one was recorded; send it again after the earlier one.",
    )
