"""Submitting a run, and the account of it."""

import asyncio
from collections.abc import Callable

from events.event import Event
from events.plan.types import Opened
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.incoming.run import Run, plan_run
from services.fhir.incoming.submitting import PATIENTS_AT_ONCE, Json, Report, submit_run
from tests.unit.fhir.resources import NOW, document, goal, planned, score

RECORDED: Json = {"status": "recorded", "duplicate": False, "events": []}
DUPLICATE: Json = {**RECORDED, "duplicate": True}
EXISTS: Json = {"status": "rejected", "code": "goal.exists", "detail": "There is a goal with this id already."}
UNAVAILABLE: Json = {"status": "rejected", "code": "log.unavailable", "detail": "Try again."}


async def submitted(run: Run, answer: Callable[[Event], Json]) -> tuple[Report, list[Event]]:
    asked: list[Event] = []

    async def ask(event: Event) -> Json:
        asked.append(event)
        await asyncio.sleep(0)
        return answer(event)

    return await submit_run(run, ask, lambda: None), asked


async def test_the_plan_comes_first_then_the_goals_then_the_scores() -> None:
    _, asked = await submitted(planned(document(score(), goal(), goal(id="g2"))), lambda _: RECORDED)

    assert [event.goal_id.goal for event in asked] == ["plan", "g1", "g2", "g1"]


async def test_every_goal_is_recorded_a_duplicate_or_rejected() -> None:
    outcomes = {"g1": RECORDED, "g2": DUPLICATE, "g3": EXISTS, "plan": RECORDED}
    goals = [goal(id=id) for id in ("g1", "g2", "g3")]
    refused = [RefusedFile("old.json", "FHIR DSTU2", ("Goal/x",)), RefusedFile("list.tsv", "It is not JSON.")]
    run = plan_run([document(*goals, goal(id="g4", lifecycleStatus="done"))], refused, "org", NOW)

    report, _ = await submitted(run, lambda event: outcomes[event.goal_id.goal])

    assert report.summary() == {
        "goals": 5,
        "recorded": 1,
        "duplicate": 1,
        "rejected": 3,
        "refused_files": [
            {"file": "old.json", "reason": "FHIR DSTU2"},
            {"file": "list.tsv", "reason": "It is not JSON."},
        ],
    }
    assert [
        (result.reference, result.code or result.detail[:16]) for result in report.goals if result.status == "rejected"
    ] == [
        ("Goal/g3", "goal.exists"),
        ("Goal/g4", "lifecycleStatus:"),
        ("Goal/x", "FHIR DSTU2"),
    ]
    assert not report.unanswered


async def test_a_plan_that_is_there_already_is_as_good() -> None:
    exists = {"status": "rejected", "code": "plan.exists", "detail": "The plan is open already."}

    report, _ = await submitted(
        planned(document(goal())), lambda event: exists if isinstance(event.data, Opened) else RECORDED
    )

    assert report.summary()["recorded"] == 1


async def test_without_an_answer_for_the_plan_its_goals_are_not_submitted_and_the_run_is_unfinished() -> None:
    report, asked = await submitted(planned(document(goal(), score())), lambda _: UNAVAILABLE)

    assert [event.goal_id.goal for event in asked] == ["plan"]
    assert {result.code for result in (*report.goals, *report.scores)} == {"log.unavailable"}
    assert report.unanswered


async def test_after_a_goal_without_an_answer_nothing_more_of_its_patient_is_submitted() -> None:
    other = goal(id="g3", subject={"reference": "Patient/p2"})
    run = planned(document(goal(), goal(id="g2"), score(), other))
    report, asked = await submitted(run, lambda event: UNAVAILABLE if event.goal_id.goal == "g1" else RECORDED)

    assert sorted(event.goal_id.goal for event in asked) == ["g1", "g3", "plan", "plan"]
    assert {result.reference: result.code for result in report.goals} == {
        "Goal/g1": "log.unavailable",
        "Goal/g2": "log.unavailable",
        "Goal/g3": "",
    }
    assert report.unanswered


async def test_patients_are_submitted_side_by_side_within_a_limit() -> None:
    under_way = most = 0

    async def ask(event: Event) -> Json:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return RECORDED

    many = [goal(id=f"g{n}", subject={"reference": f"Patient/p{n}"}) for n in range(40)]
    counted: list[None] = []
    report = await submit_run(planned(document(*many)), ask, lambda: counted.append(None))

    assert most == PATIENTS_AT_ONCE
    assert report.summary()["recorded"] == len(counted) == 40


async def test_results_come_in_an_order_of_their_own() -> None:
    run = planned(document(goal(id="g2"), file="b.json"), document(goal(), file="a.json"))

    report, _ = await submitted(run, lambda _: RECORDED)

    assert [result.file for result in report.goals] == ["a.json", "b.json"]
