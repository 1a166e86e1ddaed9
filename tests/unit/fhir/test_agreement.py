"""Whose agreement a FHIR goal states."""

import pytest

from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.vocabulary import ACCEPTANCE
from tests.unit.fhir.resources import bundle, goal, mapped

PATIENT = {"reference": "Patient/p1"}
CLINICIAN = {"reference": "Practitioner/d1"}


def acceptance(who: Json, status: str) -> Json:
    return {
        "url": ACCEPTANCE,
        "extension": [{"url": "individual", "valueReference": who}, {"url": "status", "valueCode": status}],
    }


def agreed_by(**fields: object) -> tuple[str, ...]:
    return mapped(goal(**fields)).payload.agreed_by


def test_no_agreement_is_invented() -> None:
    assert agreed_by(lifecycleStatus="accepted") == ()


@pytest.mark.parametrize(
    ("reference", "parties"),
    [
        ("Patient/p1", ("patient",)),
        ("Practitioner/d1", ("clinician",)),
        ("PractitionerRole/d1", ("clinician",)),
        ("RelatedPerson/r1", ()),
        ("Patient/somebody-else", ()),
    ],
)
def test_whoever_expressed_the_goal_stands_behind_it(reference: str, parties: tuple[str, ...]) -> None:
    assert agreed_by(expressedBy={"reference": reference}) == parties
    assert agreed_by(source={"reference": reference}) == parties


def test_someone_who_is_only_named_is_nobodys_agreement() -> None:
    taken = mapped(goal(expressedBy={"display": "Dr Ronald Bone"}))

    assert taken.payload.agreed_by == ()
    assert taken.left_out == ("expressedBy",)


def test_who_expressed_the_goal_is_found_in_the_bundle() -> None:
    clinician = {"resourceType": "Practitioner", "id": "0f475e0d"}
    stated = goal(expressedBy={"reference": "urn:uuid:0f475e0d"})

    assert mapped(bundle(clinician, stated)).payload.agreed_by == ("clinician",)


def test_acceptance_adds_its_party() -> None:
    both = [acceptance(CLINICIAN, "agree"), acceptance(PATIENT, "agree")]

    assert agreed_by(extension=both) == ("patient", "clinician")
    assert agreed_by(expressedBy=PATIENT, extension=[acceptance(CLINICIAN, "agree")]) == ("patient", "clinician")


def test_pending_is_no_agreement_and_disagreement_outweighs_all() -> None:
    assert agreed_by(expressedBy=CLINICIAN, extension=[acceptance(PATIENT, "pending")]) == ("clinician",)
    assert agreed_by(expressedBy=PATIENT, extension=[acceptance(PATIENT, "disagree")]) == ()


def test_an_acceptance_without_a_usable_status_refuses_the_goal() -> None:
    with pytest.raises(RefusedResource, match="must be agree, disagree or pending") as refused:
        agreed_by(extension=[acceptance(PATIENT, "maybe")])

    assert refused.value.path == "extension[0]"


def test_why_it_was_rejected_is_the_reason() -> None:
    rejected = {
        "url": "http://hl7.org/fhir/StructureDefinition/goal-reasonRejected",
        "valueCodeableConcept": {"text": "Too much at once"},
    }
    taken = mapped(goal(lifecycleStatus="rejected", extension=[rejected])).payload

    assert (taken.status, taken.reason) == ("contested", "Too much at once")
