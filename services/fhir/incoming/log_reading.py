"""Reading out of the log what an import builds upon: what is known of the patients in its files."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from events.event import RecordedEvent
from events.identity import LOG, PLAN, GoalId, goal_id_of
from events.log import Log
from services.fhir.incoming.known import Known, known_of

_PATIENTS_AT_ONCE = 16


async def read_known(
    log: Log,
    org: str,
    patients: set[str],
    goals: set[str],
    before: Callable[[Collection[str]], Awaitable[None]],
) -> Known:
    """What the log knows of some patients.

    Of a goal that has a message which cannot be read, it is what came before that message.

    Args:
        patients: Their tokens.
        goals: The tokens of goals whose patients are not told, and are looked for.
        before: Awaited with all those patients before anything of them is told.

    Raises:
        LogUnreachable: the log does not answer.
    """
    limit = asyncio.Semaphore(_PATIENTS_AT_ONCE)

    async def patients_with(goal: str) -> set[str]:
        async with limit:
            stored = await log.read_stored(f"{LOG}.{org}.*.{goal}")
        return {goal_id_of(each.subject).patient for each in stored}

    async def of_patient(patient: str) -> Known:
        async with limit:
            events: list[RecordedEvent] = (await log.read_patient_in_part(GoalId(org, patient, PLAN))).events
        return known_of(events)

    found = await asyncio.gather(*map(patients_with, sorted(goals)))
    everyone = sorted(patients.union(*found))
    known = await asyncio.gather(*map(of_patient, everyone))
    await before(everyone)
    return Known(
        goals={goal_id: goal for each in known for goal_id, goal in each.goals.items()},
        owners={patient: server for each in known for patient, server in each.owners.items()},
    )
