"""What commands read is recorded under the name of whoever runs them, before it is printed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic_core import to_json

from events.access_record import ACCESS_STREAM, EVERY_PATIENT, AccessRecord
from events.identity import GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from tests.access import access_records
from tests.builders import active_goal
from tests.forked import cairn
from tests.integration.gateway.http import Http
from tests.unit.fhir.resources import goal as fhir_goal


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    return goal


def told(records: list[AccessRecord]) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    return [(each.reader, each.channel, each.operation, each.purpose, each.patients) for each in records]


@pytest.mark.parametrize(
    ("command", "channel", "operation"),
    [
        (("goals", "list", "--org", "{org}", "--patient", "p1"), "nats", "goals_of_org"),
        (("goals", "show", "{org}.p1.g1"), "nats", "one_goal"),
        (("reviews", "--org", "{org}", "--patient", "p1"), "nats", "reviews"),
        (("disclosures", "--org", "{org}", "--patient", "p1"), "nats", "list_disclosures"),
        (("replay", "{org}.p1.g1"), "command", "replay"),
        (("export", "fhir", "--org", "{org}", "--patient", "p1", "--to", "program"), "command", "export_fhir"),
    ],
)
async def test_a_command_is_recorded_as_its_user(
    nc: ResilientClient, nats_url: str, goal: GoalId, command: tuple[str, ...], channel: str, operation: str
) -> None:
    arguments = [each.format(org=goal.org) for each in command]

    ran = await cairn(*arguments, "--nats-url", nats_url, CAIRN_OPERATOR="alice", CAIRN_PURPOSE="HLEGAL")

    assert ran.code == 0, ran.err
    assert told(await access_records(nc, goal.org)) == [("command:alice", channel, operation, "HLEGAL", ("p1",))]


async def test_an_import_records_whom_it_compares_before_it_says_anything(
    nc: ResilientClient, nats_url: str, org: str, tmp_path: Path
) -> None:
    file = tmp_path / "goal.json"
    file.write_bytes(to_json(fhir_goal()))
    command = ("import", "fhir", str(file), "--org", org, "--nats-url", nats_url)

    first = await cairn(*command, CAIRN_OPERATOR="alice")
    again = await cairn(*command, "--purpose", "CAREMGT", CAIRN_OPERATOR="alice")

    assert (first.code, again.code) == (0, 0), first.err + again.err
    found = await access_records(nc, org)
    assert [(each.reader, each.operation, each.purpose) for each in found] == [
        ("command:alice", "import_fhir", "HOPERAT"),
        ("command:alice", "import_fhir", "CAREMGT"),
    ]
    assert {each.patients for each in found} == {("p1",)}


async def test_an_import_that_cannot_be_recorded_imports_nothing(
    own_server: EmbeddedServer, recorded_goal: GoalId, tmp_path: Path
) -> None:
    nc = await connect(own_server.url, name="test")
    await nc.jetstream().delete_stream(ACCESS_STREAM)
    await nc.close()
    file = tmp_path / "goal.json"
    file.write_bytes(to_json(fhir_goal()))

    refused = await cairn("import", "fhir", str(file), "--org", "north", "--nats-url", own_server.url)

    assert (refused.code, refused.out) == (1, "")
    assert "access.not_recorded" in refused.err


async def test_a_purpose_is_an_option_too(nc: ResilientClient, nats_url: str, goal: GoalId) -> None:
    ran = await cairn("replay", str(goal), "--purpose", "ETREAT", "--nats-url", nats_url, CAIRN_OPERATOR="alice")
    wrong = await cairn("replay", str(goal), "--purpose", "curiosity", "--nats-url", nats_url, CAIRN_OPERATOR="alice")

    assert (ran.code, wrong.code) == (0, 2)
    assert "The purpose is one of TREAT" in wrong.err
    assert [each.purpose for each in await access_records(nc, goal.org)] == ["ETREAT"]


async def test_an_export_within_the_program_is_for_the_purpose_that_it_names(
    nc: ResilientClient, nats_url: str, goal: GoalId
) -> None:
    whose = ("--org", goal.org, "--patient", "p1", "--to", "program")
    ran = await cairn("export", "fhir", *whose, "--purpose", "HCOMPL", "--nats-url", nats_url, CAIRN_OPERATOR="alice")

    assert ran.code == 0, ran.err
    assert [each.purpose for each in await access_records(nc, goal.org)] == ["HCOMPL"]


@pytest.fixture
async def recorded_goal(own_server: EmbeddedServer) -> AsyncIterator[GoalId]:
    """A goal on a server of its own, where nobody serves, with the stream of the records."""
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    goal = GoalId("north", "p1", "g1")
    plan, *rest = active_goal(goal)
    await log.append(Append((plan,), 0, 0))
    await log.append(Append(tuple(rest), 0, 0))
    yield goal
    await log.close()
    await nc.close()


async def test_a_backup_tells_of_everybody(own_server: EmbeddedServer, recorded_goal: GoalId, tmp_path: Path) -> None:
    ran = await cairn("log", "backup", str(tmp_path / "backup"), "--nats-url", own_server.url, CAIRN_OPERATOR="alice")

    assert "up to position 4" in ran.out
    nc = await connect(own_server.url, name="test")
    found = await access_records(nc)
    await nc.close()
    assert told(found) == [("command:alice", "command", "log_backup", "HOPERAT", (EVERY_PATIENT,))]
    assert found[0].org == "north"


@pytest.mark.parametrize(
    "command", [("replay", "north.p1.g1"), ("log", "backup", "{folder}")], ids=["replay", "backup"]
)
async def test_what_cannot_be_recorded_is_not_printed(
    own_server: EmbeddedServer, recorded_goal: GoalId, tmp_path: Path, command: tuple[str, ...]
) -> None:
    nc = await connect(own_server.url, name="test")
    await nc.jetstream().delete_stream(ACCESS_STREAM)
    await nc.close()
    arguments = [each.format(folder=tmp_path / "backup") for each in command]

    refused = await cairn(*arguments, "--nats-url", own_server.url)
    nevertheless = await cairn(*arguments, "--nats-url", own_server.url, CAIRN_ACCESS_RECORDS="best_effort")

    assert (refused.code, refused.out) == (1, "")
    assert "access.not_recorded" in refused.err
    assert nevertheless.out
    assert "without a record" in nevertheless.err
