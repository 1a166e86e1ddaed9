"""What each goal event needs, and what follows from it."""

from operator import attrgetter

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal, missing_parts
from events.goal import types as t
from events.plan import PlanState
from events.vocabulary import Status
from services.goals import reviews, rules
from services.goals.known import Decision, Known

_ENTRY = attrgetter("entry")
"""An entry's id; a goal has hundreds of entries, and this is the quick way through them."""
_STARTABLE: frozenset[Status] = frozenset({"proposed", "agreed"})
_WORKED_ON: frozenset[Status] = frozenset({"active", "held"})
_CONTESTABLE: frozenset[Status] = frozenset({"proposed", "agreed", "active", "contested"})


def proposed(known: Known, submission: Event, data: t.Proposed) -> Decision:
    """Anyone may propose, and imperfect goals are welcome: only what is given must hold together."""
    plan = rules.plan_open(known)
    rules.goal_exists(known)
    rules.gas_levels(data.gas, plan)
    _priority(plan, data.priority)
    rules.goal_supports(known, submission.goal_id.goal, data.supports)
    return Decision()


def imported(known: Known, submission: Event, data: t.Imported) -> Decision:
    """No rule of activation is applied: the work was agreed and begun elsewhere."""
    plan = rules.plan_open(known)
    rules.goal_exists(known)
    rules.reference(
        "actorrole",
        found=submission.actor.role == "system",
        detail="A goal is imported by a system, not by a person; use actorrole system, or propose the goal.",
    )
    if data.status not in _WORKED_ON:
        return Decision()
    today = plan.day(known.now)
    active = sum(other.status == "active" for other in known.others.values())
    note = f"With this goal {active + 1} are active; the plan allows {plan.active_goal_limit}."
    over = data.status == "active" and active >= plan.active_goal_limit
    return Decision((reviews.first_review(plan, today, None, None),), (note,) if over else ())


def agreed(known: Known, submission: Event, data: t.Agreed) -> Decision:
    """The patient and a clinician each speak for themselves."""
    rules.goal_closed(_goal(known))
    rules.actor_role(submission)
    return Decision()


def contested(known: Known, submission: Event, data: t.Contested) -> Decision:
    """Pushing back is always possible until the goal is on hold or over."""
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.actor_role(submission)
    rules.goal_state(goal, _CONTESTABLE, "can be contested")
    return Decision()


def activated(known: Known, submission: Event, data: t.Activated) -> Decision:
    """Both have agreed, nothing waits for an answer, the goal can be worked on, and there is room for it."""
    plan = rules.plan_open(known)
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.goal_contested(goal)
    rules.goal_state(goal, _STARTABLE, "can be activated")
    rules.goal_not_agreed(goal)
    rules.goal_vague(goal, plan)
    note = rules.goal_limit_reached(known, plan, override=data.override is not None, role=submission.actor.role)
    day = known.day_of(submission)
    rules.reference(
        "first_review_on",
        found=data.first_review_on is None or data.first_review_on >= day,
        detail=f"The first review cannot be before the goal begins on {day}.",
    )
    first = reviews.first_review(plan, day, data.review_every_days, data.first_review_on)
    return Decision((first,), (note,) if note else ())


def revised(known: Known, submission: Event, data: t.Revised) -> Decision:
    """Any open goal can be revised at any time; one being worked on stays well enough defined."""
    plan = rules.plan_missing(known)
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.gas_levels(data.changes.gas, plan)
    _priority(plan, data.changes.priority)
    rules.goal_supports(known, goal.goal, data.changes.supports)
    if goal.status in _WORKED_ON and not missing_parts(goal, simplified=plan.simplified):
        rules.goal_vague(_after(goal, submission), plan)
    return Decision()


def change_requested(known: Known, submission: Event, data: t.ChangeRequested) -> Decision:
    """Anyone may ask for a change."""
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.reference(
        "request",
        found=all(request.request != data.request for request in goal.change_requests),
        detail="A change request with this id exists already.",
    )
    return Decision()


def change_answered(known: Known, submission: Event, data: t.ChangeAnswered) -> Decision:
    """A change request is answered by either party, a contest by a clinician."""
    goal = _goal(known)
    rules.goal_closed(goal)
    if data.request is None:
        rules.reference(
            "request",
            found=goal.status == "contested",
            detail="Nothing waits for an answer; name the change request.",
        )
        rules.actor_role(submission, treating=True)
        return Decision()
    rules.actor_role(submission)
    open_requests = {request.request for request in goal.change_requests if request.answer is None}
    rules.reference(
        "request", found=data.request in open_requests, detail="There is no open change request with this id."
    )
    return Decision()


def milestone_set(known: Known, submission: Event, data: t.MilestoneSet) -> Decision:
    """A milestone can be set and moved until it is met."""
    goal = _goal(known)
    rules.goal_closed(goal)
    met = {milestone.milestone for milestone in goal.milestones if milestone.met_on is not None}
    rules.reference("milestone", found=data.milestone not in met, detail="The milestone with this id was met already.")
    return Decision()


