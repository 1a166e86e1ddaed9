"""GET …/moments, …/texts and …/levels: when a goal changed, who wrote which of its words, and where it stood."""

from collections.abc import Callable, Sequence
from typing import Annotated

from starlette.responses import Response

from events.errors import Rejected
from events.event import RecordedEvent
from events.identity import GoalId
from projections.audit_trail.moments import Steps, Texts, moments, texts, versions
from projections.goal_state import diary_queries
from services.gateway.answers import json_answer
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.over_time_models import LevelList, MomentList, TextsOfGoal
from services.gateway.parameters import Goal, LevelsQuery, MomentsQuery, Org, Patient, ThatMoment
from services.gateway.reader import SHORT_PAGE
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}/patients/{patient}/goals/{goal}", tags=["read"])


@router.get(
    "/moments",
    summary="When something but a diary entry happened to a goal",
    response_model=None,
    responses={200: {"model": MomentList}, **problems(404, 422, 503)},
)
async def moments_of_goal(
    here: Here, org: Org, patient: Patient, goal: Goal, query: Annotated[MomentsQuery, Query()]
) -> Response:
    """The moments at which a goal may be looked back at: each event that logs no diary entry, with when it happened and
    when it was recorded, and in a sentence. What it says stands in the history."""
    goal_id = GoalId(org, patient, goal)
    found = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: moments(
            connection, goal_id, newest_first=query.order == "newest", limit=query.limit, cursor=query.cursor
        ),
        short=query.limit <= SHORT_PAGE,
    )
    if found is None:
        raise _unknown(goal_id)
    return json_answer(found)


@router.get(
    "/texts",
    summary="Who wrote which of a goal's words",
    response_model=None,
    responses={200: {"model": TextsOfGoal}, **problems(404, 422, 503)},
)
async def texts_of_goal(
    here: Here, org: Org, patient: Patient, goal: Goal, query: Annotated[ThatMoment, Query()]
) -> Response:
    """The goal's own words, how it is put, and each step of its scale, with who wrote it and when; and the texts that
    the scale had before. With `as_of` or `position` as they stood then."""
    goal_id = GoalId(org, patient, goal)
    moment = query.moment
    counts = None if moment is None else moment.includes
    found = await _texts(here, goal_id, query.min_position, counts)
    if found is None:
        raise _unknown(goal_id)
    steps = sorted(((int(level), written) for level, written in found.steps.items()), reverse=True)
    return json_answer(
        {
            **goal_id._asdict(),
            "statement": found.statement._asdict(),
            "wording": found.wording and found.wording._asdict(),
            "steps": [{"level": level, **written._asdict()} for level, written in steps],
            "scales": [each._asdict() for each in found.scales],
        }
    )


@router.get(
    "/levels",
    summary="Where a goal stood on its scale, day by day",
    response_model=None,
    responses={200: {"model": LevelList}, **problems(404, 422, 503)},
)
async def levels_of_goal(
    here: Here, org: Org, patient: Patient, goal: Goal, query: Annotated[LevelsQuery, Query()]
) -> Response:
    """Every level that was told, by the days, from the baseline to the closing. A day that is not there is unknown.

    `scale` is the version of the goal since which its steps had the texts under which a level was told, as `scales` of
    …/texts names it: a level that was told under other texts is told of other steps.
    """
    goal_id = GoalId(org, patient, goal)
    found = await here.read(
        "goal_state", org, query.min_position, lambda connection: diary_queries.levels(connection, goal_id)
    )
    written = await _texts(here, goal_id, query.min_position)
    if found is None:
        raise _unknown(goal_id)
    scales = written.scales if written else ()
    return json_answer(
        {
            "items": [
                {**seen._asdict(), "scale": scale_of(seen.version, scales)}
                for seen in found
                if (query.from_ is None or seen.on >= query.from_) and (query.to is None or seen.on <= query.to)
            ],
            "next": None,
        }
    )


def scale_of(version: int | None, scales: Sequence[Steps]) -> int | None:
    """The version since which the steps had the texts under which an event of the goal was told; None of a baseline."""
    if version is None:
        return None
    return max((each.version for each in scales if each.version <= version), default=None)


async def _texts(
    here: Gateway, goal_id: GoalId, min_position: int | None, counts: Callable[[RecordedEvent], bool] | None = None
) -> Texts | None:
    found = await here.read(
        "audit_trail",
        goal_id.org,
        min_position,
        lambda connection: versions(connection, goal_id, counts or (lambda _: True)),
    )
    return texts(found)


def _unknown(goal_id: GoalId) -> Rejected:
    return Rejected("goal.unknown", f"There is no goal {goal_id}.", version=0)
