"""FHIR's way of saying no: an OperationOutcome."""

from collections.abc import Sequence

from events.errors import FieldError
from services.fhir.outgoing.elements import Json, given

_CODES = {
    400: "invalid",
    401: "security",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    410: "deleted",
    413: "too-long",
    422: "invalid",
    503: "transient",
}
"""HTTP status → code of the value set issue-type."""
_OF_TOKENS = {"access.token_missing": "login", "access.token_expired": "expired"}
"""Cairn's own code → the more exact code of issue-type."""
CODE_SYSTEM = "urn:cairn:problem"


def operation_outcome(status: int, code: str, detail: str, errors: Sequence[FieldError] = ()) -> Json:
    """The outcome for a request that is answered with an HTTP status.

    Args:
        code: Cairn's own code, such as `goal.unknown`; it stands in `details`.
        detail: What is wrong, in a sentence.
        errors: The parameters that it is about, each an issue of its own.
    """
    kind = _OF_TOKENS.get(code) or _CODES.get(status, "exception" if status >= 500 else "processing")
    coded = {"coding": [{"system": CODE_SYSTEM, "code": code}], "text": detail}
    issues = [{"severity": "error", "code": kind, "details": coded, "diagnostics": detail}]
    issues += [
        given(severity="error", code=kind, diagnostics=each.detail, expression=[each.field] if each.field else None)
        for each in errors
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}


def not_applied(ignored: Sequence[tuple[str, str]]) -> Json | None:
    """The outcome that names parameters of a search which were not applied, each with the reason; None without any."""
    warning = {"severity": "warning", "code": "not-supported"}
    issues = [{**warning, "diagnostics": f"It was not applied: {why}", "expression": [name]} for name, why in ignored]
    return {"resourceType": "OperationOutcome", "issue": issues} if issues else None
