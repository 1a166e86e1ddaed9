"""What is written for staff never stands where the patient reads."""

import json

import pytest

from events.flag import Remark, readable_by
from events.goal import types as g
from events.goal.definition import WHY, WHY_FOR_STAFF
from events.goal.flags import FLAGS, FLAGS_OF_THE_CLOSED, FOR_THE_PATIENT, STANDING_FLAGS
from events.goal.reading import read_goal
from events.goal.state import GoalState
from events.goal.types import Override
from events.plan import flags as of_plans
from events.plan.reading import read_plan
from tests.builders import NOON, active_goal, entry, proposed, smart
from tests.unit.events.goals import by, goal, plan

BEGUN = [each for each in active_goal() if not each.goal_id.is_plan]
CLOSED = goal(*BEGUN, by("clinician", g.Closed(outcome="retired", reason="Moved away")))


def says(code: str) -> str:
    return f"The sentence of {code}."


@pytest.mark.parametrize(
    ("state", "table"),
    [(goal(*BEGUN), STANDING_FLAGS), (goal(*BEGUN), FLAGS), (CLOSED, FLAGS_OF_THE_CLOSED)],
    ids=["open by itself", "open", "closed"],
)
def test_of_every_flag_there_is_the_patient_reads_those_for_the_patient_alone(
    monkeypatch: pytest.MonkeyPatch, state: GoalState, table: dict[str, object]
) -> None:
    def raised(code: str) -> object:
        def flag(*judged: object) -> str:
            return says(code)

        return flag

    for code in table:
        monkeypatch.setitem(table, code, raised(code))

    staff, patient = (json.dumps(read_goal(state, plan(), at=NOON, audience=each)) for each in ("staff", "patient"))

    assert {code for code in table if says(code) in staff} == set(table)
    assert {code for code in table if says(code) in patient} == FOR_THE_PATIENT & set(table)


def test_flags_of_a_plan_are_told_to_whom_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each["code"] for each in read_plan(plan(), at=NOON, audience="patient")["flags"]] == ["priorities_ranked"]
    for_staff = of_plans.plan_flags(plan())[0].model_copy(update={"audience": "staff"})
    monkeypatch.setattr("events.plan.reading.plan_flags", lambda state: [for_staff])
    assert read_plan(plan(), at=NOON)["flags"] != read_plan(plan(), at=NOON, audience="patient")["flags"] == []


def test_a_remark_is_for_staff_unless_it_says_otherwise() -> None:
    for_staff, for_both = Remark(sentence="One."), Remark(sentence="Two.", audience="patient")
    assert readable_by("patient", [for_staff, for_both]) == [for_both]
    assert readable_by("staff", [for_staff, for_both]) == [for_staff, for_both]


def test_offers_are_for_staff_who_bring_them_up() -> None:
    dipped = goal(*BEGUN, entry("e1", setback=True))
    assert read_goal(dipped, plan())["offers"]
    assert read_goal(dipped, plan(), audience="patient")["offers"] == []


def test_the_patient_reads_what_is_missing_without_being_spoken_about() -> None:
    draft = goal(proposed(smart=smart(measure=None)))
    staff, patient = read_goal(draft, plan()), read_goal(draft, plan(), audience="patient")
    assert patient["missing"] == staff["missing"]
    assert patient["unsaid"] == staff["unsaid"]
    assert set(staff["missing_reasons"]) - set(patient["missing_reasons"]) == WHY_FOR_STAFF
    assert "patient" not in json.dumps(patient["missing_reasons"])
    assert {part for part, why in WHY.items() if "patient" in why.lower()} == WHY_FOR_STAFF


def test_a_framework_is_suggested_to_staff() -> None:
    assert read_goal(goal(proposed()), plan())["suggested_framework"] is not None
    assert read_goal(goal(proposed()), plan(), audience="patient")["suggested_framework"] is None


def test_a_reason_that_staff_recorded_is_in_the_record_and_what_is_said_of_it_is_for_staff() -> None:
    over = goal(*BEGUN[:-1], by("clinician", g.Activated(override=Override(reason="Court date"))))
    staff, patient = read_goal(over, plan()), read_goal(over, plan(), audience="patient")
    assert patient["override_reason"] == staff["override_reason"] == "Court date"
    assert "override_used" in [flag["code"] for flag in staff["flags"]]
    assert "override_used" not in [flag["code"] for flag in patient["flags"]]
