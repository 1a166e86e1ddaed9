"""How a patient's goals hang together: priorities → long-term goals → short-term goals → this week's milestones."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from events.goal import GoalState
from events.goal.state import Milestone
from projections.engine.paging import Json
from projections.goal_state.patient.plan import goals_by_priority, priorities_without_goals
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.week import weeks_now
from projections.goal_state.today_week import A_WEEK


def read_tree(record: PatientRecord, today: date) -> Json:
    """The tree of one patient's goals (S38, S39).

    Goals entered in error are left out, and every other one stands in it once: below the goal that it
    supports, or else below its own priority. Where it has none, that is the first priority of the goals below it.

    Returns:
        `day`, `week` (`begins`, `ends`: Monday and Sunday around the day), `priorities` (each with its `goals`, and
        `served_by`: the ids of the open goals that serve it, wherever they stand), `goals_without_priority`, `orphans`
        (open short-term goals that lead to no long-term goal) and `priorities_without_goals`. A goal has the
        `milestones` that are due, or were met, in the week, `this_week` and `last_week` as :func:`weeks_now` gives
        them, below it the `goals` that support it, and `quarantined` as in :func:`events.goal.reading.read_goal`.
    """
    monday = today - timedelta(days=today.weekday())
    goals = record.valid_goals
    by_token = {goal.goal: goal for goal in goals}
    below: dict[str, list[GoalState]] = defaultdict(list)
    for goal in goals:
        if goal.supports in by_token:
            below[str(goal.supports)].append(goal)
    roots = _roots(goals, below)
    priorities = record.plan.priorities if record.plan else ()
    ranks = {priority.id: priority.rank for priority in priorities}
    served_by = goals_by_priority(record)
    at_the_top = {goal.goal for goal in roots}

    def supporting(goal: GoalState) -> list[GoalState]:
        return [each for each in below[goal.goal] if each.goal not in at_the_top]

    def priorities_of(goal: GoalState) -> set[str]:
        if goal.priority in ranks:
            return {goal.priority}
        return {priority for each in supporting(goal) for priority in priorities_of(each)}

    def branch(goal: GoalState) -> Json:
        this_week, last_week = weeks_now(goal, today)
        milestones = [_milestone(each) for each in goal.milestones if _is_of_the_week(each, monday)]
        return {
            **_in_short(goal, record),
            "milestones": milestones,
            "this_week": this_week,
            "last_week": last_week,
            "goals": [branch(each) for each in supporting(goal)],
        }

    beneath: dict[str | None, list[Json]] = defaultdict(list)
    for goal in roots:
        beneath[min(priorities_of(goal), key=ranks.__getitem__, default=None)].append(branch(goal))
    return {
        "day": today,
        "week": {"begins": monday, "ends": monday + A_WEEK - timedelta(days=1)},
        "priorities": [
            {
                **priority.model_dump(),
                "goals": beneath[priority.id],
                "served_by": served_by.get(priority.id, []),
            }
            for priority in priorities
        ],
        "goals_without_priority": beneath[None],
        "orphans": [_in_short(goal, record) for goal in goals if _is_orphan(goal, by_token)],
        "priorities_without_goals": [each.model_dump() for each in priorities_without_goals(record)],
    }


def _roots(goals: Sequence[GoalState], below: Mapping[str, Sequence[GoalState]]) -> list[GoalState]:
    """The goals that support no other. Of goals that support each other in a circle, the first is taken for one."""
    supporting = {goal.goal for supporters in below.values() for goal in supporters}
    roots = [goal for goal in goals if goal.goal not in supporting]
    reached: set[str] = set()

    def reach(goal: GoalState) -> None:
        if goal.goal not in reached:
            reached.add(goal.goal)
            for each in below.get(goal.goal, ()):
                reach(each)

    for goal in roots:
        reach(goal)
    for goal in goals:
        if goal.goal not in reached:
            roots.append(goal)
            reach(goal)
    return roots


def _is_orphan(goal: GoalState, goals: Mapping[str, GoalState]) -> bool:
    if not goal.is_open or goal.horizon != "short_term":
        return False
    supported = goals.get(goal.supports) if goal.supports else None
    return supported is None or supported.horizon != "long_term"


def _is_of_the_week(milestone: Milestone, monday: date) -> bool:
    days = (milestone.due, milestone.met_on)
    return any(day is not None and monday <= day < monday + A_WEEK for day in days)


def _milestone(milestone: Milestone) -> Json:
    return milestone.model_dump()


def _in_short(goal: GoalState, record: PatientRecord) -> Json:
    return {
        "goal": goal.goal,
        "status": goal.status,
        "outcome": goal.outcome,
        "kind": goal.kind,
        "horizon": goal.horizon,
        "life_area": goal.life_area,
        "statement": goal.statement,
        "wording": goal.wording,
        "priority": goal.priority,
        "supports": goal.supports,
        "latest_level": record.diary(goal).latest_level,
        "next_review_on": goal.next_review.due_on if goal.next_review else None,
        "quarantined": record.quarantined.get(goal.goal),
    }
