"""Either side proposes, both agree; push-back must be answered; a revision reopens agreement and stops nothing."""

from datetime import timedelta

import pytest

from events.goal import types as g
from events.goal.waiting import waiting
from events.vocabulary import Actor, ActorRole, Answer, External
from tests.builders import NOON, TODAY, entry, proposed, smart
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories


@pytest.mark.parametrize(
    ("role", "agreed_by"),
    [("patient", ("patient",)), ("clinician", ("clinician",)), ("supervisor", ("clinician",)), ("family", ())],
)
def test_whoever_proposes_has_agreed(role: ActorRole, agreed_by: tuple[str, ...]) -> None:
    goal = stories.opened_plan().when(by(role, proposed())).then().goal

    assert (goal.status, goal.agreed_by) == ("proposed", agreed_by)


def test_a_goal_is_agreed_when_both_have_agreed() -> None:
    goal = stories.own_words().when(clinician(g.Agreed(note="Good plan"))).then().goal

    assert (goal.status, goal.awaiting_agreement) == ("agreed", ())


def test_one_side_agreeing_twice_does_not_speak_for_the_other() -> None:
    goal = stories.own_words().when(patient(g.Agreed())).then().goal

    assert (goal.status, goal.awaiting_agreement) == ("proposed", ("clinician",))


@pytest.mark.parametrize("role", ["family", "system"])
@pytest.mark.parametrize("data", [g.Agreed(), g.Contested(reason="No")])
def test_only_patient_and_clinician_agree_or_push_back(role: ActorRole, data: g.GoalPayload) -> None:
    stories.own_words().when(by(role, data)).then_rejected("event.invalid", field="actorrole")


@pytest.mark.parametrize("past", [stories.own_words(), stories.agreed()], ids=lambda p: p.goal.status)
@pytest.mark.parametrize("role", ["patient", "clinician"])
def test_pushing_back_before_the_work_begins_puts_the_goal_in_question_for_both(past: Past, role: ActorRole) -> None:
    goal = past.when(by(role, g.Contested(reason="This is not mine"))).then().goal

    assert (goal.status, goal.agreed_by) == ("contested", ())
    assert goal.contest is not None
    assert goal.contest.reason == "This is not mine"


HELD = stories.active().when(clinician(g.Held(reason="A pause"))).then()


@pytest.mark.parametrize("past", [stories.active(), HELD], ids=lambda p: p.goal.status)
@pytest.mark.parametrize("role", ["patient", "clinician"])
def test_pushing_back_on_a_goal_that_is_worked_on_waits_for_its_answer_beside_the_work(
    past: Past, role: ActorRole
) -> None:
    before = past.goal

    goal = past.when(by(role, g.Contested(reason="This is not mine"))).then().goal

    kept = ("status", "agreed_by", "next_review", "started_on", "status_on")
    assert [getattr(goal, name) for name in kept] == [getattr(before, name) for name in kept]
    assert goal.awaits_answer
    assert goal.contest is not None
    assert (goal.contest.reason, goal.contest.actor.role, goal.contest.answer) == ("This is not mine", role, None)


def test_work_goes_on_while_a_contest_waits_for_its_answer() -> None:
    contested = stories.active().when(patient(g.Contested(reason="Too much for me"))).then()

    logged = contested.when(patient(entry("e1", setback=True))).then_something()
    review = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep")
    reviewed = logged.when(clinician(review)).then_something()
    held = reviewed.when(clinician(g.Held(reason="A week off"))).then()
    resumed = held.when(clinician(g.Resumed(reason="Back"))).then()

    assert (resumed.goal.status, resumed.goal.awaits_answer) == ("active", True)


@pytest.mark.parametrize("answer", ["accepted", "adapted", "declined"])
def test_an_answer_leaves_the_work_and_both_agreements_as_they_are(answer: Answer) -> None:
    contested = stories.active().when(patient(g.Contested(reason="Too much for me"))).then()

    goal = contested.when(clinician(g.ChangeAnswered(answer=answer, text="We talked"))).then().goal

    assert (goal.status, goal.awaiting_agreement, goal.awaits_answer) == ("active", (), False)
    assert goal.contest is not None
    assert (goal.contest.answer, goal.contest.answer_text) == (answer, "We talked")
    assert (goal.contest.answered_by, goal.contest.answered_at) == (Actor(id="clinician-1", role="clinician"), NOON)


def test_pushing_back_again_waits_since_the_first_time() -> None:
    day = timedelta(days=1)
    once = stories.active().when(patient(g.Contested(reason="Too much"), time=NOON + day)).then()

    twice = once.when(patient(g.Contested(reason="Still too much"), time=NOON + 2 * day)).then()

    (waits,) = waiting(twice.goal)
    assert (waits["for"], waits["since"]) == ("answer_to_contest", NOON + day)
    assert twice.goal.contest is not None
    assert twice.goal.contest.reason == "Still too much"


def test_only_a_clinician_answers_a_contest() -> None:
    contested = stories.agreed().when(patient(g.Contested(reason="No"))).then()
    answer = g.ChangeAnswered(answer="adapted", text="We start smaller")

    contested.when(patient(answer)).then_rejected("event.invalid", field="actorrole")
    assert contested.when(by("supervisor", answer)).then().goal.status == "proposed"


