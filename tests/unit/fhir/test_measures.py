"""The target of a FHIR goal as SMART."""

from datetime import date

import pytest

from events.vocabulary import Measure, Smart, TargetRange
from services.fhir.incoming.refusal import Json, RefusedResource
from tests.unit.fhir.resources import coded, goal, mapped

GROUPS: Json = {"text": "groups attended"}


def smart(*targets: Json, **fields: object) -> Smart | None:
    return mapped(goal(target=list(targets), **fields)).payload.smart


def measure(**detail: object) -> Measure | None:
    read = smart({"measure": GROUPS, **detail})
    return read.measure if read else None


def left_out(*targets: Json, **fields: object) -> tuple[str, ...]:
    return mapped(goal(target=list(targets), **fields)).left_out


def test_a_goal_without_a_target_has_no_smart_parts() -> None:
    assert mapped(goal()).payload.smart is None
    assert smart({"id": "empty"}) is None


def test_a_due_date_alone_is_kept() -> None:
    assert smart({"dueDate": "2026-05-01"}) == Smart(due=date(2026, 5, 1))


def test_a_measure_without_a_detail_has_no_target() -> None:
    assert measure() == Measure(what="groups attended")


@pytest.mark.parametrize(
    ("comparator", "direction"),
    [("<", "at_most"), ("<=", "at_most"), (">", "at_least"), (">=", "at_least"), (None, None), ("ad", None)],
)
def test_a_comparator_gives_the_direction(comparator: str | None, direction: str | None) -> None:
    quantity = {"value": 6, "unit": "score"} | ({"comparator": comparator} if comparator else {})

    assert measure(detailQuantity=quantity) == Measure.model_validate(
        {"what": "groups attended", "unit": "score", "target": 6, "direction": direction}
    )


def test_a_strict_comparator_says_that_it_is_kept_as_a_loose_one() -> None:
    strict = {"measure": GROUPS, "detailQuantity": {"value": 6, "comparator": "<"}}

    assert left_out(strict) == ("target[0].detailQuantity.comparator: “<” is kept as at_most",)


def test_an_unknown_comparator_refuses_the_goal() -> None:
    with pytest.raises(RefusedResource, match="is not one of <, <=, >=, >, ad") as refused:
        measure(detailQuantity={"value": 6, "comparator": "around"})

    assert refused.value.path == "target[0].detailQuantity.comparator"


def test_numbers_stay_as_they_were_written() -> None:
    kept = [measure(detailQuantity={"value": value}) for value in (3, 7.5, 160)]

    assert [repr(each.target) for each in kept if each] == ["3", "7.5", "160"]


def test_the_unit_is_the_one_for_people_before_the_code() -> None:
    coded_only = {"value": 80, "code": "[lb_av]"}

    assert measure(detailQuantity={**coded_only, "unit": "lbs"}) == Measure(
        what="groups attended", unit="lbs", target=80
    )
    assert measure(detailQuantity=coded_only) == Measure(what="groups attended", unit="[lb_av]", target=80)


def test_a_range_is_a_range_and_may_be_open() -> None:
    low, high = {"value": 160, "unit": "lbs"}, {"value": 180, "unit": "lbs"}

    assert measure(detailRange={"low": low, "high": high}) == Measure(
        what="groups attended", unit="lbs", target=TargetRange(low=160, high=180)
    )
    assert measure(detailRange={"high": high}) == Measure(
        what="groups attended", unit="lbs", target=TargetRange(high=180)
    )


def test_a_range_in_two_units_is_not_converted_but_left_out() -> None:
    mixed = {"low": {"value": 70, "unit": "kg"}, "high": {"value": 180, "unit": "lbs"}}

    assert left_out({"measure": GROUPS, "detailRange": mixed}) == ("target[0].detailRange",)


def test_a_range_upside_down_refuses_the_goal() -> None:
    with pytest.raises(RefusedResource, match="low is above its high"):
        measure(detailRange={"low": {"value": 9}, "high": {"value": 1}})


