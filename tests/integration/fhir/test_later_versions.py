"""A later version of a goal or a score that Cairn knows is taken up, or reported with what differs."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic_core import to_json

from events.event import Event
from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.identity import GoalId
from events.log import Log
from events.vocabulary import Actor
from services.cli.import_fhir import fhir
from services.fhir.incoming.refusal import Json
from tests.conftest import Submit
from tests.unit.fhir.resources import SCALE, bundle, coded, goal, score

pytestmark = pytest.mark.usefixtures("goals_service")

ACHIEVED = coded("achieved", "http://terminology.hl7.org/CodeSystem/goal-achievement")
Import = Callable[..., Awaitable[list[dict[str, Any]]]]  # Any: lines of JSON


@pytest.fixture
def import_(nats_url: str, org: str, tmp_path: Path) -> Import:
    """Imports resources as one ndjson file; the lines of the report, the summary last."""

    async def imported(*resources: Json) -> list[dict[str, Any]]:
        file = tmp_path / "resources.ndjson"
        file.write_bytes(b"\n".join(to_json(each) for each in resources))
        arguments = (str(file), "--org", org, "--nats-url", nats_url, "--json")
        result = await asyncio.to_thread(CliRunner().invoke, fhir, arguments)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    return imported


@pytest.fixture
def state(log: Log, org: str) -> Callable[..., Awaitable[GoalState]]:
    async def read(name: str = "g1", patient: str = "p1") -> GoalState:
        found = fold_goals(await log.read(GoalId(org, patient, name)))
        assert found is not None
        return found

    return read


State = Callable[..., Awaitable[GoalState]]


def version(number: int, **fields: object) -> Json:
    meta = {"versionId": str(number), "lastUpdated": f"2026-02-0{number}T10:00:00Z"}
    return goal(**{"meta": meta, "statusDate": f"2026-02-0{number}", **fields})


def completed(number: int = 2) -> Json:
    return version(number, lifecycleStatus="completed", achievementStatus=ACHIEVED)


def deletion(**fields: object) -> Json:
    entry = {
        "fullUrl": "https://ehr.example/fhir/Goal/g1",
        "request": {"method": "DELETE", "url": "Goal/g1"},
        "response": {"status": "204", "lastModified": "2026-02-05T10:00:00Z"},
    }
    return {"resourceType": "Bundle", "type": "history", "entry": [{**entry, **fields}]}


async def by_clinic(submit: Submit, org: str, data: g.GoalPayload) -> None:
    who = Actor(id="c1", role="clinician")
    event = Event(GoalId(org, "p1", "g1"), "urn:clinic", data.type_name, datetime.now(UTC), who, data)
    assert (await submit(event)).status == "recorded"


@pytest.mark.parametrize("oldest_first", [True, False], ids=["oldest first", "newest first"])
async def test_the_newest_of_several_versions_is_imported_whatever_their_order(
    import_: Import, state: State, oldest_first: bool
) -> None:
    versions = [version(1), completed()]

    report = await import_(*(versions if oldest_first else versions[::-1]))

    assert (await state()).outcome == "achieved"
    assert sorted(line["status"] for line in report[:-1]) == ["duplicate", "recorded"]
    assert (report[-1]["goals"], report[-1]["recorded"], report[-1]["duplicate"]) == (2, 1, 1)


async def test_a_later_version_changes_the_goal_and_the_same_again_changes_nothing(
    import_: Import, state: State
) -> None:
    later = version(
        2,
        description={"text": "Walk every second day"},
        target=[{"measure": {"text": "walks"}, "detailInteger": 4, "dueDate": "2026-05-01"}],
        lifecycleStatus="on-hold",
        statusReason="A broken ankle",
    )
    await import_(version(1))

    (first, _), (second, _) = await import_(later), await import_(later)

    changed = await state()
    assert (first["status"], second["status"]) == ("recorded", "duplicate")
    assert first["detail"] == "A later version of a goal that is known; changed: wording, smart, status."
    assert (changed.statement, changed.wording) == ("Walk every day", "Walk every second day")
    assert changed.smart is not None
    assert changed.smart.due == date(2026, 5, 1)
    assert (changed.status, changed.reason, changed.status_on) == ("held", "A broken ankle", date(2026, 2, 2))
    assert changed.version == (await state()).version


async def test_a_goal_that_was_resumed_elsewhere_goes_on_although_it_says_what_it_said_before(
    import_: Import, state: State
) -> None:
    same_day = {"statusDate": None}
    await import_(version(1, **same_day))
    await import_(version(2, lifecycleStatus="on-hold", **same_day))

    (line, _) = await import_(version(3, **same_day))

    assert line["status"] == "recorded"
    assert (await state()).status == "active"


async def test_an_older_version_that_comes_later_changes_nothing_and_says_so(import_: Import, state: State) -> None:
    await import_(completed())

    (line, summary) = await import_(version(1))

    assert (line["status"], line["detail"]) == ("duplicate", "It is older than version 2, which was taken before.")
    assert summary["recorded"] == 0
    assert (await state()).status == "closed"


async def test_where_nothing_tells_which_is_later_what_differs_is_reported(import_: Import, state: State) -> None:
    await import_(goal())

    (line, _) = await import_(goal(lifecycleStatus="on-hold"))

    assert (line["status"], line["code"]) == ("rejected", "goal.exists")
    assert line["detail"].endswith("What differs: status.")
    assert (await state()).status == "active"


async def test_what_was_changed_in_cairn_too_stays_and_is_reported(
    import_: Import, state: State, submit: Submit, org: str
) -> None:
    await import_(version(1))
    await by_clinic(submit, org, g.Revised(changes=g.Changes(wording="Walk to the river"), reason="patient_request"))

    (line, _) = await import_(version(2, description={"text": "Walk twice a week"}, lifecycleStatus="on-hold"))

    changed = await state()
    assert (changed.wording, changed.status) == ("Walk to the river", "held")
    assert line["detail"].endswith("Not taken up: wording: it was changed in Cairn as well.")


async def test_what_only_cairn_changed_stays(import_: Import, state: State, submit: Submit, org: str) -> None:
    await import_(version(1))
    await by_clinic(submit, org, g.Held(reason="On holiday"))

    (line, _) = await import_(version(1))
    (later, _) = await import_(version(2, description={"text": "Walk twice a week"}))

    assert line["status"] == "duplicate"
    assert later["status"] == "recorded"
    assert ((await state()).status, (await state()).wording) == ("held", "Walk twice a week")


def accepted_by(*people: str) -> list[Json]:
    """The extensions by which people accept a goal."""
    return [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/goal-acceptance",
            "extension": [
                {"url": "individual", "valueReference": {"reference": each}},
                {"url": "status", "valueCode": "agree"},
            ],
        }
        for each in people
    ]


TARGET = [{"measure": {"text": "walks"}, "detailInteger": 4, "dueDate": "2027-05-01"}]


async def test_a_proposed_goal_that_both_have_accepted_elsewhere_begins(import_: Import, state: State) -> None:
    await import_(version(1, lifecycleStatus="proposed", target=TARGET, extension=accepted_by("Patient/p1")))
    later = version(2, target=TARGET, extension=accepted_by("Patient/p1", "Practitioner/d1"))

    first, second = await import_(later), await import_(later)

    begun = await state()
    assert (begun.status, begun.agreed_by, begun.started_on) == ("active", ("patient", "clinician"), date(2026, 2, 2))
    assert begun.next_review is not None
    assert begun.next_review.due_on > date(2026, 2, 16)
    assert [report[0]["status"] for report in (first, second)] == ["recorded", "duplicate"]


async def test_a_proposed_goal_that_nobody_has_accepted_does_not_begin_and_that_is_reported(
    import_: Import, state: State
) -> None:
    await import_(version(1, lifecycleStatus="proposed", target=TARGET))

    (line, _) = await import_(version(2, target=TARGET))

    assert (line["status"], line["code"]) == ("rejected", "goal.not_agreed")
    assert (await state()).status == "proposed"


async def test_a_step_that_an_import_cannot_take_is_reported_with_what_differs(import_: Import, state: State) -> None:
    await import_(completed(1))

    (line, _) = await import_(version(2))

    assert (line["status"], line["code"]) == ("rejected", "goal.exists")
    assert "status: active there, closed as achieved in Cairn" in line["detail"]
    assert (await state()).status == "closed"


async def test_a_goal_that_was_closed_and_then_entered_in_error_is_told_as_that(import_: Import) -> None:
    await import_(completed(1))
    await import_(version(2, lifecycleStatus="entered-in-error"))

    (line, _) = await import_(version(3))

    assert "status: active there, entered in error in Cairn" in line["detail"]


async def test_a_scale_that_cannot_be_read_does_not_take_the_known_one_away(import_: Import, state: State) -> None:
    await import_(version(1, extension=SCALE))

    (line, _) = await import_(version(2, extension=[*SCALE[:4], SCALE[0]], lifecycleStatus="on-hold"))

    assert line["detail"] == "A later version of a goal that is known; changed: status."
    scale = (await state()).gas
    assert scale is not None
    assert len(scale.levels) == 5


@pytest.mark.parametrize(
    "ending",
    [
        goal(lifecycleStatus="entered-in-error"),
        version(2, lifecycleStatus="entered-in-error"),
        deletion(),
        bundle(version(1), server="https://ehr.example/fhir/") | {"entry": [*deletion()["entry"]]},
    ],
    ids=["unversioned", "versioned", "deleted", "deleted in a bundle"],
)
async def test_a_goal_that_was_entered_in_error_or_deleted_elsewhere_ends(
    import_: Import, state: State, ending: Json
) -> None:
    await import_(version(1))

    first, second = await import_(ending), await import_(ending)

    assert (await state()).status == "entered_in_error"
    assert (first[-1]["recorded"], second[-1]["recorded"]) == (1, 0)
    assert second[0]["status"] == "duplicate"


async def test_a_goal_and_its_deletion_in_one_history_come_in_as_one_that_was_entered_in_error(
    import_: Import, state: State
) -> None:
    history = deletion()
    history["entry"].append({"fullUrl": "https://ehr.example/fhir/Goal/g1", "resource": version(1)})

    await import_(history)
    second = await import_(history)

    assert (await state()).status == "entered_in_error"
    assert [line["status"] for line in second[:-1]] == ["duplicate", "duplicate"]


async def test_a_deletion_of_what_cairn_does_not_know_says_that_there_is_nothing_to_end(import_: Import) -> None:
    (line, _) = await import_(deletion())

    assert (line["status"], line["detail"]) == (
        "duplicate",
        "There is no such goal in Cairn, so nothing is to be ended.",
    )


async def test_a_deletion_that_may_be_of_two_goals_ends_neither(import_: Import, state: State) -> None:
    await import_(version(1), version(1, subject={"reference": "Patient/p2"}))

    (line, _) = await import_(deletion())

    assert line["status"] == "rejected"
    assert {(await state()).status, (await state(patient="p2")).status} == {"active"}


async def test_two_servers_with_the_same_patient_id_stay_two_people_from_run_to_run(
    import_: Import, state: State
) -> None:
    def on(server: str, name: str) -> Json:
        return version(1, id=name, subject={"reference": f"https://{server}/fhir/Patient/p1"})

    await import_(on("a.example", "ga"))
    (line, _) = await import_(on("b.example", "gb"))
    again = [await import_(on("b.example", "gb")), await import_(on("a.example", "ga"))]

    other = line["goal"].split(".")[1]
    assert (await state("ga")).patient == "p1"
    assert other != "p1"
    assert (await state("gb", other)).status == "active"
    assert [report[-1]["duplicate"] for report in again] == [1, 1]


async def test_a_goal_with_a_new_id_is_known_by_its_identifier(import_: Import, state: State) -> None:
    identifier = [{"system": "urn:ehr:goal", "value": "G-77"}]
    await import_(version(1, identifier=identifier))

    (same, _) = await import_(version(1, id="9042", identifier=identifier))
    (later, _) = await import_(version(2, id="9042", identifier=identifier, lifecycleStatus="on-hold"))

    assert (same["status"], later["status"]) == ("duplicate", "recorded")
    assert same["detail"].endswith("by its identifier of urn:ehr:goal.")
    assert (await state()).status == "held"


async def test_goals_that_share_a_security_label_are_not_taken_for_one(import_: Import, state: State) -> None:
    label = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
    await import_(goal(meta=label))

    (line, _) = await import_(goal(id="g2", meta=label))

    assert line["status"] == "recorded"
    assert (await state("g2")).status == "active"


async def test_a_security_label_that_a_later_version_has_is_named_as_left_out(import_: Import) -> None:
    await import_(version(1))
    later = version(2, lifecycleStatus="on-hold")
    later["meta"]["security"] = [{"system": "urn:x", "code": "R"}]

    (line, _) = await import_(later)

    assert line["not_taken_over"] == ["meta.security: a later version does not change it"]


# ------------------------------------------------------------------------------------------------- scores


async def test_an_amended_score_corrects_its_entry_and_the_first_one_again_does_not(
    import_: Import, state: State
) -> None:
    amended = score(status="amended", valueCodeableConcept=coded("LA34483-0"), effectiveDateTime="2026-02-11")
    await import_(goal(extension=SCALE), score())

    (first, _), (second, _), (old, _) = await import_(amended), await import_(amended), await import_(score())

    (entry,) = (await state()).progress
    assert (entry.level, entry.on, entry.corrected) == (-1, date(2026, 2, 11), True)
    assert [line["status"] for line in (first, second, old)] == ["recorded", "duplicate", "duplicate"]
    assert "What differs: on, level." in old["detail"]


async def test_a_score_that_differs_and_does_not_say_that_it_is_later_is_reported(
    import_: Import, state: State
) -> None:
    await import_(goal(extension=SCALE), score())

    (line, _) = await import_(score(valueCodeableConcept=coded("LA34483-0")))

    assert (line["status"], line["code"]) == ("rejected", "entry.exists")
    assert line["detail"].endswith("What differs: level.")
    assert [entry.level for entry in (await state()).progress] == [1]


async def test_a_score_entered_in_error_withdraws_its_entry(import_: Import, state: State) -> None:
    wrong = score(status="entered-in-error", valueCodeableConcept=None)
    await import_(goal(extension=SCALE), score())

    (first, _), (second, _), (old, _) = await import_(wrong), await import_(wrong), await import_(score())

    goal_now = await state()
    assert (list(goal_now.progress), [each.entry for each in goal_now.withdrawn]) == ([], ["s1"])
    assert [line["status"] for line in (first, second, old)] == ["recorded", "duplicate", "duplicate"]


async def test_a_score_that_was_never_known_and_is_in_error_is_not_recorded(import_: Import, state: State) -> None:
    report = await import_(goal(extension=SCALE), score(), score(status="entered-in-error"))

    assert (await state()).progress == ()
    assert [line["status"] for line in report[:-1]] == ["recorded", "duplicate", "duplicate"]


async def test_of_several_versions_of_a_score_the_newest_counts(import_: Import, state: State) -> None:
    def numbered(number: int, answer: str) -> Json:
        return score(meta={"versionId": str(number)}, valueCodeableConcept=coded(answer))

    await import_(goal(extension=SCALE), numbered(10, "LA34483-0"), numbered(9, "LA34480-6"))

    assert [entry.level for entry in (await state()).progress] == [-1]


async def test_a_corrected_baseline_corrects_the_scale_without_the_goal_in_the_file(
    import_: Import, state: State
) -> None:
    baseline = score(id="b1", code=coded("112296-9"), valueCodeableConcept=coded("LA34483-0"))
    await import_(goal(extension=SCALE), baseline)

    corrected = baseline | {"status": "corrected", "valueCodeableConcept": coded("LA34484-8")}
    (first, _), (second, _) = await import_(corrected), await import_(corrected)

    scale = (await state()).gas
    assert scale is not None
    assert scale.baseline == -2
    assert (first["status"], second["status"]) == ("recorded", "duplicate")


@pytest.mark.parametrize(
    "fields",
    [
        {"outcomeReference": [{"reference": "Observation/s1"}]},
        {"outcome": [{"reference": {"reference": "Observation/s1"}}]},
    ],
    ids=["R4", "R5"],
)
async def test_a_score_belongs_to_the_goal_that_names_it_as_its_outcome(
    import_: Import, state: State, fields: Json
) -> None:
    (of_goal, of_score, _) = await import_(score(focus=None), goal(extension=SCALE, **fields))

    assert [entry.level for entry in (await state()).progress] == [1]
    assert of_score["status"] == "recorded"
    assert "not_taken_over" not in of_goal
