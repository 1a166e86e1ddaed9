"""Weekly wins: what was done, what was met, and levels as hoped for or better (S36)."""

from datetime import date

from events.goal import types as g
from events.goal.wins import Wins, weekly_wins
from tests.builders import entry, gas, proposed
from tests.unit.events.goals import goal

MONDAY, SUNDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 8), date(2026, 3, 9)


def test_a_week_counts_the_days_on_which_it_was_done() -> None:
    entries = [entry("a", MONDAY), entry("again", MONDAY), entry("b", SUNDAY), entry("c", NEXT_MONDAY)]

    assert [(wins.week, wins.done) for wins in weekly_wins(goal(proposed(), *entries))] == [
        (MONDAY, 2),
        (NEXT_MONDAY, 1),
    ]


def test_a_week_names_the_milestones_that_were_met_and_the_best_level() -> None:
    state = goal(
        proposed(gas=gas()),
        g.MilestoneSet(milestone="first", text="First group", due=SUNDAY),
        g.MilestoneSet(milestone="second", text="Second group", due=SUNDAY),
        g.MilestoneMet(milestone="first", on=SUNDAY),
        entry("a", MONDAY, level=0),
        entry("b", SUNDAY, level=1),
        entry("c", SUNDAY, level=-2),
    )

    assert weekly_wins(state) == [Wins(week=MONDAY, done=0, milestones=("first",), level=1)]


def test_a_level_told_at_a_review_counts() -> None:
    review = g.Reviewed(on=NEXT_MONDAY, participants=("patient",), decision="keep", level=2)

    assert weekly_wins(goal(proposed(gas=gas()), review)) == [Wins(week=NEXT_MONDAY, done=0, milestones=(), level=2)]


def test_a_quiet_or_hard_week_is_left_out_and_no_failure() -> None:
    hard = [entry("a", MONDAY, done=False, setback=True), entry("b", SUNDAY, level=-1), entry("c", mood=3)]

    assert weekly_wins(goal(proposed(gas=gas()), *hard)) == weekly_wins(goal(proposed())) == []