@pytest.mark.parametrize(("code", "per"), [("d", "day"), ("wk", "week"), ("mo", "month")])
def test_a_count_per_day_week_or_month_is_a_frequency(code: str, per: str) -> None:
    ratio = {"numerator": {"value": 3, "comparator": ">="}, "denominator": {"value": 1, "code": code}}

    assert measure(detailRatio=ratio) == Measure.model_validate(
        {"what": "groups attended", "target": 3, "per": per, "direction": "at_least"}
    )


@pytest.mark.parametrize(
    ("count", "denominator", "target", "per"),
    [
        (4, {"value": 7, "unit": "d", "code": "d"}, 4, "week"),
        (4, {"value": 7.0, "unit": "days"}, 4, "week"),
        (8, {"value": 14, "code": "d"}, 4, "week"),
        (8, {"value": 2, "code": "wk"}, 4, "week"),
        (2, {"value": 24, "code": "h"}, 2, "day"),
        (6, {"value": 2, "unit": "Months"}, 3, "month"),
    ],
)
def test_a_count_in_several_days_or_weeks_is_a_frequency_where_it_comes_out_even(
    count: int, denominator: Json, target: int, per: str
) -> None:
    ratio = {"numerator": {"value": count}, "denominator": denominator}

    assert measure(detailRatio=ratio) == Measure.model_validate(
        {"what": "groups attended", "target": target, "per": per}
    )


@pytest.mark.parametrize(
    "denominator", [{"value": 2, "code": "wk"}, {"value": 1, "code": "dL"}, {"code": "wk"}, {"value": 30, "code": "d"}]
)
def test_any_other_ratio_is_left_out(denominator: Json) -> None:
    ratio = {"numerator": {"value": 3}, "denominator": denominator}

    assert left_out({"measure": GROUPS, "detailRatio": ratio}) == ("target[0].detailRatio",)


def test_a_whole_number_and_something_simply_done_are_targets() -> None:
    assert measure(detailInteger=3) == Measure(what="groups attended", target=3)
    assert measure(detailBoolean=True) == Measure(what="groups attended", target=True)
    assert left_out({"measure": GROUPS, "detailBoolean": False}) == ("target[0].detailBoolean",)


def test_a_detail_in_words_says_what_exactly() -> None:
    assert smart({"measure": GROUPS, "detailString": "the evening group"}) == Smart(
        specific="the evening group", measure=Measure(what="groups attended")
    )
    concept = {"measure": GROUPS, "detailCodeableConcept": coded("1", "urn:x", display="the morning group")}
    assert smart(concept) == Smart(specific="the morning group", measure=Measure(what="groups attended"))


def test_a_coded_measure_is_also_the_clinical_target() -> None:
    payload = mapped(goal(target=[{"measure": coded("3141-9", display="Weight Measured")}])).payload

    assert payload.smart == Smart(measure=Measure(what="Weight Measured"))
    assert payload.clinical_target == "Weight Measured"
    assert mapped(goal(target=[{"measure": GROUPS}])).payload.clinical_target is None


def test_a_measure_without_words_goes_by_its_code_and_one_without_either_is_left_out() -> None:
    assert smart({"measure": coded("3141-9")}) == Smart(measure=Measure(what="3141-9"))
    assert left_out({"measure": {"id": "x"}, "dueDate": "2026-05-01"}) == ("target[0].measure",)


def test_a_detail_without_a_measure_breaks_an_invariant_in_any_target() -> None:
    with pytest.raises(RefusedResource, match="invariant gol-1") as refused:
        smart({"measure": GROUPS}, {"detailString": "more"})

    assert refused.value.path == "target[1].measure"


def test_further_targets_are_named_as_left_out() -> None:
    further = {"measure": {"text": "calls made"}}

    assert left_out({"measure": GROUPS, "dueDate": "2026-05-01"}, {"dueDate": "2026-06-01"}, further) == (
        "target[1]",
        "target[2]",
    )


