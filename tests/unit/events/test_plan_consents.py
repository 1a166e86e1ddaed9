"""Which consents are in force on a day, where the patient is treated, and what they allow to whom."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.plan import PlanState, fold_plans
from events.plan import types as p
from events.plan.consent_terms import Until
from events.plan.consents import allowed_to, status_on
from events.plan.reading import read_plan
from tests.builders import NOON, PLAN, TODAY, event, opened, recorded
from tests.consents import HOSPITAL, LAST_DAY, PROVIDERS, SISTER, consent

DAY = timedelta(days=1)


def plan(*said: p.PlanPayload, zone: str = "UTC", at: datetime = NOON) -> PlanState:
    """A plan with what was said at an instant."""
    state = fold_plans(recorded([event(PLAN, each, time=at) for each in (opened(time_zone=zone), *said)], at=at))
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (TODAY - DAY, "not_yet"),
        (TODAY, "in_force"),
        (LAST_DAY, "in_force"),
        (LAST_DAY + DAY, "expired"),
    ],
)
def test_it_is_in_force_from_the_day_it_was_signed_to_its_last_day(day: date, status: str) -> None:
    with_consent = plan(consent())

    assert status_on(with_consent, with_consent.consents[0], day) == status
    assert bool(allowed_to(with_consent, SISTER.id, day)) == (status == "in_force")


def test_revoking_ends_the_day_on_which_it_happens_and_leaves_the_days_before() -> None:
    before = plan(consent(signed={"by": "p1", "on": TODAY - 9 * DAY}), p.ConsentRevoked(consent="c1"))

    assert [bool(allowed_to(before, SISTER.id, day)) for day in (TODAY - DAY, TODAY, TODAY + DAY)] == [
        True,
        False,
        False,
    ]
    assert status_on(before, before.consents[0], LAST_DAY + DAY) == "revoked"


@pytest.mark.parametrize(("zone", "in_force"), [("UTC", True), ("Europe/Vienna", False), ("America/Los_Angeles", True)])
def test_the_day_is_the_one_where_the_patient_is_treated(zone: str, in_force: bool) -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    until_today = plan(consent(until=Until(on=TODAY), signed={"by": "p1", "on": TODAY}), zone=zone)

    (read,) = read_plan(until_today, at=late)["consents"]

    assert (read["status"] == "in_force") == in_force
    assert bool(allowed_to(until_today, SISTER.id, until_today.day(late))) == in_force


def test_what_several_consents_allow_adds_up() -> None:
    two = plan(consent("c1", what=("goals",)), consent("c2", what=("contribute",)), consent("c3", recipient=HOSPITAL))

    assert allowed_to(two, SISTER.id, TODAY) == {"goals", "contribute"}
    assert allowed_to(two, HOSPITAL.id, TODAY) == {"goals", "schedule"}
    assert allowed_to(two, "stranger", TODAY) == frozenset()


def test_a_consent_for_a_class_allows_nobody_by_its_name() -> None:
    assert allowed_to(plan(consent(recipient=PROVIDERS)), PROVIDERS.id, TODAY) == frozenset()


def test_without_a_plan_nothing_is_allowed() -> None:
    assert allowed_to(None, SISTER.id, TODAY) == frozenset()


def test_the_end_of_the_treatment_ends_what_was_given_until_then() -> None:
    closed = plan(consent(until=Until(end_of_treatment=True)), p.Closed(reason="Finished"))

    assert status_on(closed, closed.consents[0], TODAY) == "treatment_ended"
    assert allowed_to(closed, SISTER.id, TODAY) == frozenset()
