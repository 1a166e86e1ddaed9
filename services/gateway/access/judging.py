"""Whether whoever asks may have what an operation answers: the policy, put to one request.

One rule says how a refusal reads. Who may read something of this kind about nobody is told so (403). Who may read it
about others is told, where one thing was asked for, that it is not there (404), and where a list was, what to name
(403).
"""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from events.errors import FieldError
from services.access.policy import GRANTS, READINGS, Reading, may_read
from services.access.principal import Principal
from services.gateway.access.ceiling import check_scopes
from services.gateway.access.operations import Operation
from services.gateway.asking import Asking
from services.gateway.problems import RequestRefused

_OF_THE_HOUSE: frozenset[Reading] = frozenset({"operations"})
"""What is about no organisation and no patient."""
_OF_A_LOG: frozenset[Reading] = frozenset({"checkpoints", "leaves"})
"""What is about a log. Which one an address names, and whose it is, is found out where it is read."""
_EARLIER = frozenset({"as_of", "position"})
"""Parameters that ask for what was so before, which is a part of the history."""


class ReadingRefused(RequestRefused):
    """Whoever asks may not read this about a patient, and the record of what was read says that it was tried.

    Attributes:
        org: The organisation that the request names.
        patient: The patient that it names.
    """

    def __init__(self, code: str, detail: str, org: str | None, patient: str | None, field: str | None = None):
        super().__init__(code, detail, [FieldError(field, detail)] if field else ())
        self.org = org
        self.patient = patient


async def judge(asks: Asking, operation: Operation, named: Mapping[str, str], query: bytes) -> None:
    """Check that the policy allows whoever asks what an operation answers.

    Submissions are judged by the goals service, and what FHIR's ids or the id of a log are about is judged where they
    are read. What is open is not judged.

    Args:
        named: What the path names.
        query: The query of the address, as it was sent.

    Raises:
        RequestRefused: the policy does not allow it, or the address says twice whom it is about.
    """
    reading = operation.reading
    if reading is None:
        check_scopes(asks.principal, operation, own_patient=False)
        return
    if not reads_of_somebody(asks.principal, reading):
        raise of_nobody(reading)
    if operation.fhir is not None:
        return
    if reading in _OF_THE_HOUSE or reading in _OF_A_LOG:
        check_scopes(asks.principal, operation, own_patient=False)
        return
    given = _parameters(query)
    org, patient = (_place(place, name, named, given) for name, place in _places(operation))
    if not await asks.may_read(reading, org, patient):
        raise _of_others(operation, asks.principal, org, patient)
    if not _EARLIER.isdisjoint(given) and not await asks.may_read("history", org, patient):
        raise of_nobody("history")
    if operation.wordless:
        asks.words = await asks.may_read("goals", org, patient)
    check_scopes(asks.principal, operation, own_patient=asks.is_own_patient(org, patient))


def reads_of_somebody(principal: Principal, reading: Reading) -> bool:
    """Whether there may be somebody about whom a principal may read something of a kind."""
    if reading in _OF_THE_HOUSE or reading == "open":
        return may_read(principal, reading)
    if reading in ("goals", "history") and not principal.words:
        return False
    return any(reading in GRANTS[role].reads for role in principal.roles)


def of_nobody(reading: Reading) -> RequestRefused:
    """The refusal of what whoever asks may read about nobody."""
    return RequestRefused("access.denied", f"Your roles do not let you read this. It is: {READINGS[reading]}")


def not_there(org: str | None, patient: str | None) -> ReadingRefused:
    """The refusal of one thing of others: as if there were none."""
    return ReadingRefused("http.not_found", "There is nothing at this address that you may read.", org, patient)


def _of_others(operation: Operation, principal: Principal, org: str | None, patient: str | None) -> ReadingRefused:
    field = None
    if operation.of_one:
        return not_there(org, patient)
    if org is None:
        field, detail = "org", "Name an organisation of yours with the parameter org; you may not read all of them."
    elif org not in principal.orgs:
        detail = "You do not belong to this organisation."
    elif operation.patient == "query":
        field = "patient"
        detail = "Name a patient whose data you may read with the parameter patient; you may not read everybody's."
    else:
        detail = "You may read this of yourself, or of patients who allow it, and not of all or of others."
    return ReadingRefused("access.denied", detail, org, patient, field)


def _parameters(query: bytes) -> Mapping[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if query else ():
        given.setdefault(name, []).append(value)
    return given


def _places(operation: Operation) -> Sequence[tuple[str, str | None]]:
    return (("org", operation.org), ("patient", operation.patient))


def _place(place: str | None, name: str, named: Mapping[str, str], given: Mapping[str, Sequence[str]]) -> str | None:
    """The organisation or the patient that a request is about, where it names one."""
    if place == "path":
        return named[name]
    values = given.get(name, ()) if place == "query" else ()
    if len(values) > 1:
        detail = f"Give {name} once."
        raise RequestRefused("request.invalid", detail, [FieldError(name, detail)])
    return values[0] if values else None
