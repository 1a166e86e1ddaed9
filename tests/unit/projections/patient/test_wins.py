"""What counts as a win, and of which goals."""

from events.goal import types as g
from projections.goal_state.patient.session import read_wins
from projections.goal_state.patient.wins import latest_wins, leading_to
from tests.builders import event, gas
from tests.unit.projections.patient.records import day, diary, done, goal_id, put_forward, record


def notes(*given: object, **days: dict[str, object]) -> list[str | None]:
    """The notes of the wins of one goal with a scale that began at -1, the newest first."""
    goals = record(put_forward("walk", gas=gas(baseline=-1)), *diary("walk", **days)).goals
    return [win.note for win in latest_wins(goals, 10)]


def test_a_note_of_a_day_that_was_told_as_done_is_a_win() -> None:
    assert notes(
        d0={"done": True, "note": "Walked to the lock."},
        d1={"done": False, "note": "Stayed in."},
        d2={"note": "Rain."},
        d3={"done": True},
        d4={"done": True, "note": "Again."},
    ) == ["Again.", "Walked to the lock."]


def test_a_note_that_came_with_a_step_up_is_a_win_and_one_with_the_same_step_is_none() -> None:
    assert notes(
        d0={"level": -1, "note": "As before."},
        d1={"level": 0, "note": "Out three times."},
        d2={"level": 0, "note": "Once more."},
        d3={"level": -1, "note": "Less."},
        d4={"level": 1, "note": "Every day!"},
    ) == ["Every day!", "Out three times."]


def test_a_note_that_tells_of_a_setback_is_never_a_win() -> None:
    assert notes(d0={"done": True, "setback": True, "note": "I drank, and went home."}) == []


def test_a_milestone_stands_beside_the_note_of_its_day_and_by_itself_without_one() -> None:
    goals = record(
        put_forward("walk"),
        *(event(goal_id("walk"), g.MilestoneSet(milestone=name, text=f"Week {name}", due=day(9))) for name in "ab"),
        *diary("walk", d2={"mood": 5, "note": "Seven. I counted twice."}),
        event(goal_id("walk"), g.MilestoneMet(milestone="a", on=day(2))),
        event(goal_id("walk"), g.MilestoneMet(milestone="b", on=day(4))),
    ).goals

    assert [(win.on, win.milestones, win.note) for win in latest_wins(goals)] == [
        (day(4), ("Week b",), None),
        (day(2), ("Week a",), "Seven. I counted twice."),
    ]


def test_who_wrote_a_note_for_the_patient_is_told_apart() -> None:
    said = g.ProgressLogged(entry="e", on=day(0), done=True, note="Was there.")
    goals = record(put_forward("walk"), event(goal_id("walk"), said, role="clinician", actor="c1")).goals

    assert [win.by_patient for win in latest_wins(goals)] == [False]


def test_the_newest_three_of_a_goal_and_of_those_that_lead_to_it() -> None:
    there = record(
        put_forward("home", horizon="long_term"),
        put_forward("call", supports="home"),
        put_forward("dial", supports="call"),
        put_forward("walk"),
        *diary("home", d0={"done": True, "note": "home 0"}, d4={"done": True, "note": "home 4"}),
        *diary("call", d1={"done": True, "note": "call 1"}),
        *diary("dial", d2={"done": True, "note": "dial 2"}),
        *diary("walk", d3={"done": True, "note": "walk 3"}),
        done("dial"),
    )
    home = there.goal("home")
    assert home is not None

    assert [goal.goal for goal in leading_to(home, there.valid_goals)] == ["home", "call", "dial"]
    assert [win["note"] for win in read_wins(there, home, 3)] == ["home 4", "dial 2", "call 1"]
    assert [win["note"] for win in read_wins(there, None, 2)] == ["home 4", "walk 3"]
