"""The T-score: as published, and what becomes of weights that are zero or half given."""

import csv
import json
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.goal import GoalState
from events.goal import types as g
from events.goal.gas import GasScores, t_score, t_scores
from tests.builders import TODAY, entry, gas, proposed
from tests.unit.events.goals import called, goal

LEVELS = st.lists(st.integers(-2, 2), min_size=1, max_size=8)


def scaled(token: str, *levels: int, **scale: object) -> GoalState:
    """A goal with a scale and the levels that were told about it."""
    entries = [entry(f"e{number}", level=level) for number, level in enumerate(levels)]
    return goal(proposed(gas=gas(**scale)), *entries, on=called(token))


def test_t_scores_are_those_that_were_published(shared_data: Path) -> None:
    with (shared_data / "gas_t_scores.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            weights = None if row["weights"] == "equal" else json.loads(row["weights"])
            found = t_score(json.loads(row["levels"]), weights, rho=float(row["rho"]))
            assert found == pytest.approx(float(row["t_score"]), abs=5e-5), row["id"]


def test_a_patients_scores_are_of_the_latest_levels_and_of_the_baselines(shared_data: Path) -> None:
    """The published weighted pair: levels 1 and 0 with importance 3 × difficulty 2 each are 56.2017."""
    weights = {"importance": 3, "difficulty": 2}

    scores = t_scores([scaled("a", -2, 1, baseline=-1, **weights), scaled("b", 0, baseline=-1, **weights)])

    assert scores.t_score == pytest.approx(56.2017, abs=5e-5)
    assert scores.baseline_t_score == pytest.approx(50 - 120 / sqrt(93.6), abs=5e-5)
    assert scores.change == pytest.approx(180 / sqrt(93.6), abs=5e-5)
    assert (scores.weighted, scores.goals) == (True, ("a", "b"))


def test_without_goals_that_have_a_scale_there_is_no_score() -> None:
    nothing = GasScores(t_score=None, baseline_t_score=None, change=None, weighted=False, goals=())

    assert t_scores([]) == t_scores([goal(proposed())]) == nothing


def test_goals_entered_in_error_have_no_part_in_a_score() -> None:
    wrong = goal(proposed(gas=gas(baseline=-2)), entry("e", level=2), g.EnteredInError(reason="Wrong patient"))

    assert t_scores([wrong, scaled("a", 1)]).goals == ("a",)


def test_a_closed_goal_counts_with_the_level_at_which_it_ended() -> None:
    closed = goal(proposed(gas=gas()), entry("e", level=2), g.Closed(outcome="achieved", level=1, reason="Done"))

    assert t_scores([closed]).t_score == 60


def test_a_scale_that_nobody_has_told_a_level_of_has_a_baseline_only() -> None:
    scores = t_scores([scaled("a", baseline=-2)])

    assert (scores.t_score, scores.baseline_t_score, scores.change, scores.goals) == (None, 30, None, ())


def test_change_compares_like_with_like() -> None:
    """A goal without a baseline is in the score of today, and has no part in the change."""
    scores = t_scores([scaled("a", 1, baseline=-1), scaled("b", 2)])

    assert scores.goals == ("a", "b")
    assert (scores.baseline_t_score, scores.change) == (40, 20)


@pytest.mark.parametrize(
    "half_given", [{"importance": 3}, {"difficulty": 2}, {}], ids=["no difficulty", "no importance", "neither"]
)
def test_one_of_the_two_missing_on_any_goal_leaves_the_whole_score_unweighted(half_given: dict[str, int]) -> None:
    scores = t_scores([scaled("a", 1, importance=3, difficulty=2), scaled("b", 0, **half_given)])

    assert not scores.weighted
    assert scores.t_score == pytest.approx(t_score([1, 0]))


def test_weights_that_are_all_zero_leave_the_score_unweighted() -> None:
    scores = t_scores([scaled("a", 1, importance=0, difficulty=2), scaled("b", 1, importance=3, difficulty=0)])

    assert not scores.weighted
    assert scores.t_score == pytest.approx(t_score([1, 1]))


def test_a_weight_of_zero_among_others_takes_its_goal_out_of_the_sum() -> None:
    scores = t_scores([scaled("a", 1, importance=3, difficulty=2), scaled("b", -2, importance=0, difficulty=2)])

    assert scores.weighted
    assert scores.t_score == pytest.approx(60)


def test_all_three_numbers_are_weighted_or_none_is() -> None:
    """The goals that have a baseline weigh nothing: a change could not be told from weights."""
    scores = t_scores(
        [scaled("a", 1, baseline=-1, importance=0, difficulty=0), scaled("b", 2, importance=3, difficulty=3)]
    )

    assert not scores.weighted
    assert (scores.baseline_t_score, scores.change) == (40, 20)


def test_the_latest_level_is_that_of_the_latest_day() -> None:
    late = g.ProgressLogged(entry="late", on=TODAY.replace(day=1), level=-2)
    told = goal(proposed(gas=gas()), entry("e1", level=1), late)

    assert t_scores([told]).t_score == 60


@given(LEVELS)
def test_expected_on_every_goal_is_fifty_and_signs_mirror_around_it(levels: list[int]) -> None:
    assert t_score([0] * len(levels)) == 50
    assert t_score(levels) - 50 == pytest.approx(50 - t_score([-level for level in levels]))


@given(LEVELS, st.integers(1, 9))
def test_equal_weights_change_nothing(levels: list[int], weight: int) -> None:
    assert t_score(levels, [weight] * len(levels)) == pytest.approx(t_score(levels))


def test_a_score_of_no_levels_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one level"):
        t_score([])
