"""How far a patient's goals were attained, in one number: the Goal Attainment Scaling T-score.

Kiresuk & Sherman 1968, "Goal attainment scaling: a general method for evaluating comprehensive community mental health
programs": T = 50 + 10·Σ(wᵢxᵢ) / √((1-r)·Σwᵢ² + r·(Σwᵢ)²), with attainment levels xᵢ from -2 to +2, weights wᵢ, and
r = 0.30 for how far goals of one person go together. 50 is what was expected; ten points are one standard deviation.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from operator import attrgetter

from events.goal.state import GoalState
from events.vocabulary import GasScale, Value

RHO = 0.30
"""The correlation between goals of one person that Kiresuk & Sherman assume."""

Levels = Mapping[str, int]  # goal → its attainment level


class GasScores(Value):
    """A patient's T-scores over the goals that have a scale; None where no goal has what a score is made from.

    Attributes:
        t_score: Of the latest levels.
        baseline_t_score: Of the levels at which the goals began.
        change: From baseline to now, over the goals that have both, so that like is compared with like.
        weighted: Whether importance × difficulty were used. They are when every scored goal has both and not all
            weights are zero; otherwise every goal counts the same.
        goals: The goals whose latest levels are in `t_score`.
    """

    t_score: float | None
    baseline_t_score: float | None
    change: float | None
    weighted: bool
    goals: tuple[str, ...]


def t_score(levels: Sequence[int], weights: Sequence[float] | None = None, *, rho: float = RHO) -> float:
    """The T-score of attainment levels; without weights, or with weights of zero only, every level counts the same.

    Raises:
        ValueError: when there are no levels, or not as many weights as levels.
    """
    if not levels:
        raise ValueError("a T-score needs at least one level")
    if weights is None or not any(weights):
        weights = [1] * len(levels)
    weighted_sum = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    spread = (1 - rho) * sum(weight**2 for weight in weights) + rho * sum(weights) ** 2
    return 50 + 10 * weighted_sum / sqrt(spread)


def t_scores(
    goals: Iterable[GoalState], latest_level: Callable[[GoalState], int | None] = attrgetter("latest_level")
) -> GasScores:
    """The T-scores of one patient's goals. Goals without a scale, and those entered in error, have no part in them.

    Args:
        latest_level: Tells the latest level of a goal that is without its diary.
    """
    of_scale = [(goal, goal.gas) for goal in goals if goal.gas is not None and goal.status != "entered_in_error"]
    levels = ((goal.goal, latest_level(goal)) for goal, _ in of_scale)
    now = {token: level for token, level in levels if level is not None}
    baseline = {goal.goal: scale.baseline for goal, scale in of_scale if scale.baseline is not None}
    before = {token: level for token, level in baseline.items() if token in now}
    after = {token: now[token] for token in before}

    sets = (now, baseline, after)
    weights = _weights(
        {goal.goal: scale for goal, scale in of_scale if goal.goal in now or goal.goal in baseline}, sets
    )
    began, attained = _score(before, weights), _score(after, weights)
    return GasScores(
        t_score=_score(now, weights),
        baseline_t_score=_score(baseline, weights),
        change=None if began is None or attained is None else attained - began,
        weighted=bool(weights),
        goals=tuple(now),
    )


def _weights(scales: Mapping[str, GasScale], sets: Iterable[Levels]) -> Mapping[str, int]:
    """Each goal's importance × difficulty; none at all when one is missing, or when a score would rest on zeros."""
    weights = {}
    for token, scale in scales.items():
        if scale.importance is None or scale.difficulty is None:
            return {}
        weights[token] = scale.importance * scale.difficulty
    on_zeros = any(levels and not any(weights[token] for token in levels) for levels in sets)
    return {} if on_zeros else weights


def _score(levels: Levels, weights: Mapping[str, int]) -> float | None:
    if not levels:
        return None
    return t_score(list(levels.values()), [weights[token] for token in levels] if weights else None)
