"""Fills a Cairn with the sample clinic by submitting events, as an integrating system does."""

from datetime import date
from functools import partial
from typing import NamedTuple

from pydantic_core import to_json

from events.envelope import structured
from events.errors import CairnError
from events.event import Event
from events.log.client.resilient import ResilientClient
from services.per_patient_order import PerPatientOrder, Stop, outcomes_in_order
from services.sample.clinic import northside
from services.submission_client import NOT_TRIED, Json, submit

_STOP_WHEN_NOT_RECORDED: Stop[Json] = Stop(
    after=lambda outcome: outcome["status"] != "recorded", answer=NOT_TRIED.model_dump(mode="json")
)


class SampleRefused(CairnError):
    """An event of the sample was not recorded."""


class SampleKeptBack(SampleRefused):
    """An event of the sample was not recorded because the log is another one than somebody remembers."""


class Loaded(NamedTuple):
    """The result of loading: how many events were recorded or duplicates, and the last position."""

    recorded: int
    duplicate: int
    position: int


async def load(nc: ResilientClient, today: date) -> Loaded:
    """Submit the clinic; patients side by side, each one's events in order, until one of them is not recorded.

    Raises:
        SampleKeptBack: the log is another one than somebody remembers, so that nothing is recorded now.
        SampleRefused: an event was not recorded; the message names the event and the reason.
    """
    events = northside(today)
    order: PerPatientOrder[Json] = PerPatientOrder(_STOP_WHEN_NOT_RECORDED)

    async def outcome_of(event: Event) -> Json:
        return await order.submit(event.goal_id.plan, partial(submit, nc, event.goal_id, to_json(structured(event))))

    outcomes = [outcome async for outcome in outcomes_in_order(events, outcome_of, in_hand=len(events))]
    for event, outcome in zip(events, outcomes, strict=True):
        if outcome["status"] != "recorded":
            refused = SampleKeptBack if outcome["code"] == "log.replaced" else SampleRefused
            raise refused(f"{event.id} ({event.type_name} on {event.goal_id}): {outcome['detail']}")
    duplicate = sum(outcome["duplicate"] for outcome in outcomes)
    position = max(event["position"] for outcome in outcomes for event in outcome["events"])
    return Loaded(len(outcomes) - duplicate, duplicate, position)
