"""One import as a whole: which events are submitted, in which order, and what the count is."""

from datetime import UTC, datetime, timedelta

from events.goal.types import Imported, ProgressLogged
from events.plan.types import Opened
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.incoming.run import SOURCE, ResourceSubmission, Run, plan_run
from tests.unit.fhir.resources import NOW, SCALE, bundle, coded, document, goal, planned, score

BASELINE = score(id="b1", code=coded("112296-9"), valueCodeableConcept=coded("LA34483-0"))


def only_goal(run: Run) -> ResourceSubmission:
    (patient,) = run.patients
    (submission,) = patient.goals
    return submission


def imported(run: Run) -> Imported:
    payload = only_goal(run).event.data
    assert isinstance(payload, Imported)
    return payload


def test_a_goal_is_submitted_after_its_patients_plan_by_the_importing_system() -> None:
    (patient,) = planned(document(goal())).patients

    assert patient.plan is not None
    assert patient.plan.data == Opened(reasons=(), clinician="unassigned")
    assert [str(each.goal_id) for each in (patient.plan, patient.goals[0].event)] == ["org.p1.plan", "org.p1.g1"]
    assert {(each.source, each.actor.role) for each in (patient.plan, patient.goals[0].event)} == {(SOURCE, "system")}


def test_patients_come_one_after_another_with_one_plan_each() -> None:
    other = {"reference": "Patient/p2"}
    run = planned(document(goal(), goal(id="g2", subject=other)), document(goal(id="g3"), file="more.json"))

    assert [[submission.event.goal_id.goal for submission in patient.goals] for patient in run.patients] == [
        ["g1", "g3"],
        ["g2"],
    ]
    assert run.goals == 3


def test_the_same_goal_has_the_same_event_id_whenever_and_however_it_is_imported() -> None:
    first = only_goal(planned(document(goal()))).event
    later = only_goal(plan_run([document(bundle(goal()), file="b.json")], (), "org", NOW + timedelta(days=9))).event

    assert first.key == later.key
    assert first.time != later.time


def test_what_has_no_place_in_the_event_does_not_change_its_id() -> None:
    touched = goal(meta={"lastUpdated": "2026-02-20T10:00:00Z"}, note=[{"text": "seen"}])

    assert only_goal(planned(document(goal()))).event.key == only_goal(planned(document(touched))).event.key


def test_a_changed_goal_has_another_event_id() -> None:
    changed = goal(lifecycleStatus="on-hold")

    assert only_goal(planned(document(goal()))).event.key != only_goal(planned(document(changed))).event.key


def test_the_same_words_of_two_goals_have_ids_of_their_own() -> None:
    (patient,) = planned(document(goal(), goal(id="g2"))).patients

    assert len({submission.event.id for submission in patient.goals}) == 2


def test_it_happened_at_the_best_known_date_that_has_come() -> None:
    known = only_goal(planned(document(goal(startDate="2026-01-05")))).event
    ahead = only_goal(planned(document(goal(startDate="2027-01-05")))).event

    assert known.time == datetime(2026, 1, 5, tzinfo=UTC)
    assert ahead.time == NOW


def test_the_first_baseline_goes_into_the_scale_of_its_goal_wherever_it_stands() -> None:
    later = score(
        id="b2", code=coded("107332-9"), valueCodeableConcept=coded("LA34481-4"), effectiveDateTime="2026-02-20"
    )
    run = planned(document(later, file="a"), document(goal(extension=SCALE), file="b"), document(BASELINE, file="c"))

    scale = imported(run).gas
    assert scale is not None
    assert scale.baseline == -1
    assert run.baselines == 1
    assert [refusal.sentence for refusal in run.refused_scores] == [
        "focus[0]: The goal has an earlier baseline, and keeps one."
    ]


def test_a_baseline_without_a_scale_to_go_to_is_refused() -> None:
    for resources in ([BASELINE], [BASELINE, goal()], [BASELINE, goal(extension=SCALE, id="other")]):
        run = planned(document(*resources))

        assert run.baselines == 0
        assert [refusal.reference for refusal in run.refused_scores] == ["Observation/b1"]


def test_follow_up_scores_are_submitted_after_the_goals_by_when_they_were_given() -> None:
    scores = [score(id="s2", effectiveDateTime="2026-02-20"), score()]
    (patient,) = planned(document(*scores, goal())).patients

    payloads = [submission.event.data for submission in patient.scores]
    assert [each.entry for each in payloads if isinstance(each, ProgressLogged)] == ["s1", "s2"]
    assert {submission.event.actor.role for submission in patient.scores} == {"patient"}
    assert {str(submission.event.goal_id) for submission in patient.scores} == {"org.p1.g1"}


def test_scores_alone_open_no_plan() -> None:
    (patient,) = planned(document(score())).patients

    assert patient.plan is None
    assert patient.goals == ()


def test_a_goal_that_cannot_be_used_is_refused_and_the_others_are_submitted() -> None:
    broken = goal(id="g2", lifecycleStatus="done")
    old = goal(id="g3", lifecycleStatus=None, status="on-hold")
    run = planned(document(goal(), broken, old))

    assert only_goal(run).reference == "Goal/g1"
    assert [(refusal.file, refusal.reference) for refusal in run.refused_goals] == [
        ("file.json", "Goal/g2"),
        ("file.json", "Goal/g3"),
    ]
    assert run.goals == 3


def test_goals_in_refused_files_are_counted() -> None:
    refused = RefusedFile("broken.ndjson", "Line 2 is no JSON object.", ("Goal/a", "Goal/b"))

    assert plan_run([document(goal())], [refused], "org", NOW).goals == 3


def test_two_servers_with_the_same_patient_id_are_two_people() -> None:
    def on(server: str, id: str) -> dict[str, object]:
        return goal(id=id, subject={"reference": f"https://{server}/fhir/Patient/p1"})

    run = planned(document(on("a.example", "g1"), on("b.example", "g2"), goal(id="g3"), on("A.example", "g4")))

    assert [[submission.reference for submission in patient.goals] for patient in run.patients] == [
        ["Goal/g1", "Goal/g3", "Goal/g4"],
        ["Goal/g2"],
    ]
    assert run.refused_goals == ()


def test_two_servers_in_bundles_with_relative_references_are_two_people() -> None:
    a = document(bundle(goal(), server="https://a.example/fhir/"), file="a.json")
    b = document(bundle(goal(id="g2"), score(focus=[{"reference": "Goal/g2"}]), server="https://b.example/fhir/"))

    run = planned(a, b)

    first, second = run.patients
    assert first.goals[0].event.goal_id.patient == "p1"
    assert second.goals[0].event.goal_id.patient != "p1"
    assert second.scores[0].event.goal_id == second.goals[0].event.goal_id
