"""What someone did about consents and disclosures, in words."""

from collections.abc import Sequence

from events.plan import types as p
from events.plan.consent_terms import Purpose, Recipient, Until
from events.plan.grounds import AuditOrEvaluation, Consented, CourtOrder, Emergency, Ground, Research
from projections.audit_trail.differences import Difference
from projections.audit_trail.words import because, day, joined, minute, quoted


def consent_given(data: p.ConsentGiven, changes: Sequence[Difference]) -> str:
    """What somebody consented to."""
    purposes = joined(_purpose(each) for each in data.purposes)
    signed = f"signed on {day(data.signed.on)} by {data.signed.by}"
    if data.signed.capacity == "representative":
        signed += " for the patient"
    return (
        f"gave the consent {data.consent} that {quoted(data.information)} ({joined(data.what)}) goes to"
        f" {_recipient(data.recipient)} for {purposes}, {_until(data.until)}, {signed}"
    )


def consent_revoked(data: p.ConsentRevoked, changes: Sequence[Difference]) -> str:
    """How a consent came to its end."""
    if data.because == "event_came":
        return f"noted that the event has come until which the consent {data.consent} was given{because(data.reason)}"
    return f"revoked the consent {data.consent}{because(data.reason)}"


def disclosed(data: p.Disclosed, changes: Sequence[Difference]) -> str:
    """What went to whom, what for, and on what ground."""
    return (
        f"disclosed {quoted(data.description)} ({joined(data.what)}) to {_recipient(data.recipient)} for"
        f" {_purpose(data.purpose)}, under 42 CFR {data.ground.section} ({_ground(data.ground)})"
    )


def _recipient(recipient: Recipient) -> str:
    kind = {"person": "", "organisation": "", "class": "the class "}[recipient.kind]
    return f"{kind}{recipient.id} {quoted(recipient.text)}"


def _purpose(purpose: Purpose) -> str:
    return f"{purpose.code} {quoted(purpose.text)}" if purpose.text else purpose.code


def _until(until: Until) -> str:
    if until.on is not None:
        return f"until {day(until.on)}"
    if until.event is not None:
        return f"until {quoted(until.event)}"
    return "until the end of the treatment" if until.end_of_treatment else "without an end"


def _ground(ground: Ground) -> str:
    match ground:
        case Consented():
            member = f", as one of {ground.member_of}" if ground.member_of else ""
            return f"on the consent {ground.consent}{member}"
        case Emergency():
            what = f"emergency {quoted(ground.nature)}, {quoted(ground.facility)}, {minute(ground.at)}"
        case Research():
            what = f"research, protocol {quoted(ground.protocol)}"
        case AuditOrEvaluation():
            what = f"audit or evaluation for {quoted(ground.agency)}, agreement {quoted(ground.agreement)}"
        case CourtOrder():
            what = f"court order {quoted(ground.order)} and subpoena {quoted(ground.subpoena)}"
    return f"{what}{because(ground.reason)}"
