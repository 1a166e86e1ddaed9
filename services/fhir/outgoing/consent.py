"""A consent as a FHIR Consent, R4 or R5."""

from datetime import date

from events.identity import PLAN, GoalId
from events.plan.consent_terms import Recipient
from events.plan.consents import status_on
from events.plan.state import Consent, PlanState
from services.fhir.ids import fhir_id
from services.fhir.loinc import LOINC
from services.fhir.outgoing.elements import (
    Json,
    Release,
    code,
    coding,
    composed,
    concept,
    given,
    identifier,
    meta,
    string,
)
from services.fhir.outgoing.references import to_patient
from services.fhir.vocabulary import (
    ACT_REASON,
    ACTOR_IDENTIFIER,
    CONSENT_SCOPE,
    CONSENT_TERMS,
    PART_2,
    PARTICIPATION_TYPE,
)

_CONSENT_DOCUMENT = "59284-0"
"""LOINC: consent document."""
_PRIVACY = concept(CONSENT_SCOPE, "patient-privacy")


def write_consent(plan: PlanState, consent: Consent, day: date, release: Release) -> Json:
    """The consent as it stands on a day: active when it is in force then."""
    goal_id = GoalId(plan.org, plan.patient, PLAN)
    changed_at = consent.ended.at if consent.ended else consent.given_at
    return given(
        resourceType="Consent",
        id=fhir_id(goal_id, consent.version),
        meta=meta(consent.ended.version if consent.ended else consent.version, changed_at),
        extension=[each for each in (_terms(consent),) if each],
        identifier=[identifier("urn:cairn:consent", f"{goal_id.org}.{goal_id.patient}.{consent.consent}")],
        status="active" if status_on(plan, consent, day) == "in_force" else "inactive",
        category=[concept(LOINC, _CONSENT_DOCUMENT)],
        **(_r5(goal_id, consent) if release == "R5" else _r4(goal_id, consent)),
    )


def write_consents(plan: PlanState | None, day: date, release: Release) -> list[Json]:
    """Every consent of a plan as it stands on a day; none without a plan."""
    return [write_consent(plan, consent, day, release) for consent in plan.consents] if plan else []


def _r4(goal_id: GoalId, consent: Consent) -> Json:
    return given(
        scope=_PRIVACY,
        patient=to_patient(goal_id),
        dateTime=consent.signed.on.isoformat(),
        performer=[_signer(goal_id, consent)],
        sourceReference=_paper(consent),
        policy=[{"uri": PART_2}],
        provision={"type": "permit", **_provision(consent)},
    )


def _r5(goal_id: GoalId, consent: Consent) -> Json:
    paper = _paper(consent)
    return given(
        subject=to_patient(goal_id),
        date=consent.signed.on.isoformat(),
        grantor=[_signer(goal_id, consent)],
        sourceReference=[paper] if paper else None,
        regulatoryBasis=[{"text": "42 CFR Part 2"}],
        decision="permit",
        provision=[_provision(consent)],
    )


def _provision(consent: Consent) -> Json:
    until = consent.until.on
    return given(
        period=given(start=consent.signed.on.isoformat(), end=until.isoformat() if until else None),
        actor=[
            {
                "role": concept(PARTICIPATION_TYPE, "IRCP", "information recipient"),
                "reference": to_recipient(consent.recipient),
            }
        ],
        purpose=[coding(ACT_REASON, each.code) for each in consent.purposes],
    )


def to_recipient(recipient: Recipient) -> Json:
    """To whom information goes: known by an opaque id and in words."""
    kind = "Organization" if recipient.kind == "organisation" else None
    return given(type=kind, identifier=identifier(ACTOR_IDENTIFIER, recipient.id), display=recipient.text)


def _signer(goal_id: GoalId, consent: Consent) -> Json:
    if consent.signed.capacity == "patient":
        return to_patient(goal_id)
    return {"type": "RelatedPerson", "identifier": identifier(ACTOR_IDENTIFIER, consent.signed.by)}


def _paper(consent: Consent) -> Json | None:
    paper = consent.paper
    return {"type": "DocumentReference", "identifier": identifier(paper.system, paper.value)} if paper else None


def _terms(consent: Consent) -> Json | None:
    said, until = consent.statements, consent.until
    terms = composed(
        CONSENT_TERMS,
        {
            "information": string(consent.information),
            "untilEvent": string(until.event),
            "untilEndOfTreatment": {"valueBoolean": True} if until.end_of_treatment else None,
            "discloser": string(said.discloser if said else None),
            "revocation": string(said.revocation if said else None),
            "redisclosure": string(said.redisclosure if said else None),
            "refusing": string(said.refusing if said else None),
        },
    )
    if terms is not None:
        terms["extension"] += [{"url": "what", **(code(each) or {})} for each in consent.what]
    return terms
