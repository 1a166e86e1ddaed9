"""What Cairn's FHIR endpoint can do, as a CapabilityStatement."""

from services.fhir.outgoing.audit_event import PROFILES
from services.fhir.outgoing.elements import VERSIONS, Json, Release, given
from services.fhir.outgoing.patient import TYPES, ResourceType
from services.fhir.outgoing.search.parameters import NAMING, SEARCH_PARAMETERS, SearchParameter
from services.fhir.outgoing.search.query import MAX_COUNT, inclusions

_SINCE = "2026-11-30"
"""The day on which what the statement says was last changed; a test finds a change that leaves it."""
VERSIONED: frozenset[ResourceType] = frozenset({"Goal", "CarePlan"})
"""The resources whose earlier versions can be read."""
_WITH_VERSION_ID = VERSIONED | {"Patient", "Provenance"}
"""The resources that bear a `meta.versionId`; an answer says when that version was made."""
_ALWAYS = ("_id", "_lastUpdated", "_security")
_GENERAL = f"""\
Read only: goals change by Cairn's events. A search names whose resources it is about ({{naming}}). Repeated parameters
are all met, values with commas between them are alternatives. Also: _count (at most {MAX_COUNT}; 0 and _summary=count
give the number alone), _sort, _total, _include, _revinclude, the modifiers :not, :missing, :identifier and :Patient.
What is not known is refused; with Prefer: handling=lenient it is left out, and named in an OperationOutcome of the
bundle."""


def capability_statement(release: Release, base: str, version: str) -> Json:
    """The statement for one FHIR release; `version` is that of Cairn."""
    naming = "; ".join(f"{name}: {', '.join(parameters)}" for name, parameters in NAMING.items())
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _SINCE,
        "kind": "instance",
        "software": {"name": "Cairn", "version": version},
        "implementation": {"description": "Goals and treatment plans, read from Cairn's log", "url": base},
        "fhirVersion": VERSIONS[release],
        "format": ["application/fhir+json", "application/json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _GENERAL.replace("\n", " ").format(naming=naming),
                "resource": [*(_resource(name) for name in TYPES), _audit_events(release)],
                "searchParam": [_parameter(SEARCH_PARAMETERS["Goal"][name]) for name in _ALWAYS],
            }
        ],
    }


def _resource(name: ResourceType) -> Json:
    versions = ["vread", "history-instance", "history-type"] if name in VERSIONED else []
    return given(
        type=name,
        interaction=[{"code": each} for each in ("read", *versions, "search-type")],
        versioning="versioned" if name in _WITH_VERSION_ID else "no-version",
        readHistory=name in VERSIONED,
        conditionalRead="full-support" if name in _WITH_VERSION_ID else "not-match",
        searchInclude=inclusions(name, reverse=False),
        searchRevInclude=inclusions(name, reverse=True),
        searchParam=[_parameter(each) for each in SEARCH_PARAMETERS[name].values()],
    )


def _audit_events(release: Release) -> Json:
    """Who read and who wrote, by the patterns that IHE has for R4."""
    definitions = "AuditEvent" if release == "R4" else "clinical"
    return given(
        type="AuditEvent",
        supportedProfile=[*PROFILES] if release == "R4" else None,
        interaction=[{"code": "read"}, {"code": "search-type"}],
        versioning="no-version",
        readHistory=False,
        conditionalRead="not-match",
        searchParam=[
            {"name": name, "definition": f"http://hl7.org/fhir/SearchParameter/{definition}", "type": kind}
            for name, definition, kind in (
                ("_id", "Resource-id", "token"),
                ("patient", f"{definitions}-patient", "reference"),
                ("date", f"{definitions}-date", "date"),
            )
        ],
    )


def _parameter(parameter: SearchParameter) -> Json:
    return {"name": parameter.name, "definition": parameter.canonical, "type": parameter.kind}
