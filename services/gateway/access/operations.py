"""Every operation of the gateway in one table: what reading it is, and where its request names whom it is about.

What is not in this table is not there: a route without a row is never reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.access.policy import Reading
from services.fhir.outgoing.patient import TYPES, ResourceType
from services.gateway.pages.addresses import (
    AUDIT,
    AUDITED_EVENT,
    GOAL,
    HOME,
    LANGUAGE,
    PATIENT,
    REVIEWS,
    SESSION,
    SESSIONS,
    SIGN_IN,
    SIGN_IN_CALLBACK,
    SIGN_IN_LINK,
    SIGN_IN_START,
    SIGN_OUT,
    TODAY,
    TODAY_ROW,
)
from services.gateway.pages.addresses import OPERATIONS as OPERATIONS_PAGE
from services.gateway.refusals import FHIR_ROOT

Method = Literal["GET", "POST"]
Place = Literal["path", "query"]
Interaction = Literal["read", "vread", "history-instance", "search-type", "history-type"]


@dataclass(frozen=True, slots=True)
class FhirInteraction:
    """What a FHIR address does: an interaction with resources of a type, by FHIR's own names."""

    resource: ResourceType | Literal["AuditEvent"]
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the gateway.

    Attributes:
        name: Its name, which is that of the endpoint and stands in the record of what was read.
        path: The template of its address.
        reading: What reading it is; None for a submission, which the goals service judges.
        method: Its HTTP method.
        org: Where the request names the organisation; None where it names none, or FHIR's ids do.
        patient: Where the request names the patient; None where it names none, or FHIR's ids do.
        of_one: Whether it reads one thing, so that whoever may not read that is told that it is not there.
        tail: Whether what its path leaves open at the end goes on over slashes.
        wordless: Whether those who may not read what people said get the answer without it.
        fhir: What it does in FHIR's words, for an address of FHIR that tells something of patients.
    """

    name: str
    path: str
    reading: Reading | None
    method: Method = "GET"
    org: Place | None = None
    patient: Place | None = None
    of_one: bool = False
    tail: bool = False
    wordless: bool = False
    fhir: FhirInteraction | None = None

    @property
    def interaction(self) -> Interaction:
        """Which interaction it is, in FHIR's words, also beyond FHIR's addresses.

        An address that names a patient reads what there is of that patient; the others look for what there is.
        """
        if self.fhir is not None:
            return self.fhir.interaction
        return "read" if self.patient == "path" else "search-type"


_ORG = "/v1/orgs/{org}"
_PATIENT = f"{_ORG}/patients/{{patient}}"
_FHIR = f"{FHIR_ROOT}{{release}}"
TLOG = "/tlog/{origin_id}"
"""Where the files of a transparency log begin, by the last part of its origin."""


def _of_patient(name: str, path: str, reading: Reading, *, of_one: bool = True) -> Operation:
    return Operation(name, f"{_PATIENT}/{path}", reading, org="path", patient="path", of_one=of_one)


def _of_org(name: str, path: str, reading: Reading, *, by_patient: bool = True, wordless: bool = False) -> Operation:
    patient: Place | None = "query" if by_patient else None
    return Operation(name, f"{_ORG}/{path}", reading, org="path", patient=patient, wordless=wordless)


def _page(
    name: str,
    path: str,
    reading: Reading,
    *,
    patient: Place | None = None,
    of_one: bool = False,
    wordless: bool = False,
) -> Operation:
    return Operation(name, path, reading, org="path", patient=patient, of_one=of_one, wordless=wordless)


def _of_log(name: str, path: str, reading: Reading = "checkpoints", *, tail: bool = False) -> Operation:
    return Operation(name, f"{TLOG}/{path}", reading, tail=tail)


def _open(name: str, path: str) -> Operation:
    return Operation(name, path, "open")


_FHIR_READINGS: Mapping[ResourceType, Reading] = {
    "Patient": "schedule",
    "CarePlan": "goals",
    "Goal": "goals",
    "Observation": "goals",
    "Provenance": "history",
}
"""What reading the resources of a type is. Of a patient there is no more than an id."""
_WITH_VERSIONS: frozenset[ResourceType] = frozenset({"CarePlan", "Goal"})


def fhir_reading(kind: ResourceType) -> Reading:
    """What reading the resources of a type is, as they are now."""
    return _FHIR_READINGS[kind]


def _fhir(kind: ResourceType) -> tuple[Operation, ...]:
    reading, path = _FHIR_READINGS[kind], f"{_FHIR}/{kind}"
    word = {"CarePlan": "care_plan"}.get(kind, kind.lower())
    search, read = FhirInteraction(kind, "search-type"), FhirInteraction(kind, "read")
    operations = (
        Operation(f"search_{kind.lower()}", path, reading, fhir=search),
        Operation(f"search_{kind.lower()}", f"{path}/_search", reading, "POST", fhir=search),
        Operation(f"read_{word}", f"{path}/{{id}}", reading, of_one=True, fhir=read),
    )
    return (*operations, *_fhir_versions(kind, path)) if kind in _WITH_VERSIONS else operations


def _fhir_versions(kind: ResourceType, path: str) -> tuple[Operation, ...]:
    of_type, of_one = FhirInteraction(kind, "history-type"), FhirInteraction(kind, "history-instance")
    one = FhirInteraction(kind, "vread")
    lower = kind.lower()
    return (
        Operation(f"history_of_every_{lower}", f"{path}/_history", "history", fhir=of_type),
        Operation(f"history_of_{lower}", f"{path}/{{id}}/_history", "history", of_one=True, fhir=of_one),
        Operation(f"version_of_{lower}", f"{path}/{{id}}/_history/{{version}}", "history", of_one=True, fhir=one),
    )


_SEARCH, _READ = FhirInteraction("AuditEvent", "search-type"), FhirInteraction("AuditEvent", "read")
_AUDIT_EVENTS: tuple[Operation, ...] = (
    Operation("search_auditevent", f"{_FHIR}/AuditEvent", "accesses", fhir=_SEARCH),
    Operation("search_auditevent", f"{_FHIR}/AuditEvent/_search", "accesses", "POST", fhir=_SEARCH),
    Operation("read_audit_event", f"{_FHIR}/AuditEvent/{{id}}", "accesses", of_one=True, fhir=_READ),
)
"""Who read and who wrote, as FHIR's AuditEvents: a kind of reading of its own."""

