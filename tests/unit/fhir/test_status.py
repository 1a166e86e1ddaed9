"""lifecycleStatus and achievementStatus, read back into status and outcome."""

import pytest

from services.fhir.incoming.refusal import RefusedResource
from services.fhir.vocabulary import ACHIEVEMENT
from tests.unit.fhir.resources import coded, goal, mapped

REPLACED = {
    "url": "http://hl7.org/fhir/StructureDefinition/goal-relationship",
    "extension": [
        {
            "url": "type",
            "valueCodeableConcept": coded(
                "replacement", "http://terminology.hl7.org/CodeSystem/goal-relationship-type"
            ),
        },
        {"url": "target", "valueReference": {"reference": "Goal/g2"}},
    ],
}


@pytest.mark.parametrize(
    ("lifecycle", "status"),
    [
        ("proposed", "proposed"),
        ("planned", "proposed"),
        ("accepted", "agreed"),
        ("active", "active"),
        ("on-hold", "held"),
        ("rejected", "contested"),
        ("entered-in-error", "entered_in_error"),
    ],
)
def test_a_goal_that_is_not_over_has_a_status_and_no_outcome(lifecycle: str, status: str) -> None:
    payload = mapped(goal(lifecycleStatus=lifecycle)).payload

    assert (payload.status, payload.outcome) == (status, None)


@pytest.mark.parametrize(
    ("achievement", "outcome", "left_out"),
    [
        ("achieved", "achieved", ()),
        ("sustaining", "achieved", ("achievementStatus: sustaining is kept as achieved",)),
        ("not-achieved", "not_achieved", ()),
        ("no-progress", "not_achieved", ("achievementStatus: no-progress is kept as not_achieved",)),
        ("not-attainable", "not_achieved", ("achievementStatus: not-attainable is kept as not_achieved",)),
    ],
)
def test_a_completed_goal_is_closed_with_what_was_achieved(
    achievement: str, outcome: str, left_out: tuple[str, ...]
) -> None:
    taken = mapped(goal(lifecycleStatus="completed", achievementStatus=coded(achievement, ACHIEVEMENT)))

    assert (taken.payload.status, taken.payload.outcome) == ("closed", outcome)
    assert taken.left_out == left_out


@pytest.mark.parametrize("achievement", [None, coded("improving", ACHIEVEMENT), {"text": "went well"}])
def test_a_completed_goal_that_does_not_say_how_it_ended_is_neither_success_nor_failure(achievement: object) -> None:
    taken = mapped(goal(lifecycleStatus="completed", achievementStatus=achievement))

    assert (taken.payload.status, taken.payload.outcome) == ("closed", "retired")
    assert "lifecycleStatus: completed, without saying how it ended, is kept as retired" in taken.left_out


def test_a_cancelled_goal_is_retired_and_one_with_a_successor_replaced() -> None:
    assert mapped(goal(lifecycleStatus="cancelled")).payload.outcome == "retired"
    replaced = mapped(goal(lifecycleStatus="cancelled", extension=[REPLACED]))
    assert replaced.payload.outcome == "replaced"
    assert (replaced.payload.replaced_by, replaced.left_out) == ("g2", ())


def test_a_planned_goal_says_that_it_was_planned() -> None:
    assert mapped(goal(lifecycleStatus="planned")).left_out == ("lifecycleStatus: “planned” is kept as proposed",)


@pytest.mark.parametrize(
    ("achievement", "left_out"),
    [
        (coded("in-progress", ACHIEVEMENT), ()),
        (coded("worsening", ACHIEVEMENT), ("achievementStatus: worsening",)),
        (coded("achieved", ACHIEVEMENT), ("achievementStatus: achieved",)),
        (coded("7", "urn:house"), ("achievementStatus",)),
        ({"text": "so so"}, ("achievementStatus",)),
    ],
)
def test_how_an_active_goal_goes_follows_from_its_levels_and_is_named_as_left_out(
    achievement: object, left_out: tuple[str, ...]
) -> None:
    assert mapped(goal(achievementStatus=achievement)).left_out == left_out


@pytest.mark.parametrize("lifecycle", ["Active", "in-progress", "done"])
def test_a_lifecycle_status_outside_fhirs_list_refuses_the_goal(lifecycle: str) -> None:
    with pytest.raises(RefusedResource, match="is not one of proposed, planned, accepted, active") as refused:
        mapped(goal(lifecycleStatus=lifecycle))

    assert refused.value.path == "lifecycleStatus"


def test_an_achievement_status_outside_fhirs_list_refuses_the_goal() -> None:
    with pytest.raises(RefusedResource, match="“done” is not one of in-progress") as refused:
        mapped(goal(achievementStatus=coded("done", ACHIEVEMENT)))

    assert refused.value.path == "achievementStatus.coding[0].code"


def test_a_missing_lifecycle_status_refuses_the_goal() -> None:
    with pytest.raises(RefusedResource) as refused:
        mapped(goal(lifecycleStatus=None))

    assert refused.value.path == "lifecycleStatus"
