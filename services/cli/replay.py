"""`cairn replay`: a goal's whole history from the log itself, and what it adds up to."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.parameters import GoalIdType, json_option, moment_options, nats_url_option
from services.cli.printing import Json, print_json

if TYPE_CHECKING:
    from events.event import RecordedEvent
    from events.identity import GoalId
    from services.gateway.moment import Moment


@click.command()
@click.argument("goal_id", type=GoalIdType())
@moment_options
@json_option
@nats_url_option
def replay(
    goal_id: "GoalId", as_of: datetime | None, position: int | None, by: str, as_json: bool, nats_url: str | None
) -> None:
    """Tell the history of a goal (or of a plan: ORG.PATIENT.plan), event by event, and how it stood then.

    Reads the log itself: no service and no projection has to run.
    """
    from services.gateway.moment import Moment

    moment = Moment(position, as_of, "happened" if by == "happened" else "recorded")
    own, plan = asyncio.run(_read(nats_url, goal_id, moment))
    if not own:
        when = " up to then" if as_of or position is not None else ""
        raise click.ClickException(f"The log has no events of {goal_id}{when}.")
    if as_json:
        print_json(_told(goal_id, own, plan))
        return
    from services.cli.card import print_card
    from services.cli.chronicle import print_chronicle

    print_chronicle(goal_id, own)
    state = _state(goal_id, own, plan)
    if state is not None:
        print_card(state)


async def _read(
    nats_url: str | None, goal_id: "GoalId", moment: "Moment"
) -> "tuple[list[RecordedEvent], list[RecordedEvent]]":
    from events.log import Log
    from services.gateway.moment import up_to

    async with connected(nats_url) as nc:
        log = Log(nc)
        own = list(up_to(moment, await log.read(goal_id)))
        plan = own if goal_id.is_plan else list(up_to(moment, await log.read(goal_id.plan)))
        return own, plan


def _told(goal_id: "GoalId", own: "list[RecordedEvent]", plan: "list[RecordedEvent]") -> Json:
    from events.envelope import to_cloudevent

    state = _state(goal_id, own, plan)
    return {"plan" if goal_id.is_plan else "goal": state, "events": [to_cloudevent(event) for event in own]}


def _state(goal_id: "GoalId", own: "list[RecordedEvent]", plan: "list[RecordedEvent]") -> Json | None:
    from events.goal import fold_goals
    from events.goal.reading import read_goal
    from events.plan import fold_plans
    from events.plan.reading import read_plan

    plan_state = fold_plans(plan)
    if goal_id.is_plan:
        return read_plan(plan_state) if plan_state else None
    state = fold_goals(own)
    return read_goal(state, plan_state) if state else None
