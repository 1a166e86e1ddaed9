"""The rules, one function each, named as their codes. Each returns when the rule is kept and raises when it is not."""

from datetime import date, timedelta

from events.errors import FieldError, Rejected
from events.event import Event
from events.goal import GoalState, missing_parts
from events.goal.definition import FULL_SCALE, SIMPLE_SCALE, WHY
from events.plan import PlanState
from events.vocabulary import ActorRole, GasScale, Status, Template
from services.goals.decision_context import DecisionContext
from services.templates.library import library

_TREATING: frozenset[ActorRole] = frozenset({"clinician", "supervisor"})
_PARTIES: frozenset[ActorRole] = frozenset({"patient", "clinician", "supervisor"})


def plan_missing(context: DecisionContext) -> PlanState:
    """Goals need an opened plan."""
    if context.plan is None:
        raise Rejected("plan.missing", "The patient has no treatment plan yet; open one first.")
    return context.plan


def plan_closed(context: DecisionContext) -> PlanState:
    """New work needs a plan that is still open."""
    plan = plan_missing(context)
    if not plan.is_open:
        raise Rejected("plan.closed", "The patient's plan was closed; open it again before new work begins.")
    return plan


def plan_exists(context: DecisionContext) -> None:
    """A plan is opened once, and again only after it was closed."""
    if context.plan is not None and context.plan.is_open:
        raise Rejected("plan.exists", "The patient's plan is open already; amend it instead.")


def goal_exists(context: DecisionContext) -> None:
    """A goal's id is used once."""
    if context.goal is not None:
        raise Rejected(
            "goal.exists",
            f"A goal with this id exists already and is {_put(context.goal.status)}.",
        )


def goal_unknown(context: DecisionContext) -> GoalState:
    """Events other than a first one need the goal to exist, and so its patient's plan."""
    plan_missing(context)
    if context.goal is None:
        raise Rejected("goal.unknown", "There is no goal with this id; propose it first.")
    return context.goal


def goal_closed(goal: GoalState) -> None:
    """A closed goal takes no further events."""
    if goal.status == "entered_in_error":
        raise Rejected("goal.closed", "The goal was entered in error; it takes no further events.")
    if goal.status == "closed":
        how = f" as {_put(goal.outcome)}" if goal.outcome else ""
        raise Rejected("goal.closed", f"The goal was closed{how}; it takes no further events.")


def goal_state(goal: GoalState, allowed: frozenset[Status], doing: str) -> None:
    """An event must make sense in the goal's present state."""
    if goal.status not in allowed:
        wanted = " or ".join(_put(status) for status in sorted(allowed))
        raise Rejected("goal.state", f"The goal is {_put(goal.status)}; only {_article(wanted)} goal {doing}.")


def goal_contested(goal: GoalState) -> None:
    """A contested goal must be answered by a clinician before it can be activated."""
    if goal.awaits_answer and not goal.is_begun:
        raise Rejected(
            "goal.contested",
            "The goal was contested and nobody has answered yet; a clinician's change_answered comes first.",
        )


def goal_not_agreed(goal: GoalState) -> None:
    """Activation needs the agreement of the patient and of a clinician."""
    if goal.awaiting_agreement:
        who = " and ".join(f"the {party}" for party in goal.awaiting_agreement)
        raise Rejected("goal.not_agreed", f"The goal still awaits the agreement of {who}.")


def goal_vague(goal: GoalState, plan: PlanState) -> None:
    """Activation needs a usable definition: SMART with measure, target and due, or the levels of a GAS scale."""
    missing = missing_parts(goal, simplified=plan.simplified)
    if missing:
        raise Rejected(
            "goal.vague",
            "The goal is not yet defined well enough to work on; it can stay a draft for as long as it needs."
            f" Missing: {', '.join(missing)}.",
            tuple(FieldError(part, WHY[part]) for part in missing),
        )


def goal_limit_reached(context: DecisionContext, plan: PlanState, *, override: bool, role: ActorRole) -> str | None:
    """Active goals never exceed the plan's limit; a clinician's or supervisor's override admits one more.

    Returns:
        A note when the override was used.
    """
    active = sum(other.status == "active" for other in context.others.values())
    if active < plan.active_goal_limit:
        return None
    full = f"{active} goal{'s are' if active != 1 else ' is'} active; the plan allows {plan.active_goal_limit}."
    if override and role in _TREATING:
        return f"Override used: {full}"
    only = " An override must come from a clinician or supervisor." if override else ""
    raise Rejected("goal.limit_reached", full + only)


def goal_limit_lowered(context: DecisionContext, plan: PlanState, limit: int) -> None:
    """The plan's limit is not lowered below the goals that are active already; the code is `goal.limit_reached`."""
    active = sum(other.status == "active" for other in context.others.values())
    if limit < min(plan.active_goal_limit, active):
        raise Rejected(
            "goal.limit_reached",
            f"{active} goals are active; hold or close some of them before the plan allows only {limit}.",
            (FieldError("active_goal_limit", f"At least {min(plan.active_goal_limit, active)} for now."),),
        )


