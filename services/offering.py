"""Offering events to the goals service by NATS request/reply, patiently: for the commands and the sample."""

import asyncio
import random
from time import monotonic
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic_core import from_json

from events.envelope import MAX_EVENT_BYTES, STRUCTURED
from events.errors import RETRYABLE, FieldError, Rejected
from events.identity import SUBMIT, GoalId, parse_goal_id
from events.outcome import RejectedOutcome

Json = dict[str, Any]  # an outcome as the goals service words it
PATIENCE_SECONDS = 30.0
_ANSWER_SECONDS = 15.0
_LONGEST_PAUSE = 1.0


def addressee(body: bytes) -> GoalId:
    """Whom a structured CloudEvent is about. All else is for the goals service to judge.

    Raises:
        Rejected: `event.invalid` or `identity.mismatch`, when there is no telling where to send it.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise Rejected("event.invalid", f"The event has more than {MAX_EVENT_BYTES:,} bytes, which Cairn accepts.")
    try:
        event = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Rejected("event.invalid", f"The event is not JSON that Cairn can read: {error}.") from None
    if not isinstance(event, dict):
        raise Rejected("event.invalid", "The event must be a CloudEvents JSON object.")
    subject = event.get("subject")
    if not isinstance(subject, str):
        raise Rejected(
            "identity.mismatch",
            "The event names no subject; it must be ORG.PATIENT.GOAL.",
            (FieldError("subject", "The CloudEvents attribute subject is missing."),),
        )
    return parse_goal_id(subject)


async def offer(nc: Client, goal_id: GoalId, body: bytes, patience: float = PATIENCE_SECONDS) -> Json:
    """Offer one structured CloudEvent and give its outcome, as JSON.

    While nothing can be recorded (no service, no log, too much waiting) the same event is offered again, for
    `patience` seconds. That is safe: an event that was recorded unanswered is found again by its id.
    """
    give_up = monotonic() + patience
    pause = 0.05
    while True:
        outcome = await _offer_once(nc, goal_id, body)
        if outcome.get("code") not in RETRYABLE or monotonic() + pause > give_up:
            return outcome
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the load, hides nothing
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _offer_once(nc: Client, goal_id: GoalId, body: bytes) -> Json:
    try:
        reply = await nc.request(
            goal_id.on(SUBMIT), body, timeout=_ANSWER_SECONDS, headers={"content-type": STRUCTURED}
        )
    except (NatsError, TimeoutError) as error:
        unanswered = Rejected(
            "log.unavailable",
            f"No goals service answered ({type(error).__name__}). Offering the same event again, with the same id,"
            " is safe even if it was recorded.",
        )
        return RejectedOutcome.of(unanswered).model_dump(mode="json", exclude_none=True)
    outcome: Json = from_json(reply.data)
    return outcome
