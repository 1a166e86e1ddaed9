"""GET …/goals: what goals are now, what one of them was at an earlier moment, and the entries of its diary."""

from datetime import UTC, datetime
from typing import Annotated

from starlette.responses import Response

from events.errors import Rejected
from events.flag import Audience
from events.goal.reading import read_goal
from events.identity import GoalId
from projections.goal_state import diary_queries, queries
from projections.goal_state.queries import GoalsPage
from projections.goal_state.served_goals import Looking
from services.gateway.answers import json_answer, written_answer
from services.gateway.as_of import Moment
from services.gateway.asking import Asking, Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.models import EntryList, GoalList, GoalReading
from services.gateway.parameters import EntriesQuery, Goal, GoalsOfOrg, GoalsOfPatient, OneGoal, Org, Patient
from services.gateway.patient_as_of import record_at
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}", tags=["read"])


@router.get(
    "/goals",
    summary="The goals of an organisation",
    response_model=None,
    responses={200: {"model": GoalList}, **problems(422, 503)},
)
async def goals_of_org(here: Here, asks: Asks, org: Org, query: Annotated[GoalsOfOrg, Query()]) -> Response:
    """Goals as they are now, in the order of patient and goal."""
    found = await _goals(here, asks, org, query, query.patient)
    asks.saw(org, found.patients if query.patient is None else found.patients | {query.patient})
    return written_answer(found.json)


@router.get(
    "/patients/{patient}/goals",
    summary="The goals of a patient",
    response_model=None,
    responses={200: {"model": GoalList}, **problems(422, 503)},
)
async def goals_of_patient(
    here: Here, asks: Asks, org: Org, patient: Patient, query: Annotated[GoalsOfPatient, Query()]
) -> Response:
    """Goals as they are now, in the order of their ids."""
    return written_answer((await _goals(here, asks, org, query, patient)).json)


@router.get(
    "/patients/{patient}/goals/{goal}",
    summary="One goal, as it is or as it stood",
    response_model=None,
    responses={200: {"model": GoalReading}, **problems(404, 422, 503)},
)
async def one_goal(
    here: Here, asks: Asks, org: Org, patient: Patient, goal: Goal, query: Annotated[OneGoal, Query()]
) -> Response:
    """The goal as it is now; with `as_of` or `position` as it stood then, by folding the log up to there.

    Its diary is not in it unless `include` asks for it, nor are the wins of each week, which come of that.

    `as_of` is an instant. By default it shows what the record said then (`by=recorded`); with `by=happened`, what was
    so then as far as is known today, late entries included. Flags are those of then, too, but for text that other
    patients have in common.
    """
    goal_id = GoalId(org, patient, goal)
    if query.moment is not None:
        return json_answer(await _as_it_stood(here, goal_id, query.moment, query, asks.audience(query.audience)))
    looking = Looking(datetime.now(UTC), asks.audience(query.audience), query.include)
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: queries.goal(connection, goal_id, looking),
        short=not query.include,
    )
    if found is None:
        raise _unknown(goal_id)
    return written_answer(found)


@router.get(
    "/patients/{patient}/goals/{goal}/entries",
    summary="The diary of a goal",
    response_model=None,
    responses={200: {"model": EntryList}, **problems(404, 422, 503)},
)
async def entries_of_goal(
    here: Here, org: Org, patient: Patient, goal: Goal, query: Annotated[EntriesQuery, Query()]
) -> Response:
    """The entries as they are now, with corrections applied and without those that were withdrawn, in the order in
    which they came in; the day that an entry is about may be an earlier one. `from` and `to` ask for the entries about
    some days; `first_on` and `last_on` say from when to when the diary goes."""
    goal_id = GoalId(org, patient, goal)
    found = await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: diary_queries.entries(
            connection,
            goal_id,
            first=query.from_,
            last=query.to,
            newest_first=query.order == "newest",
            limit=query.limit,
            cursor=query.cursor,
        ),
    )
    if found is None:
        raise _unknown(goal_id)
    return json_answer(found)


async def _goals(here: Gateway, asks: Asking, org: str, query: GoalsOfPatient, patient: str | None) -> GoalsPage:
    looking = Looking(datetime.now(UTC), asks.audience(query.audience), query.include)
    return await here.read(
        "goal_state",
        org,
        query.min_position,
        lambda connection: queries.goals(
            connection, org, query, looking=looking, patient=patient, limit=query.limit, cursor=query.cursor
        ),
    )


async def _as_it_stood(here: Gateway, goal_id: GoalId, moment: Moment, query: OneGoal, audience: Audience) -> object:
    org, patient, token = goal_id
    record, at = await record_at(here, org, patient, moment, min_position=query.min_position, only=goal_id)
    state = record.goal(token)
    if state is None:
        raise _unknown(goal_id, "" if goal_id.is_plan else " at that moment")
    # How many others had the same words at that moment is not known here.
    return read_goal(state, record.plan, at=at, others=record.others(state), audience=audience, include=query.include)


def _unknown(goal_id: GoalId, when: str = "") -> Rejected:
    elsewhere = " The patient's plan is read at …/plan." if goal_id.is_plan else ""
    return Rejected("goal.unknown", f"There is no goal {goal_id}{when}.{elsewhere}", version=0)
