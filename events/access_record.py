"""The record of a reading: who was told something about which patients, what kind of thing, why, when, and how.

It holds ids, codes and instants. It never holds what was searched for, nor a word of what was told: every field is a
token, a code from a closed list, or checked to look like one.

A stream of its own, `CAIRN_ACCESS`, keeps the records. One of its messages is a group: the records of one moment about
one organisation, as a JSON array.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from events.errors import CairnError
from events.plan.consent_terms import PurposeCode
from events.vocabulary import Token

ACCESS = "cairn.access"
"""The beginning of the subjects of records: `cairn.access.ORG`."""
ACCESS_STREAM = "CAIRN_ACCESS"
"""The stream that keeps the records."""
EVERY_PATIENT = "*"
"""Stands for the patients of a reading of everything that an organisation has, such as a backup. It is no token."""
MAX_PATIENTS_IN_A_RECORD = 1000
"""How many patients one record names. A reading of more has several records with the same request."""

Channel = Literal["http", "nats", "command"]
ReadingOutcome = Literal["told", "refused"]
_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
_Id = Annotated[str, Field(min_length=1, max_length=200)]
_Patient = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{1,64}|\*)$")]

PURPOSES: tuple[str, ...] = get_args(PurposeCode)
"""The purposes that a reading can have, the same as a disclosure can."""


class UnreadableAccessRecords(CairnError):
    """A message of `CAIRN_ACCESS` that this version of Cairn cannot read. The text repeats nothing of the message."""


class AccessRecord(BaseModel):
    """Who was told something about some patients of one organisation, or was refused it.

    Attributes:
        request: The id of the request that was answered. Records with the same one are parts of one reading.
        at: When it was about to be told, by the clock of who told it.
        reader: The principal's id.
        kind: `person` or `system`.
        roles: The principal's roles then.
        client: The application that the principal used, where it is known.
        token: The id (`jti`) of the principal's token, where it came with one; never the token.
        address: The network address that the request came from, where there is one.
        channel: By which way: HTTP, a NATS request, or a command that reads the log or the database itself.
        org: The organisation.
        patients: The patients whom the answer tells something about; :data:`EVERY_PATIENT` for all there are; none
            for a number over so many that it tells about nobody, or a list in which nobody is.
        reading: What kind of thing it tells, as the policy names it (`goals`, `history`, …).
        operation: Which of Cairn's operations it was (`one_goal`, `search_goal`, `export_fhir`, …).
        interaction: Which interaction it was, in FHIR's words (`read`, `search-type`, `history-instance`, …).
        purpose: Why, one of :data:`PURPOSES`.
        outcome: Whether it was told or refused.
        code: Why it was refused, as `events/codes.py` has it.
    """

    model_config = ConfigDict(frozen=True)

    request: _Code
    at: AwareDatetime
    reader: _Id
    kind: _Code
    roles: tuple[_Code, ...] = ()
    client: _Id | None = None
    token: _Id | None = None
    address: _Id | None = None
    channel: Channel
    org: Token
    patients: tuple[_Patient, ...]
    reading: _Code
    operation: _Code
    interaction: _Code
    purpose: Annotated[str, Field(pattern=r"^[A-Z]{3,16}$")]
    outcome: ReadingOutcome = "told"
    code: _Code | None = None


_GROUP: TypeAdapter[tuple[AccessRecord, ...]] = TypeAdapter(tuple[AccessRecord, ...])


def encode_record(record: AccessRecord) -> bytes:
    """A record as JSON. What has its usual value is left out."""
    return record.model_dump_json(exclude_defaults=True).encode()


def encode_group(encoded: Sequence[bytes]) -> bytes:
    """The body of a message: encoded records of one organisation."""
    return b"[" + b",".join(encoded) + b"]"


def decode_group(body: bytes) -> tuple[AccessRecord, ...]:
    """The records of a message, in their order.

    Raises:
        UnreadableAccessRecords: the body is none that :func:`encode_group` has made.
    """
    try:
        return _GROUP.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the message"
        raise UnreadableAccessRecords(f"{where}: {first['type']}") from None


def in_parts(patients: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Patients, as many at a time as one record names."""
    for start in range(0, len(patients), MAX_PATIENTS_IN_A_RECORD):
        yield tuple(patients[start : start + MAX_PATIENTS_IN_A_RECORD])
