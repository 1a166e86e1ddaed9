"""GET …/history, …/diff and /audit: what happened, who did it, when, and what it changed."""

from typing import Annotated

from starlette.responses import Response

from events.errors import Rejected
from events.identity import GoalId
from projections.audit_trail import queries
from services.gateway.access.consents import types_left_out
from services.gateway.answers import json_answer, written_answer
from services.gateway.asking import Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.models import AuditList, Difference, History
from services.gateway.parameters import Audit, Goal, HistoryQuery, Org, Patient, TwoVersions
from services.gateway.problems import RequestRefused
from services.gateway.reader import SHORT_PAGE
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}", tags=["read"])


@router.get(
    "/patients/{patient}/goals/{goal}/history",
    summary="Everything that happened to a goal",
    response_model=None,
    responses={200: {"model": History}, **problems(404, 422, 503)},
)
async def history(
    here: Here, asks: Asks, org: Org, patient: Patient, goal: Goal, query: Annotated[HistoryQuery, Query()]
) -> Response:
    """Every event of the goal, in its order, with who, when it happened, when it was recorded, and what it changed.

    The goal `plan` is the patient's plan.
    """
    goal_id = GoalId(org, patient, goal)
    without = types_left_out(asks.principal, org, patient)
    found = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: queries.history(
            connection,
            goal_id,
            limit=query.limit,
            cursor=query.cursor,
            without=without,
            newest_first=query.order == "newest",
            diary=query.diary,
        ),
        short=query.limit <= SHORT_PAGE,
    )
    if found is None:
        raise _unknown(goal_id)
    return written_answer(found.json)


@router.get(
    "/patients/{patient}/goals/{goal}/diff",
    summary="What differs between two versions of a goal",
    response_model=None,
    responses={200: {"model": Difference}, **problems(404, 422, 503)},
)
async def diff(
    here: Here, asks: Asks, org: Org, patient: Patient, goal: Goal, query: Annotated[TwoVersions, Query()]
) -> Response:
    """Each field that differs with its value before and after, and the events in between."""
    goal_id = GoalId(org, patient, goal)
    try:
        found = await here.read(
            "audit_trail",
            org,
            query.min_position,
            lambda connection: queries.diff(connection, goal_id, query.from_, query.to),
        )
    except queries.NoSuchVersion as error:
        raise RequestRefused("goal.version_unknown", str(error)) from None
    if found is None:
        raise _unknown(goal_id)
    if without := types_left_out(asks.principal, org, patient):
        found["changes"] = [each for each in found["changes"] if each["field"].partition(".")[0] != "consents"]
        found["events"] = [each for each in found["events"] if each["type"] not in without]
    return json_answer(found)


@router.get(
    "/audit",
    summary="Everything that was recorded in an organisation",
    response_model=None,
    responses={200: {"model": AuditList}, **problems(422, 503)},
)
async def audit(here: Here, asks: Asks, org: Org, query: Annotated[Audit, Query()]) -> Response:
    """Every event of the organisation in the order of the log, newest last."""
    without = types_left_out(asks.principal, org, query.patient)
    found = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: queries.audit(
            connection, org, query, limit=query.limit, cursor=query.cursor, without=without
        ),
    )
    asks.saw(org, found.patients if query.patient is None else found.patients | {query.patient})
    return written_answer(found.json)


def _unknown(goal_id: GoalId) -> Rejected:
    return Rejected("goal.unknown", f"Nothing was recorded for {goal_id}.", version=0)
