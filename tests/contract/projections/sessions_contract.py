"""What is looked at together in a talk, on every database: the suite that each database inherits."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from events.event import Event
from events.goal import types as g
from events.identity import LOG, GoalId
from projections.catalog import projection_named
from projections.engine.database import reading
from projections.engine.quarantine import GoalIsQuarantined
from projections.goal_state.patient.record import fold_patient
from projections.goal_state.patient.session import read_session, read_wins
from projections.goal_state.sessions import LAST_EVENTS, session, sessions, wins
from tests.builders import TODAY, active_goal, entry, event, gas, opened, proposed, recorded
from tests.contract.projections.builds_contract import poisoned
from tests.contract.projections.contract import POISON, STORY, AnyProjection, DatabaseContract, started, take
from tests.contract.projections.queries_contract import statements
from tests.contract.projections.story import WALK
from tests.stored import as_message

ORG = "northside"
WEST = "America/Vancouver"
NOW = datetime(2026, 3, 10, 5, tzinfo=UTC)
"""Still the 9th in Vancouver."""
DAY = timedelta(days=1)


def patient(name: str, entries: int = 3) -> list[Event]:
    """One long-term goal with a scale, and a short-term one that leads to it."""
    home, walk = GoalId(ORG, name, "home"), GoalId(ORG, name, "walk")
    return [
        event(home.plan, opened(time_zone=WEST, accommodations=("visual_tools",)), role="clinician", actor="c1"),
        event(home, proposed(statement="Live at home", horizon="long_term", gas=gas(baseline=-2))),
        event(home, entry("h1", TODAY, level=-1, note="Called.")),
        *active_goal(walk)[1:],
        event(walk, g.Revised(changes=g.Changes(supports="home"), reason="clinical")),
        *(event(walk, entry(f"e{number}", TODAY, done=True, note=f"Note {number}.")) for number in range(entries)),
    ]


def folded(events: list[Event], name: str) -> object:
    record = fold_patient(each for each in recorded(events) if each.goal_id.patient == name)
    return {"org": ORG, "patient": name, **read_session(record, record.day(NOW))}


class SessionsContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("goal_state")

    def test_sheets_are_those_of_the_folded_goals(self, engine: Engine, projection: AnyProjection) -> None:
        events = [*patient("anna"), *patient("ben", entries=0), event(GoalId(ORG, "cora", "plan"), opened())]
        take(started(engine, projection), [as_message(each) for each in recorded(events)])

        with reading(engine) as connection:
            for name in ("anna", "ben", "cora"):
                assert session(connection, ORG, name, now=NOW) == folded(events, name)
            assert session(connection, ORG, "nobody", now=NOW) is None
            assert session(connection, "elsewhere", "anna", now=NOW) is None

    def test_sheets_of_several_are_those_of_each(self, engine: Engine, projection: AnyProjection) -> None:
        events = [*patient("ben"), *patient("anna")]
        take(started(engine, projection), [as_message(each) for each in recorded(events)])

        with reading(engine) as connection:
            found = sessions(connection, ORG, {"ben": ["walk"], "anna": ["home"], "nobody": ["walk"]}, now=NOW)
            none = sessions(connection, ORG, {"ben": ["gone"]}, now=NOW)
            nobody = sessions(connection, ORG, {}, now=NOW)

        assert found == [folded(events, "anna"), folded(events, "ben")]
        assert [each["sheets"] for each in none] == [[]]
        assert nobody == []

    def test_it_asks_as_much_for_many_as_for_one(self, engine: Engine, projection: AnyProjection) -> None:
        names = [f"p{number}" for number in range(12)]
        events = [each for name in names for each in patient(name, entries=1)]
        take(started(engine, projection), [as_message(each) for each in recorded(events)])

        with reading(engine) as connection:
            one = statements(connection, lambda: sessions(connection, ORG, {"p0": ["walk"]}, now=NOW))
            many = statements(
                connection, lambda: sessions(connection, ORG, {name: ["walk"] for name in names}, now=NOW)
            )

        assert one == many
        assert many <= 4

    def test_of_a_long_diary_the_last_events_are_looked_at(self, engine: Engine, projection: AnyProjection) -> None:
        number = LAST_EVENTS + 20
        events = patient("anna", entries=number)
        take(started(engine, projection), [as_message(each) for each in recorded(events)])

        with reading(engine) as connection:
            found = wins(connection, ORG, "anna", goal="walk", limit=500)

        assert found is not None
        notes = [each["note"] for each in found["items"]]
        assert (notes[0], notes[-1]) == (f"Note {number - 1}.", f"Note {number - LAST_EVENTS}.")

    def test_wins_are_those_of_the_folded_goals(self, engine: Engine, projection: AnyProjection) -> None:
        events = patient("anna")
        take(started(engine, projection), [as_message(each) for each in recorded(events)])
        record = fold_patient(recorded(events))

        with reading(engine) as connection:
            of_all = wins(connection, ORG, "anna", limit=2)
            of_home = wins(connection, ORG, "anna", goal="home", limit=10)

        assert of_all == {"org": ORG, "patient": "anna", "items": read_wins(record, None, 2)}
        assert of_home is not None
        assert [each["goal"] for each in of_home["items"]] == ["walk", "walk", "walk", "home"]

    def test_a_sheet_says_that_a_goal_is_quarantined(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, poisoned(projection)), STORY)
        with reading(engine) as connection:
            found = session(connection, WALK.org, WALK.patient, now=NOW)
        assert found is not None
        assert POISON in [each["quarantined"]["position"] for each in found["sheets"] if each["quarantined"]]

    def test_of_whom_nothing_could_be_taken_in_is_not_said_to_be_unknown(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        first = next(message for message in STORY if message.subject == WALK.plan.on(LOG))
        only = [message for message in STORY if message.position == first.position]
        take(started(engine, poisoned(projection, first.position)), only)
        with reading(engine) as connection, pytest.raises(GoalIsQuarantined):
            session(connection, WALK.org, WALK.patient, now=NOW)