def test_the_due_date_may_stand_in_any_target_and_what_else_stands_there_is_named() -> None:
    later = {"measure": {"text": "calls made"}, "dueDate": "2026-06-01"}

    assert smart({"measure": GROUPS}, {"dueDate": "2026-05-01"}, later) == Smart(
        measure=Measure(what="groups attended"), due=date(2026, 5, 1)
    )
    assert left_out({"measure": GROUPS}, {"dueDate": "2026-05-01"}, later) == ("target[2]",)
    assert left_out({"measure": GROUPS}, later) == ("target[1].measure",)


def test_the_measure_may_stand_in_any_target() -> None:
    taken = smart({"dueDate": "2026-05-01"}, {"measure": GROUPS, "detailInteger": 3})

    assert taken == Smart(measure=Measure(what="groups attended", target=3), due=date(2026, 5, 1))


def test_a_due_date_without_its_day_is_not_made_up() -> None:
    assert left_out({"dueDate": "2026-05"}) == ("target[0].dueDate: 2026-05, which names no day",)


def test_a_duration_runs_from_the_start_or_in_weeks_from_activation() -> None:
    four_weeks, ten_days = {"value": 4, "code": "wk"}, {"value": 10, "code": "d"}

    assert smart({"dueDuration": four_weeks}, startDate="2026-03-02") == Smart(due=date(2026, 3, 30))
    assert smart({"dueDuration": ten_days}, startDate="2026-03-02") == Smart(due=date(2026, 3, 12))
    assert smart({"dueDuration": four_weeks}) == Smart(for_weeks=4)


@pytest.mark.parametrize(
    ("duration", "start", "due"),
    [
        ({"value": 3, "unit": "months", "code": "mo"}, "2026-01-05", date(2026, 4, 5)),
        ({"value": 1, "code": "mo"}, "2026-01-31", date(2026, 2, 28)),
        ({"value": 2, "unit": "Months"}, "2025-12-31", date(2026, 2, 28)),
        ({"value": 1, "code": "a"}, "2024-02-29", date(2025, 2, 28)),
        ({"value": 48, "code": "h"}, "2026-01-05", date(2026, 1, 7)),
        ({"value": 2.0, "code": "wk"}, "2026-01-05", date(2026, 1, 19)),
    ],
)
def test_months_and_years_run_by_the_calendar(duration: Json, start: str, due: date) -> None:
    assert smart({"dueDuration": duration}, startDate=start) == Smart(due=due)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_due_date_that_stands_for_none_is_left_out_by_name(day: str) -> None:
    assert left_out({"dueDate": day}) == (f"target[0].dueDate: {day}, which is no date of a goal",)


def test_a_duration_of_centuries_is_left_out() -> None:
    endless = {"dueDuration": {"value": 200, "code": "a"}}

    assert left_out(endless, startDate="2026-01-05") == ("target[0].dueDuration",)


@pytest.mark.parametrize("comparator", ["<", ">="])
def test_a_duration_with_a_comparator_names_no_day(comparator: str) -> None:
    within = {"dueDuration": {"value": 4, "code": "wk", "comparator": comparator}}

    assert left_out(within, startDate="2026-01-05") == ("target[0].dueDuration: with a comparator it names no day",)


def test_only_a_code_of_ucum_names_a_unit_of_time() -> None:
    elsewhere = {"value": 4, "code": "wk", "system": "urn:other"}

    assert left_out({"dueDuration": elsewhere}, startDate="2026-01-05") == ("target[0].dueDuration",)
    assert smart({"dueDuration": {**elsewhere, "unit": "weeks"}}) == Smart(for_weeks=4)


@pytest.mark.parametrize(
    "duration", [{"value": 10, "code": "d"}, {"value": 2, "code": "mo"}, {"value": 1.5, "code": "wk"}]
)
def test_a_duration_that_does_not_come_to_whole_weeks_is_left_out(duration: Json) -> None:
    assert left_out({"dueDuration": duration}) == ("target[0].dueDuration",)


def test_what_the_fhir_model_refuses_is_refused_with_its_path() -> None:
    two = {"measure": GROUPS, "detailString": "x", "detailInteger": 3}
    with pytest.raises(RefusedResource, match="got multiple") as refused:
        smart(two)

    assert refused.value.path == "target[0]"
