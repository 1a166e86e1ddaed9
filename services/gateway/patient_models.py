"""What answers about one patient look like, for the OpenAPI description. The tests hold real answers against these."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from events.flag import Flag
from events.goal.gas import GasScores
from events.goal.measured import Measured
from events.plan.consents import ConsentStatus
from events.plan.state import Consent, PlanState
from events.vocabulary import Actor, GasScale, Horizon, Kind, LifeArea, Measure, Outcome, Priority, Status
from services.gateway.models import QUARANTINED, QuarantinedAt
from services.gateway.today_models import WeekToday


class _Told(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class LinkedProgress(_Told):
    """A patient's progress on a goal that an intervention is linked to."""

    goal: str
    status: Status
    outcome: Outcome | None
    baseline: int | None = Field(description="The GAS level at which the goal began.")
    level: int | None = Field(description="The latest GAS level.")
    change: int | None
    entries: int
    told: int = Field(description="Entries that say whether it was done; of the others that is unknown.")
    done: int
    setbacks: int


class Intervention(_Told):
    """An intervention, judged by this patient's own progress and nothing else."""

    intervention: str
    goals: list[LinkedProgress]
    gas: GasScores = Field(description="The T-scores over these goals.")


class GoalOfPlan(_Told):
    """A goal, as the plan lists it."""

    goal: str
    statement: str
    wording: str | None
    status: Status
    outcome: Outcome | None
    horizon: Horizon | None


class ConsentReading(Consent):
    """A consent, and whether it is in force on the day of looking."""

    model_config = ConfigDict(defer_build=True)

    status: ConsentStatus


class PlanReading(PlanState):
    """A patient's treatment plan: every field of its state under its name, and what the goals add to it."""

    model_config = ConfigDict(defer_build=True, title="Plan")

    effective_review_every_days: int = Field(
        description="Days between reviews of a goal without a cadence of its own: those of the plan, capped at seven"
        " where it asks for short reviews."
    )
    consents: tuple[ConsentReading, ...] = Field(description="Every consent that was given, in the order of the log.")
    flags: list[Flag]
    goals: list[GoalOfPlan] = Field(description="The patient's goals, but for those entered in error.")
    gas: GasScores = Field(description="T-scores of Goal Attainment Scaling (Kiresuk & Sherman 1968) over all goals.")
    priorities_without_goals: list[Priority] = Field(
        description="Those that no open goal serves, neither by itself nor through a goal that it supports."
    )
    interventions: list[Intervention]
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class MilestoneInWords(_Told):
    """A weekly target or milestone."""

    milestone: str
    text: str
    due: date
    met_on: date | None


class GoalInShort(_Told):
    """A goal, as the tree tells it."""

    goal: str
    status: Status
    outcome: Outcome | None
    kind: Kind | None
    horizon: Horizon | None
    life_area: LifeArea | None
    statement: str
    wording: str | None
    priority: str | None
    supports: str | None
    latest_level: int | None
    next_review_on: date | None
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class Branch(GoalInShort):
    """A goal and what stands below it."""

    milestones: list[MilestoneInWords]
    this_week: WeekToday | None = Field(
        description="How the week goes, as Today tells it; null while nobody works on it."
    )
    last_week: WeekToday | None = Field(
        description="The week before, while something is told of it and nothing of this week; else null."
    )
    goals: list["Branch"] = Field(description="The goals that support it.")


class PriorityBranch(Priority):
    """A priority and the goals that serve it."""

    model_config = ConfigDict(defer_build=True)

    goals: list[Branch] = Field(description="Those that stand below it, and what supports them.")
    served_by: list[str] = Field(
        description="The ids of the open goals that serve it, by themselves or through a goal that they support,"
        " wherever they stand in the tree."
    )


class Week(_Told):
    """From a Monday to a Sunday."""

    begins: date
    ends: date


class PatientTree(_Told):
    """Priorities, long-term goals, short-term goals, and the milestones of the week."""

    org: str
    patient: str
    day: date
    week: Week
    priorities: list[PriorityBranch]
    goals_without_priority: list[Branch]
    orphans: list[GoalInShort] = Field(description="Open short-term goals that lead to no long-term goal.")
    priorities_without_goals: list[Priority] = Field(
        description="Those that no open goal serves, neither by itself nor through a goal that it supports."
    )


class ProgressPoint(_Told):
    """What an entry says; what it does not say is not there."""

    on: date
    entry: str
    done: bool | None = None
    value: float | None = None
    level: int | None = None
    mood: int | None = None
    motivation: int | None = None
    setback: bool | None = None


