"""What each event adds to a plan. The fold takes every event as a fact and refuses none."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.plan import PlanPayload, PlanState, fold_plans
from events.plan import types as p
from events.plan.consent_terms import Ended, Until
from events.plan.reading import read_plan
from events.plan.state import Measurement
from events.vocabulary import Priority, Program, TreatmentReason
from tests.builders import NOON, PLAN, TODAY, event, opened, recorded
from tests.consents import PAPER, consent, disclosed
from tests.strategies import plan_payloads

OWN = TreatmentReason(text="Be there for my son", whose="own")


def folded(*said: PlanPayload) -> PlanState:
    state = fold_plans(recorded(event(PLAN, data) for data in said))
    assert state is not None
    return state


class TestEachEvent:
    def test_opened(self) -> None:
        fields = {
            "reasons": (OWN,),
            "clinician": "c1",
            "program": Program(setting="day", dual_diagnosis=True),
            "review_every_days": 10,
            "active_goal_limit": 2,
            "accommodations": ("visual_tools",),
            "time_zone": "Europe/Vienna",
        }

        plan = folded(opened(**fields))

        assert {name: getattr(plan, name) for name in fields} == fields
        assert (plan.org, plan.patient, plan.status, plan.opened_at) == (PLAN.org, PLAN.patient, "open", NOON)

    def test_opened_has_the_usual_cadence_and_limit(self) -> None:
        plan = folded(opened())

        assert (plan.review_every_days, plan.active_goal_limit, plan.time_zone) == (14, 3, "UTC")

    def test_amended(self) -> None:
        plan = folded(opened(reasons=(OWN,)), p.Amended(accommodations=("short_reviews",), reason="Loses track"))

        assert (plan.accommodations, plan.reasons, plan.version) == (("short_reviews",), (OWN,), 2)

    def test_amended_takes_accommodations_away(self) -> None:
        plan = folded(opened(accommodations=("visual_tools",)), p.Amended(accommodations=(), reason="Not needed"))

        assert plan.accommodations == ()

    def test_priorities_ranked(self) -> None:
        first, second = Priority(id="a", text="Son", rank=1), Priority(id="b", text="Sleep", rank=2)

        plan = folded(
            opened(),
            p.PrioritiesRanked(priorities=(Priority(id="z", text="Old", rank=1),)),
            p.PrioritiesRanked(priorities=(second, first)),
        )

        assert plan.priorities == (first, second)

    def test_measured(self) -> None:
        plan = folded(opened(), p.Measured(instrument="k10", score=31, on=TODAY))

        assert plan.measurements == (Measurement(instrument="k10", score=31, on=TODAY, version=2),)

    def test_closed(self) -> None:
        plan = folded(opened(), p.Closed(reason="Finished"))

        assert (plan.status, plan.is_open, plan.closed_reason) == ("closed", False, "Finished")

    def test_consent_given(self) -> None:
        given = consent("c1", paper=PAPER)

        (kept,) = folded(opened(), given).consents

        assert {name: getattr(kept, name) for name in p.ConsentGiven.model_fields} == dict(given)
        assert (kept.version, kept.given_at, kept.ended) == (2, NOON, None)

    def test_consent_revoked(self) -> None:
        one, other = folded(
            opened(), consent("c1"), consent("c2"), p.ConsentRevoked(consent="c1", reason="We fell out")
        ).consents

        assert one.ended == Ended(because="revoked", at=NOON, version=4, by="p1", reason="We fell out")
        assert other.ended is None

    def test_consent_revoked_by_what_happened_before_it_was_recorded(self) -> None:
        earlier = event(PLAN, p.ConsentRevoked(consent="c1"), time=NOON - timedelta(days=3))

        plan = fold_plans(recorded([event(PLAN, opened()), event(PLAN, consent("c1")), earlier]))

        assert plan is not None
        assert [each.ended and each.ended.at for each in plan.consents] == [earlier.time]

    def test_disclosed(self) -> None:
        before, plan = folded(opened(), consent("c1")), folded(opened(), consent("c1"), disclosed("c1"))

        same = before.model_copy(update={name: getattr(plan, name) for name in ("version", "position", "updated_at")})
        assert (plan, plan.version) == (same, 3)

    def test_closed_ends_consents_until_the_end_of_the_treatment(self) -> None:
        until_the_end = consent("c2", until=Until(end_of_treatment=True))

        plan = folded(opened(), consent("c1"), until_the_end, p.Closed(reason="Finished"), opened())

        assert [each.ended and each.ended.because for each in plan.consents] == [None, "treatment_ended"]

    def test_voided(self) -> None:
        before = folded(opened())
        plan = folded(opened(), p.Voided(position=9, reason="Not ours"))

        same = before.model_copy(update={name: getattr(plan, name) for name in ("version", "position", "updated_at")})
        assert (plan, plan.version) == (same, 2)

    def test_opened_again(self) -> None:
        ranked = p.PrioritiesRanked(priorities=(Priority(id="a", text="Son", rank=1),))
        measured = p.Measured(instrument="mood", score=3, on=TODAY)

        plan = folded(opened(), ranked, measured, p.Closed(reason="Finished"), opened(clinician="c2"))

        assert (plan.status, plan.clinician, plan.closed_reason, plan.version) == ("open", "c2", None, 5)
        assert (plan.priorities, plan.measurements[0].score) == (ranked.priorities, 3)


def test_before_it_is_opened_nothing_adds_up_to_a_plan() -> None:
    assert fold_plans(recorded([event(PLAN, p.Closed(reason="x"))])) is None


@pytest.mark.parametrize(
    ("accommodations", "own", "cadence"),
    [
        ((), None, 14),
        ((), 30, 30),
        (("short_reviews",), None, 7),
        (("short_reviews",), 30, 7),
        (("short_reviews",), 3, 3),
    ],
)
def test_the_cadence_is_the_goals_own_or_the_plans_and_short_where_it_must_be(
    accommodations: tuple[str, ...], own: int | None, cadence: int
) -> None:
    assert folded(opened(accommodations=accommodations)).cadence(own) == cadence


@pytest.mark.parametrize(("zone", "day"), [("UTC", 2), ("Europe/Vienna", 3), ("America/Los_Angeles", 2)])
def test_a_day_is_the_clinics(zone: str, day: int) -> None:
    assert folded(opened(time_zone=zone)).day(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)) == date(2026, 3, day)


def test_a_plan_reads_as_its_state() -> None:
    read = read_plan(folded(opened(reasons=(OWN,))), at=NOON)

    assert (read["reasons"], read["status"]) == ([{"text": "Be there for my son", "whose": "own"}], "open")


@given(st.lists(plan_payloads, max_size=12))
def test_no_order_of_valid_events_is_refused(story: Sequence[PlanPayload]) -> None:
    plan = folded(opened(), *story)

    assert plan.version == len(story) + 1
    assert PlanState.model_validate(plan.model_dump()) == plan
