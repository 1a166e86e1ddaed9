"""Consents and disclosures as the projections tell them, on every database."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from events.identity import GoalId
from events.plan import types as p
from events.plan.grounds import Emergency
from projections.audit_trail.disclosures import disclosures
from projections.catalog import projection_named
from projections.engine.database import reading
from projections.engine.paging import BadCursor, Json
from projections.engine.quarantine import GoalIsQuarantined
from projections.goal_state import queries as goal_state
from tests.builders import NOON, PLAN, event, opened, recorded
from tests.consents import HOSPITAL, TREATMENT, consent, disclosed
from tests.contract.projections.builds_contract import poisoned
from tests.contract.projections.contract import DatabaseContract, started, take
from tests.stored import as_message

OTHER = GoalId(PLAN.org, "pt-2", "plan")
EMERGENCY = Emergency(section="2.51", reason="Unconscious", facility="General", nature="Overdose", at=NOON)
YEARS_AGO = NOON - timedelta(days=5 * 365)
MESSAGES = [
    as_message(each)
    for each in recorded(
        [
            event(PLAN, opened(), role="clinician", actor="c1", time=YEARS_AGO),
            event(PLAN, disclosed(EMERGENCY, recipient=HOSPITAL), role="clinician", actor="c1", time=YEARS_AGO),
            event(PLAN, consent("c1")),
            event(OTHER, opened(), role="clinician", actor="c1"),
            event(PLAN, disclosed("c1"), role="clinician", actor="c1"),
            event(PLAN, p.ConsentRevoked(consent="c1")),
            event(OTHER, disclosed(EMERGENCY, purpose=TREATMENT), role="system", actor="op-1"),
        ]
    )
]


class DisclosuresContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def audit(self, engine: Engine) -> Engine:
        take(started(engine, projection_named("audit_trail")), MESSAGES)
        return engine

    def test_each_tells_what_an_accounting_asks_for(self, audit: Engine) -> None:
        old, late = _listed(audit)
        assert (old["time"], old["actor"], old["actorrole"]) == (YEARS_AGO.isoformat(), "c1", "clinician")
        assert old["recipient"] == HOSPITAL.model_dump(mode="json")
        assert (old["ground"]["section"], old["ground"]["facility"]) == ("2.51", "General")
        assert (late["purpose"], late["description"], late["what"]) == (
            {"code": "FAMRQT", "text": "To support me"},
            "Goals",
            ["goals"],
        )
        assert late["ground"] == {"section": "2.31", "consent": "c1"}

    def test_they_are_listed_from_an_instant_on_and_in_pages(self, audit: Engine) -> None:
        old, late = _listed(audit)
        with reading(audit) as connection:
            recent = disclosures(connection, PLAN.org, PLAN.patient, since=NOON - timedelta(days=3))
            first = disclosures(connection, PLAN.org, PLAN.patient, limit=1)
            assert first
            second = disclosures(connection, PLAN.org, PLAN.patient, limit=1, cursor=first["next"])
            assert recent
            assert second
            assert (recent["items"], first["items"], second["items"]) == ([late], [old], [late])
            with pytest.raises(BadCursor):
                disclosures(connection, PLAN.org, PLAN.patient, cursor="x")

    def test_a_patient_without_a_plan_has_none_and_one_without_disclosures_an_empty_list(self, audit: Engine) -> None:
        with reading(audit) as connection:
            assert disclosures(connection, PLAN.org, "pt-9") is None
            found = disclosures(connection, OTHER.org, OTHER.patient, since=NOON + timedelta(days=1))
        assert found == {"items": [], "next": None, "complete": True}

    def test_a_plan_in_quarantine_is_not_said_to_be_all(self, engine: Engine) -> None:
        take(started(engine, poisoned(projection_named("audit_trail"), 5)), MESSAGES)
        with reading(engine) as connection:
            found = disclosures(connection, PLAN.org, PLAN.patient)
        assert found
        assert (len(found["items"]), found["complete"]) == (1, False)

    def test_a_plan_of_which_nothing_could_be_taken_is_not_said_to_be_absent(self, engine: Engine) -> None:
        take(started(engine, poisoned(projection_named("audit_trail"), 1)), MESSAGES)
        with reading(engine) as connection, pytest.raises(GoalIsQuarantined):
            disclosures(connection, PLAN.org, PLAN.patient)

    def test_a_plan_reads_with_its_consents_as_they_stand_on_the_day(self, engine: Engine) -> None:
        take(started(engine, projection_named("goal_state")), MESSAGES)
        with reading(engine) as connection:
            plan = goal_state.plan(connection, PLAN.org, PLAN.patient, now=NOON)
            other = goal_state.plan(connection, OTHER.org, OTHER.patient, now=NOON)
        assert plan
        assert other
        (kept,) = plan["consents"]
        assert (kept["consent"], kept["status"], kept["ended"]["because"]) == ("c1", "revoked", "revoked")
        assert other["consents"] == []


def _listed(engine: Engine) -> list[Json]:
    with reading(engine) as connection:
        found = disclosures(connection, PLAN.org, PLAN.patient)
    assert found
    assert (found["next"], found["complete"]) == (None, True)
    items: list[Json] = found["items"]
    assert len(items) == 2
    return items
