"""How much a patient takes part; a gap is unknown, never a failure."""

from events.goal import types as g
from projections.engine.paging import Json
from projections.goal_state.patient.engagement import engagement
from tests.builders import event
from tests.unit.projections.patient.records import day, diary, goal_id, put_forward, record

ACTIVE = [
    put_forward("walk"),
    event(goal_id("walk"), g.Agreed(), role="clinician"),
    event(goal_id("walk"), g.Activated(), role="clinician"),
]
DONE: dict[str, object] = {"done": True}


def over(*days: int, today: int) -> Json:
    its = record(*ACTIVE, *diary("walk", **{f"d{number}": DONE for number in days}))
    return engagement(its.goals, day(today))


def test_before_the_first_entry_nothing_is_known() -> None:
    found = over(today=30)
    assert (found["entries"], found["last_entry_on"], found["days_since_last_entry"]) == (0, None, None)
    assert found["gaps"] == []


def test_entries_are_counted_and_so_are_their_days() -> None:
    its = record(*ACTIVE, put_forward("read"), *diary("walk", d0=DONE, d1=DONE), *diary("read", d1=DONE))
    found = engagement(its.goals, day(3))
    assert (found["entries"], found["days_with_entry"], found["days_since_last_entry"]) == (3, 2, 2)


def test_seven_days_between_two_entries_are_a_gap() -> None:
    assert over(0, 6, today=6)["gaps"] == []
    assert over(0, 7, today=7)["gaps"] == [{"after": day(0), "before": day(7), "days": 6}]


def test_a_gap_that_lasts_has_no_end() -> None:
    assert over(0, today=6)["gaps"] == []
    assert over(0, today=9)["gaps"] == [{"after": day(0), "before": None, "days": 9}]


def test_after_the_last_goal_no_entry_is_missed() -> None:
    its = record(put_forward("walk"), *diary("walk", d0=DONE))
    assert engagement(its.goals, day(30))["gaps"] == []


def test_attendance_is_reviews_with_the_patient_and_what_goals_about_attendance_tell() -> None:
    reviews = (
        g.Reviewed(on=day(1), participants=("patient", "clinician"), decision="keep"),
        g.Reviewed(on=day(2), participants=("clinician",), decision="keep"),
    )
    its = record(
        put_forward("groups", life_area="attendance"),
        put_forward("walk"),
        *diary("groups", d0=DONE, d1={"done": False}, d2={"mood": 3}),
        *diary("walk", d0=DONE),
        *(event(goal_id("groups"), review) for review in reviews),
    )
    assert engagement(its.goals, day(2))["attendance"] == {"reviews": 2, "with_patient": 1, "told": 2, "done": 1}
