"""Consents are the patient's to give and to revoke; a disclosure needs one in force, or a stated ground."""

from datetime import UTC, datetime, timedelta

import pytest

from events.catalog import decode
from events.errors import Rejected
from events.plan import types as p
from events.plan.consent_terms import Purpose, Signature, Until
from events.plan.grounds import AuditOrEvaluation, Consented, CourtOrder, Emergency, Ground, Research
from events.vocabulary import ActorRole
from tests.builders import GOAL, NOON, TODAY
from tests.consents import HOSPITAL, LAST_DAY, PAPER, PROVIDERS, TREATMENT, consent, disclosed
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories

PLAN = GOAL.plan
DAY = timedelta(days=1)
EMERGENCY = Emergency(
    section="2.51", reason="Found unconscious", facility="General Hospital", nature="Overdose", at=NOON
)


def with_consent(**fields: object) -> Past:
    return stories.opened_plan().when(patient(consent("c1", **fields), on=PLAN)).then()


class TestGiving:
    def test_the_patient_gives_it_and_staff_may_record_a_signed_paper(self) -> None:
        both = with_consent().when(clinician(consent("c2", paper=PAPER), on=PLAN)).then()

        assert [each.consent for each in both.plan.consents] == ["c1", "c2"]

    def test_staff_cannot_give_one_without_the_signed_paper(self) -> None:
        stories.opened_plan().when(clinician(consent(), on=PLAN)).then_rejected("event.invalid", field="paper")

    @pytest.mark.parametrize("role", ["family", "system"])
    def test_nobody_else_gives_or_revokes_one(self, role: ActorRole) -> None:
        past = with_consent()

        past.when(by(role, consent("c2", paper=PAPER), on=PLAN)).then_rejected("event.invalid", field="actorrole")
        past.when(by(role, p.ConsentRevoked(consent="c1"), on=PLAN)).then_rejected("event.invalid", field="actorrole")

    def test_consent_exists(self) -> None:
        revoked = with_consent().when(patient(p.ConsentRevoked(consent="c1"), on=PLAN)).then()

        revoked.when(patient(consent("c1"), on=PLAN)).then_rejected("consent.exists", field="consent")

    def test_it_is_signed_before_it_is_recorded(self) -> None:
        tomorrow = Signature(by="p1", on=TODAY + DAY)

        stories.opened_plan().when(patient(consent(signed=tomorrow), on=PLAN)).then_rejected(
            "event.invalid", field="signed.on", saying="has not come yet"
        )

    def test_it_does_not_end_before_it_begins(self) -> None:
        stories.opened_plan().when(patient(consent(until=Until(on=TODAY - DAY)), on=PLAN)).then_rejected(
            "event.invalid", field="until.on"
        )

    def test_only_one_for_treatment_payment_and_operations_has_no_end(self) -> None:
        stories.opened_plan().when(patient(consent(until=Until()), on=PLAN)).then_rejected(
            "event.invalid", field="until", saying="name its last day"
        )
        for_all = tuple(Purpose.model_validate({"code": code}) for code in ("TREAT", "HPAYMT", "HOPERAT"))

        with_consent(until=Until(), recipient=PROVIDERS, purposes=for_all)

    def test_it_can_be_given_before_a_plan_is_closed_and_after(self) -> None:
        closed = stories.opened_plan().when(clinician(p.Closed(reason="Moved"), on=PLAN)).then()

        closed.when(patient(consent(), on=PLAN)).then()
        stories.NOTHING.when(patient(consent(), on=PLAN)).then_rejected("plan.missing")

    @pytest.mark.parametrize("left_out", ["statements", "until", "signed", "information", "purposes", "what"])
    def test_what_the_law_asks_for_is_not_left_out(self, left_out: str) -> None:
        body = consent().model_dump_json(exclude={left_out}, exclude_none=True)

        with pytest.raises(Rejected) as refused:
            decode("cairn.plan.consent_given.v1", body, "plan")
        assert refused.value.code == "event.invalid"


class TestRevoking:
    @pytest.mark.parametrize("role", ["patient", "clinician", "supervisor"])
    def test_the_patient_revokes_or_staff_for_the_patient(self, role: ActorRole) -> None:
        revoked = with_consent().when(by(role, p.ConsentRevoked(consent="c1"), on=PLAN)).then()

        assert revoked.plan.consents[0].ended is not None

    def test_consent_unknown(self) -> None:
        past = with_consent()
        past.when(patient(p.ConsentRevoked(consent="c9"), on=PLAN)).then_rejected(
            "consent.unknown", field="consent", saying="no consent with this id"
        )
        revoked = past.when(patient(p.ConsentRevoked(consent="c1"), on=PLAN)).then()
        revoked.when(patient(p.ConsentRevoked(consent="c1"), on=PLAN)).then_rejected(
            "consent.unknown", saying="was revoked"
        )

    def test_only_one_until_an_event_ends_by_an_event(self) -> None:
        came = p.ConsentRevoked(consent="c1", because="event_came")

        with_consent().when(patient(came, on=PLAN)).then_rejected("event.invalid", field="because")
        ended = with_consent(until=Until(event="The trial is over")).when(clinician(came, on=PLAN)).then()
        assert ended.plan.consents[0].ended is not None


