"""The rules of consents and disclosures. Those with a code are named as their codes, the others as their fields.

A disclosure is decided here, and nowhere else: whoever hands data out records it first, and hands out nothing when it
is rejected.
"""

from datetime import date

from events.errors import FieldError, Rejected
from events.event import Event
from events.plan import types as t
from events.plan.consent_terms import TREATMENT_PAYMENT_OPERATIONS
from events.plan.consents import ConsentStatus, status_on
from events.plan.grounds import Consented, Emergency
from events.plan.state import Consent, PlanState
from events.vocabulary import ActorRole
from services.goals.decision_context import DecisionContext
from services.goals.references import sensible

_DISCLOSING: frozenset[ActorRole] = frozenset({"clinician", "supervisor", "system"})
_WHY_NOT: dict[ConsentStatus, str] = {
    "not_yet": "is in force only from {signed} on",
    "expired": "was in force until {last} and has expired",
    "revoked": "was revoked",
    "event_came": "has ended, because the event has come until which it was given",
    "treatment_ended": "has ended with the treatment",
}


def consent_exists(plan: PlanState, named: str) -> None:
    """A consent has an id of its own, also after it has ended."""
    if any(each.consent == named for each in plan.consents):
        raise Rejected(
            "consent.exists",
            "A consent with this id exists already; give a new one an id of its own.",
            (FieldError("consent", "Give a new consent an id of its own."),),
        )


def consent_unknown(plan: PlanState, named: str) -> Consent:
    """Only a consent that was given, and that nothing has ended yet, can be revoked."""
    found = next((each for each in plan.consents if each.consent == named), None)
    if found is not None and found.ended is None:
        return found
    detail = "The plan has no consent with this id."
    if found is not None and found.ended is not None:
        detail = f"The consent with this id {_WHY_NOT[found.ended.because]}."
    raise Rejected("consent.unknown", detail, (FieldError("consent", "Name a consent that has not ended."),))


def terms(context: DecisionContext, submission: Event, given: t.ConsentGiven) -> None:
    """The terms of a consent make sense beside each other and beside who records it; the code is `event.invalid`."""
    signed = given.signed.on
    sensible(
        "signed.on",
        holds=signed <= context.latest_day(submission),
        detail=f"{signed} has not come yet; a consent is recorded when it was signed.",
    )
    sensible(
        "until.on",
        holds=given.until.on is None or given.until.on >= signed,
        detail="The last day is before the day on which the consent was signed.",
    )
    sensible(
        "until",
        holds=not given.until.is_never or TREATMENT_PAYMENT_OPERATIONS.issuperset(each.code for each in given.purposes),
        detail="Only a consent for treatment, payment and health care operations may have no end; name its last day,"
        " an event, or the end of the treatment.",
    )
    sensible(
        "paper",
        holds=submission.actor.role == "patient" or given.paper is not None,
        detail="Somebody else than the patient records this consent; name the signed document.",
    )


def event_came(consent: Consent, revoked: t.ConsentRevoked) -> None:
    """Only a consent until an event ends because the event has come."""
    sensible(
        "because",
        holds=revoked.because != "event_came" or consent.until.event is not None,
        detail="This consent was not given until an event.",
    )


def disclosing(context: DecisionContext, submission: Event, data: t.Disclosed) -> None:
    """Staff, or a system, discloses to a person or an organisation; the code is `event.invalid`."""
    sensible(
        "actorrole",
        holds=submission.actor.role in _DISCLOSING,
        detail=f"A disclosure is recorded by a {', '.join(sorted(_DISCLOSING))}.",
    )
    sensible(
        "recipient.kind",
        holds=data.recipient.kind != "class",
        detail="Data goes to a person or an organisation; name the class that a consent names in ground.member_of.",
    )
    if isinstance(data.ground, Emergency):
        sensible(
            "ground.at",
            holds=context.plan is None or context.plan.day(data.ground.at) <= context.latest_day(submission),
            detail="The emergency has not come yet.",
        )


def access_consent_missing(context: DecisionContext, plan: PlanState, submission: Event, data: t.Disclosed) -> None:
    """A disclosure on the ground of a consent needs one in force that covers its recipient, purpose and data."""
    ground = data.ground
    if not isinstance(ground, Consented):
        return
    consent = next((each for each in plan.consents if each.consent == ground.consent), None)
    if consent is None:
        raise _missing("The plan has no consent with this id.", "ground.consent")
    _in_force(plan, consent, context.day_of(submission))
    named = ground.member_of if consent.recipient.kind == "class" else data.recipient.id
    if consent.recipient.id != named:
        field = "ground.member_of" if consent.recipient.kind == "class" else "recipient.id"
        raise _missing("The consent names another recipient.", field)
    if all(each.code != data.purpose.code for each in consent.purposes):
        purposes = ", ".join(each.code for each in consent.purposes)
        raise _missing(f"The consent is for another purpose than {data.purpose.code}: {purposes}.", "purpose.code")
    if beyond := sorted(set(data.what) - set(consent.what)):
        raise _missing(f"The consent does not reach: {', '.join(beyond)}.", "what")


def _in_force(plan: PlanState, consent: Consent, day: date) -> None:
    status = status_on(plan, consent, day)
    if status != "in_force":
        why = _WHY_NOT[status].format(signed=consent.signed.on, last=consent.until.on)
        raise _missing(f"The consent {why}.", "ground.consent")


def _missing(why: str, field: str) -> Rejected:
    return Rejected(
        "access.consent_missing",
        f"{why} Nothing may be disclosed on it; a consent in force that covers this, or another ground, is needed.",
        (FieldError(field, why),),
    )
