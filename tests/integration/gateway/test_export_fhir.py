"""`cairn export fhir` beside a running Cairn, and its files taken in again by `cairn import fhir`."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model

from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.identity import GoalId
from events.log import Log
from services.cli.export_fhir import fhir as export
from services.cli.import_fhir import fhir as import_
from tests.builders import NOON, active_goal, entry, event, gas, proposed
from tests.integration.gateway.http import Http
from tests.unit.fhir.round_trips import what_comes_back
from tests.waiting import eventually

DAY = timedelta(days=1)


async def run(command: click.Command, *arguments: str) -> Result:
    within = ("--to", "program") if command is export else ()
    return await asyncio.to_thread(CliRunner().invoke, command, (*arguments, *within))


@pytest.fixture
async def goals(http: Http, org: str) -> list[GoalId]:
    """Two patients: one with an active goal and the long-term one it supports, one whose goal was reworded and held."""
    walk, home = (GoalId(org, "p1", name) for name in ("a_walk", "home"))
    sing = GoalId(org, "p2", "sing")
    await http.record(
        *active_goal(walk),
        event(home, proposed(statement="Live at home again", horizon="long_term", kind="outcome")),
        event(walk, g.Revised(changes=g.Changes(supports="home", gas=gas(baseline=-1)), reason="clinical")),
        event(walk, entry("e1", level=1, mood=6, note="As far as the lake"), time=NOON + DAY),
        event(walk, entry("e2", done=False, motivation=7), time=NOON + 2 * DAY),
        *active_goal(sing),
        event(
            sing,
            g.Revised(changes=g.Changes(wording="Sing in the choir on Tuesdays"), reason="too_hard"),
            role="clinician",
            actor="c1",
        ),
    )
    last = await http.record(event(sing, g.Held(reason="No voice"), role="clinician", actor="c1"))

    async def listed() -> bool:
        audit = await http.client.get(f"/v1/orgs/{org}/audit", params={"min_position": last, "limit": 500})
        return audit.status_code == 200

    await eventually(listed)
    return [walk, home, sing]


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def read(log: Log, goal_id: GoalId) -> GoalState:
    state = fold_goals(await log.read(goal_id))
    assert state is not None
    return state


@pytest.mark.parametrize("form", ["ndjson", "bundle"])
@pytest.mark.parametrize("release", ["R4", "R5"])
async def test_an_organisation_comes_back_as_the_same_goals_in_another(
    goals: list[GoalId], org: str, log: Log, nats_url: str, tmp_path: Path, release: str, form: str
) -> None:
    file = tmp_path / f"{org}.json"
    exported = await run(
        export, "--org", org, "--nats-url", nats_url, "--version", release, "--format", form, "--output", str(file)
    )
    assert exported.exit_code == 0, exported.output

    elsewhere = f"{org}-{release}-{form}"
    imported = await run(import_, str(file), "--org", elsewhere, "--nats-url", nats_url, "--json")

    last = json.loads(imported.stdout.splitlines()[-1])
    assert last == {"goals": 3, "recorded": 3, "duplicate": 0, "rejected": 0, "refused_files": []}
    for goal in goals:
        there = await read(log, goal._replace(org=elsewhere))
        assert what_comes_back(there) == what_comes_back(await read(log, goal))


@pytest.mark.parametrize("release", ["R4", "R5"])
async def test_every_resource_is_a_line_and_valid(goals: list[GoalId], org: str, nats_url: str, release: str) -> None:
    exported = await run(export, "--org", org, "--nats-url", nats_url, "--version", release, "--json")

    resources = [json.loads(line) for line in exported.stdout.splitlines()]
    model = r5_model if release == "R5" else r4_model
    for resource in resources:
        model(resource["resourceType"]).model_validate(resource)
    summary = json.loads(exported.stderr)
    assert (summary["patients"], summary["output"]) == (2, "-")
    assert sum(summary["resources"].values()) == len(resources)
    assert summary["resources"]["Goal"] == 3


async def test_one_patient_is_exported_alone(goals: list[GoalId], org: str, nats_url: str) -> None:
    exported = await run(
        export,
        "--org",
        org,
        "--patient",
        "p2",
        "--nats-url",
        nats_url,
        "--format",
        "bundle",
        "--base-url",
        "http://x/R4",
    )

    bundle = json.loads(exported.stdout)
    r4_model("Bundle").model_validate(bundle)
    found = [each["fullUrl"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Goal"]
    assert found == [f"http://x/R4/Goal/{org}.p2.sing"]
    assert "1 patient: 1 Patient, 1 CarePlan, 1 Goal" in exported.stderr


async def test_an_empty_organisation_gives_an_empty_bundle(http: Http, org: str, nats_url: str) -> None:
    exported = await run(export, "--org", org, "--nats-url", nats_url, "--format", "bundle")

    assert json.loads(exported.stdout) == {"resourceType": "Bundle", "type": "collection"}
    assert "0 patients: nothing." in exported.stderr


async def test_a_patient_that_is_not_there_leaves_no_file(http: Http, org: str, nats_url: str, tmp_path: Path) -> None:
    file = tmp_path / "out.ndjson"

    exported = await run(export, "--org", org, "--patient", "p9", "--nats-url", nats_url, "--output", str(file))

    assert exported.exit_code == 1
    assert f"no events of patient p9 in {org}" in exported.stderr
    assert names_in(tmp_path) == []


async def test_a_file_is_for_its_owner_only(goals: list[GoalId], org: str, nats_url: str, tmp_path: Path) -> None:
    file = tmp_path / "out.ndjson"

    exported = await run(export, "--org", org, "--nats-url", nats_url, "--output", str(file), "--json")

    assert json.loads(exported.stdout)["output"] == str(file)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--org", "St. Mary"), "--org must be 1 to 64 letters"),
        (("--org", "o", "--patient", "p.1"), "--patient must be 1 to 64 letters"),
        (("--org", "o", "--version", "STU3"), "STU3"),
        (("--org", "o", "--output", "/nowhere/at/all"), "/nowhere/at/all cannot be written"),
    ],
)
async def test_mistakes_in_the_command_are_named(arguments: tuple[str, ...], says: str, nats_url: str) -> None:
    result = await run(export, *arguments, "--nats-url", nats_url)

    assert result.exit_code != 0
    assert says in result.stderr
