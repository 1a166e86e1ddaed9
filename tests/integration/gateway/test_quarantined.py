"""Reads of goals with events that a projection could not take: marked, and everything else as ever."""

import csv
import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import httpx
import jsonschema
import pytest

from services.embedded_server import EmbeddedServer
from tests.integration.gateway.alone import ORG, Alone, alone

PATIENT = "/v1/orgs/{org}/patients/{patient}"
GOAL = f"{PATIENT}/goals/{{goal}}"


@pytest.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    """Three goals: a sound one, one quarantined after its activation, and one quarantined from its first event on."""
    folder = tmp_path_factory.mktemp("quarantined")
    server = EmbeddedServer(folder / "nats", sync_always=False)
    await server.start()
    async with alone(server, folder) as place:
        await place.record("sound", "spoilt")
        await place.spoil("spoilt")
        await place.spoil("unread")
        await place.build()
        yield place
    await server.stop()


@pytest.fixture(scope="module")
async def client(here: Alone) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


async def answer(client: httpx.AsyncClient, path: str, goal: str, query: str = "") -> Any:  # Any: JSON as answered
    """What is answered, which is as the OpenAPI document describes it."""
    response = await client.get(path.format(org=ORG, patient=f"p-{goal}", goal=goal) + query)
    assert response.status_code == 200, response.text
    document = (await client.get("/openapi.json")).json()
    schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(response.json(), {**schema, "components": document["components"]})
    return response.json()


async def test_a_goal_says_where_it_is_quarantined(client: httpx.AsyncClient) -> None:
    goal = await answer(client, GOAL, "spoilt")

    assert (goal["status"], goal["version"]) == ("active", 3)
    assert (goal["quarantined"]["version"], goal["quarantined"]["position"]) == (3, 9)
    assert goal["quarantined"]["reason"]


async def test_others_are_not_marked(client: httpx.AsyncClient) -> None:
    assert (await answer(client, GOAL, "sound"))["quarantined"] is None


async def test_lists_mark_the_goals_that_are_quarantined(client: httpx.AsyncClient) -> None:
    of_org = await answer(client, "/v1/orgs/{org}/goals", "spoilt")
    of_patient = await answer(client, f"{PATIENT}/goals", "spoilt")

    assert {each["goal"]: bool(each["quarantined"]) for each in of_org["items"]} == {"sound": False, "spoilt": True}
    assert [each["quarantined"]["position"] for each in of_patient["items"]] == [9]


@pytest.mark.parametrize("read", ["tree", "series"])
async def test_what_is_told_of_a_patient_marks_the_goals_that_are_quarantined(
    client: httpx.AsyncClient, read: str
) -> None:
    spoilt = await answer(client, f"{PATIENT}/{read}", "spoilt")
    sound = await answer(client, f"{PATIENT}/{read}", "sound")

    its = "goals" if read == "series" else "goals_without_priority"
    assert [(each["quarantined"]["version"], each["quarantined"]["position"]) for each in spoilt[its]] == [(3, 9)]
    assert [each["quarantined"] for each in sound[its]] == [None]


async def test_the_caseload_names_what_is_held_of_each_patient(client: httpx.AsyncClient) -> None:
    caseload = await answer(client, "/v1/orgs/{org}/caseload", "spoilt")

    told = {
        each["patient"]: [(quarantined["goal"], quarantined["position"]) for quarantined in each["quarantined"]]
        for each in caseload["items"]
    }
    assert told == {"p-sound": [], "p-spoilt": [("spoilt", 9)]}


async def test_the_evidence_marks_the_goals_that_are_quarantined(client: httpx.AsyncClient) -> None:
    evidence = await answer(client, "/v1/orgs/{org}/evidence", "spoilt")
    table = await client.get(f"/v1/orgs/{ORG}/evidence?format=csv")

    assert {each["goal"]: bool(each["quarantined"]) for each in evidence["items"]} == {"sound": False, "spoilt": True}
    assert evidence["total"]["quarantined"] == 1
    in_table = {row["goal"]: row["quarantined"] for row in csv.DictReader(StringIO(table.text, newline=""))}
    assert in_table == {"sound": "false", "spoilt": "true"}


async def test_reads_over_nats_mark_them_too(here: Alone, client: httpx.AsyncClient) -> None:
    path = f"/v1/orgs/{ORG}/caseload"
    async with here.reads_over_nats():
        reply = await here.nc.request("cairn.read", path.encode(), timeout=20)

    assert json.loads(reply.data) == (await client.get(path)).json()
    assert b'"goal":"spoilt"' in reply.data


@pytest.mark.parametrize("read", ["tree", "series"])
async def test_a_patient_of_whom_nothing_could_be_read_is_not_said_to_be_unknown(
    client: httpx.AsyncClient, read: str
) -> None:
    response = await client.get(f"/v1/orgs/{ORG}/patients/p-unread/{read}")

    assert (response.status_code, response.json()["code"]) == (503, "projection.quarantined")


async def test_a_plan_is_held_by_itself(client: httpx.AsyncClient) -> None:
    assert (await answer(client, f"{PATIENT}/plan", "spoilt"))["quarantined"] is None


async def test_history_and_audit_say_what_is_missing(client: httpx.AsyncClient) -> None:
    history = await answer(client, f"{GOAL}/history", "spoilt")
    diff = await answer(client, f"{GOAL}/diff", "spoilt", "?from=0&to=3")
    audit = await answer(client, "/v1/orgs/{org}/audit", "spoilt")

    assert [each["version"] for each in history["items"]] == [1, 2, 3]
    assert (history["quarantined"]["version"], history["quarantined"]["position"]) == (3, 9)
    assert diff["quarantined"] == history["quarantined"]
    assert [(each["goal"], each["version"], each["position"]) for each in audit["quarantined"]] == [
        ("spoilt", 3, 9),
        ("unread", 0, 10),
    ]


@pytest.mark.parametrize("path", [GOAL, f"{GOAL}/history", f"{GOAL}/diff?from=0&to=1"])
async def test_a_goal_of_which_nothing_could_be_read_is_not_said_to_be_unknown(
    client: httpx.AsyncClient, path: str
) -> None:
    response = await client.get(path.format(org=ORG, patient="p-unread", goal="unread"))

    assert (response.status_code, response.json()["code"]) == (503, "projection.quarantined")
    assert "its event at position 10 could not be taken in" in response.json()["detail"]


async def test_a_goal_that_is_not_there_is_unknown_as_ever(client: httpx.AsyncClient) -> None:
    response = await client.get(GOAL.format(org=ORG, patient="p-sound", goal="none"))

    assert (response.status_code, response.json()["code"]) == (404, "goal.unknown")


async def test_the_quarantine_is_counted(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/projections")).json()["items"]

    assert {each["name"]: each["quarantined"] for each in found} == dict.fromkeys(
        ("goal_state", "audit_trail", "review_schedule"), 2
    )
