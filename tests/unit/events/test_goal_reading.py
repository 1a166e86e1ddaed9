"""How a goal and a plan read."""

from datetime import date, timedelta

from pydantic_core import from_json, to_json

from events.goal import GoalState
from events.goal import types as g
from events.goal.reading import PARTS, read_goal
from events.plan import fold_plans
from events.plan import types as p
from events.plan.reading import read_plan
from tests.builders import GOAL, NOON, PLAN, TODAY, active_goal, entry, event, gas, proposed, recorded, smart
from tests.unit.events.goals import goal, plan


def test_every_field_of_the_state_is_there_under_its_name() -> None:
    read = read_goal(goal(proposed()), None)
    assert set(GoalState.model_fields) - {"progress"} <= set(read)
    assert (read["org"], read["patient"], read["goal"]) == GOAL
    assert (read["status"], read["version"], read["position"]) == ("proposed", 1, 1)
    assert read["statement"] == "I want to wake up without dread"


def test_what_grows_with_the_diary_is_there_where_it_is_asked_for() -> None:
    state = goal(proposed(), entry("e1"))
    read = read_goal(state, None)
    assert not {*PARTS} & set(read)
    for part in PARTS:
        asked = read_goal(state, None, include=[part])
        assert {name: asked[name] for name in asked if name != part} == read
        assert len(asked[part]) == 1


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
    read = read_plan(state, at=NOON)
    assert (read["clinician"], read["review_every_days"], read["status"]) == ("c1", 7, "open")
    assert from_json(to_json(read)) == read


def test_it_says_why_each_missing_part_is_wanted_and_which_letters_of_smart_are_unsaid() -> None:
    begun = read_goal(goal(proposed(smart=smart(for_weeks=None, relevant="For my son"))), plan())
    assert (begun["missing"], begun["unsaid"]) == (["smart.due"], ["smart.specific", "smart.achievable"])
    assert list(begun["missing_reasons"]) == ["smart.due", "smart.specific", "smart.achievable"]
    assert "no day on which to look back" in begun["missing_reasons"]["smart.due"]

    own_words = read_goal(goal(proposed()), plan())
    assert list(own_words["missing_reasons"]) == own_words["missing"]
    assert own_words["unsaid"] == []


def test_it_says_what_waits_for_whom_and_what_deserves_a_second_look() -> None:
    read = read_goal(goal(proposed(relevance=2)), plan())
    assert read["waiting"] == [
        {"role": "clinician", "for": "agreement", "since": "2026-03-02T12:00:00Z", "request": None}
    ]
    assert {
        "code": "hollow",
        "sentence": "The patient rates how much it matters to them 2 of 10.",
        "audience": "staff",
    } in read["flags"]


def test_it_holds_what_a_picture_of_the_goal_and_its_level_needs() -> None:
    """The levels in words, where it began, the latest, and every level with its day (S49)."""
    entries = [entry(f"e{days}", TODAY + timedelta(days=days), level=level) for days, level in ((0, -1), (7, 1))]
    read = read_goal(goal(proposed(gas=gas(baseline=-2)), *entries), plan(), include=PARTS)
    assert read["gas"]["levels"]["0"] == "Goes out three times"
    assert (read["gas"]["baseline"], read["latest_level"]) == (-2, 1)
    assert [(each["on"], each["level"]) for each in read["progress"]] == [("2026-03-02", -1), ("2026-03-09", 1)]


def test_it_tells_the_wins_of_each_week() -> None:
    read = read_goal(goal(proposed(), entry("e1"), entry("e2", TODAY + timedelta(days=1))), plan(), include=PARTS)
    assert read["weekly_wins"] == [{"week": "2026-03-02", "done": 2, "milestones": [], "level": None, "measured": None}]


def test_eighteen_months_of_work_read_as_a_whole() -> None:
    """Every entry and every review is there, and none stands for another (S57)."""
    weeks = [TODAY + timedelta(weeks=week) for week in range(80)]
    reviews = [g.Reviewed(on=on, participants=("patient", "clinician"), decision="keep") for on in weeks[::2]]
    read = read_goal(goal(proposed(), *(entry(f"e{on}", on) for on in weeks), *reviews), plan(), include=PARTS)
    assert [each["on"] for each in read["progress"]] == [on.isoformat() for on in weeks]
    assert [each["on"] for each in read["reviews"]] == [on.isoformat() for on in weeks[::2]]
    assert len(read["weekly_wins"]) == 80
