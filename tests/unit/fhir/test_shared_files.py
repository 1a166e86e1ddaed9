"""Every real file in ../shared/data/fhir, with what comes out of it written down."""

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from events.goal.types import Imported, ProgressLogged
from services.fhir.incoming.documents import read_document
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.incoming.run import Run, plan_run
from tests.unit.fhir.resources import NOW

FOOT_HEALTH = (
    "Improve and maintenance of optimal foot health: aim at early detection of peripheral vascular problems and"
    " neuropathy presumed due to diabetes; and prevention of diabetic foot ulcer, gangrene"
)
GAD_7 = "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"


class Expected(NamedTuple):
    patient: str
    goal: str
    statement: str
    status: str
    started_on: str | None = None
    status_on: str | None = None
    due: str | None = None
    measure: dict[str, Any] | None = None  # the JSON of a Measure
    agreed_by: tuple[str, ...] = ()


def diabetic(patient: str, a1c: str, glucose: str, pressure: str, foot: str, knowledge: str) -> list[Expected]:
    """The five goals that Synthea gives people with diabetes: accepted, and nothing else known."""
    return [
        Expected(patient, a1c, "Hemoglobin A1c total in Blood < 7.0", "agreed"),
        Expected(patient, glucose, "Glucose [Mass/volume] in Blood < 108", "agreed"),
        Expected(patient, pressure, "Maintain blood pressure below 140/90 mmHg", "agreed"),
        Expected(patient, foot, FOOT_HEALTH, "agreed"),
        Expected(patient, knowledge, "Address patient knowledge deficit on diabetic self-care", "agreed"),
    ]


WEIGHT = Expected(
    "example",
    "example",
    "Target weight is 160 to 180 lbs.",
    "held",
    started_on="2015-04-05",
    status_on="2016-02-14",
    due="2016-04-05",
    measure={"what": "Weight Measured", "unit": "lbs", "target": {"low": 160, "high": 180}},
    agreed_by=("patient",),
)
PRESSURE, SODIUM = "Maintain blood pressure below 140/90 mm[Hg]", "Reduce sodium intake to no more than 2,400 mg/day"
EXPECTED: dict[str, list[Expected]] = {
    "pco_CarePlan-pcoAnxietyCarePlanExample.json": [],
    "pco_Goal-pcoGoalAnxietyExample.json": [
        Expected(
            "pcoPatientLopez",
            "pcoGoalAnxietyExample",
            "Reduce to mild anxiety level score",
            "active",
            started_on="2024-08-11",
            due="2024-12-31",
            measure={"what": GAD_7, "unit": "score", "target": 6, "direction": "at_most"},
            agreed_by=("clinician",),
        )
    ],
    "pco_Goal-pcoGoalPainLevelExample.json": [
        Expected(
            "pcoPatientJones",
            "pcoGoalPainLevelExample",
            "Maintain pain level below 5 while walking",
            "active",
            started_on="2024-02-15",
            due="2024-06-30",
            agreed_by=("patient",),
        )
    ],
    "pco_Goal-pcoGoalWalkDogExample.json": [
        Expected(
            "pcoPatientJones",
            "pcoGoalWalkDogExample",
            "Walk dog outside once a week",
            "active",
            started_on="2024-04-03",
            due="2024-09-30",
            agreed_by=("patient",),
        )
    ],
    "pco_Observation-pcoGASScoreBaselineExample.json": [],
    "pco_Observation-pcoGASScorePatientFollowupExample.json": [],
    "pco_Observation-pcoGASScorePractitionerFollowupExample.json": [],
    "r4_spec_careplan-example.json": [],
    "r4_spec_careplan-heart.json": [Expected("f001", "f001_goal", "recovery surgery on heart of patient", "closed")],
    "r4_spec_goal-example.json": [WEIGHT],
    "r5_spec_careplan-example.json": [],
    "r5_spec_goal-example.json": [WEIGHT],
    "r5_spec_sc-valueset-goal-achievement.json": [],
    "r5_spec_sc-valueset-goal-status.json": [],
    "synthea_Frankie174_Jast432.json": [
        Expected("a5b737fb-1f94-4767-802b-1112051f5101", goal, text, "agreed", due="1993-11-04", measure={"what": text})
        for goal, text in (
            ("65efc142-418d-4e97-8d04-d02b84f7415a", PRESSURE),
            ("c1507c85-b113-4abe-a35d-2ba15727b667", SODIUM),
        )
    ],
    "synthea_Gilberto_Orosco.json": diabetic(
        "d92a3a52-50c3-446f-a3f9-7d34f7680bcb",
        "b62f6dd5-26c5-43a6-8033-d6db79155048",
        "f4064535-9e63-403c-a74d-71ac2922219e",
        "27ed4dc7-615c-48ec-aa9b-e9f8b7d6e84d",
        "80237e70-77b2-40a5-ac6b-8e9a58569c58",
        "9f263534-ecde-410c-9b1d-7e198cf82e81",
    ),
    "synthea_Trey_Leffler.json": diabetic(
        "fe0153b2-d2ce-418e-af79-5b84587ad82c",
        "e5f4ce93-0184-4432-b5aa-cdfbac7d3d25",
        "09f66c27-da78-432a-b3bc-c275709fcc94",
        "1b34a514-ecc4-4bda-bb5a-4d54cf68a279",
        "4e4ab001-cf1b-425a-acf7-b0ab9a3d78a7",
        "f178d7bb-7825-4495-b789-908e7177d367",
    ),
    "uscore_goal-1.json": [
        Expected(
            "example",
            "goal-1",
            "Patient is targeting a pulse oximetry of 92% and a weight of 195 lbs",
            "active",
            due="2016-04-05",
            agreed_by=("clinician",),
        )
    ],
}
REFUSED = {
    "MANIFEST.tsv": "It is not JSON that Cairn can read",
    "dstu2_goal-example1.json": "This is a Goal of FHIR DSTU2",
    "stu3_spec_goal-example.json": "This is a Goal of FHIR STU3",
}


