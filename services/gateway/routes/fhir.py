"""FHIR R4 and R5: goals, plans, observations and provenance, read from the log.

The log is read, not a projection: what was recorded is there at once, and a goal is there as it stood at each version.
"""

from importlib.metadata import version as installed
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from events.errors import Rejected
from events.goal import GoalState, fold_goals
from events.identity import GoalId
from services.fhir.outgoing.bundles import history as history_bundle
from services.fhir.outgoing.capability import capability_statement
from services.fhir.outgoing.care_plan import write_care_plan
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.goal import write_goal
from services.fhir.outgoing.observations import write_observations
from services.fhir.outgoing.patient import PatientHistory, history_of, versions_of
from services.fhir.outgoing.provenance import write_provenance
from services.gateway.fhir.addresses import find_goal, find_part, find_patient, reference
from services.gateway.fhir.answers import FHIR_JSON, base_of, resource_answer
from services.gateway.fhir.paging import links_of, search_page, sliced
from services.gateway.fhir.parameters import (
    Fhir,
    FhirId,
    FhirPage,
    FhirRead,
    GoalSearch,
    ObservationSearch,
    OfPatient,
    ProvenanceSearch,
)
from services.gateway.gateway import Gateway, Here
from services.gateway.problems import RequestRefused

router = APIRouter(
    prefix="/fhir/{release}",
    tags=["fhir"],
    responses={
        200: {"description": "A FHIR resource.", "content": {FHIR_JSON: {}}},
        "4XX": {"description": "An OperationOutcome.", "content": {FHIR_JSON: {}}},
        "5XX": {"description": "An OperationOutcome.", "content": {FHIR_JSON: {}}},
    },
)
_Read = Annotated[FhirRead, Query()]
_NOBODY = PatientHistory(None, (), ())


@router.get("/metadata", summary="What the FHIR endpoint can do", response_model=None)
async def metadata(request: Request, release: Fhir, query: _Read) -> Response:
    """The CapabilityStatement."""
    return resource_answer(capability_statement(release, base_of(request, release), installed("cairn")))


@router.get("/Goal", summary="The goals of a patient as FHIR", response_model=None)
async def search_goals(here: Here, request: Request, release: Fhir, query: Annotated[GoalSearch, Query()]) -> Response:
    """Goals as they are now, in the order of their ids."""
    patient = await _patient(here, query)
    found = [write_goal(goal, release) for goal in patient.goals]
    if query.lifecycle_status:
        wanted = query.lifecycle_status.split(",")
        found = [each for each in found if each["lifecycleStatus"] in wanted]
    return resource_answer(search_page(request, base_of(request, release), found, query))


@router.get("/Goal/{id}", summary="A goal as FHIR", response_model=None)
async def read_goal(here: Here, release: Fhir, id: FhirId, query: _Read) -> Response:
    """The goal as it is now."""
    return resource_answer(write_goal(await _goal(here, await find_goal(here, id)), release))


@router.get("/Goal/{id}/_history", summary="Every version of a goal as FHIR", response_model=None)
async def goal_history(
    here: Here, request: Request, release: Fhir, id: FhirId, query: Annotated[FhirPage, Query()]
) -> Response:
    """The goal as it stood after each of its events, the newest first."""
    goal_id = await find_goal(here, id)
    versions = [] if goal_id.is_plan else [*versions_of(await here.logs.of(goal_id.org).read(goal_id))][::-1]
    if not versions:
        raise _unknown()
    page = sliced(versions, lambda each: str(each[0].version), query)
    shown, links = versions[page.first : page.last], links_of(request, page.next)
    return resource_answer(history_bundle(base_of(request, release), shown, len(versions), release, links))


@router.get("/Goal/{id}/_history/{version}", summary="One version of a goal as FHIR", response_model=None)
async def goal_version(here: Here, release: Fhir, id: FhirId, version: str, query: _Read) -> Response:
    """The goal as it stood after one of its events."""
    goal_id = await find_goal(here, id)
    for recorded, state in versions_of(await here.logs.of(goal_id.org).read(goal_id)):
        if str(recorded.version) == version:
            return resource_answer(write_goal(state, release))
    raise RequestRefused("goal.version_unknown", "The goal has no such version.")


@router.get("/CarePlan", summary="The plan of a patient as FHIR", response_model=None)
async def search_care_plans(
    here: Here, request: Request, release: Fhir, query: Annotated[OfPatient, Query()]
) -> Response:
    """The patient's plan with its goals; a patient has at most one."""
    patient = await _patient(here, query)
    found = [write_care_plan(patient.plan, patient.goals, release)] if patient.plan else []
    return resource_answer(search_page(request, base_of(request, release), found, query))


