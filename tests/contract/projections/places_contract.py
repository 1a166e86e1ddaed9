"""Where events are in the log, and of whom, on every database: what a proof needs to know."""

import pytest
from sqlalchemy import Connection, Engine

from events.goal.types import ProgressLogged
from events.identity import LOG, GoalId
from projections.audit_trail.places import EventPlace, goal_at, organisations, places_of
from projections.catalog import projection_named
from projections.engine.database import reading
from projections.engine.paging import BadCursor
from projections.engine.quarantine import GoalIsQuarantined
from tests.builders import event, opened, recorded
from tests.contract.projections.builds_contract import poisoned
from tests.contract.projections.contract import POISON, STORY, DatabaseContract, started, take
from tests.contract.projections.served import history
from tests.contract.projections.story import WALK
from tests.stored import as_message

OF_WALK = [message.position for message in STORY if message.subject == WALK.on(LOG)]
NOBODY = GoalId(WALK.org, WALK.patient, "nothing")


class PlacesContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def audit(self, engine: Engine) -> Engine:
        take(started(engine, projection_named("audit_trail")), STORY)
        return engine

    def test_an_event_is_of_the_goal_that_its_history_has_it_in(self, audit: Engine) -> None:
        with reading(audit) as connection:
            assert [goal_at(connection, WALK.org, position) for position in OF_WALK] == [WALK] * len(OF_WALK)
            assert goal_at(connection, "elsewhere", OF_WALK[0]) is None
            assert goal_at(connection, WALK.org, len(STORY) + 1) is None

    def test_the_events_of_a_goal_are_where_its_history_has_them(self, audit: Engine) -> None:
        with reading(audit) as connection:
            page = places_of(connection, WALK, limit=100)
            told = history(connection, WALK)
            assert page
            assert told
            assert [(each.position, each.version, each.type) for each in page.places] == [
                (each["position"], each["version"], each["type"]) for each in told["items"]
            ]
            assert (page.following, page.quarantined) == (None, None)
            assert places_of(connection, NOBODY, limit=100) is None

    def test_they_come_in_pages(self, audit: Engine) -> None:
        with reading(audit) as connection:
            assert [each.position for each in _all(connection)] == OF_WALK
            with pytest.raises(BadCursor):
                places_of(connection, WALK, limit=3, cursor="x")

    def test_types_of_events_can_be_as_if_they_were_not_there(self, audit: Engine) -> None:
        without = {ProgressLogged.type_name}
        with reading(audit) as connection:
            page = places_of(connection, WALK, limit=100, without=without)
            assert page
            assert page.places
            left_out = set(OF_WALK) - {each.position for each in page.places}
            assert left_out
            for position in OF_WALK:
                assert goal_at(connection, WALK.org, position, without=without) == (
                    None if position in left_out else WALK
                )

    def test_a_goal_in_quarantine_says_that_this_is_not_all(self, engine: Engine) -> None:
        take(started(engine, poisoned(projection_named("audit_trail"))), STORY)
        with reading(engine) as connection:
            page = places_of(connection, WALK, limit=100)
        assert page
        assert page.quarantined
        assert page.quarantined["position"] == POISON
        assert page.quarantined["version"] == len(page.places) == OF_WALK.index(POISON)

    def test_a_goal_of_which_nothing_could_be_taken_is_not_said_to_be_unknown(self, engine: Engine) -> None:
        take(started(engine, poisoned(projection_named("audit_trail"), OF_WALK[0])), STORY)
        with reading(engine) as connection, pytest.raises(GoalIsQuarantined):
            places_of(connection, WALK, limit=100)

    def test_organisations_are_all_of_which_there_is_anything_also_what_could_not_be_taken(
        self, engine: Engine
    ) -> None:
        plans = [GoalId(org, "p1", "plan") for org in ("south", "north", "Upper", "north")]
        events = [event(plan, opened(), role="clinician", actor="c1") for plan in plans[:3]]
        messages = [as_message(each) for each in recorded(events)]
        take(started(engine, poisoned(projection_named("audit_trail"), 2)), messages)
        with reading(engine) as connection:
            assert organisations(connection) == {"south", "north", "Upper"}


def _all(connection: Connection) -> list[EventPlace]:
    found: list[EventPlace] = []
    cursor = None
    while True:
        page = places_of(connection, WALK, limit=3, cursor=cursor)
        assert page
        assert len(page.places) <= 3
        found += page.places
        cursor = page.following
        if cursor is None:
            return found
