"""What treatment does, judged by this patient's own progress on the goals it is linked to (S9), and by nothing else."""

from collections.abc import Sequence

from events.goal import GoalState
from events.goal.gas import t_scores
from projections.engine.paging import Json
from projections.goal_state.projector import searchable


def interventions(goals: Sequence[GoalState]) -> list[Json]:
    """The interventions that any of the goals names, each once, in the order in which they come up.

    Returns:
        Of each: `intervention` as it was first written, `goals` with the progress on each (`baseline`, `level` and
        `change` on its scale; of its `entries`, how many say either way (`told`) and how many say `done`; `setbacks`),
        and `gas`, the T-scores over these goals.
    """
    linked: dict[str, list[GoalState]] = {}
    written: dict[str, str] = {}
    for goal in goals:
        for text in goal.interventions:
            name = searchable(text)
            written.setdefault(name, text)
            serving = linked.setdefault(name, [])
            if goal not in serving:
                serving.append(goal)
    return [
        {
            "intervention": written[name],
            "goals": [_progress(goal) for goal in serving],
            "gas": t_scores(serving).model_dump(mode="json"),
        }
        for name, serving in linked.items()
    ]


def _progress(goal: GoalState) -> Json:
    baseline, level = goal.gas.baseline if goal.gas else None, goal.latest_level
    answers = [entry.done for entry in goal.progress if entry.done is not None]
    return {
        "goal": goal.goal,
        "status": goal.status,
        "outcome": goal.outcome,
        "baseline": baseline,
        "level": level,
        "change": None if baseline is None or level is None else level - baseline,
        "entries": len(goal.progress),
        "told": len(answers),
        "done": sum(answers),
        "setbacks": sum(bool(entry.setback) for entry in goal.progress),
    }
