"""Every operation of the gateway in one table: what reading it is, and where its request names whom it is about.

What is not in this table is not there: a route without a row is never reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.access.policy import Reading
from services.fhir.outgoing.patient import TYPES, ResourceType
from services.gateway.refusals import FHIR_ROOT

Method = Literal["GET", "POST"]
Place = Literal["path", "query"]
Interaction = Literal["c", "r", "u", "d", "s"]


@dataclass(frozen=True, slots=True)
class FhirInteraction:
    """What a FHIR address does, in the words of SMART on FHIR scopes.

    Attributes:
        resource: The type of resource.
        interaction: `r` for reading one, its versions and its history; `s` for searches and histories of a type.
    """

    resource: ResourceType
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the gateway.

    Attributes:
        path: The template of its address.
        reading: What reading it is; None for a submission, which the goals service judges.
        org: Where the request names the organisation; None where it names none, or FHIR's ids do.
        patient: Where the request names the patient; None where it names none, or FHIR's ids do.
        of_one: Whether it reads one thing, so that whoever may not read that is told that it is not there.
        wordless: Whether those who may not read what people said get the answer without it.
        fhir: What it does in FHIR's words, for an address of FHIR that tells something of patients.
    """

    method: Method
    path: str
    reading: Reading | None
    org: Place | None = None
    patient: Place | None = None
    of_one: bool = False
    wordless: bool = False
    fhir: FhirInteraction | None = None


_ORG = "/v1/orgs/{org}"
_PATIENT = f"{_ORG}/patients/{{patient}}"
_FHIR = f"{FHIR_ROOT}{{release}}"


def _of_patient(path: str, reading: Reading, *, of_one: bool = True) -> Operation:
    return Operation("GET", f"{_PATIENT}/{path}", reading, "path", "path", of_one=of_one)


def _of_org(path: str, reading: Reading, *, by_patient: bool = True, wordless: bool = False) -> Operation:
    patient: Place | None = "query" if by_patient else None
    return Operation("GET", f"{_ORG}/{path}", reading, "path", patient, wordless=wordless)


def _open(path: str) -> Operation:
    return Operation("GET", path, "open")


_FHIR_READINGS: Mapping[ResourceType, Reading] = {
    "Patient": "schedule",
    "CarePlan": "goals",
    "Goal": "goals",
    "Observation": "goals",
    "Provenance": "history",
}
"""What reading the resources of a type is. Of a patient there is no more than an id."""
_WITH_VERSIONS: frozenset[ResourceType] = frozenset({"CarePlan", "Goal"})


def _fhir(kind: ResourceType) -> tuple[Operation, ...]:
    reading, path = _FHIR_READINGS[kind], f"{_FHIR}/{kind}"
    one, several = FhirInteraction(kind, "r"), FhirInteraction(kind, "s")
    versions = (
        (
            Operation("GET", f"{path}/_history", "history", fhir=several),
            Operation("GET", f"{path}/{{id}}/_history", "history", of_one=True, fhir=one),
            Operation("GET", f"{path}/{{id}}/_history/{{version}}", "history", of_one=True, fhir=one),
        )
        if kind in _WITH_VERSIONS
        else ()
    )
    return (
        Operation("GET", path, reading, fhir=several),
        Operation("POST", f"{path}/_search", reading, fhir=several),
        *versions,
        Operation("GET", f"{path}/{{id}}", reading, of_one=True, fhir=one),
    )


def fhir_reading(kind: ResourceType) -> Reading:
    """What reading the resources of a type is, as they are now."""
    return _FHIR_READINGS[kind]


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", "/v1/events", None),
    _of_patient("goals", "goals", of_one=False),
    _of_patient("goals/{goal}", "goals"),
    _of_patient("plan", "goals"),
    _of_patient("tree", "goals"),
    _of_patient("series", "goals"),
    _of_patient("goals/{goal}/history", "history"),
    _of_patient("goals/{goal}/diff", "history"),
    _of_patient("reviews.ics", "schedule", of_one=False),
    _of_org("goals", "goals"),
    _of_org("audit", "history"),
    _of_org("reviews", "schedule", wordless=True),
    _of_org("reviews.ics", "schedule", by_patient=False),
    _of_org("caseload", "schedule", by_patient=False, wordless=True),
    _of_org("waiting", "schedule", wordless=True),
    _of_org("evidence", "schedule", wordless=True),
    Operation("GET", "/v1/feed", "history", "query", "query"),
    Operation("GET", "/v1/projections", "operations"),
    Operation("GET", "/metrics", "operations"),
    _open("/v1/templates"),
    _open("/v1/templates/{template}"),
    _open("/healthz"),
    _open("/readyz"),
    _open("/docs"),
    _open("/openapi.json"),
    _open(f"{_FHIR}/metadata"),
    *(operation for kind in TYPES for operation in _fhir(kind)),
)
"""Every operation there is."""
