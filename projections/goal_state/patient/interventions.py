"""What treatment does, judged by this patient's own progress on the goals it is linked to (S9), and by nothing else."""

from events.goal import GoalState
from events.goal.facts import DiaryFacts
from events.goal.gas import t_scores
from projections.engine.paging import Json
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.projector import searchable


def interventions(record: PatientRecord) -> list[Json]:
    """The interventions that any valid goal of a patient names, each once, in the order in which they come up.

    Returns:
        Of each: `intervention` as it was first written, `goals` with the progress on each (`baseline`, `level` and
        `change` on its scale; of its `entries`, how many say either way (`told`) and how many say `done`; `setbacks`),
        and `gas`, the T-scores over these goals.
    """
    linked: dict[str, list[GoalState]] = {}
    written: dict[str, str] = {}
    for goal in record.valid_goals:
        for text in goal.interventions:
            name = searchable(text)
            written.setdefault(name, text)
            serving = linked.setdefault(name, [])
            if goal not in serving:
                serving.append(goal)
    return [
        {
            "intervention": written[name],
            "goals": [_progress(goal, record.diary(goal)) for goal in serving],
            "gas": t_scores(serving, lambda goal: record.diary(goal).latest_level).model_dump(mode="json"),
        }
        for name, serving in linked.items()
    ]


def _progress(goal: GoalState, diary: DiaryFacts) -> Json:
    baseline, level = goal.gas.baseline if goal.gas else None, diary.latest_level
    return {
        "goal": goal.goal,
        "status": goal.status,
        "outcome": goal.outcome,
        "baseline": baseline,
        "level": level,
        "change": None if baseline is None or level is None else level - baseline,
        "entries": diary.entries,
        "told": diary.told,
        "done": diary.done,
        "setbacks": diary.setbacks,
    }
