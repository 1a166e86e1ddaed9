"""One specification for each flag of `events.goal.flags`, under its name: when it is raised, and when it is not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic_core import from_json

from events.event import Event
from events.flag import readable_by
from events.goal import GoalPayload, GoalState
from events.goal import types as g
from events.goal.facts_of_goals import diary_facts, goal_facts
from events.goal.flags import FLAGS, FLAGS_OF_THE_CLOSED, STANDING_FLAGS, Around, flags
from events.goal.goals_of_patient import goals_of_patient
from events.goal.reading import read_goal
from events.goal.types import Override
from events.plan import PlanState
from events.plan import types as p
from events.plan.facts import plan_facts
from events.vocabulary import ActorRole, External, Priority, Smart
from tests.builders import GOAL, NOON, TODAY, active_goal, entry, event, opened, proposed, smart
from tests.unit.events.goals import by, called, goal, plan

ANSWERED = g.ChangeAnswered(answer="declined", text="It stands")
REVISED = g.Revised(changes=g.Changes(wording="Walk"), reason="clinical")
BEGUN: list[Event] = [each for each in active_goal() if not each.goal_id.is_plan]


Surroundings = Callable[[GoalState], Around]


def around(
    beside: PlanState | None = None,
    today: date | None = None,
    others: Sequence[GoalState] | None = None,
    copies: int = 0,
) -> Surroundings:
    """What a goal is seen beside: the patient's plan and other goals."""

    def of(state: GoalState) -> Around:
        goals = None if others is None else goals_of_patient(map(goal_facts, (state, *others)))
        return Around(plan_facts(beside) if beside else None, today, goals, copies, diary_facts(state))

    return of


def raised(state: GoalState, beside: Surroundings | None = None) -> dict[str, str]:
    """The flags of a goal: code → sentence."""
    return {flag.code: flag.sentence for flag in flags(goal_facts(state), (beside or around())(state))}


def other(token: str, *said: GoalPayload | Event, **fields: object) -> GoalState:
    """Another goal of the same patient."""
    return goal(proposed(**fields), *said, on=called(token))


def at_work(token: str) -> GoalState:
    activated = [each for each in active_goal(called(token)) if not each.goal_id.is_plan]
    return goal(*activated, on=called(token))


def imported(**fields: object) -> GoalState:
    external = (External(system="ehr", value="1"),)
    return goal(by("system", g.Imported.model_validate({"statement": "Walk", "external": external, **fields})))


def test_self_set() -> None:
    assert "no clinician has agreed" in raised(goal(proposed()))["self_set"]
    assert "self_set" not in raised(goal(proposed(), by("clinician", g.Agreed())))
    assert "self_set" not in raised(goal(by("clinician", proposed())))


def test_self_set_is_said_anew_when_the_patient_revises_what_both_agreed_to() -> None:
    assert "self_set" in raised(goal(*BEGUN, REVISED))


def test_clinician_only() -> None:
    assert "the patient has not agreed" in raised(goal(by("supervisor", proposed())))["clinician_only"]
    assert "clinician_only" not in raised(goal(by("clinician", proposed()), g.Agreed()))
    assert "clinician_only" in raised(goal(*BEGUN, by("clinician", REVISED))), "revised for clinical reasons"


@pytest.mark.parametrize("reason", ["setback", "too_hard", "life_event", "motivation", "patient_request"])
def test_clinician_only_is_not_raised_by_a_clinicians_kindness(reason: str) -> None:
    easier = g.Revised.model_validate({"changes": {"smart": smart(for_weeks=2)}, "reason": reason})

    revised = goal(*BEGUN, by("clinician", easier))

    assert revised.agreed_by == ("clinician",)
    assert "clinician_only" not in raised(revised)
    assert "clinician_only" in raised(goal(by("clinician", proposed()), by("clinician", easier)))
    contested = goal(proposed(), g.Contested(reason="Not mine"), by("clinician", ANSWERED), by("clinician", g.Agreed()))
    assert "clinician_only" in raised(contested), "the patient took their word back"


