"""A goal as people read it, and its history as it is told."""

from dataclasses import replace
from datetime import date

import pytest

from events.event import Event
from events.goal import fold_goals
from events.goal import types as g
from events.goal.reading import read_goal
from events.plan import types as p
from events.vocabulary import ActorRole, Measure, Priority, Smart, TargetRange, TreatmentReason
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import fold_patient
from services.cli.goal_printer import print_goal
from services.cli.history_printer import print_history
from services.cli.printing import Json
from tests.builders import GOAL, NOON, PLAN, event, gas, opened, proposed, recorded, smart


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def by_clinician(data: g.GoalPayload) -> Event:
    return event(GOAL, data, actor="c1", role="clinician")


def goal(*events: Event) -> Json:
    state = fold_goals(recorded(events))
    assert state is not None
    return read_goal(state, None)


def shown(capsys: pytest.CaptureFixture[str], read: Json) -> str:
    print_goal(read)
    return capsys.readouterr().out


def test_a_draft_is_shown_with_what_it_awaits_and_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    card = shown(capsys, goal(event(GOAL, proposed(statement="I want to wake up without dread"))))
    assert "In own words   “I want to wake up without dread”" in card
    assert "Status         proposed" in card
    assert "Agreement      awaited from clinician" in card
    assert "Still missing  smart.measure" in card


@pytest.mark.parametrize(("role", "label"), [("system", "As brought in"), ("clinician", "As first put")])
def test_words_that_are_not_the_patients_are_not_said_to_be(
    capsys: pytest.CaptureFixture[str], role: ActorRole, label: str
) -> None:
    card = shown(capsys, goal(event(GOAL, proposed(statement="Walk more"), actor="x1", role=role)))
    assert f"{label:<15}“Walk more”" in card
    assert "In own words" not in card


def test_a_goal_is_shown_with_its_measure_revision_and_review(capsys: pytest.CaptureFixture[str]) -> None:
    review = g.Reviewed(
        on=date(2026, 3, 2), participants=("patient",), decision="adjust_scale", note="Three is enough."
    )
    changed = g.Revised(changes=g.Changes(wording="Wake up calm"), reason="too_hard", note="Smaller.")
    card = shown(
        capsys,
        goal(
            event(GOAL, proposed(smart=smart())),
            by_clinician(g.Agreed()),
            by_clinician(g.Activated()),
            by_clinician(g.ReviewScheduled(due_on=date(2026, 3, 16), cause="initial")),
            event(GOAL, g.ProgressLogged(entry="e", on=date(2026, 3, 2), done=True)),
            by_clinician(review),
            event(GOAL, changed),
        ),
    )
    assert "Put now as     Wake up calm" in card
    assert "Measure        groups attended: at least 3 a week" in card
    assert "Time           for 4 weeks" in card
    assert "Next review    2026-03-16 (initial)" in card
    assert "Review 03-02   adjust scale: Three is enough." in card
    assert "Last entry     for 2026-03-02" in card
    assert "Revised 03-02  wording changed (too hard): Smaller." in card


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (
            Measure(what="put aside", unit="euro", target=TargetRange(low=30, high=60), per="week"),
            "put aside: 30 to 60 euro a week",
        ),
        (Measure(what="put aside", target=TargetRange(high=60)), "put aside: … to 60"),
        (Measure(what="open day visited", target=True), "open day visited"),
        (Measure(what="drinks", target=2, per="day", direction="at_most"), "drinks: at most 2 a day"),
    ],
    ids=["range", "open range", "simply done", "at most"],
)
def test_measures_read_as_one_would_say_them(capsys: pytest.CaptureFixture[str], measure: Measure, said: str) -> None:
    card = shown(capsys, goal(event(GOAL, proposed(smart=Smart(measure=measure)))))
    assert f"Measure        {said}\n" in card


