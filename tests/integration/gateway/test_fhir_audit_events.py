"""Who read and who wrote as FHIR AuditEvents, after IHE BALP, valid against the models of both releases."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model

from events.access_record import EVERY_PATIENT
from events.identity import GoalId
from events.log import Append
from projections.access_record.writer import AccessWriter
from services.access.principal import Principal
from services.access.records.recorder import AccessRecorder
from services.embedded_server import EmbeddedServer
from tests.access import access_messages, access_record
from tests.builders import active_goal
from tests.integration.gateway.alone import ORG, Alone, alone
from tests.tokens import bearing

GOAL = GoalId(ORG, "p_1", "g1")
PATIENT = f"{ORG}.p..1"
BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
RELEASES = ("R4", "R5")
READINGS = [
    access_record("p_1", org=ORG, token="8f2c", client="north-app", address="192.0.2.7"),
    access_record("p_1", "p2", org=ORG, operation="goals_of_org", interaction="search-type", channel="nats"),
    access_record("p_1", org=ORG, outcome="refused", code="access.denied"),
    access_record(EVERY_PATIENT, org=ORG, operation="log_backup", interaction="operation", channel="command"),
]

# Any below: FHIR resources as JSON.


@pytest.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    """A patient with five events and four readings."""
    server = EmbeddedServer(tmp_path_factory.mktemp("nats"), sync_always=False)
    await server.start()
    async with alone(server, tmp_path_factory.mktemp("gateway")) as place:
        plan, *rest = active_goal(GOAL)
        await place.log.append(Append((plan,), 0, 0))
        await place.log.append(Append(tuple(rest), 0, 0))
        await place.build()
        recorder = AccessRecorder(place.nc)
        for reading in READINGS:
            await recorder.record([reading])
        await recorder.close()
        writer = AccessWriter(place.engine)
        writer.resume()
        writer.take(await access_messages(place.nc), head=len(READINGS))
        yield place
    await server.stop()


@pytest.fixture(scope="module")
async def client(here: Alone) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


async def get(client: httpx.AsyncClient, path: str, **query: object) -> Any:
    """A resource, checked against the models of its release."""
    response = await client.get(f"/fhir/{path}", params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    resource = response.json()
    model = r5_model if path.startswith("R5") else r4_model
    model(resource["resourceType"]).model_validate(resource)
    return resource


async def found(client: httpx.AsyncClient, release: str = "R4", **query: object) -> list[Any]:
    bundle = await get(client, f"{release}/AuditEvent", patient=f"Patient/{PATIENT}", **query)
    return [each["resource"] for each in bundle.get("entry", ())]


def codes(resources: list[Any]) -> list[str]:
    return [resource["subtype"][0]["code"] for resource in resources]


async def of(client: httpx.AsyncClient, interaction: str, refused: bool = False) -> Any:
    """The one AuditEvent of R4 with this interaction."""
    events = await found(client)
    [event] = [each for each in events if codes([each]) == [interaction] and ("outcomeDesc" in each) == refused]
    return event


@pytest.mark.parametrize("release", RELEASES)
async def test_a_patients_readings_and_events_are_one_list(client: httpx.AsyncClient, release: str) -> None:
    resources = await found(client, release)

    assert len(resources) == len(READINGS) + 4
    recorded = [resource["recorded"] for resource in resources]
    assert recorded == sorted(recorded, reverse=True)


@pytest.mark.parametrize("release", RELEASES)
async def test_each_is_read_under_its_id(client: httpx.AsyncClient, release: str) -> None:
    for resource in await found(client, release):
        assert await get(client, f"{release}/AuditEvent/{resource['id']}") == resource


async def test_a_reading_of_one_thing_is_balps_patient_read(client: httpx.AsyncClient) -> None:
    reading = await of(client, "read")

    assert reading["meta"]["profile"] == [f"{BALP}PatientRead"]
    assert (reading["type"]["code"], reading["action"], reading["outcome"]) == ("rest", "R", "0")
    client_, server, user = reading["agent"]
    assert client_["type"]["coding"][0]["code"] == "110152"
    assert client_["network"] == {"address": "192.0.2.7", "type": "2"}
    assert client_["who"]["identifier"]["value"] == "north-app"
    assert server["type"]["coding"][0]["code"] == "110153"
    assert server["network"] == {"address": "http://localhost/fhir/R4", "type": "5"}
    assert user["type"]["coding"][0]["code"] == "IRCP"
    assert user["who"]["identifier"]["value"] == "dana"
    assert user["requestor"] is True
    assert user["policy"] == ["urn:ietf:params:oauth:jti:8f2c"]
    assert user["purposeOfUse"][0]["coding"][0]["code"] == "TREAT"
    patient, data = reading["entity"]
    assert (patient["what"]["reference"], patient["type"]["code"], patient["role"]["code"]) == (
        f"Patient/{PATIENT}",
        "1",
        "1",
    )
    assert (data["type"]["code"], data["role"]["code"]) == ("2", "4")


async def test_a_search_claims_no_profile_and_has_no_query(client: httpx.AsyncClient) -> None:
    search = await of(client, "search-type")

    assert "profile" not in search["meta"]
    assert search["action"] == "E"
    assert all("query" not in entity for entity in search["entity"])


async def test_a_refusal_says_so_and_claims_no_profile(client: httpx.AsyncClient) -> None:
    refused = await of(client, "read", refused=True)

    assert (refused["outcome"], refused["outcomeDesc"]) == ("8", "access.denied")
    assert "profile" not in refused["meta"]


async def test_a_reading_of_everybody_is_one_of_this_patient(client: httpx.AsyncClient) -> None:
    backup = await of(client, "operation")

    assert backup["entity"][0]["what"]["reference"] == f"Patient/{PATIENT}"
    assert backup["agent"][0]["network"] == {"address": "cairn-command", "type": "1"}


async def test_events_are_balps_create_and_update(client: httpx.AsyncClient) -> None:
    events = [each for each in await found(client) if codes([each])[0] in ("create", "update")]

    assert codes(events) == ["update", "update", "create", "create"]
    assert [each["action"] for each in events] == ["U", "U", "C", "C"]
    created = events[2]
    assert created["meta"]["profile"] == [f"{BALP}PatientCreate"]
    assert [agent["type"]["coding"][0]["code"] for agent in created["agent"]] == ["110153", "110152", "AUT"]
    assert created["entity"][1]["what"]["reference"] == f"Goal/{ORG}.p..1.g1/_history/1"


async def test_they_come_in_pages_without_a_gap_or_a_repeat(client: httpx.AsyncClient) -> None:
    whole = await found(client)
    paged: list[Any] = []
    path = f"/fhir/R4/AuditEvent?patient={PATIENT}&_count=3"
    while path:
        bundle = (await client.get(path)).json()
        assert bundle["total"] == len(whole)
        paged += [each["resource"] for each in bundle["entry"]]
        path = next((each["url"] for each in bundle["link"] if each["relation"] == "next"), "")
        path = path.removeprefix("http://localhost")

    assert paged == whole


async def test_they_are_found_by_their_ids(client: httpx.AsyncClient) -> None:
    whole = await found(client)
    both = [whole[0], whole[-1]]
    named = f"{both[1]['id']},{both[0]['id']},{PATIENT}.r9-9,nothing,{both[0]['id']}"

    async def by_id(ids: str, **query: object) -> tuple[int, list[Any]]:
        bundle = await get(client, "R4/AuditEvent", _id=ids, **query)
        return bundle["total"], [each["resource"] for each in bundle.get("entry", ())]

    assert await by_id(named) == (2, both)
    assert await by_id(named, patient=PATIENT) == (2, both)
    assert await by_id(named, patient=f"{ORG}.p2") == (0, [])
    assert await by_id(named, date="lt2026-03-02") == (0, [])
    assert await by_id(named, _summary="count") == (2, [])
    bundle = await get(client, "R4/AuditEvent", _id=named, _count=1)
    assert [each["resource"] for each in bundle["entry"]] == both[:1]
    following = next(each["url"] for each in bundle["link"] if each["relation"] == "next")
    assert [each["resource"] for each in (await client.get(following)).json()["entry"]] == both[1:]


async def test_an_id_of_another_organisations_patient_is_refused(client: httpx.AsyncClient) -> None:
    elsewhere = Principal(id="mallory", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"south"}))
    for part in ("r1-0", "g1.1"):
        answer = await client.get(f"/fhir/R4/AuditEvent?_id={PATIENT}.{part}", headers=bearing(elsewhere))
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("date", "count"),
    [("ge2026-03-02T12:00:00Z", 8), ("2026-03-02", 4), ("lt2026-03-02", 0), ("gt2026-03-02", 4), ("sa2026-03-02", 4)],
)
async def test_they_are_found_by_date(client: httpx.AsyncClient, date: str, count: int) -> None:
    assert len(await found(client, date=date)) == count
    assert (await get(client, "R4/AuditEvent", patient=PATIENT, date=date, _summary="count"))["total"] == count


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "patient"),
        (f"patient={PATIENT}&patient={PATIENT}", "patient"),
        (f"_id={PATIENT}.r1-0&_id={PATIENT}.r2-0", "_id"),
        ("_id=" + "a," * 50, "_id"),
        (f"patient={PATIENT}&date=ne2026", "date"),
        (f"patient={PATIENT}&date=soon", "date"),
        (f"patient={PATIENT}&agent=dana", "agent"),
        (f"patient={PATIENT}&_count=-1", "_count"),
        (f"patient={PATIENT}&_after=x", "_after"),
        (f"patient={PATIENT}&_after=W10", "_after"),
    ],
)
async def test_what_cannot_be_answered_is_refused(client: httpx.AsyncClient, query: str, parameter: str) -> None:
    response = await client.get(f"/fhir/R4/AuditEvent?{query}")

    assert response.status_code == 400
    assert parameter in response.json()["issue"][0]["diagnostics"]


async def test_a_lenient_client_is_told_what_was_left_out(client: httpx.AsyncClient) -> None:
    response = await client.get(
        f"/fhir/R4/AuditEvent?patient={PATIENT}&agent=dana", headers={"prefer": "handling=lenient"}
    )

    assert response.status_code == 200
    assert response.json()["entry"][-1]["resource"]["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("id_", [f"{PATIENT}.r9-9", f"{ORG}.p2.r1-0", f"{ORG}.p..1.g1.99", "nothing", "a.b.r0-0"])
async def test_what_is_not_there_is_404(client: httpx.AsyncClient, id_: str) -> None:
    assert (await client.get(f"/fhir/R4/AuditEvent/{id_}")).status_code == 404


@pytest.mark.parametrize("release", RELEASES)
async def test_the_statement_has_them(client: httpx.AsyncClient, release: str) -> None:
    statement = await get(client, f"{release}/metadata")

    [resource] = [each for each in statement["rest"][0]["resource"] if each["type"] == "AuditEvent"]
    assert {each["code"] for each in resource["interaction"]} == {"read", "search-type"}
    assert {each["name"] for each in resource["searchParam"]} == {"_id", "patient", "date"}
    assert ("supportedProfile" in resource) == (release == "R4")