def test_one_person_agreed() -> None:
    def agreed_by(one: str, other: str) -> GoalState:
        return goal(
            event(GOAL, proposed(), actor=one, role="patient"), event(GOAL, g.Agreed(), actor=other, role="clinician")
        )

    both = raised(agreed_by("c1", "c1"), around(plan(clinician="c1")))
    assert both["one_person_agreed"].startswith("Both agreements came from one person")
    assert "one_person_agreed" in raised(agreed_by("c1", "c1")), "whoever the plan's clinician is"
    by_clinician = raised(agreed_by("c1", "s1"), around(plan(clinician="c1")))
    assert by_clinician["one_person_agreed"].startswith("The patient's agreement came from the plan's clinician")
    assert "one_person_agreed" not in raised(agreed_by("p1", "c1"), around(plan(clinician="c1")))


def test_agreement_entered() -> None:
    mine = event(GOAL, proposed(), actor="p1")

    assert raised(goal(mine.submitted("c1", "clinician")))["agreement_entered"] == (
        "The patient's agreement was entered by c1, and not by the patient."
    )
    assert "agreement_entered" in raised(
        goal(by("clinician", proposed()), replace(mine, entered_by="desk", data=g.Agreed()))
    )
    for own in (
        mine,
        mine.submitted("sub|p1", "patient"),
        mine.submitted("app", "system"),
        replace(mine, entered_by="p1"),
    ):
        assert "agreement_entered" not in raised(goal(own))
    theirs = event(GOAL, proposed(), actor="c1", role="clinician").submitted("s1", "supervisor")
    assert "agreement_entered" not in raised(goal(theirs)), "a clinician's agreement is not the patient's"


def test_agreement_entered_is_no_more_once_the_patient_agrees_to_a_revision() -> None:
    entered = event(GOAL, proposed(), actor="p1").submitted("c1", "clinician")

    assert "agreement_entered" not in raised(
        goal(entered, by("clinician", REVISED), event(GOAL, g.Agreed(), actor="p1"))
    )


def test_relevance_unrated() -> None:
    assert "relevance_unrated" in raised(goal(proposed()))
    assert "relevance_unrated" not in raised(goal(proposed(relevance=0)))


def test_long_interval() -> None:
    def next_in(days: int) -> GoalState:
        due = g.ReviewScheduled(due_on=TODAY + timedelta(days=days), cause="moved")
        return goal(*BEGUN, by("clinician", due))

    every_14 = around(plan())
    assert raised(next_in(220), every_14)["long_interval"] == (
        "The next review is 220 days after 2026-03-02; the plan asks for one every 14 days."
    )
    assert "long_interval" not in raised(next_in(28), every_14) | raised(next_in(220))
    assert "long_interval" not in raised(next_in(220), around(plan(review_every_days=110)))


def test_what_is_for_staff_stays_out_of_the_patients_reading() -> None:
    state = goal(proposed(relevance=1, smart=smart(for_weeks=9)))

    found = flags(goal_facts(state), around(plan())(state))

    assert {flag.code for flag in found if flag.audience == "staff"} >= {"hollow", "self_set", "no_clinical_target"}
    assert [flag.code for flag in readable_by("patient", found)] == ["long_horizon", "orphan"]


def test_hollow() -> None:
    assert raised(goal(proposed(relevance=4)))["hollow"] == "The patient rates how much it matters to them 4 of 10."
    assert not {"hollow"} & {*raised(goal(proposed(relevance=5))), *raised(goal(proposed()))}


def test_no_clinical_target() -> None:
    assert "no_clinical_target" in raised(goal(proposed()))
    assert "no_clinical_target" not in raised(goal(proposed(clinical_target="F10.2")))


def test_no_interventions() -> None:
    assert "no_interventions" in raised(goal(proposed()))
    assert "no_interventions" not in raised(goal(proposed(interventions=("CBT",))))


@pytest.mark.parametrize(
    ("definition", "too_long"),
    [
        ({"for_weeks": 4}, False),
        ({"for_weeks": 5}, True),
        ({"due": TODAY + timedelta(days=28)}, False),
        ({"due": TODAY + timedelta(days=29)}, True),
        ({}, False),
    ],
    ids=["four weeks", "five weeks", "day 28", "day 29", "no end"],
)
def test_long_horizon(definition: dict[str, object], too_long: bool) -> None:
    state = goal(proposed(smart=Smart.model_validate(definition)))

    assert ("long_horizon" in raised(state, around(plan()))) == too_long