def test_a_scale_is_shown_from_the_top_with_where_the_goal_is(capsys: pytest.CaptureFixture[str]) -> None:
    card = shown(
        capsys,
        goal(
            event(GOAL, proposed(gas=gas())),
            by_clinician(g.Agreed()),
            by_clinician(g.Activated()),
            event(GOAL, g.ProgressLogged(entry="e", on=date(2026, 3, 2), level=1)),
        ),
    )
    levels = [line for line in card.splitlines() if line.startswith("Level")]
    assert levels[0] == "Level +2       Goes out daily and meets a friend"
    assert levels[1] == "Level +1       Goes out daily ← now"
    assert levels[2].startswith("Level 0 ")


def test_a_plan_is_shown_with_reasons_and_priorities(capsys: pytest.CaptureFixture[str]) -> None:
    reason = TreatmentReason(text="For me.", whose="own")
    ranked = p.PrioritiesRanked(priorities=(Priority(id="a", text="My kids", rank=1),))
    its = fold_patient(
        recorded(
            [
                event(PLAN, opened(reasons=(reason,), accommodations=("visual_tools", "short_reviews"))),
                event(GOAL, proposed()),
                event(PLAN, ranked),
                event(PLAN, p.Measured(instrument="phq9", score=9, on=date(2026, 3, 2))),
            ]
        )
    )
    assert its.plan is not None
    card = shown(capsys, read_plan_with_goals(its.plan, its, at=NOON))
    assert "Reason         “For me.” (own)" in card
    assert "Priority 1     My kids" in card
    assert "Accommodation  visual tools, short reviews" in card
    assert "Reviews        every 7 days, as it asks for short reviews, not every 14 (UTC)" in card
    assert "Goal           walk (proposed, short term): I want to wake up without dread" in card
    assert "To consider    1 priority was ranked; three to five are usual." in card
    assert "Measured       phq9 9 on 2026-03-02" in card


def test_lines_of_a_person_s_own_words_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    card = shown(capsys, goal(event(GOAL, proposed(statement="One.\nTwo."))))
    assert "“One.\n               Two.”\n" in card


def test_a_chronicle_says_who_when_what_and_how_the_goal_stood(capsys: pytest.CaptureFixture[str]) -> None:
    print_history(
        GOAL,
        recorded(
            [
                event(GOAL, proposed(smart=smart())),
                by_clinician(g.Agreed(note="Good.")),
                event(GOAL, g.Revised(changes=g.Changes(due=date(2026, 5, 1)), reason="life_event")),
            ]
        ),
        "America/Denver",
    )
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "   1  2026-03-02 12:00 (UTC)  proposed by patient p1  → proposed"
    assert "      statement: I want to wake up without dread" in told
    assert "   2  2026-03-02 12:00 (UTC)  agreed by clinician c1  → agreed" in told
    assert "      note: Good. · recorded 2026-03-02 05:00 (UTC-07:00)" in told
    assert "   3  2026-03-02 12:00 (UTC)  revised by patient p1  → proposed" in told
    revised = " ".join(
        line.strip() for line in told[told.index("   3  2026-03-02 12:00 (UTC)  revised by patient p1  → proposed") :]
    )
    assert "reason: life_event" in revised
    assert "smart.due: – → 2026-05-01" in revised
    assert "smart.for weeks: 4 → –" in revised


def test_a_chronicle_says_who_entered_what_somebody_else_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = event(GOAL, proposed())
    both = [said.submitted("dana", "clinician"), replace(said, entered_by="desk2"), said.submitted("p1", "patient")]
    print_history(GOAL, recorded(both), None)
    told = [line for line in capsys.readouterr().out.splitlines() if "proposed by" in line]
    assert [line.partition(" by ")[2].partition("  →")[0] for line in told] == [
        "patient p1 (entered by clinician dana)",
        "patient p1 (entered by desk2)",
        "patient p1",
    ]


def test_a_goal_of_which_something_is_in_quarantine_is_not_shown_as_if_it_were_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    state = fold_goals(recorded([event(GOAL, proposed())]))
    assert state is not None
    read = read_goal(state, None, quarantined={"version": 1, "position": 9, "reason": "KeyError in fold.py"})
    card = " ".join(shown(capsys, read).split())
    assert "Not up to date version 1 is shown: the event at position 9 is in quarantine (KeyError in fold.py)" in card
