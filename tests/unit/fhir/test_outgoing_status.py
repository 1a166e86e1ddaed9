"""Status and outcome as FHIR's two axes: the table of DOMAIN, row by row."""

from datetime import date
from typing import Any

import pytest

from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.vocabulary import ActorRole, External
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.goal import write_goal
from services.fhir.vocabulary import ACCEPTANCE, OUTCOME, REASON_REJECTED, RELATIONSHIP
from tests.builders import GOAL, entry, event, gas, proposed, recorded, smart

Told = tuple[g.GoalPayload, ActorRole]
PROPOSED: Told = (proposed(smart=smart()), "patient")
AGREED: Told = (g.Agreed(), "clinician")
ACTIVE: list[Told] = [PROPOSED, AGREED, (g.Activated(), "clinician")]


def goal(*told: Told) -> Json:
    return write_goal(state(*told), "R4")


def state(*told: Told) -> GoalState:
    found = fold_goals(recorded(event(GOAL, data, role=role) for data, role in told))
    assert found is not None
    return found


def closed(outcome: str, **fields: object) -> Told:
    return (g.Closed.model_validate({"outcome": outcome, "reason": "It was time", **fields}), "clinician")


def axes(resource: Json) -> tuple[str, str | None]:
    achievement = resource.get("achievementStatus", {"coding": [{"code": None}]})
    return resource["lifecycleStatus"], achievement["coding"][0]["code"]


def acceptances(resource: Json) -> dict[str, str]:
    return {
        said["individual"]["type"]: said["status"] for said in extensions(resource, ACCEPTANCE) if "individual" in said
    }


def extensions(resource: Json, url: str) -> list[dict[str, Any]]:
    return [
        {part["url"]: _value(part) for part in each["extension"]} if "extension" in each else {"": _value(each)}
        for each in resource.get("extension", [])
        if each["url"] == url
    ]


def _value(extension: Json) -> Any:  # Any: of one of FHIR's types
    return next(value for name, value in extension.items() if name.startswith("value"))


def test_a_proposed_goal_has_its_proposers_agreement_and_awaits_the_other() -> None:
    resource = goal(PROPOSED)

    assert axes(resource) == ("proposed", None)
    assert acceptances(resource) == {"Patient": "agree", "Practitioner": "pending"}


def test_a_contested_goal_is_rejected_with_the_reason() -> None:
    resource = goal(PROPOSED, AGREED, (g.Contested(reason="Too much at once"), "patient"))

    assert axes(resource) == ("rejected", None)
    assert acceptances(resource) == {"Patient": "disagree", "Practitioner": "pending"}
    assert extensions(resource, REASON_REJECTED) == [{"": {"text": "Too much at once"}}]
    assert "statusReason" not in resource


def test_an_agreed_goal_is_accepted_by_both() -> None:
    resource = goal(PROPOSED, AGREED)

    assert axes(resource) == ("accepted", None)
    assert acceptances(resource) == {"Patient": "agree", "Practitioner": "agree"}


@pytest.mark.parametrize(
    ("baseline", "levels", "achievement"),
    [
        (-1, (), "in-progress"),
        (-1, (1, 0), "sustaining"),  # a step back, and still the expected level
        (-2, (0, -1), "improving"),  # a step back, and still above the start
        (-2, (-1,), "improving"),
        (-1, (-1,), "no-change"),
        (-1, (0, -2), "worsening"),
        (0, (0,), "sustaining"),
        (None, (), "in-progress"),
        (None, (1,), "sustaining"),
        (None, (-1,), "in-progress"),
        (None, (-2, 1), "sustaining"),
        (None, (-2, -1), "improving"),
        (None, (-1, -2), "worsening"),
        (None, (-1, 0, -1), "no-change"),
        (None, (1, -1), "in-progress"),  # met before, and sought again
    ],
)
def test_work_under_way_is_seen_from_its_baseline_and_the_expected_level_not_from_the_day_before(
    baseline: int | None, levels: tuple[int, ...], achievement: str
) -> None:
    scale = None if baseline is None else gas(baseline=baseline)
    begun: list[Told] = [(proposed(smart=smart(), gas=scale), "patient"), *ACTIVE[1:]]
    entries: list[Told] = [
        (entry(f"e{day}", date(2026, 3, day), level=level), "patient") for day, level in enumerate(levels, 2)
    ]

    assert axes(goal(*begun, *entries)) == ("active", achievement)
    held = goal(*begun, *entries, (g.Held(reason="In hospital"), "clinician"))
    assert (axes(held), held["statusReason"]) == (("on-hold", achievement), "In hospital")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (closed("partially_achieved"), "Partly achieved"),
        (closed("not_achieved"), "Ended before it was reached"),
        (closed("achieved"), "Achieved"),
        ((entry("e1", level=-2), "patient"), "Below where it began, for now"),
    ],
)
def test_what_people_read_of_an_achievement_blames_nobody(told: Told, words: str) -> None:
    begun: list[Told] = [(proposed(smart=smart(), gas=gas(baseline=-1)), "patient"), *ACTIVE[1:]]

    achievement = goal(*begun, told)["achievementStatus"]

    assert achievement["text"] == words
    assert "display" not in achievement["coding"][0]


@pytest.mark.parametrize(
    ("outcome", "lifecycle", "achievement"),
    [
        ("achieved", "completed", "achieved"),
        ("partially_achieved", "completed", "not-achieved"),
        ("not_achieved", "completed", "not-achieved"),
        ("retired", "cancelled", None),
        ("replaced", "cancelled", None),
    ],
)
def test_a_closed_goal_is_completed_or_cancelled_and_says_exactly_how(
    outcome: str, lifecycle: str, achievement: str | None
) -> None:
    resource = goal(*ACTIVE, closed(outcome))

    assert axes(resource) == (lifecycle, achievement)
    assert extensions(resource, OUTCOME) == [{"": outcome}]
    assert resource["statusReason"] == "It was time"


def test_a_replaced_goal_names_the_one_that_took_its_place() -> None:
    (relation,) = extensions(goal(*ACTIVE, closed("replaced", replaced_by="run")), RELATIONSHIP)

    assert relation["type"]["coding"][0]["code"] == "replacement"
    assert relation["target"]["reference"] == "Goal/northside.pt-1.run"


def test_a_goal_entered_in_error_says_so() -> None:
    resource = goal(PROPOSED, (g.EnteredInError(reason="Wrong patient"), "clinician"))

    assert axes(resource) == ("entered-in-error", None)
    assert resource["statusReason"] == "Wrong patient"


def test_of_a_goal_agreed_elsewhere_no_agreement_is_invented() -> None:
    synthea = g.Imported.model_validate(
        {"statement": "HbA1c < 7", "status": "agreed", "external": (External(system="urn:fhir:Goal", value="1"),)}
    )

    resource = goal((synthea, "system"))

    assert axes(resource) == ("accepted", "in-progress")
    assert acceptances(resource) == {}
