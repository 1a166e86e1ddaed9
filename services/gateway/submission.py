"""Handing events to the goals service over NATS and bringing back its answer."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError, NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from pydantic import Field, TypeAdapter, ValidationError

from events.errors import Rejected
from events.identity import SUBMIT
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome
from services.gateway.offers import Offer

SUBMIT_SECONDS = 10.0
"""How long an answer may take; a durable write waits for the disk."""
_PATIENTS_AT_ONCE = 32

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(
    Annotated[RecordedOutcome | RejectedOutcome, Field(discriminator="status")]
)

Submit = Callable[[Offer], Awaitable[Outcome]]


class Submitter:
    """Submits offers by NATS request; every offer gets an outcome, also when nobody answers."""

    def __init__(self, nc: Client, seconds: float = SUBMIT_SECONDS):
        self._nc = nc
        self._seconds = seconds

    async def submit(self, offer: Offer) -> Outcome:
        """The goals service's outcome, or `log.unavailable` with what is known about the event."""
        if not self._nc.is_connected:
            return _unavailable("NATS cannot be reached; nothing was recorded. Send the event again.")
        try:
            reply = await self._nc.request(
                offer.goal_id.on(SUBMIT), offer.body, timeout=self._seconds, headers=dict(offer.headers)
            )
        except NoRespondersError:
            return _unavailable("No goals service is running; nothing was recorded. Send the event again.")
        except MaxPayloadError:
            return RejectedOutcome.of(Rejected("event.invalid", "The event is larger than the NATS server takes."))
        except (NatsTimeout, NatsError):
            return _unknown()
        try:
            return _OUTCOME.validate_json(reply.data)
        except ValidationError:
            return _unknown()


async def submit_batch(offers: Sequence[Offer | Rejected], submit: Submit) -> list[Outcome]:
    """The outcomes of a batch, in its order.

    One patient's events go one after another, because the later may stand on the earlier (a goal on its plan);
    patients go side by side. Once an event has no certain answer, the rest of that patient's are not tried: they
    could overtake it.
    """
    outcomes: dict[int, Outcome] = {}
    by_patient: dict[tuple[str, str], list[tuple[int, Offer]]] = defaultdict(list)
    for index, offer in enumerate(offers):
        if isinstance(offer, Rejected):
            outcomes[index] = RejectedOutcome.of(offer)
        else:
            by_patient[offer.goal_id.org, offer.goal_id.patient].append((index, offer))
    room = asyncio.Semaphore(_PATIENTS_AT_ONCE)

    async def in_order(queue: list[tuple[int, Offer]]) -> None:
        async with room:
            stopped = False
            for index, offer in queue:
                outcome = _not_tried() if stopped else await submit(offer)
                stopped = isinstance(outcome, RejectedOutcome) and outcome.retryable
                outcomes[index] = outcome

    async with asyncio.TaskGroup() as patients:
        for queue in by_patient.values():
            patients.create_task(in_order(queue))
    return [outcomes[index] for index in range(len(offers))]


def _unavailable(detail: str) -> RejectedOutcome:
    return RejectedOutcome(code="log.unavailable", detail=detail)


def _unknown() -> RejectedOutcome:
    return _unavailable(
        "The goals service did not answer in time. It is unknown whether the event was recorded;"
        " sending it again with the same id is safe."
    )


def _not_tried() -> RejectedOutcome:
    return _unavailable(
        "Not tried, because an earlier event of this patient in the batch has no certain answer."
        " Nothing of this one was recorded; send it again after the earlier one."
    )
