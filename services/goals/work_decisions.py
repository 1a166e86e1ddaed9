"""The decisions about the work on a goal (milestones, entries, reviews): one function for each event type."""

from events.event import Event
from events.goal import types as t
from events.goal.entries import Rating
from events.goal.motivation import brings_dip
from events.vocabulary import Status
from services.goals import notes, references, reviews, rules
from services.goals.decision_context import Decision, DecisionContext

_WORKED_ON: frozenset[Status] = frozenset({"active", "held"})


def milestone_set(context: DecisionContext, submission: Event, data: t.MilestoneSet) -> Decision:
    """A milestone can be set and moved until it is met."""
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    references.unmet_milestone(goal, data.milestone)
    return Decision()


def milestone_met(context: DecisionContext, submission: Event, data: t.MilestoneMet) -> Decision:
    """A milestone that is not met yet can be met, today or on an earlier day."""
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    references.milestone_ahead(goal, data.milestone)
    rules.progress_out_of_range(context, submission, data.on)
    return Decision()


def progress_logged(context: DecisionContext, submission: Event, data: t.ProgressLogged) -> Decision:
    """An entry for today or an earlier day of the goal's life, however late it comes in.

    While the goal is worked on, a setback or a dip in motivation brings a review nearer.
    """
    plan = rules.plan_missing(context)
    goal = rules.goal_unknown(context)
    rules.progress_not_open(goal)
    references.new_entry(goal, data.entry)
    rules.progress_out_of_range(context, submission, data.on)
    rules.progress_outside_goal(goal, plan, data.on)
    follows: tuple[t.ReviewScheduled, ...] = ()
    if goal.is_begun and (data.setback or data.motivation is not None):
        today, motivation = context.today, data.motivation
        dips = motivation is not None and brings_dip(Rating(data.on, goal.version + 1, motivation), goal.progress)
        follows = reviews.sooner(
            goal,
            reviews.review_after_setback(today) if data.setback else None,
            reviews.review_after_dip(plan, goal, today) if dips else None,
        )
    return Decision(follows, notes.given(notes.level_without_text(goal, data.level)))


def progress_corrected(context: DecisionContext, submission: Event, data: t.ProgressCorrected) -> Decision:
    """An entry that is there can be corrected, also when the goal is over.

    A setback or a dip that the correction adds brings a review nearer while the goal is worked on.
    """
    plan = rules.plan_missing(context)
    goal = rules.goal_unknown(context)
    if goal.status == "entered_in_error":
        rules.goal_closed(goal)
    before = references.entry(goal, data.entry)
    if data.on is not None:
        rules.progress_out_of_range(context, submission, data.on)
        rules.progress_outside_goal(goal, plan, data.on)
    after = context.goal_after(submission)
    references.sensible(
        "entry",
        holds=references.entry(after, data.entry).says_something,
        detail="Nothing would be left of the entry; withdraw it with progress_withdrawn.",
    )
    follows: tuple[t.ReviewScheduled, ...] = ()
    if goal.next_review is not None:
        today = context.today
        dips = after.raise_at_next_session and not goal.raise_at_next_session
        follows = reviews.sooner(
            goal,
            reviews.review_after_setback(today) if data.setback and not before.setback else None,
            reviews.review_after_dip(plan, goal, today) if dips else None,
        )
    return Decision(follows, notes.given(notes.level_without_text(goal, data.level)))


def progress_withdrawn(context: DecisionContext, submission: Event, data: t.ProgressWithdrawn) -> Decision:
    """An entry that is there can be taken back, also when the goal is over; the log keeps that it was there."""
    goal = rules.goal_unknown(context)
    if goal.status == "entered_in_error":
        rules.goal_closed(goal)
    references.entry(goal, data.entry)
    return Decision()


def review_scheduled(context: DecisionContext, submission: Event, data: t.ReviewScheduled) -> Decision:
    """A review is moved by an event of its own, never by editing the goal."""
    plan = rules.plan_missing(context)
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    rules.goal_state(goal, _WORKED_ON, "has reviews")
    today = context.day_of(submission)
    references.sensible(
        "due_on", holds=data.due_on >= today, detail="A review cannot be scheduled for a day that has passed."
    )
    latest = reviews.latest_day(plan, today)
    references.sensible(
        "due_on",
        holds=latest is None or data.due_on <= latest,
        detail=f"The plan asks for short reviews; the next one is at most 7 days ahead, on {latest}.",
    )
    return Decision()


def reviewed(context: DecisionContext, submission: Event, data: t.Reviewed) -> Decision:
    """A goal being worked on is reviewed; the next review follows while it stays open."""
    plan = rules.plan_missing(context)
    goal = rules.goal_unknown(context)
    rules.goal_closed(goal)
    rules.goal_state(goal, _WORKED_ON, "is reviewed")
    rules.progress_out_of_range(context, submission, data.on)
    rules.progress_outside_goal(goal, plan, data.on)
    level = notes.given(notes.level_without_text(goal, data.level))
    match data.decision:
        case "hold":
            rules.goal_state(goal, frozenset({"active"}), "can be put on hold")
        case "resume":
            rules.goal_state(goal, frozenset({"held"}), "can be resumed")
            rules.goal_limit_reached(context, plan, override=False, role=submission.actor.role)
        case "retire":
            after = context.goal_after(submission)
            rules.goal_setback_unreviewed(after)
            return Decision(notes=(*level, *notes.given(notes.closed_without_patient(after))))
        case "replace" | "achieve":
            after = context.goal_after(submission)
            return Decision(notes=(*level, *notes.given(notes.closed_without_patient(after))))
    references.sensible(
        "next_review_on",
        holds=data.next_review_on is None or data.next_review_on > data.on,
        detail="The next review comes after this one.",
    )
    scheduled = reviews.next_review(plan, goal, data.on, data.next_review_on, context.today)
    if scheduled is None:
        return Decision(notes=(*level, *notes.given(notes.earlier_review(goal))))
    capped = notes.cadence_capped(plan, None, data.next_review_on, scheduled.due_on)
    return Decision((scheduled,), (*level, *notes.given(capped)))
