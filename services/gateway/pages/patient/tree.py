"""What a patient's goals are all for: priorities, the goals that serve them, and how this week goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from events.goal import GoalState
from projections.engine.paging import Json
from projections.goal_state.patient.record import PatientRecord
from services.gateway.pages import addresses, days, terms
from services.gateway.pages.language import Language
from services.gateway.pages.patient.week import WeekShown, week_shown


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said.

    Attributes:
        is_voice: Whether the patient did, so that it is set in the serif.
    """

    text: str
    is_voice: bool


@dataclass(frozen=True, slots=True)
class MilestoneShown:
    """A milestone of this week: its words, and when it is due or was met."""

    text: str
    when: str


@dataclass(frozen=True, slots=True)
class GoalShown:
    """A goal in the tree.

    Attributes:
        kind: What sort of goal it is, where it stands, and when it is looked at next.
        wording: How it is put now, where that differs from the first words.
        step: Where it stands on its scale, from 1 to 5, for those who asked for pictures.
        step_name: The same in words.
        goals: Those that lead to it.
    """

    goal: str
    address: str
    kind: Sequence[str]
    words: Words
    wording: str | None
    step: int | None
    step_name: str
    week: WeekShown | None
    milestones: Sequence[MilestoneShown]
    goals: Sequence["GoalShown"]


@dataclass(frozen=True, slots=True)
class PriorityShown:
    """A priority, and the goals that stand below it."""

    kind: str
    text: str
    goals: Sequence[GoalShown]


@dataclass(frozen=True, slots=True)
class TreeShown:
    """The whole tree; `others` are the goals that serve no priority."""

    priorities: Sequence[PriorityShown]
    others: Sequence[GoalShown]


def tree_shown(language: Language, record: PatientRecord, tree: Json, *, simplified: bool, pictures: bool) -> TreeShown:
    """The tree as it is shown.

    Args:
        tree: As :func:`projections.goal_state.patient.tree.read_tree` gives it.
        simplified: Whether the patient asked for simple words.
        pictures: Whether the patient asked for pictures.
    """
    goals = {goal.goal: goal for goal in record.goals}
    today: date = tree["day"]

    def shown(branch: Json) -> GoalShown:
        goal = goals[branch["goal"]]
        level: int | None = branch["latest_level"]
        return GoalShown(
            goal.goal,
            addresses.address(addresses.GOAL, org=goal.org, patient=goal.patient, goal=goal.goal),
            _kind(language, goal, level, today, simplified),
            words_of(goal),
            goal.wording if goal.wording != goal.statement else None,
            None if level is None or not pictures else level + 3,
            "" if level is None else terms.step(language, level),
            week_shown(language, branch["last_week"] or branch["this_week"], today, began=goal.started_on),
            [_milestone(language, each, today) for each in branch["milestones"]],
            [shown(each) for each in branch["goals"]],
        )

    return TreeShown(
        [_priority(language, each, [shown(goal) for goal in each["goals"]]) for each in _ranked(tree)],
        [shown(each) for each in tree["goals_without_priority"]],
    )


def words_of(goal: GoalState) -> Words:
    """A goal in the words in which it was put first."""
    return Words(goal.statement, goal.created_by.role == "patient")


def _ranked(tree: Json) -> Sequence[Json]:
    return sorted(tree["priorities"], key=lambda each: each["rank"])


def _priority(language: Language, priority: Json, goals: Sequence[GoalShown]) -> PriorityShown:
    kind = _ordinal(language, priority["rank"])
    if not goals:
        served: Sequence[str] = priority["served_by"]
        if served:
            elsewhere = language.ngettext("served by a goal above", "served by %(number)s goals above", len(served))
        else:
            elsewhere = language.gettext("no goal yet")
        kind = f"{kind} · {elsewhere}"
    return PriorityShown(kind, priority["text"], goals)


def _ordinal(language: Language, rank: int) -> str:
    _ = language.gettext
    first_five: Mapping[int, str] = {
        1: _("First priority"),
        2: _("Second priority"),
        3: _("Third priority"),
        4: _("Fourth priority"),
        5: _("Fifth priority"),
    }
    return first_five.get(rank) or _("Priority %(rank)s", rank=language.number(rank))


def _kind(language: Language, goal: GoalState, level: int | None, today: date, simplified: bool) -> Sequence[str]:
    said = [_sort(language, goal, simplified=simplified)]
    if where := _where(language, goal, level):
        said.append(where)
    if goal.next_review is not None:
        said.append(days.review_due(language, goal.next_review.due_on, today))
    return said


def _sort(language: Language, goal: GoalState, *, simplified: bool) -> str:
    _ = language.gettext
    if goal.horizon == "long_term":
        return _("Big goal") if simplified else _("Long-term goal")
    if goal.horizon is None:
        return _("Goal")
    if goal.supports is not None:
        return _("Small goal, on the way there") if simplified else _("Short-term goal, on the way there")
    return _("Small goal") if simplified else _("Short-term goal")


def _where(language: Language, goal: GoalState, level: int | None) -> str:
    _ = language.gettext
    if goal.status == "closed":
        return terms.outcome(language, goal.outcome) if goal.outcome else _("over")
    if goal.status == "proposed":
        return _("a draft")
    if goal.status == "contested":
        return _("being talked about")
    if goal.status == "agreed":
        return _("agreed, not begun")
    if goal.status == "held":
        return _("resting for a while")
    return "" if level is None else terms.step(language, level)


def _milestone(language: Language, milestone: Json, today: date) -> MilestoneShown:
    met, due = (milestone[name] for name in ("met_on", "due"))
    if met is not None:
        return MilestoneShown(milestone["text"], language.gettext("met %(day)s", day=days.near(language, met, today)))
    return MilestoneShown(milestone["text"], language.gettext("until %(day)s", day=days.near(language, due, today)))
