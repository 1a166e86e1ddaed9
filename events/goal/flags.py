"""The flags of a goal: one function for each flag, named as its code (DOMAIN: what is flagged).

A flag refuses nothing. Each function returns a sentence, or None when the flag is not raised or cannot be judged. Those
that a goal raises by itself take the goal, and are judged when it changes; the others take its facts and what is around
it, and are judged whenever it is read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from events.flag import Audience, Flag
from events.goal.facts import NO_DIARY, DiaryFacts, GoalFacts
from events.goal.goals_of_patient import GoalsOfPatient
from events.goal.priorities import served_priorities
from events.goal.review_evidence import LONG_INTERVAL_CADENCES
from events.goal.state import GoalState
from events.plan.facts import PlanFacts

HOLLOW_BELOW = 5
LOW_CONFIDENCE_BELOW = 5
SILENT_AFTER = timedelta(days=7)
EARLY_IN_TREATMENT = timedelta(days=30)
EARLY_HORIZON = timedelta(weeks=4)
MOST_COPIES_TOLD = 20
"""Of how many other patients with a goal in the same words the number is told; of more, that they are more."""


@dataclass(frozen=True, slots=True)
class Around:
    """The context in which a goal's flags are judged; a part that is unknown raises no flag.

    Attributes:
        plan: The patient's plan.
        today: Today in the clinic's time zone.
        goals: The patient's goals, this one among them.
        copies: How many other patients have a goal with the same text; of more than :data:`MOST_COPIES_TOLD` it makes
            no difference how many.
        diary: What the goal's own diary comes to.
    """

    plan: PlanFacts | None = None
    today: date | None = None
    goals: GoalsOfPatient | None = None
    copies: int = 0
    diary: DiaryFacts = NO_DIARY


def standing_flags(goal: GoalState) -> dict[str, str]:
    """The sentences of the flags that an open goal raises by itself, by their codes."""
    if not goal.is_open:
        return {}
    return {code: sentence for code, flag in STANDING_FLAGS.items() if (sentence := flag(goal))}


def sentences(goal: GoalFacts, around: Around) -> Iterator[tuple[str, str]]:
    """The codes and sentences of a goal's flags: those that stand by themselves, then those that depend on what is
    around it, always in the same order; of a goal that is over, those about how it ended.
    """
    if goal.is_open:
        yield from goal.standing_flags.items()
        judged = FLAGS
    else:
        judged = FLAGS_OF_THE_CLOSED if goal.status == "closed" else {}
    for code, flag in judged.items():
        if sentence := flag(goal, around):
            yield code, sentence


def flags(goal: GoalFacts, around: Around) -> list[Flag]:
    """A goal's flags, in the order of :func:`sentences`."""
    return [
        Flag(code=code, sentence=sentence, audience=audience_of(code)) for code, sentence in sentences(goal, around)
    ]


def audience_of(code: str) -> Audience:
    """For whom a flag's sentence is."""
    return "patient" if code in FOR_THE_PATIENT else "staff"


def self_set(goal: GoalState) -> str | None:
    """The patient stands behind the goal, a clinician does not yet (S6)."""
    if goal.agreed_by == ("patient",):
        return "The patient set this for themselves; no clinician has agreed to it as it stands."
    return None


def clinician_only(goal: GoalState) -> str | None:
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


def agreement_entered(goal: GoalState) -> str | None:
    """Somebody else entered the patient's agreement: staff, or whoever typed it in for them (S5)."""
    by = goal.patient_agreement_entered_by
    return f"The patient's agreement was entered by {by}, and not by the patient." if by else None


def hollow(goal: GoalState) -> str | None:
    """The goal matters little to the patient, by their own rating (S15)."""
    if goal.relevance is not None and goal.relevance < HOLLOW_BELOW:
        return f"The patient rates how much it matters to them {goal.relevance} of 10."
    return None


def relevance_unrated(goal: GoalState) -> str | None:
    """Nobody asked the patient yet how much the goal matters to them (S15)."""
    return None if goal.relevance is not None else "The patient has not rated yet how much it matters to them."


def no_clinical_target(goal: GoalState) -> str | None:
    """Nothing says what the goal is for clinically (S8)."""
    return None if goal.clinical_target else "The goal is linked to no clinical target."


def no_interventions(goal: GoalState) -> str | None:
    """Nothing says what treatment does for the goal (S8)."""
    return None if goal.interventions else "No intervention is linked to the goal."


def radical_change(goal: GoalState) -> str | None:
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


def override_used(goal: GoalState) -> str | None:
    """The goal was activated with an override of the plan's limit (S23)."""
    return f"The limit of active goals was overridden: {goal.override_reason}" if goal.override_reason else None


def one_person_agreed(goal: GoalFacts, around: Around) -> str | None:
    """The patient's agreement came from a clinician: from the plan's own, or from whoever agreed as one (S5)."""
    patient = goal.agreed_as_patient
    if patient is None:
        return None
    if patient == goal.agreed_as_clinician:
        return "Both agreements came from one person; the other's own word is still wanted."
    if around.plan is not None and patient == around.plan.clinician:
        return "The patient's agreement came from the plan's clinician; the patient's own word is still wanted."
    return None


