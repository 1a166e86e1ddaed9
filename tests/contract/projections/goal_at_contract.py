"""A goal as it stood is what all of its events add up to: the suite that each database inherits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from events.event import Event, RecordedEvent
from events.goal import GoalState
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from projections.audit_trail.goal_at import goal_at
from projections.audit_trail.moments import versions_of
from projections.catalog import projection_named
from projections.engine.database import reading
from projections.goal_state.patient.levels import levels_over_time
from projections.goal_state.patient.record import PatientRecord, fold_patient
from services.gateway.as_of import Axis, Moment, up_to
from tests.builders import NOON, TODAY, active_goal, entry, event, gas, recorded, smart
from tests.contract.projections.contract import AnyProjection, DatabaseContract, started, take
from tests.stored import as_message

WALK, OTHER = GoalId("northside", "pt-1", "walk"), GoalId("northside", "pt-1", "other")
DAY = timedelta(days=1)


def story() -> list[Event]:
    """A diary with levels and without, put right and taken back, told late and early, between other events."""
    harder = g.Changes(gas=gas(baseline=-1), smart=smart(for_weeks=8))
    asked = [
        *active_goal(WALK),
        event(WALK, entry("plain", TODAY)),
        event(WALK, entry("no-level", TODAY + DAY, mood=3, note='He said "level":null and laughed.')),
        event(WALK, g.Revised(changes=g.Changes(gas=gas()), reason="clinical"), role="clinician", actor="c1"),
        *active_goal(OTHER)[1:],
        event(OTHER, entry("elsewhere", TODAY, level=2)),
        event(WALK, entry("level", TODAY + 2 * DAY, level=-1)),
        event(WALK, entry("said", TODAY + DAY, level=0, note='“"level":null”, she wrote.')),
        event(WALK, g.ProgressCorrected(entry="no-level", level=1, reason="left out")),
        event(WALK, entry("late", TODAY - 3 * DAY, level=2), time=NOON - 3 * DAY),
        event(WALK.plan, p.Amended(time_zone="Pacific/Auckland", reason="moved"), role="clinician", actor="c1"),
        event(WALK, g.ProgressCorrected(entry="level", level=None, reason="of another day")),
        event(WALK, g.ProgressWithdrawn(entry="late", reason="another person"), role="clinician", actor="c1"),
        event(WALK, g.ProgressWithdrawn(entry="plain", reason="another goal"), role="clinician", actor="c1"),
        event(WALK, g.Revised(changes=harder, reason="too_easy")),
        event(WALK, g.ProgressCorrected(entry="gone-before", level=1, reason="told early"), time=NOON - 9 * DAY),
        event(WALK, entry("gone-before", TODAY, mood=2)),
        event(WALK, g.Reviewed(on=TODAY + 4 * DAY, participants=("patient",), decision="keep", level=1)),
        event(WALK, entry("last", TODAY + 5 * DAY, level=-2, motivation=1)),
        event(WALK, g.Closed(outcome="achieved", level=2, reason="six weeks"), role="clinician", actor="c1"),
    ]
    # Each has a moment of its own, and what was told about an earlier time keeps it.
    return [
        Event(each.goal_id, each.source, f"at-{number}", each.time + timedelta(minutes=number), each.actor, each.data)
        for number, each in enumerate(asked)
    ]


EVENTS = recorded(story())


def whole(events: Sequence[RecordedEvent], at: datetime, by: Axis) -> PatientRecord:
    return fold_patient(up_to(Moment(instant=at, by=by), events))


def but_for_the_diary(goal: GoalState | None) -> GoalState | None:
    """What else the page of a goal tells; not its motivation, and nothing of which event was the last."""
    alike = {"progress": (), "version": 0, "position": 0, "updated_at": NOON, "raise_at_next_session": False}
    return goal and goal.model_copy(update=alike)


class GoalAtContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("audit_trail")

    @pytest.mark.parametrize("by", ["recorded", "happened"])
    def test_it_stood_as_all_of_its_events_say(self, engine: Engine, projection: AnyProjection, by: Axis) -> None:
        take(started(engine, projection), [as_message(each) for each in EVENTS])
        moments = {each.recorded_at if by == "recorded" else each.event.time for each in EVENTS}
        moments |= {moment - timedelta(microseconds=1) for moment in moments}

        with reading(engine) as connection:
            for moment in sorted(moments):
                plan, goal, versions = goal_at(connection, WALK, moment, by)
                record = whole(EVENTS, moment, by)
                stood = record.goal(WALK.goal)
                assert PatientRecord(plan, ()).day(moment) == record.day(moment)
                assert but_for_the_diary(goal) == but_for_the_diary(stood)
                if goal is not None and stood is not None:
                    assert levels_over_time(goal) == levels_over_time(stood)
                    assert goal.latest_level == stood.latest_level
                counted = up_to(Moment(instant=moment, by=by), EVENTS)
                assert versions == versions_of(each for each in counted if each.goal_id == WALK)

    def test_there_is_nothing_of_a_goal_that_nobody_knows(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, projection), [as_message(each) for each in EVENTS])
        unknown = GoalId("northside", "pt-2", "walk")

        with reading(engine) as connection:
            assert goal_at(connection, unknown, NOON + DAY, "recorded") == (None, None, [])
