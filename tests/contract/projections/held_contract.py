"""What reads say of a goal that is held, on every database: how far it goes, and that this is not all."""

import pytest
from sqlalchemy import Engine

from events.identity import LOG
from projections.audit_trail import queries as audit_trail
from projections.catalog import projection_named
from projections.engine.database import reading
from projections.engine.quarantine import GoalIsHeld
from projections.goal_state import queries as goal_state
from projections.review_schedule import queries as review_schedule
from tests.builders import NOON
from tests.contract.projections.builds_contract import poisoned, try_again
from tests.contract.projections.contract import POISON, STORY, AnyProjection, DatabaseContract, started, take
from tests.contract.projections.story import COOK, WALK

OF_WALK = [message.position for message in STORY if message.subject == WALK.on(LOG)]


class HeldContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("goal_state")

    async def test_reads_mark_a_held_goal_until_it_is_released(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, poisoned(projection)), STORY)
        before = [message for message in STORY if message.subject == WALK.on(LOG) and message.position < POISON]
        with reading(engine) as connection:
            one = goal_state.goal(connection, WALK, now=NOON)
            listed = goal_state.goals(connection, WALK.org, now=NOON)["items"]
            plan = goal_state.plan(connection, WALK.org, WALK.patient)
        assert one
        assert one["held"]["version"] == one["version"] == len(before)
        assert one["held"]["position"] == POISON
        assert one["held"]["reason"].startswith("ZeroDivisionError in builds_contract.py")
        assert {each["goal"] for each in listed if each["held"]} == {WALK.goal}
        assert plan
        assert plan["held"] is None
        await try_again(engine, projection)
        with reading(engine) as connection:
            released = goal_state.goal(connection, WALK, now=NOON)
        assert released
        assert released["held"] is None

    def test_a_goal_of_which_nothing_could_be_taken_is_not_said_to_be_unknown(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        first = next(message.position for message in STORY if message.subject == WALK.on(LOG))
        take(started(engine, poisoned(projection, first)), STORY)
        with reading(engine) as connection:
            with pytest.raises(GoalIsHeld, match=f"its event at position {first} could not be taken in"):
                goal_state.goal(connection, WALK, now=NOON)
            assert goal_state.goal(connection, WALK._replace(goal="nothing"), now=NOON) is None

    def test_the_audit_trail_says_what_is_missing_from_it(self, engine: Engine) -> None:
        take(started(engine, poisoned(projection_named("audit_trail"))), STORY)
        reached = len([message for message in STORY if message.subject == WALK.on(LOG) and message.position < POISON])
        with reading(engine) as connection:
            history = audit_trail.history(connection, WALK)
            diff = audit_trail.diff(connection, WALK, 0, 1)
            audit = audit_trail.audit(connection, WALK.org)
            of_others = audit_trail.audit(connection, WALK.org, patient=COOK.patient)
            sound = audit_trail.history(connection, COOK)
        assert history
        held = history["held"]
        assert (held["version"], held["position"]) == (reached, POISON)
        assert diff
        assert diff["held"] == held
        assert audit["held"] == [{**WALK._asdict(), **held}]
        assert of_others["held"] == []
        assert sound
        assert sound["held"] is None

    def test_a_review_of_a_held_goal_is_marked(self, engine: Engine) -> None:
        scheduled = [message for message in STORY if message.subject == WALK.on(LOG)]
        review_set = scheduled[3].position
        take(started(engine, poisoned(projection_named("review_schedule"), scheduled[4].position)), STORY)
        assert review_set < scheduled[4].position
        with reading(engine) as connection:
            found = review_schedule.reviews(connection, WALK.org, now=NOON)["items"]
        assert {each["goal"]: each["held"] and each["held"]["position"] for each in found}[WALK.goal] == (
            scheduled[4].position
        )
        assert all(each["held"] is None for each in found if each["goal"] != WALK.goal)
