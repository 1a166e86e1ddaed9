"""Which of a patient's consents are in force on a day, and what they allow to whom.

A day is one where the patient is treated. A consent is in force from the day on which it was signed to its last day,
both included; from the day on which it was revoked, or ended otherwise, it is in force no more.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Literal

from events.plan import types
from events.plan.consent_terms import Purpose
from events.plan.state import Consent, PlanState
from events.vocabulary import Allowed

ConsentStatus = Literal["in_force", "not_yet", "expired", "revoked", "event_came", "treatment_ended"]


ABOUT_CONSENTS: frozenset[str] = frozenset(
    payload.type_name for payload in (types.ConsentGiven, types.ConsentRevoked, types.Disclosed)
)
"""The events that tell to whom else a patient's data may go, and went: nothing for those to whom it goes."""


def status_on(plan: PlanState, consent: Consent, day: date) -> ConsentStatus:
    """How a consent of the plan stands on a day."""
    if consent.ended is not None and day >= plan.day(consent.ended.at):
        return consent.ended.because
    if consent.until.on is not None and day > consent.until.on:
        return "expired"
    return "in_force" if day >= consent.signed.on else "not_yet"


def in_force(plan: PlanState, day: date) -> Sequence[Consent]:
    """The plan's consents that are in force on a day."""
    return [consent for consent in plan.consents if status_on(plan, consent, day) == "in_force"]


def covering(
    plan: PlanState, recipient: str, purpose: Purpose, what: AbstractSet[Allowed], day: date
) -> Consent | None:
    """A consent in force that covers a disclosure to a recipient: the one that was given last, if there are several.

    Args:
        recipient: The recipient's id, or the id of the class that a consent names.
        what: The kinds of data that go.
    """
    found = (
        consent
        for consent in reversed(in_force(plan, day))
        if consent.recipient.id == recipient
        and any(each.code == purpose.code for each in consent.purposes)
        and what <= set(consent.what)
    )
    return next(found, None)


def allowed_to(plan: PlanState | None, recipient: str, day: date) -> frozenset[Allowed]:
    """What the patient allows a person or an organisation, named by its own id, by all consents in force on a day.

    A consent for a class allows nobody anything here, as Cairn does not know who belongs to the class.

    Args:
        plan: None when there is none; then nothing is allowed.
        recipient: An opaque id: of a principal, the principal's.
    """
    if plan is None:
        return frozenset()
    return frozenset(
        allowed
        for consent in in_force(plan, day)
        if consent.recipient.kind != "class" and consent.recipient.id == recipient
        for allowed in consent.what
    )
