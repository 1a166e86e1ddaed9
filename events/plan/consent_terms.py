"""The terms of a consent and of a disclosure: to whom, for what purpose, which information, until when, signed by whom.

They follow what 42 CFR 2.31(a) asks of a written consent. Cairn knows no names: whom an id stands for is on the paper.
docs/disclosure.md says what of the law was read, and what was not.
"""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from events.vocabulary import Allowed, Label, Text, Value

RecipientKind = Literal["person", "organisation", "class"]
PurposeCode = Literal[
    "TREAT",
    "ETREAT",
    "CAREMGT",
    "HPAYMT",
    "COVERAGE",
    "HOPERAT",
    "HCOMPL",
    "HRESCH",
    "PATRQT",
    "FAMRQT",
    "SUPNWK",
    "HLEGAL",
    "PUBHLTH",
    "HTEST",
]
"""Codes of HL7's v3-ActReason: treatment, emergency treatment, care management, payment, coverage, operations,
compliance, research, requested by the patient, by the family, support network, legal, public health, test data."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Because = Literal["revoked", "event_came", "treatment_ended"]

TREATMENT_PAYMENT_OPERATIONS: frozenset[PurposeCode] = frozenset({"TREAT", "HPAYMT", "HOPERAT"})
"""The purposes for which a consent may say that it has no end (42 CFR 2.31(a)(7))."""


class Recipient(Value):
    """To whom information goes: a person, an organisation, or in a consent also a class of them.

    Attributes:
        id: An opaque id; of a class a name of its own, such as `treating_providers`.
        text: The recipient in words, as the consent or the reason for the disclosure names them.
        address: Where known (45 CFR 164.528(b)(2)(ii)).
    """

    kind: RecipientKind
    id: Label
    text: Text
    address: Text | None = None


class Purpose(Value):
    """What information is for: a code, and the purpose in words."""

    code: PurposeCode
    text: Text | None = None


class Until(Value):
    """The end of a consent: its last day, an event, the end of the treatment, or, with nothing given, none.

    Attributes:
        on: The last day on which the consent is in force, where the patient is treated.
        event: What ends it, in words. Somebody who hears of that records `consent_revoked` with `event_came`.
        end_of_treatment: It ends when the plan is closed.
    """

    on: date | None = None
    event: Text | None = None
    end_of_treatment: Literal[True] | None = None

    @property
    def is_never(self) -> bool:
        """Whether the consent names no end."""
        return self.on is None and self.event is None and self.end_of_treatment is None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if sum(each is not None for each in (self.on, self.event, self.end_of_treatment)) > 1:
            raise PydanticCustomError("two_ends", "give one of on, event and end_of_treatment, or none")
        return self


class Signature(Value):
    """Who signed a consent, as whom, and on which day.

    Attributes:
        by: An opaque id.
        capacity: The patient, or whoever may sign for the patient (42 CFR 2.14, 2.15).
    """

    by: Label
    capacity: Literal["patient", "representative"] = "patient"
    on: date


class Statements(Value):
    """What a written consent says beside its terms, in its own words (42 CFR 2.31(a)(2), (4)(iii), (6) and (10)).

    Attributes:
        discloser: Who may disclose.
        revocation: The right to revoke, and how.
        redisclosure: That the recipient may disclose it further, and that it may no longer be protected then.
        refusing: What refusing to sign means.
    """

    discloser: Text
    revocation: Text
    redisclosure: Text | None = None
    refusing: Text | None = None


class Paper(Value):
    """Where the signed document is: its identifier in a system of documents, and its SHA-256 where it is known."""

    system: Label
    value: Label
    sha256: Sha256 | None = None


class Ended(Value):
    """How a consent came to its end, other than by its last day.

    Attributes:
        because: It was revoked, its event came, or the treatment ended.
        at: When that happened, or when Cairn heard of it, whichever was earlier.
        by: Who said so; of the end of the treatment, who closed the plan.
    """

    because: Because
    at: datetime
    version: int
    by: Label
    reason: Text | None = None


Purposes = Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=10)]
What = Annotated[tuple[Allowed, ...], Field(min_length=1, max_length=4)]
