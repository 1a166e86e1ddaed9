"""Reading one resource by its id."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import StringConstraints
from starlette.responses import Response

from events.errors import Rejected
from events.goal import GoalState, fold_goals
from events.identity import GoalId
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.goal import write_goal
from services.fhir.outgoing.observations import part_of
from services.fhir.outgoing.patient import ResourceType, history_of
from services.gateway.access.consents import told_of
from services.gateway.fhir.addresses import find_goal, find_part, find_patient, unknown
from services.gateway.fhir.answers import resource_answer
from services.gateway.fhir.exchange import Asked, Exchange
from services.gateway.fhir.reach import log_of
from services.gateway.fhir.searching import read_resources
from services.gateway.routing import Path

FhirId = Annotated[
    str,
    StringConstraints(max_length=300),
    Path("ORG.PATIENT.GOAL with each underscore written as two dots, or the id that a resource bears."),
]


async def read_patient(asked: Asked, id: FhirId) -> Response:
    """Who a patient is, as far as Cairn knows: an opaque id."""
    asked.without_parameters()
    for resource in await read_resources(asked, await find_patient(asked, id), "Patient"):
        return resource_answer(asked, resource)
    raise unknown()


async def read_goal(asked: Asked, id: FhirId) -> Response:
    """The goal as it is now."""
    asked.without_parameters()
    return resource_answer(asked, write_goal(await _goal(asked, await find_goal(asked, id)), asked.release))


async def read_care_plan(asked: Asked, id: FhirId) -> Response:
    """The plan with its goals, as it is now."""
    asked.without_parameters()
    goal_id = await find_goal(asked, id)
    if goal_id.is_plan:
        for resource in await read_resources(asked, goal_id, "CarePlan"):
            return resource_answer(asked, resource)
    raise Rejected("plan.missing", "There is no plan with this id.")


async def read_observation(asked: Asked, id: FhirId) -> Response:
    """One attainment score or progress entry."""
    return await _read_part(asked, id, "Observation")


async def read_provenance(asked: Asked, id: FhirId) -> Response:
    """The Provenance of one event."""
    return await _read_part(asked, id, "Provenance")


READS: dict[ResourceType, Callable[..., Awaitable[Response]]] = {
    "Patient": read_patient,
    "Goal": read_goal,
    "CarePlan": read_care_plan,
    "Observation": read_observation,
    "Provenance": read_provenance,
}
"""The endpoint that reads each type."""


async def _read_part(asked: Exchange, id: str, kind: ResourceType) -> Response:
    asked.without_parameters()
    goal_id, part = await find_part(asked, id)
    for resource in await _of_goal(asked, goal_id, kind):
        if part_of(resource["id"]) == part:
            return resource_answer(asked, resource)
    raise unknown()


async def _of_goal(asked: Exchange, goal_id: GoalId, kind: ResourceType) -> list[Json]:
    log = await log_of(asked, goal_id)
    asked.saw(goal_id)
    history = history_of(told_of(asked.asks.principal, goal_id.org, goal_id.patient, await log.read(goal_id)))
    return [*history.resources_of(kind, asked.release)]


async def _goal(asked: Exchange, goal_id: GoalId) -> GoalState:
    log = await log_of(asked, goal_id)
    asked.saw(goal_id)
    state = None if goal_id.is_plan else fold_goals(await log.read(goal_id))
    if state is None:
        raise unknown()
    return state
