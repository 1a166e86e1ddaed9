"""What was told day by day: progress, levels, mood, motivation and distress, for pictures (S40-S45, S49).

Only what somebody told is in a series. A day that is not there is unknown: it is neither zero nor a failure, and no
line should be drawn through zero because of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.wins import Wins, weekly_wins
from events.plan.state import Measurement
from projections.engine.paging import Json
from projections.goal_state.patient.attainment import attainment
from projections.goal_state.patient.engagement import engagement
from projections.goal_state.patient.levels import levels_over_time
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.span import Span
from projections.goal_state.patient.week import weeks_of_goal

_PROGRESS = ("done", "value", "level", "mood", "motivation", "setback")


def read_series(record: PatientRecord, today: date, span: Span) -> Json:
    """The series of one patient.

    Returns:
        `goals`: each with `progress` (an entry has only what it says), `levels` over time, what a picture of both is
        drawn against (`measure`, `gas`), `milestones` with their texts, `weeks` with what was told and what was not,
        `weekly_wins`, `engagement`, and `quarantined` as in :func:`events.goal.reading.read_goal`; `mood`, `motivation`
        and `distress` of all goals and the plan together; `mood_by_day`, at most one a day: of several, the last that
        was told with a goal, the goals by their ids, else the one that was measured; `t_scores` as :func:`attainment`
        gives them; `last_note`, the latest words of any diary; `weekly_wins` of all goals together; and `engagement` up
        to today, whatever the span. Every series is in the order of its days.
    """
    goals = record.valid_goals
    entries = _entries(record, span)
    moods = moods_of(record, span)
    return {
        "from": span.first,
        "to": span.last,
        "goals": [
            {**_read_goal(goal, today, span), "quarantined": record.quarantined.get(goal.goal)} for goal in goals
        ],
        "mood": moods,
        "mood_by_day": mood_by_day(moods),
        "motivation": _by_day(
            {"on": entry.on, "value": entry.motivation, "goal": goal.goal}
            for goal, entry in entries
            if entry.motivation is not None
        ),
        "distress": distress_of(record, span),
        "t_scores": attainment(record, span),
        "last_note": _last_note(entries),
        "weekly_wins": _all_wins(goals, span),
        "engagement": engagement(goals, today),
    }


def moods_of(record: PatientRecord, span: Span) -> list[Json]:
    """Every mood that was told, with a goal or as a measurement of the plan, by day."""
    measured: list[Json] = [
        {"on": each.on, "value": each.score, "goal": None}
        for each in _measurements(record, span)
        if each.instrument == "mood"
    ]
    told = ((entry.on, entry.mood, goal.goal) for goal, entry in _entries(record, span) if entry.mood)
    return _by_day([*measured, *({"on": on, "value": mood, "goal": goal} for on, mood, goal in told)])


def mood_by_day(moods: Sequence[Json]) -> list[Json]:
    """At most one mood a day: of several, the last that was told with a goal, the goals by their ids."""
    return list({each["on"]: each for each in moods}.values())


def distress_of(record: PatientRecord, span: Span) -> list[Json]:
    """The scores of every instrument of distress, by day."""
    return _by_day(
        {"on": each.on, "instrument": each.instrument, "score": each.score}
        for each in _measurements(record, span)
        if each.instrument != "mood"
    )


def _measurements(record: PatientRecord, span: Span) -> list[Measurement]:
    return [each for each in (record.plan.measurements if record.plan else ()) if each.on in span]


def _entries(record: PatientRecord, span: Span) -> list[tuple[GoalState, ProgressEntry]]:
    return [(goal, entry) for goal in record.valid_goals for entry in goal.progress if entry.on in span]


def _last_note(entries: Iterable[tuple[GoalState, ProgressEntry]]) -> Json | None:
    """The words of the latest day; of several, the last that were told, the goals by their ids."""
    with_note = [(entry.on, goal.goal, entry.version, entry) for goal, entry in entries if entry.note is not None]
    if not with_note:
        return None
    on, goal, _, entry = max(with_note, key=lambda each: each[:3])
    return {
        "on": on,
        "goal": goal,
        "entry": entry.entry,
        "text": entry.note,
        "setback": bool(entry.setback),
        "actor": entry.actor.model_dump(),
    }


def _read_goal(goal: GoalState, today: date, span: Span) -> Json:
    return {
        "goal": goal.goal,
        "status": goal.status,
        "statement": goal.statement,
        "wording": goal.wording,
        "measure": goal.smart.measure.model_dump() if goal.smart and goal.smart.measure else None,
        "gas": goal.gas.model_dump() if goal.gas else None,
        "progress": _by_day(_read_entry(entry) for entry in goal.progress if entry.on in span),
        "milestones": [each.model_dump() for each in goal.milestones],
        "levels": [seen._asdict() for seen in levels_over_time(goal) if seen.on in span],
        "weeks": weeks_of_goal(goal, today, span),
        "weekly_wins": [wins.model_dump() for wins in weekly_wins(goal) if span.touches_week(wins.week)],
        "engagement": engagement([goal], today),
    }


def _read_entry(entry: ProgressEntry) -> Json:
    fields = {name: value for name in _PROGRESS if (value := getattr(entry, name)) is not None}
    return {"on": entry.on, "entry": entry.entry, **fields}


def _all_wins(goals: Sequence[GoalState], span: Span) -> list[Json]:
    """The wins of all goals, week by week, with the goals that each is of."""
    weeks: dict[date, list[tuple[str, Wins]]] = defaultdict(list)
    for goal in goals:
        for wins in weekly_wins(goal):
            weeks[wins.week].append((goal.goal, wins))
    return [
        {"week": week, "goals": [{"goal": goal, **wins.model_dump(exclude={"week"})} for goal, wins in weeks[week]]}
        for week in sorted(weeks)
        if span.touches_week(week)
    ]


def _by_day(points: Iterable[Json]) -> list[Json]:
    """In the order of days; of one day, in the order in which it was told."""
    return sorted(points, key=lambda each: each["on"])
