"""What went well lately, as a patient told it: for a page that patient and clinician look at together (S36).

A win is a milestone that was met, or a note of a day that was told as done or that came with a step up the scale. A
note that tells of a setback is none, however brave it is: nobody has to read it again before every talk. Of a day on
which several goals had a win, each stands by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from events.goal import GoalState

MOST_WINS = 3
"""How many wins are told unless more are asked for: what fits on a page, and into a talk."""


class Win(NamedTuple):
    """Something that went well on a day.

    Attributes:
        goal: Of which goal.
        note: What the patient wrote that day; None where a milestone was met and nothing was written.
        by_patient: Whether the patient wrote the note, and not somebody for them; None without a note.
        entry: The entry with the note.
        milestones: What was met that day, in the words of the milestones.
        is_step_up: Whether the day came with a step up the scale.
    """

    on: date
    goal: str
    note: str | None
    by_patient: bool | None
    entry: str | None
    milestones: tuple[str, ...]
    is_step_up: bool


def leading_to(goal: GoalState, goals: Iterable[GoalState]) -> list[GoalState]:
    """A goal, and behind it all goals that support it, by themselves or through another one."""
    others = list(goals)
    found, names = [goal], {goal.goal}
    for each in found:  # grows while it is gone through
        below = [other for other in others if other.supports == each.goal and other.goal not in names]
        names.update(other.goal for other in below)
        found += below
    return found


def latest_wins(goals: Iterable[GoalState], most: int = MOST_WINS) -> list[Win]:
    """The newest wins of some goals, the newest first."""
    found = [(win.on, version, win) for goal in goals for version, win in _wins(goal)]
    found.sort(key=lambda each: each[:2], reverse=True)
    return [win for _, _, win in found[:most]]


def _wins(goal: GoalState) -> Iterator[tuple[int, Win]]:
    """The wins of one goal, each with the version of the entry that tells of it."""
    met: dict[date, list[str]] = defaultdict(list)
    for each in goal.milestones:
        if each.met_on:
            met[each.met_on].append(each.text)
    steps_up = _steps_up(goal)
    for entry in goal.progress:
        if entry.note is None or entry.setback:
            continue
        is_step_up = entry.version in steps_up
        if entry.done or is_step_up or entry.on in met:
            milestones = tuple(met.pop(entry.on, ()))
            by_patient = entry.actor.role == "patient"
            yield (
                entry.version,
                Win(entry.on, goal.goal, entry.note, by_patient, entry.entry, milestones, is_step_up),
            )
    for on, texts in met.items():
        yield goal.version, Win(on, goal.goal, None, None, None, tuple(texts), is_step_up=False)


def _steps_up(goal: GoalState) -> frozenset[int]:
    """The versions of the entries whose level is higher than the one told before."""
    levels = [(each.on, each.version, each.level) for each in goal.progress if each.level is not None]
    levels += [(each.on, each.version, each.level) for each in goal.reviews if each.level is not None]
    before = goal.gas.baseline if goal.gas else None
    found = set()
    for _, version, level in sorted(levels):
        if before is not None and level > before:
            found.add(version)
        before = level
    return frozenset(found)
