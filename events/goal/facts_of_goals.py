"""The facts of goals, out of their folded states."""

from events.goal.definition import missing_parts, unsaid_in_smart
from events.goal.facts import DiaryFacts, GoalFacts
from events.goal.flags import standing_flags
from events.goal.state import GoalState
from events.goal.suggestion import Framework, Suggestion, suggested_framework


def goal_facts(goal: GoalState) -> GoalFacts:
    """The facts of a goal."""
    by = {agreement.party: agreement.actor.id for agreement in goal.agreements}
    smart = goal.smart
    return GoalFacts(
        goal.goal,
        goal.status,
        goal.outcome,
        goal.kind,
        goal.horizon,
        goal.priority,
        goal.supports,
        goal.imported,
        bool(goal.override_reason),
        by.get("patient"),
        by.get("clinician"),
        smart.due if smart else None,
        smart.for_weeks if smart else None,
        goal.created_at,
        goal.started_on,
        goal.status_on,
        goal.next_review.due_on if goal.next_review else None,
        goal.last_review_on,
        goal.closing.actor.role if goal.status == "closed" and goal.closing else None,
        missing_parts(goal, simplified=False),
        missing_parts(goal, simplified=True),
        unsaid_in_smart(smart),
        _in_short(suggested_framework(goal, simplified=False)),
        _in_short(suggested_framework(goal, simplified=True)),
        standing_flags(goal),
    )


def diary_facts(goal: GoalState) -> DiaryFacts:
    """What the entries and reviews of a goal with its whole diary come to."""
    told = [entry.done for entry in goal.progress if entry.done is not None]
    closed = goal.closing.version if goal.closing else 0
    known = (entry.on for entry in goal.setbacks_without_patient if (entry.setback_version or 0) < closed)
    return DiaryFacts(
        max((entry.on for entry in goal.progress), default=None),
        goal.last_setback_on,
        goal.latest_level,
        goal.raise_at_next_session,
        bool(goal.unreviewed_setbacks),
        max(known, default=None),
        len(goal.progress),
        len(told),
        sum(told),
        sum(bool(entry.setback) for entry in goal.progress),
    )


def _in_short(suggested: Suggestion | None) -> tuple[Framework, str] | None:
    return (suggested.framework, suggested.sentence) if suggested else None