def run_of(*files: Path) -> Run:
    documents, refused = [], []
    for file in files:
        try:
            documents.append(read_document(file))
        except RefusedFile as refusal:
            refused.append(refusal)
    return plan_run(documents, refused, "org", NOW)


@pytest.fixture(scope="module")
def fhir(shared_data: Path) -> Path:
    return shared_data / "fhir"


def test_there_is_no_file_that_is_not_written_down_here(fhir: Path) -> None:
    assert {file.name for file in fhir.iterdir()} == EXPECTED.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_goals_come_out_with_their_words_status_dates_and_measures(fhir: Path, name: str) -> None:
    run = run_of(fhir / name)

    taken = []
    for submission in (submission for patient in run.patients for submission in patient.goals):
        payload = submission.event.data
        assert isinstance(payload, Imported)
        smart = payload.smart
        measure = smart.measure.model_dump(mode="json", exclude_none=True) if smart and smart.measure else None
        taken.append(
            Expected(
                submission.event.goal_id.patient,
                submission.event.goal_id.goal,
                payload.statement,
                payload.status,
                _iso(payload.started_on),
                _iso(payload.status_on),
                _iso(smart.due if smart else None),
                measure,
                payload.agreed_by,
            )
        )
    assert taken == EXPECTED[name]
    assert run.refused_goals == ()


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(fhir: Path, name: str) -> None:
    (refused,) = run_of(fhir / name).refused_files

    assert refused.file.endswith(name)
    assert refused.reason.startswith(REFUSED[name])


def test_the_count_is_the_number_of_goal_resources_in_the_files(fhir: Path) -> None:
    def goals_in(value: object) -> int:
        if isinstance(value, dict):
            return (value.get("resourceType") == "Goal") + sum(map(goals_in, value.values()))
        return sum(map(goals_in, value)) if isinstance(value, list) else 0

    files = sorted(fhir.glob("*.json"))

    assert run_of(*files).goals == sum(goals_in(json.loads(file.read_bytes())) for file in files) == 21


def test_the_achieved_goal_is_closed_as_achieved(fhir: Path) -> None:
    run = run_of(fhir / "r4_spec_careplan-heart.json")

    payload = run.patients[0].goals[0].event.data
    assert isinstance(payload, Imported)
    assert payload.outcome == "achieved"
    assert run.patients[0].goals[0].left_out == ("note",)


def test_the_r4_and_the_r5_example_are_one_goal_and_say_the_same(fhir: Path) -> None:
    run = run_of(fhir / "r4_spec_goal-example.json", fhir / "r5_spec_goal-example.json")

    first, second = run.patients[0].goals
    assert first.event == second.event
    codes = {"target[0].measure.coding", "target[0]: the code of the unit"}
    assert set(first.left_out) == {"addresses", "outcomeReference", "priority", "text", *codes}
    assert set(second.left_out) == {"addresses", "outcome", "continuous", "priority", "text", "meta.tag", *codes}
    payload = first.event.data
    assert isinstance(payload, Imported)
    assert payload.reason == "Patient wants to defer weight loss until after honeymoon."


def test_the_goal_with_a_scale_gets_its_baseline_and_its_follow_up_score(fhir: Path) -> None:
    run = run_of(*fhir.glob("pco_*"))

    jones = next(patient for patient in run.patients if patient.goals[0].event.goal_id.patient == "pcoPatientJones")
    walk = next(
        submission.event.data for submission in jones.goals if submission.event.goal_id.goal == "pcoGoalWalkDogExample"
    )
    assert isinstance(walk, Imported)
    assert walk.gas is not None
    assert walk.gas.levels == {
        "-2": "Unable to go outside with dog",
        "-1": "Does not walk dog but goes outside with dog",
        "0": "Walk dog outside once a week",
        "1": "Walk dog outside twice a week",
        "2": "Walk dog outside three times a week",
    }
    assert walk.gas.baseline == -1
    (follow_up,) = jones.scores
    assert follow_up.event.data == ProgressLogged(
        entry="pcoGASScorePatientFollowupExample", on=date(2024, 5, 10), level=1
    )
    assert follow_up.event.actor.role == "patient"
    (refused,) = run.refused_scores
    assert refused.reference == "Observation/pcoGASScorePractitionerFollowupExample"
    assert "“gas-expected-outcome” is none of them" in refused.sentence


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
