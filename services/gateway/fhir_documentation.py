"""FHIR in the OpenAPI description: which resource each address answers with.

It says of a resource what a client needs to choose its own model of FHIR, and leaves the rest to FHIR.
"""

from typing import Any

from services.gateway.refusals import FHIR_JSON, FHIR_ROOT

_ISSUES = "OperationOutcome"
_WELL_KNOWN = "/.well-known/"
"""What is below it is no FHIR resource, unless it is a refusal."""

# Any below: OpenAPI documents are JSON.


def type_fhir_answers(document: dict[str, Any]) -> None:
    """Give each answer below `/fhir/` the schema of its resource."""
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        if not path.startswith(FHIR_ROOT):
            continue
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status == "304" or (_WELL_KNOWN in path and status.startswith("2")):
                    continue
                resource = _resource(path) if status.startswith("2") else _ISSUES
                schemas[_named(resource)] = _schema(resource)
                schema = {"$ref": f"#/components/schemas/{_named(resource)}"}
                response["content"] = {FHIR_JSON: {"schema": schema}}


def _resource(path: str) -> str:
    """The type of the resource that an address below `/fhir/{release}/` answers with."""
    type_, *rest = path.removeprefix(FHIR_ROOT).split("/")[1:]
    if type_ == "metadata":
        return "CapabilityStatement"
    reads_one = len(rest) % 2 == 1 and rest[-1].startswith("{")
    is_a_version = len(rest) == 3
    return type_ if (reads_one or is_a_version) else "Bundle"


def _named(resource: str) -> str:
    return f"Fhir{resource}"


def _schema(resource: str) -> dict[str, Any]:
    return {
        "title": _named(resource),
        "description": f"A FHIR {resource}, of the release that the address names.",
        "type": "object",
        "properties": {"resourceType": {"const": resource}},
        "required": ["resourceType"],
        "additionalProperties": True,
    }
