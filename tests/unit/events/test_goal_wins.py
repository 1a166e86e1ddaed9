"""Weekly wins: what was done, what was met, and levels as hoped for or better (S36)."""

from datetime import date, timedelta

from events.goal import types as g
from events.goal.wins import Wins, weekly_wins
from events.vocabulary import Measure
from tests.builders import entry, gas, proposed, smart
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


def test_any_step_up_the_scale_is_a_win() -> None:
    steps = [entry("a", MONDAY, level=-2), entry("b", SUNDAY, level=-1), entry("c", NEXT_MONDAY, level=-1)]
    from_baseline = goal(proposed(gas=gas(baseline=-2)), entry("a", MONDAY, level=-1))

    assert [(wins.week, wins.level) for wins in weekly_wins(goal(proposed(gas=gas()), *steps))] == [(MONDAY, -1)]
    assert [wins.level for wins in weekly_wins(from_baseline)] == [-1]


def measured(*entries: g.ProgressLogged, **measure: object) -> list[tuple[float, float, bool]]:
    """What the weeks with a win come to: so much of so much, and whether that is enough."""
    definition = smart(measure=Measure.model_validate({"what": "groups", **measure}))
    found = [wins.measured for wins in weekly_wins(goal(proposed(smart=definition), *entries))]
    return [(each.amount, each.target, each.met) for each in found if each is not None]


def of_value(number: int, value: float, on: date) -> g.ProgressLogged:
    return entry(f"e{number}", on, value=value)


DAYS = [MONDAY + timedelta(days=days) for days in range(7)]
WEEKLY = {"target": 3, "per": "week", "direction": "at_least"}
LIMIT = {"target": 4, "per": "week", "direction": "at_most"}


def test_the_values_of_a_week_add_up_to_its_target() -> None:
    ones = [of_value(number, 1, day) for number, day in enumerate(DAYS[:3])]

    assert measured(*ones, **WEEKLY) == [(3, 3, True)]
    assert measured(*ones[:2], **WEEKLY) == [(2, 3, False)]
    assert measured(*ones, of_value(9, 1, NEXT_MONDAY), **WEEKLY) == [(3, 3, True), (1, 3, False)]


def test_days_on_which_it_was_done_are_counted_where_no_values_are_told() -> None:
    done = [entry(f"d{number}", day) for number, day in enumerate(DAYS[:3])]

    assert measured(*done, **WEEKLY) == [(3, 3, True)]
    assert measured(*done[:2], of_value(9, 1, SUNDAY), **WEEKLY) == [(3, 3, True)]
    assert measured(done[0], of_value(9, 40, SUNDAY), unit="minutes", **{**WEEKLY, "target": 90}) == [(40, 90, False)]


def test_at_most_is_a_win_when_it_was_kept_to() -> None:
    kept, exceeded = [of_value(1, 1, MONDAY), of_value(2, 2, SUNDAY)], [of_value(1, 3, MONDAY), of_value(2, 2, SUNDAY)]

    assert measured(*kept, **LIMIT) == [(3, 4, True)]
    assert measured(*exceeded, **LIMIT) == []
    assert measured(of_value(1, 0, MONDAY), **LIMIT) == [(0, 4, True)]
    assert measured(entry("a", MONDAY), **LIMIT) == [], "that it was done does not say how much"


def test_a_measure_per_day_counts_the_days_that_reached_it_of_those_that_tell_anything() -> None:
    daily = {"target": 30, "unit": "minutes", "per": "day"}
    days = [of_value(1, 20, MONDAY), of_value(2, 15, MONDAY), of_value(3, 10, DAYS[1]), entry("done", DAYS[2])]

    assert measured(*days, **daily) == [(2, 3, False)]
    assert measured(of_value(1, 10, MONDAY), **{**daily, "direction": "at_most"}) == [(1, 1, True)]


def test_a_measure_per_month_adds_up_over_the_weeks_of_the_month() -> None:
    monthly = {"target": 3, "per": "month"}
    days = [of_value(1, 2, date(2026, 2, 25)), of_value(2, 2, MONDAY), of_value(3, 1, NEXT_MONDAY)]

    assert measured(*days, **monthly) == [(2, 3, False), (2, 3, False), (3, 3, True)]


def test_a_measure_without_a_period_goes_by_the_best_value() -> None:
    hours = [of_value(1, 6, MONDAY), of_value(2, 7.5, SUNDAY), of_value(3, 6, NEXT_MONDAY)]

    assert measured(*hours, target={"low": 7}) == [(7.5, 7, True)]
    assert measured(*hours, target={"low": 5, "high": 6.5}) == [(6, 5, True)]


def test_a_target_that_is_simply_done_is_not_measured() -> None:
    assert measured(entry("a", MONDAY), target=True) == []


def test_a_quiet_or_hard_week_is_left_out_and_no_failure() -> None:
    hard = [entry("a", MONDAY, done=False, setback=True), entry("b", SUNDAY, level=-1), entry("c", mood=3)]

    assert weekly_wins(goal(proposed(gas=gas()), *hard)) == weekly_wins(goal(proposed())) == []
