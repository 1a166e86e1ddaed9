"""Filling a Cairn with the sample clinic, the way any integrating system would: by submitting events."""

import asyncio
from collections import defaultdict
from datetime import date
from typing import NamedTuple

from nats.aio.client import Client
from pydantic_core import to_json

from events.envelope import structured
from events.errors import CairnError
from events.event import Event
from services.sample.clinic import northside
from services.submission_client import Json, submit


class SampleRefused(CairnError):
    """An event of the sample was not recorded."""


class Loaded(NamedTuple):
    """What loading came to."""

    recorded: int
    duplicate: int
    position: int


async def load(nc: Client, today: date) -> Loaded:
    """Submit the clinic; patients side by side, each one's events in order.

    Raises:
        SampleRefused: with the event and the reason.
    """
    by_patient: defaultdict[str, list[Event]] = defaultdict(list)
    for event in northside(today):
        by_patient[event.goal_id.patient].append(event)
    try:
        async with asyncio.TaskGroup() as patients:
            loading = [patients.create_task(_load(nc, events)) for events in by_patient.values()]
    except ExceptionGroup as refused:
        raise refused.exceptions[0] from None
    outcomes = [outcome for task in loading for outcome in task.result()]
    duplicate = sum(outcome["duplicate"] for outcome in outcomes)
    position = max(event["position"] for outcome in outcomes for event in outcome["events"])
    return Loaded(len(outcomes) - duplicate, duplicate, position)


async def _load(nc: Client, events: list[Event]) -> list[Json]:
    outcomes = []
    for event in events:
        outcome = await submit(nc, event.goal_id, to_json(structured(event)))
        if outcome["status"] != "recorded":
            raise SampleRefused(f"{event.id} ({event.type_name} on {event.goal_id}): {outcome['detail']}")
        outcomes.append(outcome)
    return outcomes