OPERATIONS: tuple[Operation, ...] = (
    Operation("submit_events", "/v1/events", None, "POST"),
    _of_patient("goals_of_patient", "goals", "goals", of_one=False),
    _of_patient("one_goal", "goals/{goal}", "goals"),
    _of_patient("entries_of_goal", "goals/{goal}/entries", "goals"),
    _of_patient("levels_of_goal", "goals/{goal}/levels", "goals"),
    _of_patient("texts_of_goal", "goals/{goal}/texts", "goals"),
    _of_patient("plan", "plan", "goals"),
    _of_patient("tree", "tree", "goals"),
    _of_patient("series", "series", "goals"),
    _of_patient("wins", "wins", "goals"),
    _of_patient("session_of_patient", "session", "goals"),
    _of_patient("accesses", "accesses", "accesses", of_one=False),
    _of_patient("list_disclosures", "disclosures", "disclosures"),
    _of_patient("history", "goals/{goal}/history", "history"),
    _of_patient("moments_of_goal", "goals/{goal}/moments", "history"),
    _of_patient("diff", "goals/{goal}/diff", "history"),
    _of_patient("proof_of_goal", "goals/{goal}/proof", "proof"),
    _of_patient("calendar_of_patient", "reviews.ics", "schedule", of_one=False),
    _of_org("goals_of_org", "goals", "goals"),
    _of_org("audit", "audit", "history"),
    _of_org("audited_event", "audit/{position}", "history"),
    _of_org("proof_of_event", "events/{position}/proof", "proof"),
    _of_org("reviews", "reviews", "schedule", wordless=True),
    _of_org("sessions_of_day", "session", "goals", by_patient=False),
    _of_org("calendar_of_org", "reviews.ics", "schedule", by_patient=False),
    _of_org("today", "today", "schedule", by_patient=False, wordless=True),
    _of_org("caseload", "caseload", "schedule", by_patient=False, wordless=True),
    _of_org("waiting", "waiting", "schedule", wordless=True),
    _of_org("evidence", "evidence", "schedule", wordless=True),
    _page("audit_page", AUDIT, "history", patient="query"),
    _page("audited_event_page", AUDITED_EVENT, "history", patient="query"),
    Operation("follow_events", "/v1/feed", "history", org="query", patient="query"),
    _of_log("log_checkpoint", "checkpoint"),
    _of_log("log_tile", "tile/{address}", tail=True),
    _of_log("log_entries", "tile/entries/{address}", "leaves", tail=True),
    _of_log("log_consistency", "consistency"),
    _of_log("log_keys", "keys"),
    _of_log("log_status", "status"),
    Operation("projections", "/v1/projections", "operations"),
    Operation("operations", "/v1/operations", "operations"),
    Operation("operations_page", OPERATIONS_PAGE, "operations"),
    Operation("metrics", "/metrics", "operations"),
    _open("templates", "/v1/templates"),
    _open("one_template", "/v1/templates/{template}"),
    _open("healthy", "/healthz"),
    _open("ready", "/readyz"),
    _open("schemas", "/v1/schemas"),
    _open("one_schema", "/v1/schemas/{name}"),
    _open("documentation", "/docs"),
    _open("api_of_subject", "/docs/api/{tag}"),
    _open("event_types", "/docs/events"),
    _open("one_event_type", "/docs/events/{type_name}"),
    _open("sample", "/docs/events/{type_name}/sample.json"),
    _open("before_sample", "/docs/events/{type_name}/before.jsonl"),
    _open("messages", "/docs/messages"),
    _open("codes", "/docs/codes"),
    _open("openapi", "/openapi.json"),
    Operation("patient_page", PATIENT, "goals", org="path", patient="path", of_one=True),
    _open("asyncapi", "/asyncapi.json"),
    Operation("goal_page", GOAL, "goals", org="path", patient="path", of_one=True),
    _open("static_file", "/static/{digest}/{name}"),
    Operation("today_page", TODAY, "schedule", org="path", wordless=True),
    Operation("today_row", TODAY_ROW, "schedule", org="path", wordless=True),
    Operation("reviews_page", REVIEWS, "schedule", org="path", wordless=True),
    Operation("session_page", SESSION, "goals", org="path", patient="path", of_one=True),
    Operation("sessions_page", SESSIONS, "goals", org="path"),
    _open("home", HOME),
    _open("sign_in", SIGN_IN),
    _open("look_at_link", SIGN_IN_LINK),
    Operation("use_link", SIGN_IN_LINK, "open", "POST"),
    _open("begin_at_issuer", SIGN_IN_START),
    _open("finish_at_issuer", SIGN_IN_CALLBACK),
    Operation("sign_out", SIGN_OUT, "open", "POST"),
    Operation("choose_language", LANGUAGE, "open", "POST"),
    _open("metadata", f"{_FHIR}/metadata"),
    _open("of_fhir", f"{FHIR_ROOT}.well-known/smart-configuration"),
    _open("of_release", f"{_FHIR}/.well-known/smart-configuration"),
    *(operation for kind in TYPES for operation in _fhir(kind)),
    *_AUDIT_EVENTS,
)
"""Every operation there is."""
