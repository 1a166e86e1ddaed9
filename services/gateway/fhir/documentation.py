"""The parameters of FHIR endpoints in OpenAPI: from the same table that the search and the CapabilityStatement use."""

from typing import Any

from services.fhir.outgoing.patient import ResourceType
from services.fhir.outgoing.search.parameters import SEARCH_PARAMETERS, SearchParameter
from services.fhir.outgoing.search.query import DEFAULT_COUNT, MAX_COUNT, inclusions
from services.gateway.fhir.audit_events import AUDIT_EVENT_PARAMETERS
from services.gateway.fhir.exchange import MODES
from services.gateway.fhir.histories import HISTORY_PARAMETERS

_GENERAL = {"_format": "json, or one of its media types.", "_pretty": "true for an answer with line breaks."}
_KINDS = {
    "token": "CODE, SYSTEM|CODE, |CODE or SYSTEM|; commas separate alternatives. Modifiers: not, missing.",
    "date": "A date or an instant, with a prefix (eq, ne, gt, lt, ge, le, sa, eb, ap) or without. Modifier: missing.",
    "reference": "Type/ID or the address of {targets}. Modifiers: missing, identifier, {targets}.",
}

# Any below: OpenAPI documents are JSON, and FastAPI types them so.


def of_read() -> dict[str, Any]:
    """What every FHIR read takes."""
    return {"parameters": _parameters(_GENERAL)}


def of_capabilities() -> dict[str, Any]:
    """What the interaction `capabilities` takes."""
    return {"parameters": _parameters({"mode": f"{', '.join(MODES)}: answered alike.", **_GENERAL})}


def of_history() -> dict[str, Any]:
    """What every history takes."""
    return {"parameters": _parameters({**HISTORY_PARAMETERS, **_GENERAL})}


def of_search(resource: ResourceType) -> dict[str, Any]:
    """What a search takes in its address."""
    return {"parameters": _parameters(_searched_by(resource))}


def of_posted_search(resource: ResourceType) -> dict[str, Any]:
    """What a search takes in its body."""
    return _form(_searched_by(resource))


def of_audit_events() -> dict[str, Any]:
    """What a search for AuditEvents takes in its address."""
    return {"parameters": _parameters({**AUDIT_EVENT_PARAMETERS, **_GENERAL})}


def of_posted_audit_events() -> dict[str, Any]:
    """What a search for AuditEvents takes in its body."""
    return _form({**AUDIT_EVENT_PARAMETERS, **_GENERAL})


def _form(described: dict[str, str]) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": text} for name, text in described.items()}
    form = {"schema": {"type": "object", "properties": properties}}
    return {"requestBody": {"content": {"application/x-www-form-urlencoded": form}}}


def _searched_by(resource: ResourceType) -> dict[str, str]:
    found = {each.name: _described(each) for each in SEARCH_PARAMETERS[resource].values()}
    found |= {
        "_count": f"The most resources on a page: {DEFAULT_COUNT} unless given, {MAX_COUNT} at most; 0 counts.",
        "_sort": "Names of parameters, separated by commas; a minus sign before one reverses its order.",
        "_summary": "count, for the number of what is found.",
        "_total": "accurate, estimate or none.",
        "_after": "Where the page begins; taken from the link `next`.",
    }
    for name, reverse in (("_include", False), ("_revinclude", True)):
        if able := inclusions(resource, reverse=reverse):
            found[name] = f"What to bring along: {', '.join(able)}."
    return found | _GENERAL


def _described(parameter: SearchParameter) -> str:
    return _KINDS[parameter.kind].format(targets=", ".join(parameter.targets))


def _parameters(described: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in described.items()
    ]