def test_long_horizon_is_nothing_to_mention_after_the_first_month() -> None:
    far = proposed(smart=smart(for_weeks=12))

    assert "long_horizon" in raised(goal(by("patient", far, NOON + timedelta(days=29))), around(plan()))
    assert "long_horizon" not in raised(goal(by("patient", far, NOON + timedelta(days=30))), around(plan()))
    assert "long_horizon" not in raised(goal(far)), "it is not known when treatment began"
    for days, said in ((29, True), (30, False), (200, False)):
        looking = around(plan(), today=TODAY + timedelta(days=days))
        assert ("long_horizon" in raised(goal(far), looking)) == said


def test_radical_change() -> None:
    unsure = proposed(smart=Smart.model_validate({"achievable": {"confidence": 4}}))
    assert "confidence is 4 of 10" in raised(goal(unsure))["radical_change"]

    twice = g.Revised(changes=g.Changes(smart=smart(measure=measure(6))), reason="too_easy")
    more = g.Revised(changes=g.Changes(smart=smart(measure=measure(5))), reason="too_easy")
    assert "at least doubled" in raised(goal(proposed(smart=smart()), twice))["radical_change"]
    assert "radical_change" not in raised(goal(proposed(smart=smart()), more))
    assert "radical_change" not in raised(goal(proposed(smart=smart()), twice, more)), "it was taken back"


def test_no_priority() -> None:
    family = Priority(id="family", text="See my daughter", rank=1)
    ranked = plan(p.PrioritiesRanked(priorities=(family,)))

    assert "none of the patient's priorities" in raised(goal(proposed()))["no_priority"]
    assert "no_priority" not in raised(goal(proposed(priority="family")), around(ranked))
    assert "no longer in the plan" in raised(goal(proposed(priority="work")), around(ranked))["no_priority"]
    assert "no_priority" not in raised(goal(proposed(priority="work")))
    home = other("home", horizon="long_term", priority="family")
    assert "no_priority" not in raised(goal(proposed(supports="home")), around(ranked, others=[home]))
    assert "no_priority" in raised(goal(proposed(supports="elsewhere")), around(ranked, others=[home]))


def test_orphan() -> None:
    step, home = goal(proposed(supports="home")), other("home", horizon="long_term")

    assert "orphan" in raised(goal(proposed()))
    assert "orphan" not in raised(goal(proposed(horizon="long_term")))
    assert "orphan" not in raised(step) | raised(step, around(others=[home]))
    for gone in ([], [other("home")], [other("home", g.EnteredInError(reason="Wrong"), horizon="long_term")]):
        assert "is not there" in raised(step, around(others=gone))["orphan"]


def test_outcome_first() -> None:
    sober = goal(proposed(kind="outcome"))

    assert "start with one of those" in raised(sober, around(others=[other("a", kind="outcome")]))["outcome_first"]
    assert "outcome_first" not in raised(sober, around(others=[other("a", kind="process")]))
    assert "outcome_first" not in raised(goal(proposed()), around(others=[]))
    assert "outcome_first" not in raised(sober), "the other goals are not known"


def test_copied_text() -> None:
    assert raised(goal(proposed()), around(copies=1))["copied_text"].startswith("1 other patient has")
    assert raised(goal(proposed()), around(copies=2))["copied_text"].startswith("2 other patients have")
    assert raised(goal(proposed()), around(copies=20))["copied_text"].startswith("20 other patients have")
    assert raised(goal(proposed()), around(copies=21))["copied_text"].startswith("More than 20 other patients have")
    assert "copied_text" not in raised(goal(proposed()))


@pytest.mark.parametrize(("days", "silent"), [(6, False), (7, True), (30, True)])
def test_no_entry(days: int, silent: bool) -> None:
    looking = around(today=TODAY + timedelta(days=days))

    assert ("no_entry" in raised(goal(*BEGUN), looking)) == silent
    assert ("no_entry" in raised(goal(*BEGUN, entry("e1", date(2026, 2, 1)), entry("e2")), looking)) == silent
    later = entry("e3", TODAY + timedelta(days=1))
    assert "no_entry" not in raised(goal(*BEGUN, later), around(today=TODAY + timedelta(days=7)))