def milestone_met(known: Known, submission: Event, data: t.MilestoneMet) -> Decision:
    """A milestone that is ahead can be met, today or on an earlier day."""
    goal = _goal(known)
    rules.goal_closed(goal)
    ahead = {milestone.milestone for milestone in goal.milestones if milestone.met_on is None}
    rules.reference("milestone", found=data.milestone in ahead, detail="There is no milestone ahead with this id.")
    rules.progress_out_of_range(known, submission, data.on)
    return Decision()


def progress_logged(known: Known, submission: Event, data: t.ProgressLogged) -> Decision:
    """An entry for today or an earlier day; a setback or a dip in motivation brings a review nearer."""
    plan = rules.plan_missing(known)
    goal = _goal(known)
    rules.progress_not_open(goal)
    rules.progress_out_of_range(known, submission, data.on)
    rules.reference(
        "entry",
        found=data.entry not in map(_ENTRY, goal.progress),
        detail="An entry with this id exists already; correct it with progress_corrected.",
    )
    review = reviews.review_after_entry(plan, goal, data, known.day_of(submission))
    return Decision((review,) if review else ())


def progress_corrected(known: Known, submission: Event, data: t.ProgressCorrected) -> Decision:
    """An entry that is there can be put right."""
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.reference(
        "entry",
        found=data.entry in map(_ENTRY, goal.progress),
        detail="There is no entry with this id.",
    )
    if data.on is not None:
        rules.progress_out_of_range(known, submission, data.on)
    return Decision()


def review_scheduled(known: Known, submission: Event, data: t.ReviewScheduled) -> Decision:
    """A review is moved by an event of its own, never by editing the goal."""
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.goal_state(goal, _WORKED_ON, "has reviews")
    rules.reference(
        "due_on",
        found=data.due_on >= known.day_of(submission),
        detail="A review cannot be scheduled for a day that has passed.",
    )
    return Decision()


def reviewed(known: Known, submission: Event, data: t.Reviewed) -> Decision:
    """A goal being worked on is reviewed; the next review follows while it stays open."""
    plan = rules.plan_missing(known)
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.goal_state(goal, _WORKED_ON, "is reviewed")
    rules.progress_out_of_range(known, submission, data.on)
    match data.decision:
        case "hold":
            rules.goal_state(goal, frozenset({"active"}), "can be put on hold")
        case "resume":
            rules.goal_state(goal, frozenset({"held"}), "can be resumed")
            rules.goal_limit_reached(known, plan, override=False, role=submission.actor.role)
        case "retire":
            rules.goal_setback_unreviewed(goal, data.on)
            return Decision()
        case "replace" | "achieve":
            return Decision()
    rules.reference(
        "next_review_on",
        found=data.next_review_on is None or data.next_review_on > data.on,
        detail="The next review comes after this one.",
    )
    return Decision((reviews.next_review(plan, goal, data.on, data.next_review_on),))


def held(known: Known, submission: Event, data: t.Held) -> Decision:
    """An active goal can pause."""
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.goal_state(goal, frozenset({"active"}), "can be put on hold")
    return Decision()


def resumed(known: Known, submission: Event, data: t.Resumed) -> Decision:
    """A held goal goes on, if there is room for it among the active ones."""
    plan = rules.plan_open(known)
    goal = _goal(known)
    rules.goal_closed(goal)
    rules.goal_state(goal, frozenset({"held"}), "can be resumed")
    rules.goal_limit_reached(known, plan, override=False, role=submission.actor.role)
    return Decision()


def closed(known: Known, submission: Event, data: t.Closed) -> Decision:
    """An open goal is closed once; one that a review closed can still be told more about."""
    goal = _goal(known)
    if not goal.closed_by_review:
        rules.goal_closed(goal)
    if data.outcome in ("retired", "not_achieved"):
        rules.goal_setback_unreviewed(goal, goal.last_review_on)
    if data.replaced_by is not None:
        rules.reference(
            "replaced_by",
            found=data.replaced_by in known.others,
            detail="The patient has no other goal with this id.",
        )
    return Decision()


def entered_in_error(known: Known, submission: Event, data: t.EnteredInError) -> Decision:
    """Whatever its state, a goal can be marked as never meant."""
    goal = _goal(known)
    if goal.status == "entered_in_error":
        rules.goal_closed(goal)
    return Decision()


def _goal(known: Known) -> GoalState:
    rules.plan_missing(known)
    return rules.goal_unknown(known)


def _priority(plan: PlanState, priority: str | None) -> None:
    rules.reference(
        "priority",
        found=priority is None or any(each.id == priority for each in plan.priorities),
        detail="The plan has no priority with this id.",
    )


def _after(goal: GoalState, submission: Event) -> GoalState:
    """The goal as it would be with the submission."""
    trial = RecordedEvent(submission, goal.position, goal.version + 1, goal.updated_at)
    return fold_goal(goal, trial) or goal
