"""Tokens for FHIR ids, and where references point."""

import pytest

from events.identity import is_token
from services.fhir.incoming.goal import map_goal
from services.fhir.incoming.identity import contained_token, token_of
from services.fhir.incoming.references import Target, resolve
from services.fhir.incoming.refusal import Json, RefusedResource
from tests.unit.fhir.resources import bundle, document, goal, mapped

UUID = "0f475e0d-f5a9-41f4-aac4-1646e3dd340d"
PATIENT = {"resourceType": "Patient", "id": UUID, "name": [{"family": "Chalmers"}]}


@pytest.mark.parametrize("fhir_id", ["example", "123", "goal-1", UUID, "x" * 64])
def test_an_id_that_can_be_a_token_is_one(fhir_id: str) -> None:
    assert token_of(fhir_id) == fhir_id


@pytest.mark.parametrize("fhir_id", ["a.b", "x" * 65, "plan", "a_b", "ä", "a/b", "fhir_0"])
def test_any_other_id_becomes_a_digest_that_no_other_id_has(fhir_id: str) -> None:
    token = token_of(fhir_id)

    assert is_token(token)
    assert token.startswith("fhir_")
    assert token == token_of(fhir_id)
    assert token != token_of(fhir_id + "x")


def test_a_contained_resource_is_named_after_its_container() -> None:
    assert contained_token("f001", "goal") == "f001_goal"
    assert contained_token("f001", "plan") == "f001_plan"
    assert is_token(contained_token("f.001", "goal"))
    assert is_token(contained_token("x" * 64, "goal"))
    assert contained_token("a_b", "c") != contained_token("a", "b_c")


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("Patient/p1", Target("Patient", "p1")),
        ("Patient/p1/_history/3", Target("Patient", "p1")),
        ("https://ehr.example/fhir/Patient/p1", Target("Patient", "p1", "https://ehr.example/fhir/")),
        (f"urn:uuid:{UUID}", Target("Patient", UUID)),
        ("urn:uuid:9d5f", Target(None, "9d5f")),
        ("urn:oid:1.2.3", Target(None, token_of("1.2.3"))),
        ("Group/ward", Target("Group", "ward")),
    ],
)
def test_a_reference_is_resolved_within_the_file(reference: str, target: Target) -> None:
    read = document(bundle(PATIENT, goal()))

    assert resolve("subject", {"reference": reference}, read.goals[0], read) == target


@pytest.mark.parametrize(
    "reference",
    [
        None,
        {},
        {"display": "Peter Chalmers"},
        {"identifier": {"value": "MRN 12345"}},
        {"reference": ""},
        {"reference": 7},
        {"reference": "Patient?identifier=12345"},
        {"reference": "Patient?identifier=|12345"},
        {"reference": "Patient?identifier=urn:x:mrn|42,urn:x:mrn|43"},
        {"reference": "Patient?identifier=urn:x:mrn|42&identifier=43"},
        {"reference": "Patient?name=Chalmers"},
        {"reference": "p1"},
        {"reference": "../../etc/passwd"},
        {"reference": "#nobody"},
    ],
)
def test_a_subject_that_cannot_be_told_apart_refuses_the_goal(reference: object) -> None:
    with pytest.raises(RefusedResource) as refused:
        mapped(goal(subject=reference if reference is not None else {}))

    assert refused.value.path == "subject"


def test_a_contained_patient_is_named_after_the_resource_that_holds_it() -> None:
    holder = goal(contained=[{"resourceType": "Patient", "id": "pat"}], subject={"reference": "#pat"})

    assert mapped(holder).patient == Target("Patient", "g1_pat")


MRN = {"system": "urn:x:mrn", "value": "42"}


def patient_of(subject: Json, *others: Json, **fields: object) -> Target:
    read = document(bundle(*others, goal(subject=subject, **fields)))
    return map_goal(read.goals[0], read, {}).patient


