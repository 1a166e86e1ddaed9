"""The decisions about a goal's life, from its proposal to its end: one function for each event type."""

from events.event import Event
from events.goal import missing_parts
from events.goal import types as t
from events.vocabulary import Status
from services.goals import notes, references, reviews, rules
from services.goals.decision_context import Decision, DecisionContext

_STARTABLE: frozenset[Status] = frozenset({"proposed", "agreed"})
_WORKED_ON: frozenset[Status] = frozenset({"active", "held"})


def proposed(context: DecisionContext, submission: Event, data: t.Proposed) -> Decision:
    """Anyone may propose, and imperfect goals are welcome: only what is given must hold together."""
    plan = rules.plan_closed(context)
    rules.goal_exists(context)
    rules.template_unknown(data.template)
    references.priority(plan, data.priority)
    references.supports(context, submission.goal_id.goal, data.supports)
    return Decision()


def imported(context: DecisionContext, submission: Event, data: t.Imported) -> Decision:
    """No rule of activation is applied: the work was agreed and begun elsewhere."""
    plan = rules.plan_closed(context)
    rules.goal_exists(context)
    references.sensible(
        "actorrole",
        holds=submission.actor.role == "system",
        detail="A goal is imported by a system, not by a person; use actorrole system, or propose the goal.",
    )
    if data.status not in _WORKED_ON:
        return Decision()
    first = reviews.first_review(plan, plan.day(context.now), None, None)
    over = notes.limit_exceeded(context, plan.active_goal_limit) if data.status == "active" else None
    return Decision((first,), notes.given(over))


def agreed(context: DecisionContext, submission: Event, data: t.Agreed) -> Decision:
    """The patient and a clinician each speak for themselves."""
    rules.goal_closed(rules.goal_unknown(context))
    rules.actor_role(submission)
    return Decision()


def contested(context: DecisionContext, submission: Event, data: t.Contested) -> Decision:
    """A goal can be contested until it is over; a contest never stops the work on it."""
    rules.goal_closed(rules.goal_unknown(context))
    rules.actor_role(submission)
    return Decision()


def activated(context: DecisionContext, submission: Event, data: t.Activated) -> Decision:
    """Both have agreed, nothing waits for an answer, the goal can be worked on, and there is room for it."""
    plan = rules.plan_closed(context)
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    rules.goal_contested(goal)
    rules.goal_state(goal, _STARTABLE, "can be activated")
    rules.goal_not_agreed(goal)
    rules.goal_vague(goal, plan)
    note = rules.goal_limit_reached(context, plan, override=data.override is not None, role=submission.actor.role)
    day = context.day_of(submission)
    references.sensible(
        "first_review_on",
        holds=data.first_review_on is None or data.first_review_on >= day,
        detail=f"The first review cannot be before the goal begins on {day}.",
    )
    first = reviews.first_review(plan, day, data.review_every_days, data.first_review_on)
    capped = notes.cadence_capped(plan, data.review_every_days, data.first_review_on, first.due_on)
    return Decision((first,), notes.given(note, capped))


def revised(context: DecisionContext, submission: Event, data: t.Revised) -> Decision:
    """Any open goal can be revised at any time; one being worked on stays well enough defined."""
    plan = rules.plan_missing(context)
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    if goal.is_begun:
        rules.gas_levels(data.changes.gas, plan)
    references.priority(plan, data.changes.priority)
    references.supports(context, goal.goal, data.changes.supports)
    references.review(goal, data.review)
    after = context.goal_after(submission)
    if goal.status in _WORKED_ON and not missing_parts(goal, simplified=plan.simplified):
        rules.goal_vague(after, plan)
    capped = notes.cadence_capped(plan, data.changes.review_every_days)
    return Decision(notes=notes.given(notes.steep_revision(after), capped))


def change_requested(context: DecisionContext, submission: Event, data: t.ChangeRequested) -> Decision:
    """Anyone may ask for a change."""
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    references.new_request(goal, data.request)
    return Decision()


def change_answered(context: DecisionContext, submission: Event, data: t.ChangeAnswered) -> Decision:
    """A change request is answered by either party, a contest by a clinician."""
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    if data.request is None:
        references.open_contest(goal)
        rules.actor_role(submission, treating=True)
    else:
        rules.actor_role(submission)
        references.open_request(goal, data.request)
    return Decision()


def held(context: DecisionContext, submission: Event, data: t.Held) -> Decision:
    """An active goal can pause."""
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    rules.goal_state(goal, frozenset({"active"}), "can be put on hold")
    return Decision()


def resumed(context: DecisionContext, submission: Event, data: t.Resumed) -> Decision:
    """A held goal goes on, if there is room for it among the active ones."""
    plan = rules.plan_closed(context)
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    rules.goal_state(goal, frozenset({"held"}), "can be resumed")
    rules.goal_limit_reached(context, plan, override=False, role=submission.actor.role)
    return Decision()


def closed(context: DecisionContext, submission: Event, data: t.Closed) -> Decision:
    """An open goal is closed once; after a review has closed it, one closing event may still add the details."""
    goal = rules.goal_unknown(context)
    if not goal.closed_by_review:
        rules.goal_closed(goal)
    if data.outcome in ("retired", "not_achieved"):
        rules.goal_setback_unreviewed(goal)
    references.replaced_by(context, data.replaced_by)
    without = notes.closed_without_patient(context.goal_after(submission))
    return Decision(notes=notes.given(notes.level_without_text(goal, data.level), without))


def reopened(context: DecisionContext, submission: Event, data: t.Reopened) -> Decision:
    """A goal that was closed by mistake goes on as it was, if there is room for it among the active ones."""
    plan = rules.plan_closed(context)
    goal = rules.goal_unknown(context)
    rules.actor_role(submission)
    if goal.status == "entered_in_error":
        rules.goal_closed(goal)
    rules.goal_state(goal, frozenset({"closed"}), "can be opened again")
    after = context.goal_after(submission)
    if after.status == "active":
        rules.goal_limit_reached(context, plan, override=False, role=submission.actor.role)
    return Decision((reviews.review_after_reopening(plan, goal, context.today),) if after.is_begun else ())


def voided(context: DecisionContext, submission: Event, data: t.Voided) -> Decision:
    """The goal's state does not matter; `voiding.py` decides by the log's messages what an operator may void."""
    return Decision()


def entered_in_error(context: DecisionContext, submission: Event, data: t.EnteredInError) -> Decision:
    """A goal can be marked as entered in error in every state."""
    goal = rules.goal_unknown(context)
    if goal.status == "entered_in_error":
        rules.goal_closed(goal)
    return Decision()