def long_horizon(goal: GoalFacts, around: Around) -> str | None:
    """In the first month of treatment two to four weeks are far enough (S14). Later, nothing is said of it any more."""
    if around.plan is None or (goal.due is None and goal.for_weeks is None):
        return None
    opened, begun = around.plan.opened_on, goal.started_on or around.plan.day(goal.created_at)
    end = begun + timedelta(weeks=goal.for_weeks) if goal.for_weeks else goal.due
    if end is None or end - begun <= EARLY_HORIZON or not timedelta() <= begun - opened < EARLY_IN_TREATMENT:
        return None
    if around.today is not None and around.today - opened >= EARLY_IN_TREATMENT:
        return None
    return f"It runs until {end}, and treatment began on {opened}; in the first month, two to four weeks are enough."


def no_priority(goal: GoalFacts, around: Around) -> str | None:
    """The goal serves none of what would make recovery feel worth it, nor does a goal that it leads to (S3)."""
    served = served_priorities(goal, around.goals.valid if around.goals else {})
    if not served:
        return "The goal serves none of the patient's priorities."
    if around.plan is not None and served.isdisjoint(around.plan.priorities):
        return "The priority that the goal served is no longer in the plan."
    return None


def orphan(goal: GoalFacts, around: Around) -> str | None:
    """A short-term goal leads to no long-term goal (S38)."""
    if goal.horizon != "short_term":
        return None
    if goal.supports is None:
        return "This short-term goal leads to no long-term goal."
    if around.goals is None or goal.supports in around.goals.long_term:
        return None
    return "The long-term goal that this one was to lead to is not there (any more)."


def outcome_first(goal: GoalFacts, around: Around) -> str | None:
    """Treatment starts with process goals: things to do, before what is to come of them (S37)."""
    if goal.kind != "outcome" or around.goals is None or around.goals.has_process_goal:
        return None
    return "It is about an outcome, and the patient has no goal yet about something to do; start with one of those."


def copied_text(goal: GoalFacts, around: Around) -> str | None:
    """The same text stands on other patients' goals (S22)."""
    if not around.copies:
        return None
    if around.copies > MOST_COPIES_TOLD:
        return f"More than {MOST_COPIES_TOLD} other patients have a goal in the same words."
    return f"{_count(around.copies, 'other patient has', 'other patients have')} a goal in the same words."


def no_entry(goal: GoalFacts, around: Around) -> str | None:
    """Nothing was entered for seven days; what happened is unknown, and no failure (S43)."""
    if goal.status != "active" or around.today is None:
        return None
    last = around.diary.last_entry_on
    silent = around.today - max(filter(None, (last, goal.started_on, goal.status_on)), default=around.today)
    if silent < SILENT_AFTER:
        return None
    since = f"since the entry of {last}" if last else "since the work began"
    return f"Nothing was entered in the {silent.days} days {since}; how it went is unknown."


def long_interval(goal: GoalFacts, around: Around) -> str | None:
    """The next review is far away for this plan: more than twice its cadence (S25)."""
    if around.plan is None or goal.next_review_on is None or not goal.is_begun:
        return None
    since = max(filter(None, (goal.last_review_on, goal.started_on, goal.status_on)), default=None)
    cadence = around.plan.cadence
    days = (goal.next_review_on - since).days if since else 0
    if days <= cadence * LONG_INTERVAL_CADENCES:
        return None
    return f"The next review is {days} days after {since}; the plan asks for one every {cadence} days."


def limit_exceeded(goal: GoalFacts, around: Around) -> str | None:
    """More goals are active than the plan allows, and no override says why: imported ones, or of an earlier plan."""
    if around.plan is None or around.goals is None or goal.status != "active" or goal.is_overriding:
        return None
    active = around.goals.active_within_limit
    if active <= around.plan.active_goal_limit or (around.goals.imported_within_limit and not goal.imported):
        return None
    return f"{active} goals are active; the plan allows {around.plan.active_goal_limit}."


def closed_without_patient(goal: GoalFacts, around: Around) -> str | None:
    """The goal was closed after a setback that nobody has looked at together with the patient (S32)."""
    setback_on = around.diary.closed_after_setback_on
    if setback_on is None or goal.closed_by in (None, "patient"):
        return None
    how = (goal.outcome or "").replace("_", " ")
    return f"It was closed as {how} after the setback of {setback_on}, and no review since then included the patient."


STANDING_FLAGS: dict[str, Callable[[GoalState], str | None]] = {
    flag.__name__: flag
    for flag in (
        *(self_set, clinician_only, agreement_entered, hollow, relevance_unrated, no_clinical_target),
        *(no_interventions, radical_change, override_used),
    )
}
"""Every flag that an open goal raises by itself, by its code, in the order in which they are shown."""
FLAGS: dict[str, Callable[[GoalFacts, Around], str | None]] = {
    flag.__name__: flag
    for flag in (
        *(one_person_agreed, long_horizon, no_priority, orphan, outcome_first, copied_text, no_entry),
        *(long_interval, limit_exceeded),
    )
}
"""Every flag of an open goal that depends on what is around it, by its code, in the order in which they are shown."""
FLAGS_OF_THE_CLOSED: dict[str, Callable[[GoalFacts, Around], str | None]] = {
    flag.__name__: flag for flag in (closed_without_patient,)
}
"""Every flag of a closed goal by its code."""
FOR_THE_PATIENT = frozenset({"long_horizon", "orphan"})
"""The flags whose sentences speak of the plan alone, and of nobody; all others are for staff."""


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
