"""The search parameters that Cairn answers, by resource: what each looks at, and its definition in FHIR.

One table for the search and for the CapabilityStatement, so that the statement says what is true.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.patient import ResourceType
from services.fhir.outgoing.search.dates import Span, read_span, since
from services.fhir.outgoing.search.tokens import Token

Kind = Literal["token", "reference", "date"]
Value = Token | Span | str
Values = Callable[[Json], Iterator[Value]]
"""What a resource has for a parameter: tokens, spans of time, or references as `Type/id`."""


class SearchParameter(NamedTuple):
    """One parameter of one resource.

    Attributes:
        definition: The end of the canonical address of FHIR's own SearchParameter.
        targets: The types that a reference may lead to.
    """

    name: str
    kind: Kind
    values: Values
    definition: str
    targets: tuple[ResourceType, ...] = ()

    @property
    def canonical(self) -> str:
        """The canonical address of its definition."""
        return f"http://hl7.org/fhir/SearchParameter/{self.definition}"


def _coded(element: str) -> Values:
    """The codings of a CodeableConcept, of one or of a list."""

    def values(resource: Json) -> Iterator[Value]:
        found = resource.get(element) or []
        for concept in found if isinstance(found, list) else [found]:
            yield from (Token(each.get("system"), each["code"]) for each in concept.get("coding", ()) if "code" in each)

    return values


def _code(element: str, system: str) -> Values:
    """A plain code, whose system the definition of the element says."""

    def values(resource: Json) -> Iterator[Value]:
        if element in resource:
            yield Token(system, resource[element], implied=True)

    return values


def _date(element: str) -> Values:
    def values(resource: Json) -> Iterator[Value]:
        if element in resource:
            yield read_span(resource[element])

    return values


def _references(element: str) -> Values:
    def values(resource: Json) -> Iterator[Value]:
        found = resource.get(element) or []
        for each in found if isinstance(found, list) else [found]:
            if "reference" in each:
                yield each["reference"]

    return values


def _identifiers(resource: Json) -> Iterator[Value]:
    return (Token(each.get("system"), each["value"]) for each in resource.get("identifier", ()))


def _ids(resource: Json) -> Iterator[Value]:
    yield Token(None, resource["id"])


def _last_updated(resource: Json) -> Iterator[Value]:
    if (updated := resource.get("meta", {}).get("lastUpdated")) is not None:
        yield read_span(updated)


def _security(resource: Json) -> Iterator[Value]:
    return (Token(each.get("system"), each["code"]) for each in resource.get("meta", {}).get("security", ()))


def _due(resource: Json) -> Iterator[Value]:
    return (read_span(each["dueDate"]) for each in resource.get("target", ()) if "dueDate" in each)


def _period(resource: Json) -> Iterator[Value]:
    yield since(datetime.fromisoformat(resource["period"]["start"]).astimezone(UTC))


_ID = SearchParameter("_id", "token", _ids, "Resource-id")
_COMMON = (
    _ID,
    SearchParameter("_lastUpdated", "date", _last_updated, "Resource-lastUpdated"),
    SearchParameter("_security", "token", _security, "Resource-security"),
)
_IDENTIFIER = SearchParameter("identifier", "token", _identifiers, "clinical-identifier")


def _of_patient(resource: str) -> tuple[SearchParameter, SearchParameter]:
    subject = _references("subject")
    return (
        SearchParameter("patient", "reference", subject, "clinical-patient", ("Patient",)),
        SearchParameter("subject", "reference", subject, f"{resource}-subject", ("Patient",)),
    )


_ALL: dict[ResourceType, tuple[SearchParameter, ...]] = {
    "Patient": (*_COMMON, SearchParameter("identifier", "token", _identifiers, "Patient-identifier")),
    "Goal": (
        *_COMMON,
        *_of_patient("Goal"),
        _IDENTIFIER,
        SearchParameter(
            "lifecycle-status",
            "token",
            _code("lifecycleStatus", "http://hl7.org/fhir/goal-status"),
            "Goal-lifecycle-status",
        ),
        SearchParameter("achievement-status", "token", _coded("achievementStatus"), "Goal-achievement-status"),
        SearchParameter("category", "token", _coded("category"), "Goal-category"),
        SearchParameter("start-date", "date", _date("startDate"), "Goal-start-date"),
        SearchParameter("target-date", "date", _due, "Goal-target-date"),
    ),
    "CarePlan": (
        *_COMMON,
        *_of_patient("CarePlan"),
        _IDENTIFIER,
        SearchParameter("status", "token", _code("status", "http://hl7.org/fhir/request-status"), "CarePlan-status"),
        SearchParameter("category", "token", _coded("category"), "CarePlan-category"),
        SearchParameter("date", "date", _period, "clinical-date"),
        SearchParameter("goal", "reference", _references("goal"), "CarePlan-goal", ("Goal",)),
    ),
    "Observation": (
        *_COMMON,
        *_of_patient("Observation"),
        _IDENTIFIER,
        SearchParameter("focus", "reference", _references("focus"), "Observation-focus", ("Goal",)),
        SearchParameter("code", "token", _coded("code"), "clinical-code"),
        SearchParameter("category", "token", _coded("category"), "Observation-category"),
        SearchParameter(
            "status", "token", _code("status", "http://hl7.org/fhir/observation-status"), "Observation-status"
        ),
        SearchParameter("date", "date", _date("effectiveDateTime"), "clinical-date"),
    ),
    "Provenance": (
        *_COMMON,
        SearchParameter("patient", "reference", _references("patient"), "Provenance-patient", ("Patient",)),
        SearchParameter("target", "reference", _references("target"), "Provenance-target", ("Goal", "CarePlan")),
        SearchParameter("recorded", "date", _date("recorded"), "Provenance-recorded"),
    ),
}
SEARCH_PARAMETERS: dict[ResourceType, dict[str, SearchParameter]] = {
    resource: {each.name: each for each in parameters} for resource, parameters in _ALL.items()
}
"""The parameters of each resource by their name."""

NAMING: dict[ResourceType, tuple[str, ...]] = {
    "Patient": ("_id", "identifier"),
    "Goal": ("patient", "subject", "_id", "identifier"),
    "CarePlan": ("patient", "subject", "_id", "identifier", "goal"),
    "Observation": ("patient", "subject", "focus", "_id", "identifier"),
    "Provenance": ("target", "patient", "_id"),
}
"""The parameters that say whose resources are asked for. A search names at least one of them: Cairn reads the log of
the patients concerned, and not of everybody."""
OF_ONE_PATIENT = frozenset({"patient", "subject"})
