"""Whom a FHIR request may be about. FHIR's ids name organisation and patient together, so this is asked where an id
has been read, and again where a log is opened.
"""

from collections.abc import Collection

from events.identity import GoalId
from events.log import Log
from services.fhir.outgoing.patient import ResourceType
from services.gateway.access.ceiling import check_scopes, is_below_ceiling
from services.gateway.access.judging import ReadingRefused, not_there
from services.gateway.access.operations import FhirInteraction, fhir_reading
from services.gateway.fhir.exchange import Exchange
from services.gateway.problems import RequestRefused


async def may_see(asked: Exchange, goal_id: GoalId) -> bool:
    """Whether the policy allows what the request asks for, about the patient of a goal."""
    return await asked.asks.may_read(asked.operation.reading or "goals", goal_id.org, goal_id.patient)


async def log_of(asked: Exchange, goal_id: GoalId) -> Log:
    """The log that a goal or a plan is in, for whoever may read it.

    Raises:
        RequestRefused: 404, as if it were not there; 403, when the token's scopes do not reach it.
        Rejected: `org.unknown`, when the organisation is in no stream.
    """
    if not await may_see(asked, goal_id):
        raise not_there(goal_id.org, goal_id.patient)
    own_patient = asked.asks.is_own_patient(goal_id.org, goal_id.patient)
    check_scopes(asked.asks.principal, asked.operation, own_patient=own_patient)
    return asked.here.logs.of(goal_id.org)


async def refuse_others(asked: Exchange, plans: Collection[GoalId]) -> None:
    """Check that a search names nobody whose data whoever asks may not read.

    Raises:
        RequestRefused: 403.
    """
    for plan in plans:
        if not await may_see(asked, plan):
            detail = "The search names a patient whose data you may not read."
            raise ReadingRefused("access.denied", detail, plan.org, plan.patient)


async def may_bring(asked: Exchange, plan: GoalId, kind: ResourceType) -> bool:
    """Whether a search may bring along a patient's resources of a type."""
    wanted = FhirInteraction(kind, "search-type")
    own_patient = asked.asks.is_own_patient(plan.org, plan.patient)
    return await asked.asks.may_read(fhir_reading(kind), plan.org, plan.patient) and is_below_ceiling(
        asked.asks.principal, wanted, own_patient=own_patient
    )


def orgs_of_history(asked: Exchange) -> frozenset[str] | None:
    """The organisations of which whoever asks may read every version of everything; None for all there are.

    Raises:
        RequestRefused: 403, when there are none: a patient asks for the versions of one resource.
    """
    orgs = asked.asks.orgs("history")
    if orgs is not None and not orgs:
        detail = "You may not read the versions of everybody's resources. Ask for those of one, by its id."
        raise RequestRefused("access.denied", detail)
    check_scopes(asked.asks.principal, asked.operation, own_patient=False)
    return orgs
