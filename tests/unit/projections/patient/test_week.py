"""A week of a goal: what was told is added up beside the target, and a day that nobody told is counted as that."""

from datetime import timedelta
from itertools import chain

from events.event import Event
from events.goal import types as g
from projections.engine.paging import Json
from projections.goal_state.patient.series import read_series
from projections.goal_state.patient.span import Span
from projections.goal_state.patient.tree import read_tree
from projections.goal_state.patient.week import weeks_of_goal
from projections.goal_state.today_week import counts_from
from tests.builders import NOON, event, smart
from tests.unit.projections.patient.records import MONDAY, day, diary, goal_id, put_forward, record

ALL = Span()
MINUTES = {"what": "minutes outside", "unit": "minutes", "target": 90, "per": "week", "direction": "at_least"}
MONTHLY = {"what": "groups", "target": 4, "per": "month", "direction": "at_least"}


def worked_on(token: str, **fields: object) -> list[Event]:
    return [
        put_forward(token, **fields),
        event(goal_id(token), g.Agreed(), role="clinician", actor="c1"),
        event(goal_id(token), g.Activated(), role="clinician", actor="c1"),
    ]


def weeks(*events: Event, today: int, measure: dict[str, object] | None = None, span: Span = ALL) -> list[Json]:
    its = record(*worked_on("walk", smart=smart(measure=measure) if measure else smart()), *events)
    return weeks_of_goal(its.goals[0], day(today), span)


def test_values_are_added_up_and_days_not_told_are_counted() -> None:
    (week,) = weeks(*diary("walk", d0={"value": 30}, d2={"value": 45}), today=4, measure=MINUTES)

    assert (week["value"], week["told"], week["untold"], week["ahead"]) == (75, 2, 2, 3)
    assert (week["measured"]["amount"], week["measured"]["target"], week["measured"]["met"]) == (75, 90, False)


def test_days_are_counted_as_done_otherwise_and_not_told() -> None:
    (week,) = weeks(*diary("walk", d0={"done": True}, d1={"done": False}, d4={"done": True}), today=4)

    assert (week["kept"], week["otherwise"], week["untold"]) == (2, 1, 2)
    assert [each["state"] for each in week["days"]][:5] == ["kept", "otherwise", "untold", "untold", "kept"]


def test_a_week_that_is_over_has_no_day_ahead_and_one_without_a_word_is_all_unknown() -> None:
    found = weeks(*diary("walk", d2={"done": True}, d15={"done": True}), today=16)

    assert [(each["from"], each["kept"], each["untold"], each["ahead"]) for each in found] == [
        (day(0), 1, 6, 0),
        (day(7), 0, 7, 0),
        (day(14), 1, 1, 5),
    ]


def test_a_measure_per_month_counts_what_was_told_in_the_month_before_the_week() -> None:
    its = diary("walk", d1={"value": 1}, d9={"value": 2}, d30={"value": 1})

    assert [each["measured"]["amount"] for each in weeks(*its, today=31, measure=MONTHLY) if each["measured"]] == [
        *(1, 3),
        1,  # the first of April
    ]


def test_weeks_can_be_cut() -> None:
    its = diary("walk", d2={"done": True}, d15={"done": True})

    assert [each["from"] for each in weeks(*its, today=16, span=Span(day(8), day(12)))] == [day(7)]


def test_the_weeks_of_a_goal_end_with_its_work() -> None:
    closed = event(
        goal_id("walk"), g.Closed(outcome="achieved", reason="done"), role="clinician", time=NOON + timedelta(days=3)
    )

    assert [each["from"] for each in weeks(*diary("walk", d2={"done": True}), closed, today=30)] == [day(0)]


def test_a_leaf_of_the_tree_has_this_week_while_the_goal_is_worked_on() -> None:
    its = record(*worked_on("walk", smart=smart()), put_forward("rest"), *diary("walk", d0={"done": True}))

    rest, walk = read_tree(its, day(1))["goals_without_priority"]

    assert rest["this_week"] is None
    assert (walk["this_week"]["kept"], walk["this_week"]["measured"]["target"]) == (1, 3)


def test_the_series_of_a_goal_has_its_weeks() -> None:
    its = record(*worked_on("walk"), *diary("walk", d0={"done": True}))

    (walk,) = read_series(its, day(8), ALL)["goals"]

    assert [each["kept"] for each in walk["weeks"]] == [1, 0]


def test_what_counts_for_a_week_and_the_one_before_begins_with_the_month_of_that() -> None:
    assert counts_from(day(15)) == MONDAY.replace(day=1)
    assert counts_from(day(30)) == MONDAY.replace(day=1)  # the first of April, in a week that began in March
    assert counts_from(day(36)) == MONDAY.replace(day=1)
    assert counts_from(day(42)) == MONDAY.replace(month=4, day=1)


def test_until_something_is_told_of_a_week_the_last_one_is_told_beside_it() -> None:
    entries = {2: diary("walk", d2={"done": True}), 8: diary("walk", d8={"done": True})}

    def leaf(today: int) -> tuple[int, int | None]:
        told = (each for on, each in entries.items() if on <= today)
        its = record(*worked_on("walk", smart=smart()), *chain.from_iterable(told))
        (walk,) = read_tree(its, day(today))["goals_without_priority"]
        return walk["this_week"]["told"], walk["last_week"] and walk["last_week"]["kept"]

    assert leaf(6) == (1, None)
    assert leaf(7) == (0, 1)
    assert leaf(8) == (1, None)
    assert leaf(14) == (0, 1)
    assert leaf(21) == (0, None)
