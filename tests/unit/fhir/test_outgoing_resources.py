"""Every resource that goes out is valid FHIR, R4 and R5, codes and invariants included."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model
from hypothesis import given
from hypothesis import strategies as st

from events.event import Event
from events.goal import fold_goals
from events.goal import types as g
from events.goal.types import Proposed
from events.vocabulary import Achievable, External, Measure, Smart, TargetRange
from services.fhir.incoming.bindings import GOAL as GOAL_CODES
from services.fhir.incoming.bindings import OBSERVATION, check_codes, check_targets
from services.fhir.outgoing.bundles import entry_of, history, searchset
from services.fhir.outgoing.capability import capability_statement
from services.fhir.outgoing.elements import Json, Release
from services.fhir.outgoing.goal import write_goal
from services.fhir.outgoing.observations import write_observations
from services.fhir.outgoing.outcome import operation_outcome
from services.fhir.outgoing.patient import PatientHistory, goal_versions, history_of
from services.fhir.outgoing.target import write_smart, write_target
from services.sample.clinic import northside
from tests.builders import GOAL, TODAY, active_goal, entry, event, gas, opened, proposed, recorded
from tests.strategies import goal_payloads, values

RELEASES: tuple[Release, ...] = ("R4", "R5")
BASE = "http://127.0.0.1:8080/fhir/R4"


def check(resource: Json, release: Release) -> None:
    """The models of the release, then the codes and the invariant that they do not know."""
    model = r5_model if release == "R5" else r4_model
    model(resource["resourceType"]).model_validate(resource)
    if resource["resourceType"] == "Goal":
        check_codes(resource, GOAL_CODES)
        check_targets(resource)
    if resource["resourceType"] == "Observation":
        check_codes(resource, OBSERVATION)


def sample() -> Iterator[PatientHistory]:
    by_patient = defaultdict(list)
    for each in recorded(northside(TODAY)):
        by_patient[each.goal_id.patient].append(each)
    yield from map(history_of, by_patient.values())


@pytest.mark.parametrize("release", RELEASES)
def test_everything_of_the_sample_clinic_is_valid(release: Release) -> None:
    kinds = set()
    for history_ in sample():
        for resource in history_.resources(release):
            check(resource, release)
            kinds.add(resource["resourceType"])
    assert kinds == {"Patient", "CarePlan", "Goal", "Observation", "Provenance"}


@given(values(Proposed), st.lists(goal_payloads, max_size=6))
def test_whatever_a_goal_has_come_to_it_is_valid(first: Proposed, then: list[g.GoalPayload]) -> None:
    events = recorded([event(GOAL, data) for data in (first, *then)])
    for release in RELEASES:
        for resource in history_of(events).resources(release):
            check(resource, release)


@pytest.mark.parametrize("release", RELEASES)
def test_bundles_outcomes_and_the_statement_are_valid(release: Release) -> None:
    events = recorded(active_goal())[1:]
    goal = write_goal(history_of(events).goals[0], release)
    link = [{"relation": "self", "url": f"{BASE}/Goal?patient=x"}]

    for resource in (
        searchset(BASE, [goal], 1, link),
        searchset(BASE, [], 0, link),
        history(BASE, [*goal_versions(events, release)][::-1], 3, link),
        {"resourceType": "Bundle", "type": "collection", "entry": [entry_of(BASE, goal)]},
        operation_outcome(404, "goal.unknown", "There is nothing with this id."),
        capability_statement(release, BASE, "1.0"),
    ):
        check(resource, release)


# ----------------------------------------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("measure", "detail", "beside"),
    [
        ({"target": 3}, {"detailQuantity": {"value": 3}}, set()),
        (
            {"target": 3, "unit": "groups", "direction": "at_least"},
            {"detailQuantity": {"value": 3, "comparator": ">=", "unit": "groups"}},
            set(),
        ),
        (
            {"target": 2.5, "per": "week", "direction": "at_most"},
            {
                "detailRatio": {
                    "numerator": {"value": 2.5, "comparator": "<="},
                    "denominator": {"value": 1, "unit": "week", "system": "http://unitsofmeasure.org", "code": "wk"},
                }
            },
            set(),
        ),
        (
            {"target": TargetRange(low=160, high=180), "unit": "lbs", "per": "day"},
            {"detailRange": {"low": {"value": 160, "unit": "lbs"}, "high": {"value": 180, "unit": "lbs"}}},
            {"per"},
        ),
        ({"target": True, "direction": "at_least"}, {"detailBoolean": True}, {"direction"}),
        ({"unit": "groups"}, {}, {"unit"}),
    ],
    ids=["number", "with unit", "frequency", "range", "simply done", "no target"],
)
def test_a_target_says_what_it_can_and_the_extension_the_rest(measure: Json, detail: Json, beside: set[str]) -> None:
    smart = Smart(measure=Measure.model_validate({"what": "groups attended", **measure}))

    assert write_target(smart) == {"measure": {"text": "groups attended"}, **detail}
    extension = write_smart(smart)
    assert {part["url"] for part in (extension or {"extension": []})["extension"]} == beside


def test_words_take_the_place_of_a_missing_target_only_beside_a_measure() -> None:
    with_measure = Smart(specific="Every morning", measure=Measure(what="walks"))
    without = Smart(specific="Every morning", due=date(2026, 5, 1))

    assert write_target(with_measure) == {"measure": {"text": "walks"}, "detailString": "Every morning"}
    assert write_target(without) == {"dueDate": "2026-05-01"}
    assert write_smart(without) == {
        "url": "urn:cairn:fhir:goal-smart",
        "extension": [{"url": "specific", "valueString": "Every morning"}],
    }


def test_weeks_from_activation_are_a_duration() -> None:
    assert write_target(Smart(for_weeks=4)) == {
        "dueDuration": {"value": 4, "unit": "weeks", "system": "http://unitsofmeasure.org", "code": "wk"}
    }
    assert write_target(Smart(achievable=Achievable(confidence=5))) is None


# ------------------------------------------------------------------------------------------ observations


def observations(*told: tuple[g.GoalPayload, str]) -> list[Json]:
    events = [event(GOAL, data, role=role, actor=role) for data, role in told]  # type: ignore[arg-type] # a role's name
    state = fold_goals(recorded([event(GOAL.plan, opened()), *events]))
    assert state is not None
    return write_observations(state)


def test_a_score_bears_the_code_of_whoever_gave_it() -> None:
    found = observations(
        (proposed(gas=gas(baseline=-2)), "patient"),
        (entry("e1", level=1), "patient"),
        (entry("e2", level=0), "clinician"),
        (entry("e3", level=2), "family"),
        (g.Reviewed(on=TODAY, participants=("patient",), level=1, decision="keep"), "supervisor"),
        (g.Closed(outcome="achieved", level=2, reason="Done"), "clinician"),
    )

    assert [(each["id"].rpartition(".")[2], each["code"]["coding"][0]["code"]) for each in found] == [
        ("baseline", "112296-9"),
        ("2", "107334-5"),
        ("3", "107333-7"),
        ("4", "107331-1"),
        ("5", "107333-7"),
        ("closing", "107333-7"),
    ]
    assert [each["valueCodeableConcept"]["coding"][0]["code"] for each in found] == [
        *("LA34484-8", "LA34480-6", "LA34481-4", "LA34479-8", "LA34480-6", "LA34479-8")
    ]


def test_an_entry_without_a_level_has_its_parts_as_components() -> None:
    told = entry("e1", value=2.5, done=False, mood=4, motivation=0, note="Rain all day", setback=True)
    (found,) = observations(
        (proposed(smart=Smart(measure=Measure(what="walks", unit="km"))), "patient"), (told, "patient")
    )

    said = {each["code"]["coding"][0]["code"]: each for each in found["component"]}
    assert {name: said[name]["valueInteger"] for name in ("mood", "motivation")} == {"mood": 4, "motivation": 0}
    assert {name: said[name]["valueBoolean"] for name in ("done", "setback")} == {"done": False, "setback": True}
    assert said["value"]["valueQuantity"] == {"value": 2.5, "unit": "km"}
    assert found["note"] == [{"text": "Rain all day"}]
    assert found["code"]["coding"][0] == {
        "system": "urn:cairn:fhir:progress",
        "code": "progress",
        "display": "Progress",
    }


def test_an_observation_was_last_changed_when_its_entry_was_recorded_or_corrected() -> None:
    corrected = g.ProgressCorrected(entry="e1", mood=6, reason="Wrong line")
    events = recorded(
        [
            event(GOAL.plan, opened()),
            *(event(GOAL, data) for data in (proposed(), entry("e1", mood=3), entry("e2", mood=4), corrected)),
        ]
    )

    first, second = history_of(events).resources_of("Observation", "R4")

    assert first["meta"]["lastUpdated"] == events[-1].recorded_at.isoformat()
    assert second["meta"]["lastUpdated"] == events[-2].recorded_at.isoformat()


def test_the_patient_is_an_opaque_id_to_which_references_lead() -> None:
    everything = [*history_of(recorded(active_goal())).resources("R4")]

    patient = everything[0]
    assert {**patient, "meta": None} == {
        "resourceType": "Patient",
        "id": "northside.pt-1",
        "meta": None,
        "identifier": [{"system": "urn:cairn:patient", "value": "northside.pt-1"}],
    }
    subjects = {each["subject"]["reference"] for each in everything if "subject" in each}
    assert subjects == {"Patient/northside.pt-1"}


def test_security_labels_that_a_goal_came_with_stand_on_all_that_is_told_of_it() -> None:
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "42CFRPart2"}
    imported = g.Imported(
        statement="A day at a time",
        status="active",
        external=(External(system="urn:fhir:Goal.meta.security", value=f"{label['system']}|{label['code']}"),),
    )
    events = recorded([event(GOAL, imported, role="system"), event(GOAL, entry("e1", mood=3))])

    told = [each for each in history_of(events).resources("R4") if each["resourceType"] != "Patient"]

    assert {each["resourceType"] for each in told} == {"Goal", "Observation", "Provenance"}
    assert all(each["meta"]["security"] == [label] for each in told)
    (goal,) = (each for each in told if each["resourceType"] == "Goal")
    assert len(goal["identifier"]) == 1


def test_a_withdrawn_entry_goes_out_as_entered_in_error_without_what_it_said() -> None:
    withdrawn = g.ProgressWithdrawn(entry="e1", reason="Of another day")

    (found,) = observations((proposed(), "patient"), (entry("e1", mood=3), "patient"), (withdrawn, "patient"))

    assert found["status"] == "entered-in-error"
    assert "component" not in found
    assert found["id"].endswith(".2")


def test_a_corrected_entry_says_so() -> None:
    corrected = g.ProgressCorrected(entry="e1", mood=6, reason="Wrong line")

    (found,) = observations((proposed(), "patient"), (entry("e1", mood=3), "patient"), (corrected, "patient"))

    assert (found["status"], found["component"][0]["valueInteger"]) == ("corrected", 6)


Who = tuple[str, str | None, str | None]
_AUTHOR: Who = ("author", "Patient", "northside.pt-1")


@pytest.mark.parametrize(
    ("told", "beside"),
    [
        pytest.param(event(GOAL, entry("e1")), [], id="nobody is known to have submitted it"),
        pytest.param(event(GOAL, entry("e1")).submitted("sub|p1", "patient"), [], id="the patient"),
        pytest.param(
            event(GOAL, entry("e1")).submitted("dana", "clinician"),
            [("enterer", "Practitioner", "dana")],
            id="a clinician",
        ),
        pytest.param(
            event(GOAL, entry("e1")).submitted("NORTH/ehr", "system"),
            [("composer", "Device", "NORTH/ehr")],
            id="a system",
        ),
        pytest.param(
            replace(event(GOAL, entry("e1")), entered_by="desk2").submitted("NORTH/ehr", "system"),
            [("enterer", None, "desk2"), ("composer", "Device", "NORTH/ehr")],
            id="a system in which somebody typed it",
        ),
    ],
)
@pytest.mark.parametrize("release", RELEASES)
def test_whoever_entered_or_submitted_an_event_stands_beside_its_author(
    told: Event, beside: list[Who], release: Release
) -> None:
    events = recorded([event(GOAL, proposed()), told])
    last = [each for each in history_of(events).resources(release) if each["resourceType"] == "Provenance"][-1]

    check(last, release)
    assert [_agent(each) for each in last["agent"]] == [_AUTHOR, *beside]


def _agent(agent: Json) -> Who:
    return agent["type"]["coding"][0]["code"], agent["who"].get("type"), agent["who"]["identifier"]["value"]
