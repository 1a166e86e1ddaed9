"""The flags of a goal: one function for each flag, named as its code (DOMAIN: what is flagged).

A flag refuses nothing. Each function returns a sentence, or None when the flag is not raised or cannot be judged.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from events.flag import Flag
from events.goal.priorities import served_priorities
from events.goal.review_evidence import LONG_INTERVAL_CADENCES
from events.goal.state import GoalState
from events.plan.state import PlanState
from events.vocabulary import Smart

HOLLOW_BELOW = 5
LOW_CONFIDENCE_BELOW = 5
SILENT_AFTER = timedelta(days=7)
EARLY_IN_TREATMENT = timedelta(days=30)
EARLY_HORIZON = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Around:
    """The context in which a goal's flags are judged; a part that is unknown raises no flag.

    Attributes:
        plan: The patient's plan.
        today: Today in the clinic's time zone.
        others: The patient's other goals.
        copies: How many other patients have a goal with the same text.
    """

    plan: PlanState | None = None
    today: date | None = None
    others: Collection[GoalState] | None = None
    copies: int = 0


def flags(goal: GoalState, around: Around) -> list[Flag]:
    """A goal's flags, always in the same order; of one that is over, those about how it ended."""
    asked = FLAGS if goal.is_open else FLAGS_OF_THE_CLOSED if goal.status == "closed" else {}
    sentences = ((code, flag(goal, around)) for code, flag in asked.items())
    return [
        Flag(code=code, sentence=sentence, audience="patient" if code in FOR_THE_PATIENT else "staff")
        for code, sentence in sentences
        if sentence
    ]


def self_set(goal: GoalState, around: Around) -> str | None:
    """The patient stands behind the goal, a clinician does not yet (S6)."""
    if goal.agreed_by == ("patient",):
        return "The patient set this for themselves; no clinician has agreed to it as it stands."
    return None


def clinician_only(goal: GoalState, around: Around) -> str | None:
    """A clinician stands behind the goal, the patient does not (S7).

    A clinician who makes the patient's own goal easier, or changes it as the patient asked, takes it from nobody: what
    is awaited then is told by what the goal waits for. A revision for clinical reasons is another matter.
    """
    if goal.agreed_by != ("clinician",):
        return None
    clinical = bool(goal.revisions) and goal.revisions[-1].reason == "clinical"
    if "patient" in goal.stood_behind and not clinical:
        return None
    return "Only the clinician stands behind the goal as it is; the patient has not agreed to it."


def one_person_agreed(goal: GoalState, around: Around) -> str | None:
    """The patient's agreement came from a clinician: from the plan's own, or from whoever agreed as one (S5)."""
    by = {agreement.party: agreement.actor.id for agreement in goal.agreements}
    patient = by.get("patient")
    if patient is None:
        return None
    if patient == by.get("clinician"):
        return "Both agreements came from one person; the other's own word is still wanted."
    if around.plan is not None and patient == around.plan.clinician:
        return "The patient's agreement came from the plan's clinician; the patient's own word is still wanted."
    return None


def agreement_entered(goal: GoalState, around: Around) -> str | None:
    """Somebody else entered the patient's agreement: staff, or whoever typed it in for them (S5)."""
    by = goal.patient_agreement_entered_by
    return f"The patient's agreement was entered by {by}, and not by the patient." if by else None


def hollow(goal: GoalState, around: Around) -> str | None:
    """The goal matters little to the patient, by their own rating (S15)."""
    if goal.relevance is not None and goal.relevance < HOLLOW_BELOW:
        return f"The patient rates how much it matters to them {goal.relevance} of 10."
    return None


def relevance_unrated(goal: GoalState, around: Around) -> str | None:
    """Nobody asked the patient yet how much the goal matters to them (S15)."""
    return None if goal.relevance is not None else "The patient has not rated yet how much it matters to them."


def no_clinical_target(goal: GoalState, around: Around) -> str | None:
    """Nothing says what the goal is for clinically (S8)."""
    return None if goal.clinical_target else "The goal is linked to no clinical target."


def no_interventions(goal: GoalState, around: Around) -> str | None:
    """Nothing says what treatment does for the goal (S8)."""
    return None if goal.interventions else "No intervention is linked to the goal."


def long_horizon(goal: GoalState, around: Around) -> str | None:
    """In the first month of treatment two to four weeks are far enough (S14). Later, nothing is said of it any more."""
    if around.plan is None or goal.smart is None:
        return None
    opened, begun = around.plan.day(around.plan.opened_at), _begun(goal, around.plan)
    end = _end(goal.smart, begun)
    if end is None or end - begun <= EARLY_HORIZON or not timedelta() <= begun - opened < EARLY_IN_TREATMENT:
        return None
    if around.today is not None and around.today - opened >= EARLY_IN_TREATMENT:
        return None
    return f"It runs until {end}, and treatment began on {opened}; in the first month, two to four weeks are enough."


def radical_change(goal: GoalState, around: Around) -> str | None:
    """The step may be larger than daily life has room for: little confidence, or a target at least doubled (S54)."""
    achievable = goal.smart.achievable if goal.smart else None
    if achievable and achievable.confidence is not None and achievable.confidence < LOW_CONFIDENCE_BELOW:
        return (
            f"The patient's confidence is {achievable.confidence} of 10;"
            " a smaller step may fit better into their daily life."
        )
    worked_out = [revision for revision in goal.revisions if "smart" in revision.fields]
    if worked_out and worked_out[-1].steep:
        return "The target was at least doubled in one step; a smaller one may fit better into daily life."
    return None