def goal_setback_unreviewed(goal: GoalState) -> None:
    """Retiring, or closing as not achieved, after a setback needs a review that knew of it, on or after its day.

    Args:
        goal: As it is when it ends; the review that ends it is one of its reviews.
    """
    setbacks = goal.unreviewed_setbacks
    if setbacks:
        raise Rejected(
            "goal.setback_unreviewed",
            f"There was a setback on {max(each.on for each in setbacks)} that no review has looked at yet; review the"
            " goal together first, then decide whether it goes on.",
        )


def template_unknown(template: Template | None) -> None:
    """A proposal names a template that there is, in a version that there is."""
    if template is None or library().find(template.id, template.version) is not None:
        return
    versions = library().versions(template.id)
    known = f"its versions are {', '.join(map(str, versions))}" if versions else "there is none with this id"
    field = "template.version" if versions else "template.id"
    raise Rejected(
        "template.unknown",
        f"The goal names version {template.version} of the template {template.id}, but {known}.",
        (FieldError(field, "Name a template of the list, or leave the template out."),),
    )


def gas_levels(gas: GasScale | None, plan: PlanState) -> None:
    """The scale of a goal at work has five texts, the expected level in the middle; in simplified language three.

    A draft's scale grows level by level, and is asked for the whole of it only when the goal is activated.
    """
    if gas is None:
        return
    needed = SIMPLE_SCALE if plan.simplified else FULL_SCALE
    missing = [level for level in needed if level not in gas.levels]
    if missing:
        raise Rejected(
            "gas.levels",
            f"A scale needs a text for each of the levels {', '.join(needed)}; missing: {', '.join(missing)}.",
            tuple(FieldError(f"gas.levels.{level}", "This level needs a text.") for level in missing),
        )


def progress_out_of_range(context: DecisionContext, submission: Event, on: date) -> None:
    """No entry is made for a day in the future."""
    if on > context.latest_day(submission):
        raise Rejected(
            "progress.out_of_range",
            f"{on} has not come yet; dates are not in the future. For the clinic it is {context.today}.",
            (FieldError("on", "Give today or an earlier day."),),
        )


def progress_not_open(goal: GoalState) -> None:
    """Entries go to goals on which work has begun; they may still come in after such a goal was closed."""
    if goal.is_begun or (goal.status == "closed" and (goal.started_on is not None or goal.imported)):
        return
    raise Rejected(
        "progress.not_open",
        f"The goal is {_put(goal.status)}; entries go to goals on which work has begun.",
    )


def progress_outside_goal(goal: GoalState, plan: PlanState, on: date) -> None:
    """What happened on a goal lies between the day on which the work began and the day on which the goal was closed.

    Where the clinic's day and that of whoever said so differ, both are days of the goal's life.
    """
    if goal.started_on and on < goal.started_on:
        started = min(goal.started_on, plan.day(goal.started_at)) if goal.started_at else goal.started_on
        if on < started:
            raise Rejected(
                "progress.outside_goal",
                f"The work on the goal began on {started}, and {on} is before that day.",
                (FieldError("on", f"Give {started} or a later day."),),
            )
    ended = [goal.status_on] if goal.status == "closed" and goal.status_on else []
    if ended and goal.closing:
        ended.append(plan.day(goal.closing.at))
    if ended and on > max(ended):
        raise Rejected(
            "progress.outside_goal",
            f"The goal was closed on {max(ended)}, and {on} is after that day.",
            (FieldError("on", f"Give {max(ended)} or an earlier day."),),
        )


def actor_role(submission: Event, *, treating: bool = False) -> None:
    """Agreeing and contesting are the patient's and the clinician's; some answers are the clinician's alone."""
    allowed = _TREATING if treating else _PARTIES
    if submission.actor.role not in allowed:
        roles = ", ".join(sorted(allowed))
        raise Rejected(
            "event.invalid",
            f"{submission.type_name} cannot come from {_article(submission.actor.role)}; it takes {roles}.",
            (FieldError("actorrole", f"Must be one of {roles}."),),
        )


def time_in_future(context: DecisionContext, submission: Event) -> None:
    """An event's time is not in the future; one day is allowed for clocks that are wrong."""
    if submission.time > context.now + timedelta(days=1):
        raise Rejected(
            "time.future",
            f"The event's time, {submission.time.isoformat()}, lies in the future; Cairn's clock says"
            f" {context.now.isoformat(timespec='seconds')}. Set the clock of the sender, and send it again.",
            (FieldError("time", "time is when it happened."),),
        )


def _put(word: str | None) -> str:
    return (word or "").replace("_", " ")


def _article(words: str) -> str:
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"