def test_a_patient_named_by_an_identifier_is_one_person_however_that_is_written() -> None:
    contained = [{"resourceType": "Patient", "id": "pat", "identifier": [MRN]}]

    logical = patient_of({"type": "Patient", "identifier": MRN})
    conditional = patient_of({"reference": "Patient?identifier=urn:x:mrn|42"})
    first, second = (patient_of({"reference": "#pat"}, contained=contained, id=id) for id in ("g1", "g2"))

    assert logical == patient_of({"identifier": MRN}) == conditional == first == second
    assert is_token(logical.token)
    assert logical.token != "42"
    assert logical != patient_of({"type": "Patient", "identifier": {**MRN, "system": "urn:y:mrn"}})


@pytest.mark.parametrize(
    "reference",
    [
        "Patient?identifier=urn:x:mrn%7C42",
        "Patient?identifier=urn%3Ax%3Amrn%7C42",
        "https://ehr.example/fhir/Patient?identifier=urn:x:mrn|42",
        "Patient?active=true&identifier=urn:x:mrn|42",
        "Patient?identifier=urn:x:mrn|42&_count=1",
    ],
)
def test_a_search_for_a_patient_by_an_identifier_means_whoever_has_it_however_it_is_written(reference: str) -> None:
    assert patient_of({"reference": reference}) == patient_of({"identifier": MRN})


def test_an_escaped_sign_in_a_search_belongs_to_the_identifier() -> None:
    searched = patient_of({"reference": r"Patient?identifier=urn:x:mrn|4\,2"})

    assert searched == patient_of({"identifier": {**MRN, "value": "4,2"}})


def test_the_scheme_of_an_address_is_read_in_any_case() -> None:
    patient = patient_of({"reference": "HTTPS://ehr.example/fhir/Patient/p1"})

    assert patient == Target("Patient", "p1", "HTTPS://ehr.example/fhir/")


def test_an_identifier_of_a_patient_in_the_file_means_that_patient() -> None:
    known = {"resourceType": "Patient", "id": "p7", "identifier": [{"value": "x"}, MRN]}

    assert patient_of({"type": "Patient", "identifier": MRN}, known) == Target("Patient", "p7")


def test_a_uuid_means_the_same_in_capitals() -> None:
    subject = {"reference": f"urn:uuid:{UUID.upper()}"}

    assert patient_of(subject, PATIENT) == Target("Patient", UUID)
    assert patient_of(subject) == Target(None, UUID)
    assert patient_of({"reference": f"URN:UUID:{UUID}"}, PATIENT) == Target("Patient", UUID)


def test_a_relative_reference_is_to_the_server_that_the_bundle_is_from() -> None:
    read = document(bundle(goal(), server="https://a.example/fhir/"))

    assert map_goal(read.goals[0], read, {}).patient == Target("Patient", "p1", "https://a.example/fhir/")


def test_a_goal_contained_in_a_care_plan_gets_its_token_and_its_reference() -> None:
    plan = {"resourceType": "CarePlan", "id": "f001", "contained": [goal(id="goal")]}

    taken = mapped(plan)

    assert taken.goal == "f001_goal"
    assert taken.payload.external[0].value == "CarePlan/f001#goal"


@pytest.mark.parametrize("type", ["Group", "Organization"])
def test_goals_of_groups_are_refused(type: str) -> None:
    with pytest.raises(RefusedResource, match=f"It is a {type}; Cairn keeps goals of patients"):
        mapped(goal(subject={"reference": f"{type}/x"}))


def test_a_goal_that_nothing_identifies_is_refused() -> None:
    with pytest.raises(RefusedResource, match="could not be told apart at the next import"):
        mapped(goal(id=None))


def test_no_token_is_made_from_a_name() -> None:
    taken = mapped(bundle(PATIENT, goal(subject={"reference": f"urn:uuid:{UUID}", "display": "Peter Chalmers"})))

    assert taken.patient.token == UUID
    assert "Chalmers" not in taken.payload.model_dump_json()
