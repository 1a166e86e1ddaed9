"""Whether whoever asks may have what an operation answers: the policy, put to one request.

One rule says how a refusal reads. Who may read something of this kind about nobody is told so (403). Who may read it
about others is told, where one thing was asked for, that it is not there (404), and where a list was, what to name
(403).
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from events.errors import FieldError
from services.access.policy import GRANTS, READINGS, Reading, may_read
from services.access.principal import Principal
from services.gateway.access.ceiling import check_scopes
from services.gateway.access.consents import Consents
from services.gateway.access.operations import Operation
from services.gateway.asking import Asking
from services.gateway.problems import RequestRefused

_OF_THE_HOUSE: frozenset[Reading] = frozenset({"operations", "proof"})
"""What is about no organisation and no patient."""
_EARLIER = frozenset({"as_of", "position"})
"""Parameters that ask for what was so before, which is a part of the history."""


async def judge(
    principal: Principal, operation: Operation, named: Mapping[str, str], query: bytes, consents: Consents
) -> Asking:
    """Who asks, for the endpoint, once the policy has allowed what it answers.

    Submissions, and what FHIR's ids are about, are judged where they are read.

    Args:
        named: What the path names.
        query: The query of the address, as it was sent.

    Raises:
        RequestRefused: the policy does not allow it, or the address says twice whom it is about.
    """
    asking = Asking(principal, consents=consents)
    reading = operation.reading
    if reading is None or reading == "open":
        return asking
    if not reads_of_somebody(principal, reading):
        raise of_nobody(reading)
    if operation.fhir is not None or reading in _OF_THE_HOUSE:
        return asking
    given = _parameters(query)
    org = _place(operation.org, "org", named, given)
    patient = _place(operation.patient, "patient", named, given)
    if not await asking.may_read(reading, org, patient):
        raise _of_others(operation, principal, org)
    if not _EARLIER.isdisjoint(given) and not await asking.may_read("history", org, patient):
        raise of_nobody("history")
    if operation.wordless:
        asking.words = await asking.may_read("goals", org, patient)
    check_scopes(principal, operation, own_patient=asking.is_own_patient(org, patient))
    return asking


def reads_of_somebody(principal: Principal, reading: Reading) -> bool:
    """Whether there may be somebody about whom a principal may read something of a kind."""
    if reading in _OF_THE_HOUSE:
        return may_read(principal, reading)
    if reading in ("goals", "history") and not principal.words:
        return False
    return any(reading in GRANTS[role].reads for role in principal.roles)


def of_nobody(reading: Reading) -> RequestRefused:
    """The refusal of what whoever asks may read about nobody."""
    return RequestRefused("access.denied", f"Your roles do not let you read this. It is: {READINGS[reading]}")


def not_there() -> RequestRefused:
    """The refusal of one thing of others: as if there were none."""
    return RequestRefused("http.not_found", "There is nothing at this address that you may read.")


def _of_others(operation: Operation, principal: Principal, org: str | None) -> RequestRefused:
    if operation.of_one:
        return not_there()
    if org is None:
        detail = "Name an organisation of yours with the parameter org; you may not read all of them."
        return RequestRefused("access.denied", detail, [FieldError("org", detail)])
    if org in principal.orgs and operation.patient == "query":
        detail = "Name a patient whose data you may read with the parameter patient; you may not read everybody's."
        return RequestRefused("access.denied", detail, [FieldError("patient", detail)])
    if org in principal.orgs:
        return RequestRefused("access.denied", "You may read this of your own data, or of patients who allow it.")
    return RequestRefused("access.denied", "You do not belong to this organisation.")


def _parameters(query: bytes) -> Mapping[str, list[str]]:
    if not query:
        return {}
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        given.setdefault(name, []).append(value)
    return given


def _place(place: str | None, name: str, named: Mapping[str, str], given: Mapping[str, list[str]]) -> str | None:
    """The organisation or the patient that a request is about, where it names one."""
    if place is None:
        return None
    if place == "path":
        return named[name]
    values = given.get(name, ())
    if len(values) > 1:
        raise RequestRefused("request.invalid", f"Give {name} once.", [FieldError(name, f"Give {name} once.")])
    return values[0] if values else None