def test_no_entry_calls_what_is_unknown_unknown() -> None:
    sentence = raised(goal(*BEGUN, entry("e1")), around(today=TODAY + timedelta(days=9)))["no_entry"]

    assert sentence == "Nothing was entered in the 9 days since the entry of 2026-03-02; how it went is unknown."


def test_no_entry_is_about_goals_that_are_being_worked_on() -> None:
    month = around(today=TODAY + timedelta(days=30))

    assert "no_entry" not in raised(goal(*BEGUN, g.Held(reason="Hospital")), month) | raised(goal(proposed()), month)
    assert "no_entry" not in raised(goal(*BEGUN)), "the day of looking is not known"


def test_override_used() -> None:
    beyond = goal(*BEGUN[:-1], by("clinician", g.Activated(override=Override(reason="The hearing cannot wait"))))

    assert raised(beyond)["override_used"].endswith("The hearing cannot wait")
    assert "override_used" not in raised(goal(*BEGUN))


def test_limit_exceeded() -> None:
    one = plan(active_goal_limit=1)
    elsewhere, here = imported(status="active"), at_work("other")

    assert raised(elsewhere, around(one, others=[here]))["limit_exceeded"] == "2 goals are active; the plan allows 1."
    assert "limit_exceeded" not in raised(here, around(one, others=[elsewhere])), "it was there first"
    assert "limit_exceeded" not in raised(elsewhere, around(plan(active_goal_limit=2), others=[here]))
    assert "limit_exceeded" not in raised(elsewhere, around(one))


def test_limit_exceeded_is_said_of_all_when_the_plan_was_opened_again_with_less_room() -> None:
    again = plan(p.Closed(reason="Moved"), opened(active_goal_limit=1))

    assert "limit_exceeded" in raised(at_work("a"), around(again, others=[at_work("b")]))


def test_closed_without_patient() -> None:
    setback = entry("e1", setback=True)
    alone, together = (
        g.Reviewed.model_validate({"on": TODAY, "participants": participants, "decision": "retire"})
        for participants in (("clinician",), ("clinician", "patient"))
    )

    over = raised(goal(*BEGUN, setback, by("clinician", alone)))
    assert over["closed_without_patient"].startswith(f"It was closed as retired after the setback of {TODAY}")
    assert raised(goal(*BEGUN, setback, by("clinician", together))) == {}
    assert raised(goal(*BEGUN, by("clinician", alone))) == {}


def test_every_flag_has_a_specification_of_its_name() -> None:
    assert {
        code for code in (*STANDING_FLAGS, *FLAGS, *FLAGS_OF_THE_CLOSED) if f"test_{code}" not in globals()
    } == set()


@pytest.mark.parametrize(
    "over", [g.Closed(outcome="achieved", reason="Done"), g.EnteredInError(reason="Wrong")], ids=lambda e: e.type_name
)
def test_a_goal_that_is_over_has_no_flags(over: GoalPayload) -> None:
    assert raised(goal(proposed(relevance=1), over), around(plan(), TODAY, [], 3)) == {}


def test_flags_are_told_with_the_goal_for_the_clinics_day_of_looking() -> None:
    """An instant that is the seventh day in Auckland already, and the sixth in UTC still."""
    looking = NOON + timedelta(days=6)

    codes = [
        {flag["code"] for flag in read_goal(goal(*BEGUN), plan(time_zone=zone), at=looking)["flags"]}
        for zone in ("UTC", "Pacific/Auckland")
    ]

    assert codes[1] - codes[0] == {"no_entry"}


@pytest.mark.parametrize("role", ["patient", "clinician", "family"])
def test_a_flag_never_speaks_of_failure(role: ActorRole) -> None:
    """Whoever reads it may be the patient."""
    state = goal(by(role, proposed(relevance=1, kind="outcome", smart=smart(for_weeks=9))))
    said = raised(state, around(plan(), TODAY, [], 2))

    assert len(said) >= 6
    assert not [sentence for sentence in said.values() if "fail" in sentence.lower() or not sentence.endswith(".")]


def measure(target: int) -> object:
    return from_json(f'{{"what": "groups attended", "target": {target}, "per": "week", "direction": "at_least"}}')