def no_priority(goal: GoalState, around: Around) -> str | None:
    """The goal serves none of what would make recovery feel worth it, nor does a goal that it leads to (S3)."""
    served = served_priorities(goal, around.others or ())
    if not served:
        return "The goal serves none of the patient's priorities."
    if around.plan is not None and served.isdisjoint(each.id for each in around.plan.priorities):
        return "The priority that the goal served is no longer in the plan."
    return None


def orphan(goal: GoalState, around: Around) -> str | None:
    """A short-term goal leads to no long-term goal (S38)."""
    if goal.horizon != "short_term":
        return None
    if goal.supports is None:
        return "This short-term goal leads to no long-term goal."
    if around.others is None:
        return None
    there = {each.goal for each in around.others if each.horizon == "long_term" and each.status != "entered_in_error"}
    return (
        None if goal.supports in there else "The long-term goal that this one was to lead to is not there (any more)."
    )


def outcome_first(goal: GoalState, around: Around) -> str | None:
    """Treatment starts with process goals: things to do, before what is to come of them (S37)."""
    if goal.kind != "outcome" or around.others is None:
        return None
    if any(other.kind == "process" and other.status != "entered_in_error" for other in around.others):
        return None
    return "It is about an outcome, and the patient has no goal yet about something to do; start with one of those."


def copied_text(goal: GoalState, around: Around) -> str | None:
    """The same text stands on other patients' goals (S22)."""
    if not around.copies:
        return None
    return f"{_count(around.copies, 'other patient has', 'other patients have')} a goal in the same words."


def no_entry(goal: GoalState, around: Around) -> str | None:
    """Nothing was entered for seven days; what happened is unknown, and no failure (S43)."""
    if goal.status != "active" or around.today is None:
        return None
    last = max((entry.on for entry in goal.progress), default=None)
    silent = around.today - max(filter(None, (last, goal.started_on, goal.status_on)), default=around.today)
    if silent < SILENT_AFTER:
        return None
    since = f"since the entry of {last}" if last else "since the work began"
    return f"Nothing was entered in the {silent.days} days {since}; how it went is unknown."


def long_interval(goal: GoalState, around: Around) -> str | None:
    """The next review is far away for this plan: more than twice its cadence (S25)."""
    if around.plan is None or goal.next_review is None or not goal.is_begun:
        return None
    since = max(filter(None, (goal.last_review_on, goal.started_on, goal.status_on)), default=None)
    cadence = around.plan.cadence(None)
    days = (goal.next_review.due_on - since).days if since else 0
    if days <= cadence * LONG_INTERVAL_CADENCES:
        return None
    return f"The next review is {days} days after {since}; the plan asks for one every {cadence} days."


def override_used(goal: GoalState, around: Around) -> str | None:
    """The goal was activated with an override of the plan's limit (S23)."""
    return f"The limit of active goals was overridden: {goal.override_reason}" if goal.override_reason else None


def limit_exceeded(goal: GoalState, around: Around) -> str | None:
    """More goals are active than the plan allows, and no override says why: imported ones, or of an earlier plan."""
    if around.plan is None or around.others is None or goal.status != "active" or goal.override_reason:
        return None
    active = [each for each in (goal, *around.others) if each.status == "active" and not each.override_reason]
    if len(active) <= around.plan.active_goal_limit or not (goal.imported or all(not each.imported for each in active)):
        return None
    return f"{len(active)} goals are active; the plan allows {around.plan.active_goal_limit}."


def closed_without_patient(goal: GoalState, around: Around) -> str | None:
    """The goal was closed after a setback that nobody has looked at together with the patient (S32)."""
    setbacks = goal.closed_without_patient
    if not setbacks:
        return None
    how = (goal.outcome or "").replace("_", " ")
    return (
        f"It was closed as {how} after the setback of {max(each.on for each in setbacks)},"
        " and no review since then included the patient."
    )


FLAGS: dict[str, Callable[[GoalState, Around], str | None]] = {
    flag.__name__: flag
    for flag in (
        *(self_set, clinician_only, one_person_agreed, agreement_entered, hollow, relevance_unrated),
        *(no_clinical_target, no_interventions, long_horizon, radical_change, no_priority, orphan, outcome_first),
        *(copied_text, no_entry, long_interval, override_used, limit_exceeded),
    )
}
"""Every flag of an open goal by its code, in the order in which they are shown."""
FLAGS_OF_THE_CLOSED: dict[str, Callable[[GoalState, Around], str | None]] = {
    flag.__name__: flag for flag in (closed_without_patient,)
}
"""Every flag of a closed goal by its code."""
FOR_THE_PATIENT = frozenset({"long_horizon", "orphan"})
"""The flags whose sentences speak of the plan alone, and of nobody; all others are for staff."""


def _begun(goal: GoalState, plan: PlanState) -> date:
    return goal.started_on or plan.day(goal.created_at)


def _end(smart: Smart, begun: date) -> date | None:
    return begun + timedelta(weeks=smart.for_weeks) if smart.for_weeks else smart.due


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
