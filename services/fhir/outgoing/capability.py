"""What Cairn's FHIR endpoint can do, as a CapabilityStatement."""

from services.fhir.outgoing.elements import VERSIONS, Json, Release

_SINCE = "2026-01-01"
"""The date of this statement; it changes with what it says."""
_REFERENCE, _TOKEN = "reference", "token"
_SEARCHES: dict[str, dict[str, str]] = {
    "Goal": {"patient": _REFERENCE, "subject": _REFERENCE, "lifecycle-status": _TOKEN},
    "CarePlan": {"patient": _REFERENCE, "subject": _REFERENCE},
    "Observation": {"patient": _REFERENCE, "subject": _REFERENCE, "focus": _REFERENCE, "code": _TOKEN},
    "Provenance": {"target": _REFERENCE, "patient": _REFERENCE},
}
"""The resources that are served, and the parameters that each can be searched by."""
_WITH_HISTORY = frozenset({"Goal"})


def capability_statement(release: Release, base: str, version: str) -> Json:
    """The statement for one FHIR release; `version` is that of Cairn."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _SINCE,
        "kind": "instance",
        "software": {"name": "Cairn", "version": version},
        "implementation": {"description": "Goals and treatment plans, read from Cairn's log", "url": base},
        "fhirVersion": VERSIONS[release],
        "format": ["application/fhir+json", "json"],
        "rest": [{"mode": "server", "resource": [_resource(name) for name in _SEARCHES]}],
    }


def _resource(name: str) -> Json:
    interactions = ["read", "search-type", *(["vread", "history-instance"] if name in _WITH_HISTORY else [])]
    return {
        "type": name,
        "interaction": [{"code": each} for each in interactions],
        "versioning": "versioned" if name in _WITH_HISTORY else "no-version",
        "searchParam": [{"name": each, "type": kind} for each, kind in _SEARCHES[name].items()],
    }
