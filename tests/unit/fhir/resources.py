"""Small FHIR resources for tests: a goal that says as little as FHIR allows, and files around resources."""

from datetime import UTC, datetime

from pydantic_core import to_json

from services.fhir.incoming.documents import Document, document_of
from services.fhir.incoming.goal import MappedGoal, map_goal
from services.fhir.incoming.refusal import Json
from services.fhir.incoming.run import Run, plan_run

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def goal(**fields: object) -> Json:
    """A Goal of R4 (and R5); a field given as None is left out."""
    least: Json = {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "description": {"text": "Walk every day"},
        "subject": {"reference": "Patient/p1"},
    }
    return {name: value for name, value in {**least, **fields}.items() if value is not None}


def score(**fields: object) -> Json:
    """A follow-up score by the patient: better than expected."""
    least: Json = {
        "resourceType": "Observation",
        "id": "s1",
        "status": "final",
        "code": coded("107334-5"),
        "subject": {"reference": "Patient/p1"},
        "focus": [{"reference": "Goal/g1"}],
        "performer": [{"reference": "Patient/p1"}],
        "effectiveDateTime": "2026-02-10T10:15:00+01:00",
        "valueCodeableConcept": coded("LA34480-6"),
    }
    return {name: value for name, value in {**least, **fields}.items() if value is not None}


def coded(code: str, system: str = "http://loinc.org", **fields: object) -> Json:
    """A CodeableConcept with one coding."""
    return {"coding": [{"system": system, "code": code, **fields}]}


def scaling(code: str, text: str, *, text_url: str = "progressText") -> Json:
    """One level of a goal attainment scale, as the PCO extension has it."""
    return {
        "url": "http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling",
        "extension": [
            {"url": "level", "valueCoding": {"system": "http://loinc.org", "code": code}},
            {"url": text_url, "valueString": text},
        ],
    }


SCALE = [
    scaling("LA34484-8", "Stays in bed"),
    scaling("LA34483-0", "Walks to the door"),
    scaling("LA34481-4", "Walks round the block"),
    scaling("LA34480-6", "Walks to the park"),
    scaling("LA34479-8", "Walks to the lake"),
]


def bundle(*resources: Json, type: str = "collection", server: str = "urn:uuid:") -> Json:
    """A bundle whose entries have a fullUrl made of the server and the resource's id."""
    entries = [
        {
            "fullUrl": server + (each["id"] if server.endswith(":") else f"{each['resourceType']}/{each['id']}"),
            "resource": each,
        }
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": type, "entry": entries}


def document(*resources: Json, file: str = "file.json") -> Document:
    """A file with one resource, or several as ndjson."""
    return document_of(file, b"\n".join(to_json(each) for each in resources))


def mapped(resource: Json, *, baselines: dict[tuple[str, str], int] | None = None) -> MappedGoal:
    """The only Goal of a file, mapped."""
    read = document(resource)
    return map_goal(read.goals[0], read, baselines or {})


def planned(*documents: Document) -> Run:
    """A run over documents, into the organisation `org`, at noon."""
    return plan_run(documents, (), "org", NOW)
