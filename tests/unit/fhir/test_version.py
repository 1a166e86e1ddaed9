"""The FHIR version of a Goal shows in its shape."""

import pytest

from services.fhir.incoming.refusal import Json
from services.fhir.incoming.version import goal_version
from tests.unit.fhir.resources import goal

OLD: Json = {"lifecycleStatus": None, "status": "in-progress"}
DUE: Json = {"dueDate": "2026-05-01"}


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        pytest.param("R4", {}, id="R4 by nothing else"),
        pytest.param("R4", {"expressedBy": {"reference": "Patient/p1"}}, id="R4 by expressedBy"),
        pytest.param("R4", {"target": [DUE]}, id="R4 by a list of targets"),
        pytest.param("R4", {"lifecycleStatus": None}, id="R4 that only lacks its status"),
        pytest.param("R5", {"source": {"reference": "Patient/p1"}}, id="R5 by source"),
        pytest.param("R5", {"continuous": True}, id="R5 by continuous"),
        pytest.param("R5", {"outcome": []}, id="R5 by outcome"),
        pytest.param("STU3", OLD, id="STU3 by status"),
        pytest.param("STU3", {**OLD, "target": DUE}, id="STU3 by one target"),
        pytest.param("STU3", {"lifecycleStatus": None, "target": DUE}, id="STU3 without its status"),
        pytest.param("DSTU2", {**OLD, "description": "Walk every day"}, id="DSTU2 by a description in a string"),
        pytest.param("DSTU2", {**OLD, "targetDate": "2026-05-01"}, id="DSTU2 by targetDate"),
        pytest.param("DSTU2", {**OLD, "author": {"reference": "Practitioner/x"}}, id="DSTU2 by author"),
    ],
)
def test_the_version_is_told_by_the_shape(version: str, fields: Json) -> None:
    assert goal_version(goal(**fields)).version == version


def test_an_older_version_is_refused_by_name_and_with_the_sign_of_it() -> None:
    seen = goal_version(goal(**OLD))

    assert not seen.readable
    assert seen.sentence == "This is a Goal of FHIR STU3 (it has status, not lifecycleStatus); Cairn reads R4 and R5."
