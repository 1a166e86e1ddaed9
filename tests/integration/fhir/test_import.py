"""`cairn import fhir` against a running goals service."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic_core import to_json

from events.goal import fold_goals
from events.identity import GoalId
from events.log import Log
from events.plan import fold_plans
from services.cli.import_fhir import fhir
from tests.unit.fhir.resources import goal

pytestmark = pytest.mark.usefixtures("goals_service")


@pytest.fixture
def files(shared_data: Path) -> list[str]:
    return sorted(str(file) for file in (shared_data / "fhir").glob("*.json"))


async def run(*arguments: str) -> Result:
    """The command as a person runs it, beside the services of this process."""
    return await asyncio.to_thread(CliRunner().invoke, fhir, arguments)


async def summary(*arguments: str) -> dict[str, object]:
    """The last line of its JSON."""
    result = await run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    last: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return last


async def test_every_real_file_comes_in_once(nats_url: str, org: str, files: list[str]) -> None:
    first = await summary(*files, "--org", org, "--nats-url", nats_url)
    second = await summary(*files, "--org", org, "--nats-url", nats_url)

    refused = first.pop("refused_files")
    assert isinstance(refused, list)
    assert [Path(each["file"]).name for each in refused] == ["dstu2_goal-example1.json", "stu3_spec_goal-example.json"]
    assert first == {"goals": 21, "recorded": 18, "duplicate": 1, "rejected": 2}
    assert second == {"goals": 21, "recorded": 0, "duplicate": 19, "rejected": 2, "refused_files": refused}


async def test_a_goal_reads_as_the_other_system_knew_it(nats_url: str, org: str, files: list[str], log: Log) -> None:
    await summary(*files, "--org", org, "--nats-url", nats_url)

    walk = fold_goals(await log.read(GoalId(org, "pcoPatientJones", "pcoGoalWalkDogExample")))

    assert walk is not None
    assert (walk.status, walk.imported, walk.agreed_by) == ("active", True, ("patient",))
    assert walk.statement == "Walk dog outside once a week"
    assert walk.gas is not None
    assert (walk.gas.baseline, walk.latest_level) == (-1, 1)
    assert walk.next_review is not None


async def test_a_goal_that_has_changed_since_is_reported_and_not_overwritten(
    nats_url: str, org: str, tmp_path: Path
) -> None:
    file = tmp_path / "goal.json"
    file.write_bytes(to_json(goal()))
    await summary(str(file), "--org", org, "--nats-url", nats_url)
    file.write_bytes(to_json(goal(lifecycleStatus="on-hold")))

    result = await run(str(file), "--org", org, "--nats-url", nats_url, "--json")

    of_goal, last = map(json.loads, result.stdout.splitlines())
    assert (of_goal["status"], of_goal["code"], of_goal["resource"]) == ("rejected", "goal.exists", "Goal/g1")
    assert last["rejected"] == 1


async def test_broken_files_do_not_stop_the_run(nats_url: str, org: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"resourceType": "Goal", ')
    (tmp_path / "b.json").write_bytes(to_json(goal()))
    names = [str(tmp_path / name) for name in ("a.json", "missing.json", "b.json")]

    last = await summary(*names, "--org", org, "--nats-url", nats_url)

    refused = last.pop("refused_files")
    assert isinstance(refused, list)
    assert [each["file"] for each in refused] == names[:2]
    assert last == {"goals": 1, "recorded": 1, "duplicate": 0, "rejected": 0}


async def test_people_are_told_what_was_not_recorded_and_what_was_not_taken_over(
    nats_url: str, org: str, tmp_path: Path
) -> None:
    file = tmp_path / "goals.ndjson"
    file.write_bytes(to_json(goal(note=[{"text": "x"}])) + b"\n" + to_json(goal(id="g2", lifecycleStatus="\x1b[2J")))

    result = await run(str(file), "--org", org, "--nats-url", nats_url)

    assert result.exit_code == 0
    assert "2 goals: 1 recorded, 0 already there, 1 rejected." in result.stdout
    assert "lifecycleStatus" in result.stdout
    assert "note" in result.stdout
    assert "\x1b" not in result.stdout


async def test_a_broken_line_costs_that_line_and_is_named(nats_url: str, org: str, tmp_path: Path) -> None:
    file = tmp_path / "goals.ndjson"
    file.write_bytes(to_json(goal()) + b"\n" + b'{"resourceType": "Go')

    last = await summary(str(file), "--org", org, "--nats-url", nats_url)
    result = await run(str(file), "--org", org, "--nats-url", nats_url)

    assert (last["goals"], last["recorded"]) == (1, 1)
    assert last["refused_lines"] == [
        {
            "file": str(file),
            "line": 2,
            "reason": "It is not JSON that Cairn can read: EOF while parsing a string at column 20.",
        }
    ]
    assert f"{file}, line 2: It is not JSON that Cairn can read" in result.stdout


async def test_a_folder_with_nothing_that_can_be_read_says_so(nats_url: str, org: str, tmp_path: Path) -> None:
    (tmp_path / "goals.xml").write_text("<Goal/>")

    result = await run(str(tmp_path), "--org", org, "--nats-url", nats_url)
    last = await summary(str(tmp_path), "--org", org, "--nats-url", nats_url)

    assert "The folder has no .json or .ndjson file" in result.stdout
    assert f"Not read: {tmp_path / 'goals.xml'}" in result.stdout
    assert "No Goal and no score of a goal was found." in result.stdout
    assert last["passed_over"] == [str(tmp_path / "goals.xml")]


async def test_a_plan_that_an_import_opens_has_the_time_zone_and_the_clinician_that_are_named(
    nats_url: str, org: str, tmp_path: Path, log: Log
) -> None:
    file = tmp_path / "goal.json"
    file.write_bytes(to_json(goal()))

    await summary(str(file), "--org", org, "--time-zone", "Europe/Vienna", "--clinician", "c7", "--nats-url", nats_url)
    again = await summary(str(file), "--org", org, "--time-zone", "America/Havana", "--nats-url", nats_url)

    plan = fold_plans(await log.read(GoalId(org, "p1", "plan")))
    assert plan is not None
    assert (plan.time_zone, plan.clinician) == ("Europe/Vienna", "c7")
    assert again["duplicate"] == 1


@pytest.mark.parametrize(
    ("option", "value"), [("--time-zone", "Mars/Olympus"), ("--time-zone", "localtime"), ("--clinician", " ")]
)
async def test_a_time_zone_or_clinician_that_cannot_be_is_a_mistake_in_the_command(
    nats_url: str, option: str, value: str
) -> None:
    result = await run("x.json", option, value, "--nats-url", nats_url)

    assert result.exit_code == 2
    assert f"{option}: " in result.stderr


async def test_an_organisation_that_is_no_token_is_a_mistake_in_the_command(nats_url: str) -> None:
    result = await run("x.json", "--org", "St. Mary", "--nats-url", nats_url)

    assert result.exit_code == 2
    assert "--org must be 1 to 64 letters" in result.stderr


async def test_without_a_server_one_sentence_says_so() -> None:
    result = await run("x.json", "--org", "o", "--nats-url", "nats://127.0.0.1:1")

    assert result.exit_code == 1
    assert "No NATS server answers at nats://127.0.0.1:1" in result.stderr
