"""Offering events to the goals service by NATS request/reply: one way for the gateway, intake, commands and sample."""

import asyncio
import random
from collections.abc import Mapping
from time import monotonic
from typing import Annotated, Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError, NoRespondersError
from pydantic import Field, TypeAdapter, ValidationError

from events.envelope import STRUCTURED
from events.errors import Rejected
from events.identity import SUBMIT, GoalId
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome

Json = dict[str, Any]  # an outcome as the goals service words it
PATIENCE_SECONDS = 30.0
_ANSWER_SECONDS = 15.0
_LONGEST_PAUSE = 1.0
_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(
    Annotated[RecordedOutcome | RejectedOutcome, Field(discriminator="status")]
)


async def ask(nc: Client, subject: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Outcome:
    """The goals service's outcome of one submission, or `log.unavailable` with what is known about it."""
    if not nc.is_connected:
        return _unavailable("NATS cannot be reached; nothing was recorded. Send the event again.")
    try:
        reply = await nc.request(subject, body, timeout=seconds, headers=dict(headers))
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


async def offer(nc: Client, goal_id: GoalId, body: bytes, patience: float = PATIENCE_SECONDS) -> Json:
    """Offer one structured CloudEvent and give its outcome, as JSON.

    While nothing can be recorded (no service, no log, too much waiting) the same event is offered again, for
    `patience` seconds. That is safe: an event that was recorded unanswered is found again by its id.
    """
    give_up = monotonic() + patience
    pause = 0.05
    while True:
        outcome = await ask(nc, goal_id.on(SUBMIT), body, {"content-type": STRUCTURED}, _ANSWER_SECONDS)
        retryable = isinstance(outcome, RejectedOutcome) and outcome.retryable
        if not retryable or monotonic() + pause > give_up:
            return outcome.model_dump(mode="json", exclude_none=True)
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the load, hides nothing
        pause = min(2 * pause, _LONGEST_PAUSE)


def _unavailable(detail: str) -> RejectedOutcome:
    return RejectedOutcome(code="log.unavailable", detail=detail)