class TestDisclosing:
    def test_access_consent_missing(self) -> None:
        stories.opened_plan().when(clinician(disclosed("c1"), on=PLAN)).then_rejected(
            "access.consent_missing", field="ground.consent", saying="no consent with this id"
        )

    def test_a_consent_in_force_that_covers_it_will_do(self) -> None:
        with_consent().when(clinician(disclosed("c1", what=("goals", "schedule")), on=PLAN)).then()

    @pytest.mark.parametrize(
        ("beyond", "field"),
        [
            ({"recipient": HOSPITAL}, "recipient.id"),
            ({"purpose": TREATMENT}, "purpose.code"),
            ({"what": ("goals", "history")}, "what"),
        ],
    )
    def test_it_covers_its_recipient_its_purpose_and_its_data_and_no_other(
        self, beyond: dict[str, object], field: str
    ) -> None:
        with_consent().when(clinician(disclosed("c1", **beyond), on=PLAN)).then_rejected(
            "access.consent_missing", field=field
        )

    def test_revoked_it_stops_what_comes_after_and_leaves_what_was(self) -> None:
        past = with_consent().when(clinician(disclosed("c1"), on=PLAN)).then()
        revoked = past.when(patient(p.ConsentRevoked(consent="c1"), on=PLAN)).then()

        revoked.when(clinician(disclosed("c1"), on=PLAN)).then_rejected("access.consent_missing", saying="was revoked")
        assert [each.type_name for each in revoked.events].count("cairn.plan.disclosed.v1") == 1

    @pytest.mark.parametrize(("zone", "is_over"), [("UTC", False), ("Europe/Vienna", True)])
    def test_it_expires_when_its_last_day_ends_where_the_patient_is_treated(self, zone: str, is_over: bool) -> None:
        late = datetime.combine(LAST_DAY, datetime.min.time(), UTC) + timedelta(hours=23, minutes=30)
        past = stories.opened_plan(time_zone=zone).when(patient(consent(), on=PLAN)).then()

        attempt = past.when(clinician(disclosed("c1"), on=PLAN, time=late))

        if is_over:
            attempt.then_rejected("access.consent_missing", saying=f"until {LAST_DAY} and has expired")
        else:
            attempt.then()

    def test_one_for_a_class_serves_a_member_who_is_named_as_one(self) -> None:
        past = with_consent(recipient=PROVIDERS, purposes=(TREATMENT,))
        to_hospital = {"recipient": HOSPITAL, "purpose": TREATMENT}

        member = Consented(section="2.31", consent="c1", member_of=PROVIDERS.id)
        past.when(clinician(disclosed(member, **to_hospital), on=PLAN)).then()
        past.when(clinician(disclosed("c1", **to_hospital), on=PLAN)).then_rejected(
            "access.consent_missing", field="ground.member_of"
        )

    def test_data_goes_to_somebody_and_not_to_a_class(self) -> None:
        past = with_consent(recipient=PROVIDERS)

        member = Consented(section="2.31", consent="c1", member_of=PROVIDERS.id)
        past.when(clinician(disclosed(member, recipient=PROVIDERS), on=PLAN)).then_rejected(
            "event.invalid", field="recipient.kind"
        )

    @pytest.mark.parametrize("role", ["patient", "family"])
    def test_staff_and_systems_disclose_and_nobody_else(self, role: ActorRole) -> None:
        with_consent().when(by(role, disclosed("c1"), on=PLAN)).then_rejected("event.invalid", field="actorrole")

    @pytest.mark.parametrize(
        "ground",
        [
            EMERGENCY,
            Research(section="2.52", reason="Outcomes study", protocol="IRB 2026-7"),
            AuditOrEvaluation(section="2.53", reason="Yearly audit", agency="State agency", agreement="Agreement 12"),
            CourtOrder(section="2.61", reason="Order served today", order="Case 4711", subpoena="Subpoena 3"),
        ],
    )
    def test_a_stated_exception_needs_no_consent(self, ground: Ground) -> None:
        stories.opened_plan().when(clinician(disclosed(ground, recipient=HOSPITAL), on=PLAN)).then()

    @pytest.mark.parametrize("left_out", ["facility", "nature", "at", "reason"])
    def test_an_emergency_is_told_in_full(self, left_out: str) -> None:
        body = disclosed(EMERGENCY).model_dump_json(exclude={"ground": {left_out}}, exclude_none=True)

        with pytest.raises(Rejected) as refused:
            decode("cairn.plan.disclosed.v1", body, "plan")
        assert [each.field for each in refused.value.errors] == [f"ground.{left_out}"]

    def test_an_emergency_has_come(self) -> None:
        ahead = EMERGENCY.model_copy(update={"at": NOON + 2 * DAY})

        stories.opened_plan().when(clinician(disclosed(ahead), on=PLAN)).then_rejected(
            "event.invalid", field="ground.at"
        )
