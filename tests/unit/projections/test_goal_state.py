"""goal_state: given events, then rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from events.event import Event
from events.goal import GoalState
from events.goal import types as g
from events.plan import PlanState
from events.plan import types as p
from projections.engine.sequence import OutOfSequence
from projections.goal_state.projector import project
from tests.builders import GOAL, PLAN, active_goal, entry, event, opened, proposed, recorded


def rows(given: Sequence[Event], table: str = "goals") -> Sequence[Any]:
    projected = project(None, recorded(each for each in given if each.goal_id.is_plan == (table == "plans")))
    assert not projected.deletes
    return projected.upserts.get(table, ())


def test_a_goal_is_one_row_however_much_has_happened() -> None:
    (row,) = rows([*active_goal(), event(GOAL, entry("e1")), event(GOAL, entry("e2"))])
    assert (row["org"], row["patient"], row["goal"]) == GOAL
    assert (row["status"], row["version"]) == ("active", 5)


def test_the_row_holds_the_state_that_the_fold_gives() -> None:
    events = recorded(each for each in active_goal() if not each.goal_id.is_plan)
    projected = project(None, events)
    (row,) = projected.upserts["goals"]
    assert projected.after is not None
    assert GoalState.model_validate_json(str(row["state"])) == projected.after.state


def test_going_on_from_the_state_comes_to_the_same_row_as_all_at_once() -> None:
    given = [*active_goal(), event(GOAL, entry("e1", motivation=9)), event(GOAL, entry("e2", motivation=4))]
    events = recorded(each for each in given if not each.goal_id.is_plan)
    first = project(None, events[:3])
    assert first.after is not None
    assert project(first.after.state, events[3:]).upserts == project(None, events).upserts


def test_whose_agreement_is_outstanding_can_be_filtered_by() -> None:
    (row,) = rows([event(GOAL, proposed())])
    assert row["awaiting"] == "clinician"


def test_the_next_review_is_a_column_and_empty_once_the_goal_is_over() -> None:
    scheduled = event(GOAL, g.ReviewScheduled(due_on=date(2026, 3, 16), cause="initial"), role="system")
    closed = event(GOAL, g.Closed(outcome="achieved", reason="three weeks in a row"), role="clinician")
    assert rows([*active_goal(), scheduled])[0]["next_review_on"] == date(2026, 3, 16)
    (row,) = rows([*active_goal(), scheduled, closed])
    assert row["next_review_on"] is None
    assert row["outcome"] == "achieved"


def test_statement_and_wording_are_searched_without_regard_to_case_and_spacing() -> None:
    revised = g.Revised(changes=g.Changes(wording="Get UP\n at   Eight"), reason="patient_request")
    (row,) = rows([event(GOAL, proposed(statement="Wake up without DREAD, straße")), event(GOAL, revised)])
    assert row["search"] == "wake up without dread, strasse get up at eight"


def test_a_plan_is_one_row_with_its_clinician_and_time_zone() -> None:
    amended = event(PLAN, p.Amended(clinician="c2", reason="moved"), role="clinician")
    (row,) = rows([event(PLAN, opened(time_zone="Europe/Vienna"), role="clinician"), amended], "plans")
    assert (row["clinician"], row["time_zone"], row["version"]) == ("c2", "Europe/Vienna", 2)
    assert PlanState.model_validate_json(row["state"]).clinician == "c2"


def test_events_of_a_goal_that_was_never_put_forward_make_no_row() -> None:
    assert rows([event(GOAL, g.Agreed())]) == ()


def test_a_missing_event_is_noticed() -> None:
    events = recorded([event(GOAL, proposed()), event(GOAL, g.Agreed(), role="clinician"), event(GOAL, entry("e1"))])
    with pytest.raises(OutOfSequence, match=r"version 3 .* where 2 is next"):
        project(None, [events[0], events[2]])


def test_an_event_that_comes_twice_is_noticed() -> None:
    events = recorded([event(GOAL, proposed()), event(GOAL, g.Agreed(), role="clinician")])
    state = project(None, events).after
    assert state is not None
    with pytest.raises(OutOfSequence):
        project(state.state, events[1:])
