"""What of a patient's data goes to somebody outside, as FHIR: labelled, with the notice and the consent beside it."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from events.identity import GoalId
from events.plan.consents import ABOUT_CONSENTS
from events.plan.grounds import Consented
from events.plan.state import Consent
from events.plan.types import Disclosed
from services.disclosure.notice import accompanying_text
from services.fhir.ids import fhir_id
from services.fhir.outgoing.consent import write_consent
from services.fhir.outgoing.elements import Json, Release, coding, given, meta
from services.fhir.outgoing.patient import TYPES, PatientHistory, ResourceType
from services.fhir.outgoing.references import to_patient
from services.fhir.vocabulary import ACT_CODE, CONFIDENTIALITY

LABELS = (
    coding(CONFIDENTIALITY, "R", "restricted"),
    coding(ACT_CODE, "42CFRPart2", "42 CFR Part2"),
    coding(ACT_CODE, "NORDSCLCD", "no redisclosure without consent directive"),
)
"""The security labels of all that is disclosed."""
HISTORY: ResourceType = "Provenance"
"""The resource that tells the history of events; every other one tells goals and the plan as they are."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A disclosure that is on record.

    Attributes:
        plan_id: The plan of the patient whose data it is.
        version: The version of the plan that recorded it.
        made_at: When it was made.
    """

    plan_id: GoalId
    version: int
    made_at: datetime
    disclosed: Disclosed

    def consent_of(self, history: PatientHistory) -> Consent | None:
        """The consent that it stands on; None for another ground."""
        ground = self.disclosed.ground
        if not isinstance(ground, Consented) or history.plan is None:
            return None
        return next((each for each in history.plan.consents if each.consent == ground.consent), None)

    def text(self, history: PatientHistory) -> str:
        """The notice and the scope of the consent, for people."""
        return accompanying_text(self.disclosed, self.made_at, self.consent_of(history))

    def resources(self, history: PatientHistory, release: Release) -> Iterator[Json]:
        """The notice, the consent, and then the data that goes, each with the labels."""
        yield labelled(self._notice(history))
        consent = self.consent_of(history)
        if consent is not None and history.plan is not None:
            yield labelled(write_consent(history.plan, consent, history.plan.day(self.made_at), release))
        for resource in told(history, release, with_history="history" in self.disclosed.what):
            yield labelled(resource)

    def _notice(self, history: PatientHistory) -> Json:
        text = self.text(history)
        return given(
            resourceType="DocumentReference",
            id=fhir_id(self.plan_id, self.version),
            meta=meta(1, self.made_at),
            status="current",
            type={"text": "Notice to accompany disclosure (42 CFR 2.32)"},
            subject=to_patient(self.plan_id),
            date=self.made_at.isoformat(),
            description=text.partition("\n")[0],
            securityLabel=[{"coding": [each]} for each in LABELS],
            content=[
                {
                    "attachment": {
                        "contentType": "text/plain;charset=utf-8",
                        "data": b64encode(text.encode()).decode(),
                        "title": "Notice, ground and scope of the disclosure",
                    }
                }
            ],
        )


def told(history: PatientHistory, release: Release, *, with_history: bool) -> Iterator[Json]:
    """What an outsider is told: nothing of the consents to others, and of the disclosures to them.

    Args:
        with_history: Whether the history of events goes along.
    """
    outside = PatientHistory(
        history.plan,
        history.goals,
        tuple(each for each in history.events if each.type_name not in ABOUT_CONSENTS),
    )
    for kind in TYPES:
        if kind != HISTORY or with_history:
            yield from outside.resources_of(kind, release)


def labelled(resource: Json) -> Json:
    """A resource with the labels of what is disclosed beside those that it has."""
    had = resource.get("meta", {})
    security = had.get("security", [])
    known = {(each.get("system"), each.get("code")) for each in security}
    more = [each for each in LABELS if (each["system"], each["code"]) not in known]
    return {**resource, "meta": {**had, "security": [*security, *more]}}
