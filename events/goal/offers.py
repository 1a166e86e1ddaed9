"""Offers before a goal is given up: another scale or another timeline, after a setback or a dip (S33, S34)."""

from events.flag import Remark
from events.goal.facts import DiaryFacts, GoalFacts
from events.vocabulary import ReviewDecision


class Offer(Remark):
    """A decision that a review could take, and what it would mean for this goal: for staff, who bring it up."""

    decision: ReviewDecision


def offers(goal: GoalFacts, diary: DiaryFacts) -> list[Offer]:
    """The offers for the next session; none unless motivation has dipped, or a setback waits for its review."""
    if not goal.is_open or not (diary.raise_at_next_session or diary.setback_unreviewed):
        return []
    timeline = "Allow it more time, or a nearer first step."
    if goal.due or goal.for_weeks:
        until = f"until {goal.due}" if goal.due else f"for {goal.for_weeks} weeks"
        timeline = f"It runs {until}; allow it more time, or a nearer first step."
    return [
        Offer(decision="adjust_scale", sentence="Make what is expected smaller before giving the goal up."),
        Offer(decision="adjust_timeline", sentence=timeline),
    ]