def test_a_contested_goal_is_answered_agreed_anew_and_then_activated() -> None:
    answered = (
        stories.agreed()
        .when(patient(g.Contested(reason="No")))
        .then()
        .when(clinician(g.ChangeAnswered(answer="accepted", text="You are right")))
        .then()
    )
    answered.when(clinician(g.Activated())).then_rejected("goal.not_agreed", saying="the patient and the clinician")

    agreed = answered.when(patient(g.Agreed())).then().when(clinician(g.Agreed())).then()

    assert agreed.when(clinician(g.Activated())).then_something().goal.status == "active"


def test_agreement_given_while_the_goal_is_contested_counts_once_it_is_answered() -> None:
    both_agree = (
        stories.agreed()
        .when(patient(g.Contested(reason="No")))
        .then()
        .when(patient(g.Agreed()))
        .then()
        .when(clinician(g.Agreed()))
        .then()
    )
    assert both_agree.goal.status == "contested"

    answered = both_agree.when(clinician(g.ChangeAnswered(answer="declined", text="It stands"))).then()

    assert answered.goal.status == "agreed"


def test_pushing_back_again_reopens_an_answered_contest() -> None:
    answered = (
        stories.agreed()
        .when(patient(g.Contested(reason="No")))
        .then()
        .when(clinician(g.ChangeAnswered(answer="declined", text="It stands")))
        .then()
    )

    goal = answered.when(patient(g.Contested(reason="Still no"))).then().goal

    assert goal.status == "contested"
    assert goal.contest is not None
    assert (goal.contest.reason, goal.contest.answer) == ("Still no", None)


def test_a_goal_imported_as_contested_can_be_answered() -> None:
    elsewhere = g.Imported(statement="Walk", status="contested", external=(External(system="ehr", value="1"),))
    imported = stories.opened_plan().when(by("system", elsewhere)).then()

    answered = imported.when(clinician(g.ChangeAnswered(answer="accepted", text="Agreed"))).then()

    assert answered.goal.status == "proposed"


def test_nothing_waits_for_an_answer_until_someone_pushed_back() -> None:
    answer = g.ChangeAnswered(answer="accepted", text="Yes")

    stories.agreed().when(clinician(answer)).then_rejected("event.invalid", field="request")


@pytest.mark.parametrize(
    ("role", "waits_for"),
    [("patient", ("clinician",)), ("clinician", ("patient",)), ("family", ("patient", "clinician"))],
)
def test_a_revision_reopens_agreement_while_the_goal_stays_active(role: ActorRole, waits_for: tuple[str, ...]) -> None:
    revision = g.Revised(changes=g.Changes(wording="Walk with the dog"), reason="motivation")

    revised = stories.active().when(by(role, revision)).then()

    assert (revised.goal.status, revised.goal.awaiting_agreement) == ("active", waits_for)
    revised.when(patient(entry("e1"))).then()


def test_the_other_side_agrees_to_the_revised_form() -> None:
    revision = g.Revised(changes=g.Changes(wording="Walk with the dog"), reason="patient_request")
    revised = stories.active().when(patient(revision)).then()

    goal = revised.when(clinician(g.Agreed())).then().goal

    assert (goal.status, goal.awaiting_agreement) == ("active", ())


def test_a_revision_of_an_agreed_goal_is_agreed_anew_before_work_begins() -> None:
    easier = g.Revised(changes=g.Changes(smart=smart(for_weeks=2)), reason="too_hard")

    revised = stories.agreed().when(clinician(easier)).then()

    assert revised.goal.status == "proposed"
    revised.when(clinician(g.Activated())).then_rejected("goal.not_agreed", saying="the patient")
    revised.when(patient(g.Agreed())).then().when(clinician(g.Activated())).then_something()


def test_the_patients_own_words_outlast_every_rewording() -> None:
    past = stories.own_words(statement="wake up without dread")
    for wording in ("Sleep well", "Sleep seven hours"):
        past = past.when(clinician(g.Revised(changes=g.Changes(wording=wording), reason="clinical"))).then()

    assert (past.goal.statement, past.goal.wording) == ("wake up without dread", "Sleep seven hours")
    assert [revision.actor.role for revision in past.goal.revisions] == ["clinician", "clinician"]


def test_a_change_request_is_asked_for_and_answered_once() -> None:
    asked = stories.active().when(by("family", g.ChangeRequested(request="r1", text="Evenings, please"))).then()
    answer = g.ChangeAnswered(request="r1", answer="adapted", text="Twice a week")

    asked.when(patient(g.ChangeRequested(request="r1", text="Again"))).then_rejected("event.invalid", field="request")
    asked.when(by("family", answer)).then_rejected("event.invalid", field="actorrole")
    answered = asked.when(clinician(answer)).then()

    (request,) = answered.goal.change_requests
    assert (request.text, request.answer, request.answer_text) == ("Evenings, please", "adapted", "Twice a week")
    answered.when(clinician(answer)).then_rejected("event.invalid", field="request", saying="no open change request")


def test_answering_a_change_request_leaves_a_contest_open() -> None:
    contested = (
        stories.agreed()
        .when(patient(g.ChangeRequested(request="r1", text="Evenings")))
        .then()
        .when(patient(g.Contested(reason="No")))
        .then()
    )

    answered = contested.when(clinician(g.ChangeAnswered(request="r1", answer="accepted", text="Yes"))).then()

    assert answered.goal.status == "contested"
