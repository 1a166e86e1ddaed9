"""The legal ground of a disclosure: the section of 42 CFR Part 2 under which it is made, and what that asks to be said.

A ground is not a purpose: a court order or an audit permits a disclosure, and what it is for is said beside it.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, Field

from events.vocabulary import Label, Text, Token, Value


class Consented(Value):
    """The patient's written consent (42 CFR 2.31).

    Attributes:
        consent: Its id within the plan.
        member_of: The class that the consent names, where the recipient is one of that class.
    """

    name: ClassVar = "consent"

    section: Literal["2.31"]
    consent: Token
    member_of: Label | None = None


class _WithoutConsent(Value):
    """A ground without consent: the reason for it in words is always given."""

    reason: Text


class Emergency(_WithoutConsent):
    """A medical emergency (42 CFR 2.51). The recipient's name is that of the disclosure's recipient.

    Attributes:
        facility: The recipient's health care facility.
        nature: The nature of the emergency.
        at: Date and time of the disclosure.
    """

    name: ClassVar = "emergency"

    section: Literal["2.51"]
    facility: Text
    nature: Text
    at: AwareDatetime


class Research(_WithoutConsent):
    """Scientific research (42 CFR 2.52): the protocol or approval that permits it."""

    name: ClassVar = "research"

    section: Literal["2.52"]
    protocol: Text


class AuditOrEvaluation(_WithoutConsent):
    """An audit or evaluation (42 CFR 2.53): for which agency, and where its written agreement is."""

    name: ClassVar = "audit"

    section: Literal["2.53"]
    agency: Text
    agreement: Text


class CourtOrder(_WithoutConsent):
    """A court order with a subpoena (42 CFR 2.61): the order permits, the subpoena compels, and both are named."""

    name: ClassVar = "court_order"

    section: Literal["2.61"]
    order: Text
    subpoena: Text


def _without_discriminator(schema: dict[str, Any]) -> None:  # Any: a JSON Schema
    """Take out a word of OpenAPI that JSON Schema does not know; the sections tell the grounds apart without it."""
    schema.pop("discriminator", None)


Ground = Annotated[
    Consented | Emergency | Research | AuditOrEvaluation | CourtOrder,
    Field(discriminator="section", json_schema_extra=_without_discriminator),
]