class LevelPoint(_Told):
    """A GAS attainment level on a day."""

    on: date
    level: int = Field(ge=-2, le=2)
    told_by: Literal["baseline", "entry", "review", "closing"]
    version: int | None = Field(description="Of the event that told it; null of a baseline, which is of the scale.")


class RatingPoint(_Told):
    """A mood (1-10) or motivation (0-10) on a day."""

    on: date
    value: int
    goal: str | None = Field(description="The goal whose entry tells it; null for a measurement of the plan.")


class LevelThatCounts(_Told):
    """The latest level of a goal, as it counts on a day."""

    goal: str
    level: int = Field(ge=-2, le=2)


class LevelTold(LevelThatCounts):
    """A level that was told on a day."""

    told_by: Literal["entry", "review", "closing"]


class TScorePoint(_Told):
    """The T-score of a day on which a level was told."""

    on: date
    t_score: float
    weighted: bool = Field(description="Whether importance × difficulty were used, as in the plan's `gas`.")
    goals: list[LevelThatCounts] = Field(description="The goals in the score, each with its latest level until then.")
    told: list[LevelTold] = Field(description="The levels that were told that day.")


class TScoreAtFirst(_Told):
    """The T-score of the levels at which the goals began."""

    on: date = Field(description="The first day of which such a level is known.")
    t_score: float
    weighted: bool
    goals: list[str]


class TScores(_Told):
    """The T-score over time, as is known today of each day: scales and weights are those of now."""

    expected: int = Field(description="The T-score where every goal stands at the step that was expected.")
    began: TScoreAtFirst | None
    points: list[TScorePoint] = Field(description="The last one is the T-score of now.")


class LastNote(_Told):
    """The latest words of any diary."""

    on: date
    goal: str
    entry: str
    text: str
    setback: bool
    actor: Actor = Field(description="Whose words they are.")


class DistressPoint(_Told):
    """A score of a distress instrument on a day."""

    on: date
    instrument: str
    score: int


class Gap(_Told):
    """Seven days or more without an entry: how it went is unknown."""

    after: date
    before: date | None = Field(description="Null while it lasts.")
    days: int


class Attendance(_Told):
    """How often the patient was there."""

    reviews: int = Field(description="Reviews that took place.")
    with_patient: int
    told: int = Field(description="Entries on goals about attendance that say either way.")
    done: int


class Engagement(_Told):
    """How much a patient takes part."""

    entries: int
    days_with_entry: int
    last_entry_on: date | None
    days_since_last_entry: int | None
    gaps: list[Gap]
    attendance: Attendance


class WinsOfAGoal(_Told):
    """A goal's wins in a week."""

    goal: str
    done: int = Field(description="Days on which it was done.")
    milestones: list[str]
    level: int | None = Field(
        description="The highest level told, where it is the expected one or better, or a step up from the one before."
    )
    measured: Measured | None = Field(description="How far it came by the goal's measure.")


class WeekOfWins(_Told):
    """A week's wins."""

    week: date = Field(description="Its Monday.")
    goals: list[WinsOfAGoal]


class GoalSeries(_Told):
    """What was told about one goal."""

    goal: str
    status: Status
    statement: str
    wording: str | None
    measure: Measure | None
    gas: GasScale | None
    progress: list[ProgressPoint]
    milestones: list[MilestoneInWords] = Field(description="All that were set, whatever the days that are asked for.")
    levels: list[LevelPoint]
    weeks: list[WeekToday] = Field(
        description="From the first week of which something was told to that of the day of looking, each with the sum"
        " of what was told and the days that were not."
    )
    weekly_wins: list[dict[str, Any]]  # Any: as a goal reads them
    engagement: Engagement
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class PatientSeries(_Told):
    """What was told, by date. A day that is not in a series is unknown: neither zero nor a failure."""

    org: str
    patient: str
    day: date
    from_: date | None = Field(alias="from")
    to: date | None
    goals: list[GoalSeries]
    mood: list[RatingPoint]
    mood_by_day: list[RatingPoint] = Field(
        description="At most one a day: of several, the last that was told with a goal, the goals by their ids; else"
        " the one that was measured."
    )
    motivation: list[RatingPoint]
    distress: list[DistressPoint]
    t_scores: TScores
    last_note: LastNote | None
    weekly_wins: list[WeekOfWins]
    engagement: Engagement
