"""Submitting events to the goals service by NATS request/reply: one way for gateway, intake, commands and sample.

Gateway and intake forward what others submit to them, and name the principal; commands and sample submit themselves.
"""

import asyncio
import random
from collections.abc import Mapping
from time import monotonic
from typing import Annotated, Any

from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError, NoRespondersError
from pydantic import Field, TypeAdapter, ValidationError

from events.codes import RETRYABLE
from events.envelope import STRUCTURED
from events.errors import Rejected
from events.identity import FORWARDED, SUBMIT, GoalId
from events.log.client.resilient import ResilientClient
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome
from services.access.principal import HEADER
from services.per_patient_order import Stop

Json = dict[str, Any]  # an outcome as the goals service words it
PATIENCE_SECONDS = 30.0
_SUBMIT_ANSWER_SECONDS = 15.0
_LONGEST_RETRY_PAUSE_SECONDS = 1.0
_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(
    Annotated[RecordedOutcome | RejectedOutcome, Field(discriminator="status")]
)
NOT_TRIED = RejectedOutcome(
    code="log.unavailable",
    detail="Not tried, because an earlier event of this patient has no certain answer. Nothing of this one was"
    " recorded; send it again after the earlier one.",
)
STOP_WHEN_UNCERTAIN: Stop[Outcome] = Stop(
    after=lambda outcome: isinstance(outcome, RejectedOutcome) and outcome.retryable, answer=NOT_TRIED
)
"""Stops a patient whose event has no certain answer."""
STOP_WHEN_UNCERTAIN_JSON: Stop[Json] = Stop(
    after=lambda outcome: outcome.get("code") in RETRYABLE, answer=NOT_TRIED.model_dump(mode="json", exclude_none=True)
)
"""The same for outcomes as JSON."""


async def ask(nc: ResilientClient, subject: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Outcome:
    """The goals service's outcome of one submission, or `log.unavailable` with what is known about it."""
    if not nc.is_connected:
        return _unavailable("NATS cannot be reached; nothing was recorded. Send the event again.")
    try:
        reply = await nc.ask(subject, headers, body, seconds)
        return _OUTCOME.validate_json(reply.data)
    except NoRespondersError:
        return _unavailable("No goals service is running for the organisation; nothing was recorded. Send it again.")
    except MaxPayloadError:
        return RejectedOutcome.of(Rejected("event.invalid", "The event is larger than the NATS server takes."))
    except (NatsError, OSError, TimeoutError, ValidationError):
        return _unavailable(
            "The goals service did not answer in time. It is unknown whether the event was recorded;"
            " sending it again with the same id is safe."
        )


async def forward(
    nc: ResilientClient, principal: str, goal_id: GoalId, body: bytes, headers: Mapping[str, str], seconds: float
) -> Outcome:
    """The outcome of a submission that a service of Cairn forwards, as of :func:`ask`.

    Args:
        principal: Whose submission it is, as :meth:`Principal.encoded` writes it. The service has checked it.
    """
    return await ask(nc, goal_id.on(FORWARDED), body, {**headers, HEADER: principal}, seconds)


async def submit(nc: ResilientClient, goal_id: GoalId, body: bytes, patience: float = PATIENCE_SECONDS) -> Json:
    """Submit one structured CloudEvent and give its outcome, as JSON.

    While nothing can be recorded (no service, no log, too much waiting) the same event is submitted again, for
    `patience` seconds. That is safe: an event that was recorded unanswered is found again by its id.
    """
    give_up = monotonic() + patience
    pause = 0.05
    while True:
        outcome = await ask(nc, goal_id.on(SUBMIT), body, {"content-type": STRUCTURED}, _SUBMIT_ANSWER_SECONDS)
        retryable = isinstance(outcome, RejectedOutcome) and outcome.retryable
        if not retryable or monotonic() + pause > give_up:
            return outcome.model_dump(mode="json", exclude_none=True)
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the load, hides nothing
        pause = min(2 * pause, _LONGEST_RETRY_PAUSE_SECONDS)


class SubmissionClient:
    """Submits events. While nothing can be recorded, `patience` is spent once and not again for each event.

    After an event without a certain answer, each of the next ones is tried once, until one is answered.

    Args:
        patience: Seconds to go on submitting an event while nothing can be recorded.
    """

    def __init__(self, nc: ResilientClient, patience: float = PATIENCE_SECONDS):
        self._nc = nc
        self._patience = patience
        self._left = patience

    async def submit(self, goal_id: GoalId, body: bytes) -> Json:
        """The outcome of one structured CloudEvent, as JSON."""
        outcome = await submit(self._nc, goal_id, body, self._left)
        self._left = 0 if outcome.get("code") in RETRYABLE else self._patience
        return outcome


def _unavailable(detail: str) -> RejectedOutcome:
    return RejectedOutcome(code="log.unavailable", detail=detail)
