"""How a goal and a plan read."""

from datetime import date, timedelta

from pydantic_core import from_json, to_json

from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.goal.reading import read_goal
from events.plan import PlanState, fold_plans
from events.plan import types as p
from events.plan.reading import read_plan
from tests.builders import GOAL, PLAN, TODAY, active_goal, entry, event, gas, opened, proposed, recorded, smart


def goal(*events: g.GoalPayload) -> GoalState:
    state = fold_goals(recorded(event(GOAL, each) for each in events))
    assert state is not None
    return state


def plan(**fields: object) -> PlanState:
    state = fold_plans(recorded([event(PLAN, opened(**fields), role="clinician")]))
    assert state is not None
    return state


def test_every_field_of_the_state_is_there_under_its_name() -> None:
    read = read_goal(goal(proposed()), None)
    assert set(GoalState.model_fields) <= set(read)
    assert (read["org"], read["patient"], read["goal"]) == GOAL
    assert (read["status"], read["version"], read["position"]) == ("proposed", 1, 1)
    assert read["statement"] == "I want to wake up without dread"


def test_it_is_ready_for_json() -> None:
    read = read_goal(goal(proposed(smart=smart(), gas=gas(), life_area="coping"), entry("e1")), plan())
    assert from_json(to_json(read)) == read


def test_it_names_whose_agreement_is_outstanding_and_what_is_missing() -> None:
    read = read_goal(goal(proposed(smart=smart(for_weeks=None))), None)
    assert read["awaiting_agreement"] == ["clinician"]
    assert read["missing"] == ["smart.due"]


def test_simplified_language_asks_for_less() -> None:
    three = {"-1": "Less", "0": "As hoped", "1": "More"}
    state = goal(proposed(gas=gas(levels=three)))
    assert read_goal(state, plan())["missing"] == ["gas.levels.-2", "gas.levels.2"]
    assert read_goal(state, plan(accommodations=("simplified_language",)))["missing"] == []


def test_it_tells_level_last_review_last_setback_and_the_next_review() -> None:
    read = read_goal(
        goal(
            proposed(gas=gas()),
            entry("e1", on=TODAY - timedelta(days=2), setback=True),
            g.Reviewed(on=TODAY, participants=("patient",), decision="keep", level=1),
            g.ReviewScheduled(due_on=date(2026, 3, 16), cause="routine"),
        ),
        None,
    )
    assert (read["latest_level"], read["last_review_on"], read["last_setback_on"]) == (1, "2026-03-02", "2026-02-28")
    assert (read["next_review"]["due_on"], read["next_review"]["cause"]) == ("2026-03-16", "routine")


def test_a_revision_reads_as_a_change_with_its_reason_and_nothing_else() -> None:
    revised = g.Revised(changes=g.Changes(wording="Up at eight"), reason="too_hard", note="mornings are rough")
    read = read_goal(goal(proposed(), revised), None)
    assert read["statement"] == "I want to wake up without dread"
    assert read["wording"] == "Up at eight"
    assert read["revisions"][0]["reason"] == "too_hard"
    assert read["revisions"][0]["fields"] == ["wording"]
    assert "fail" not in to_json(read).decode()


def test_a_plan_reads_as_its_state() -> None:
    state = fold_plans(
        recorded([*active_goal()[:1], event(PLAN, p.Amended(review_every_days=7, reason="asked for it"))])
    )
    assert state is not None
    read = read_plan(state)
    assert (read["clinician"], read["review_every_days"], read["status"]) == ("c1", 7, "open")
    assert from_json(to_json(read)) == read