@router.get("/CarePlan/{id}", summary="A plan as FHIR", response_model=None)
async def read_care_plan(here: Here, release: Fhir, id: FhirId, query: _Read) -> Response:
    """The plan with its goals, as it is now."""
    goal_id = await find_goal(here, id)
    patient = history_of(await here.logs.of(goal_id.org).read_patient(goal_id)) if goal_id.is_plan else _NOBODY
    if patient.plan is None:
        raise Rejected("plan.missing", "There is no plan with this id.")
    return resource_answer(write_care_plan(patient.plan, patient.goals, release))


@router.get("/Observation", summary="Scores and entries as FHIR", response_model=None)
async def search_observations(
    here: Here, request: Request, release: Fhir, query: Annotated[ObservationSearch, Query()]
) -> Response:
    """Attainment scores and progress entries of a patient or of one goal."""
    if query.focus is not None:
        goal_id = await find_goal(here, reference("focus", query.focus, "Goal").id)
        events = [] if goal_id.is_plan else await here.logs.of(goal_id.org).read(goal_id)
        goals = history_of(events).goals
        if query.patient or query.subject:
            own = await _plan_of(here, query)
            goals = goals if own == goal_id.plan else ()
    else:
        goals = (await _patient(here, query)).goals
    found = [each for goal in goals for each in write_observations(goal)]
    if query.code:
        wanted = query.code.split(",")
        found = [each for each in found if any(_is_coded(each["code"], code) for code in wanted)]
    return resource_answer(search_page(request, base_of(request, release), found, query))


@router.get("/Observation/{id}", summary="A score or an entry as FHIR", response_model=None)
async def read_observation(here: Here, release: Fhir, id: FhirId, query: _Read) -> Response:
    """One attainment score or progress entry."""
    goal_id, part = await find_part(here, id)
    for each in write_observations(await _goal(here, goal_id)):
        if each["id"].rpartition(".")[2] == part:
            return resource_answer(each)
    raise _unknown()


@router.get("/Provenance", summary="Who did what, as FHIR", response_model=None)
async def search_provenance(
    here: Here, request: Request, release: Fhir, query: Annotated[ProvenanceSearch, Query()]
) -> Response:
    """One Provenance for each event, in the order of the log."""
    if query.target is not None:
        target = reference("target", query.target, "Goal", "CarePlan")
        goal_id = await find_goal(here, target.id)
        events = await here.logs.of(goal_id.org).read(goal_id)
        if target.version is not None:
            events = [each for each in events if each.version == target.version]
    elif query.patient is not None:
        plan_id = await find_patient(here, "patient", query.patient)
        events = await here.logs.of(plan_id.org).read_patient(plan_id) if plan_id else []
    else:
        raise RequestRefused("request.invalid", "Name a target, such as Goal/ID, or a patient.")
    found = [write_provenance(each, release) for each in events]
    return resource_answer(search_page(request, base_of(request, release), found, query))


@router.get("/Provenance/{id}", summary="Who did this, as FHIR", response_model=None)
async def read_provenance(here: Here, release: Fhir, id: FhirId, query: _Read) -> Response:
    """The Provenance of one event."""
    goal_id, part = await find_part(here, id)
    for each in await here.logs.of(goal_id.org).read(goal_id):
        if str(each.version) == part:
            return resource_answer(write_provenance(each, release))
    raise _unknown()


async def _plan_of(here: Gateway, query: OfPatient) -> GoalId | None:
    given = [(name, value) for name in ("patient", "subject") if (value := getattr(query, name)) is not None]
    if len(given) != 1:
        raise RequestRefused("request.invalid", "Name one patient, as patient=ORG.PATIENT or as subject.")
    return await find_patient(here, *given[0])


async def _patient(here: Gateway, query: OfPatient) -> PatientHistory:
    plan_id = await _plan_of(here, query)
    return history_of(await here.logs.of(plan_id.org).read_patient(plan_id)) if plan_id else _NOBODY


async def _goal(here: Gateway, goal_id: GoalId) -> GoalState:
    state = None if goal_id.is_plan else fold_goals(await here.logs.of(goal_id.org).read(goal_id))
    if state is None:
        raise _unknown()
    return state


def _is_coded(concept: Json, wanted: str) -> bool:
    system, bar, code = wanted.rpartition("|")
    return any(each["code"] == code and (not bar or each["system"] == system) for each in concept["coding"])


def _unknown() -> Rejected:
    return Rejected("goal.unknown", "There is nothing with this id.", version=0)
