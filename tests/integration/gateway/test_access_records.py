"""Whatever tells something about patients is recorded with exactly these patients, before it is told."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from nats.errors import ConnectionClosedError

from events.access_record import ACCESS, AccessRecord
from events.event import Event
from events.goal.types import Changes, ReviewScheduled, Revised
from events.identity import GoalId
from events.log import Append
from events.log.stream import STREAM
from projections.access_record.writer import AccessWriter
from projections.goal_state import evidence
from services.access.principal import Principal
from services.embedded_server import EmbeddedServer
from services.gateway.access.operations import OPERATIONS
from services.gateway.access_records import PURPOSE_HEADER
from services.gateway.asking import Asking
from services.gateway.fhir import histories
from tests.access import access_messages, access_records
from tests.builders import TODAY, active_goal, entry, event, gas
from tests.fake_notary import FakeNotary
from tests.integration.gateway.alone import ORG, Alone, alone
from tests.tokens import bearing

_ORG = f"/v1/orgs/{ORG}"
_P1 = f"{_ORG}/patients/p-g1"
_FHIR = "/fhir/R4"
FIRST, BOTH, ALL = {"p-g1"}, {"p-g1", "p-g2"}, {"p-g1", "p-g2", "p-g3"}
WORDS = "Evenings without a drink"

EXAMPLES: dict[str, tuple[str, set[str]]] = {
    "goals_of_org": (f"{_ORG}/goals?text=evenings", BOTH),
    "goals_of_patient": (f"{_P1}/goals", FIRST),
    "one_goal": (f"{_P1}/goals/g1", FIRST),
    "entries_of_goal": (f"{_P1}/goals/g1/entries", FIRST),
    "moments_of_goal": (f"{_P1}/goals/g1/moments", FIRST),
    "texts_of_goal": (f"{_P1}/goals/g1/texts", FIRST),
    "levels_of_goal": (f"{_P1}/goals/g1/levels", FIRST),
    "goal_page": (f"/clinic/{ORG}/patients/p-g1/goals/g1", FIRST),
    "patient_page": (f"/clinic/{ORG}/patients/p-g1", FIRST),
    "plan": (f"{_P1}/plan", FIRST),
    "tree": (f"{_P1}/tree", FIRST),
    "series": (f"{_P1}/series", FIRST),
    "wins": (f"{_P1}/wins", FIRST),
    "session_of_patient": (f"{_P1}/session", FIRST),
    "sessions_of_day": (f"{_ORG}/session?day={TODAY}", BOTH),
    "session_page": (f"{_P1.replace('/v1/orgs', '/clinic')}/session", FIRST),
    "sessions_page": (f"{_ORG.replace('/v1/orgs', '/clinic')}/session?day={TODAY}", BOTH),
    "history": (f"{_P1}/goals/g1/history", FIRST),
    "diff": (f"{_P1}/goals/g1/diff?from=0&to=1", FIRST),
    "calendar_of_patient": (f"{_P1}/reviews.ics", FIRST),
    "accesses": (f"{_P1}/accesses", FIRST),
    "list_disclosures": (f"{_P1}/disclosures", FIRST),
    "audit": (f"{_ORG}/audit", ALL),
    "audited_event": (f"{_ORG}/audit/2", FIRST),
    "proof_of_event": (f"{_ORG}/events/2/proof", FIRST),
    "proof_of_goal": (f"{_P1}/goals/g1/proof", FIRST),
    "audit_page": (f"/clinic/{ORG}/audit", ALL),
    "audited_event_page": (f"/clinic/{ORG}/audit/2", FIRST),
    "reviews": (f"{_ORG}/reviews", BOTH),
    "calendar_of_org": (f"{_ORG}/reviews.ics", BOTH),
    "caseload": (f"{_ORG}/caseload", ALL),
    "today": (f"{_ORG}/today", ALL),
    "today_page": (f"/clinic/{ORG}/today", ALL),
    "today_row": (f"/clinic/{ORG}/today/row?patient=p-g1", FIRST),
    "reviews_page": (f"/clinic/{ORG}/reviews", BOTH),
    "waiting": (f"{_ORG}/waiting", ALL),
    "evidence": (f"{_ORG}/evidence", ALL),
    "read_patient": (f"{_FHIR}/Patient/{ORG}.p-g1", FIRST),
    "read_goal": (f"{_FHIR}/Goal/{ORG}.p-g1.g1", FIRST),
    "read_care_plan": (f"{_FHIR}/CarePlan/{ORG}.p-g1.plan", FIRST),
    "read_observation": (f"{_FHIR}/Observation/{ORG}.p-g1.g1.baseline", FIRST),
    "read_provenance": (f"{_FHIR}/Provenance/{ORG}.p-g1.g1.1", FIRST),
    "read_audit_event": (f"{_FHIR}/AuditEvent/{ORG}.p-g1.g1.1", FIRST),
    "search_patient": (f"{_FHIR}/Patient?_id={ORG}.p-g1", FIRST),
    "search_goal": (f"{_FHIR}/Goal?patient={ORG}.p-g1", FIRST),
    "search_careplan": (f"{_FHIR}/CarePlan?patient={ORG}.p-g1", FIRST),
    "search_observation": (f"{_FHIR}/Observation?patient={ORG}.p-g1", FIRST),
    "search_provenance": (f"{_FHIR}/Provenance?patient={ORG}.p-g1", FIRST),
    "search_auditevent": (f"{_FHIR}/AuditEvent?patient={ORG}.p-g1", FIRST),
    "history_of_every_goal": (f"{_FHIR}/Goal/_history", ALL),
    "history_of_every_careplan": (f"{_FHIR}/CarePlan/_history", ALL),
    "history_of_goal": (f"{_FHIR}/Goal/{ORG}.p-g1.g1/_history", FIRST),
    "history_of_careplan": (f"{_FHIR}/CarePlan/{ORG}.p-g1.plan/_history", FIRST),
    "version_of_goal": (f"{_FHIR}/Goal/{ORG}.p-g1.g1/_history/1", FIRST),
    "version_of_careplan": (f"{_FHIR}/CarePlan/{ORG}.p-g1.plan/_history/1", FIRST),
}
"""An address for each operation that tells something about patients, and about whom it does."""
_TELLING = {"goals", "schedule", "history", "proof", "accesses", "disclosures"}
_ENDLESS = "follow_events"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path_factory.mktemp("nats"), sync_always=False)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
async def here(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    """Two patients with an active goal each, and one who waits for an agreement."""
    async with alone(server, tmp_path_factory.mktemp("gateway")) as place:
        for goal in ("g1", "g2", "g3"):
            goal_id = GoalId(ORG, f"p-{goal}", goal)
            plan, proposal, *rest = active_goal(goal_id)
            await place.log.append(Append((plan,), 0, 0))
            await place.log.append(Append((proposal, *(rest if goal != "g3" else ()), *more(goal_id)), 0, 0))
        await place.build()
        AccessWriter(place.engine).resume()
        async with FakeNotary(place.nc, STREAM, tmp_path_factory.mktemp("tiles")) as notary:
            await notary.add_log(place.log)
            notary.sign()
            yield place


def more(goal_id: GoalId) -> tuple[Event, ...]:
    if goal_id.goal == "g3":
        return ()
    changes = Changes(wording=WORDS, gas=gas(baseline=-1))
    return (
        event(goal_id, Revised(changes=changes, reason="clinical"), role="clinician"),
        event(goal_id, ReviewScheduled(due_on=TODAY, cause="initial"), role="system", actor="cairn"),
        event(goal_id, entry("e1", level=1, note=WORDS)),
    )


@pytest.fixture(scope="module")
async def client(here: Alone) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


async def newly_recorded(here: Alone, client: httpx.AsyncClient, path: str, **headers: str) -> list[AccessRecord]:
    """The records of one more reading, which is answered."""
    before = len(await access_records(here.nc))
    response = await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert response.status_code in (200, 204, 304), response.text
    return (await access_records(here.nc))[before:]


def told_of(records: list[AccessRecord]) -> set[str]:
    return {patient for record in records for patient in record.patients}


def test_every_operation_that_tells_of_patients_has_an_example_here() -> None:
    telling = {operation.name for operation in OPERATIONS if operation.reading in _TELLING}

    assert telling == {*EXAMPLES, _ENDLESS}


@pytest.mark.parametrize("name", EXAMPLES)
async def test_a_reading_is_recorded_with_exactly_its_patients(
    here: Alone, client: httpx.AsyncClient, name: str
) -> None:
    path, patients = EXAMPLES[name]
    operation = next(each for each in OPERATIONS if each.name == name)

    [record] = await newly_recorded(here, client, path)

    assert set(record.patients) == patients
    assert (record.org, record.operation, record.reading) == (ORG, name, operation.reading)
    assert (record.channel, record.outcome, record.reader) == ("http", "told", "node")
    if operation.interaction is not None:
        assert record.interaction == operation.interaction


@pytest.mark.parametrize("name", EXAMPLES)
async def test_what_cannot_be_recorded_is_not_told(
    here: Alone, client: httpx.AsyncClient, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = here.nc.send

    def sends_no_record(subject: str, headers: Mapping[str, str], body: bytes, reply: str = "") -> None:
        if subject.startswith(ACCESS):
            raise ConnectionClosedError
        send(subject, headers, body, reply)

    monkeypatch.setattr(here.nc, "send", sends_no_record)

    response = await client.get(EXAMPLES[name][0])

    assert response.status_code == 503
    assert "not_recorded" in response.text
    assert not {"wake", "Evenings", "p-g1", "p-g2", "p-g3"} & set(response.text.replace('"', " ").split())
    assert int(response.headers["retry-after"]) > 0


async def test_a_posted_search_is_recorded_too(here: Alone, client: httpx.AsyncClient) -> None:
    before = len(await access_records(here.nc))

    for kind in ("Goal", "AuditEvent"):
        await client.post(f"{_FHIR}/{kind}/_search", data={"patient": f"{ORG}.p-g2"})

    found = (await access_records(here.nc))[before:]
    assert [(record.operation, record.patients) for record in found] == [
        ("search_goal", ("p-g2",)),
        ("search_auditevent", ("p-g2",)),
    ]


async def test_a_table_for_a_spreadsheet_names_everybody_who_is_in_it(here: Alone, client: httpx.AsyncClient) -> None:
    [record] = await newly_recorded(here, client, f"{_ORG}/evidence?format=csv")

    assert told_of([record]) == ALL


@pytest.mark.parametrize("query", ["limit=1", "patient=p-g1", "clinician=c1&limit=1"])
async def test_a_page_names_those_who_are_on_it(here: Alone, client: httpx.AsyncClient, query: str) -> None:
    for path in ("goals", "audit", "reviews"):
        assert told_of(await newly_recorded(here, client, f"{_ORG}/{path}?{query}")) == FIRST


async def test_a_total_of_few_names_them_also_where_they_are_not_on_the_page(
    here: Alone, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{_ORG}/evidence?limit=1"
    assert told_of(await newly_recorded(here, client, path)) == ALL

    monkeypatch.setattr(evidence, "MOST_PATIENTS_TOLD_BY_A_TOTAL", 2)
    assert told_of(await newly_recorded(here, client, path)) == FIRST


@pytest.mark.parametrize("query", ["_count=0", "_summary=count"])
@pytest.mark.parametrize("kind", ["Goal", "CarePlan"])
async def test_a_number_of_versions_is_a_reading_of_those_whom_it_counts(
    here: Alone, client: httpx.AsyncClient, kind: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{_FHIR}/{kind}/_history?{query}"
    assert told_of(await newly_recorded(here, client, path)) == ALL

    monkeypatch.setattr(histories, "MOST_PATIENTS_TOLD_BY_A_TOTAL", 2)
    [record] = await newly_recorded(here, client, path)
    assert (record.org, record.patients, record.reading) == (ORG, (), "history")


@pytest.mark.parametrize("kind", ["Goal", "AuditEvent", "Patient"])
async def test_a_number_that_a_search_finds_is_a_reading_of_whom_it_names(
    here: Alone, client: httpx.AsyncClient, kind: str
) -> None:
    whose = f"_id={ORG}.p-g1" if kind == "Patient" else f"patient={ORG}.p-g1"
    assert told_of(await newly_recorded(here, client, f"{_FHIR}/{kind}?{whose}&_summary=count")) == FIRST
    assert told_of(await newly_recorded(here, client, f"{_FHIR}/{kind}?{whose}&_count=0")) == FIRST


async def test_a_list_in_which_nobody_is_is_a_reading_too(here: Alone, client: httpx.AsyncClient) -> None:
    [record] = await newly_recorded(here, client, f"{_ORG}/goals?status=held")

    assert (record.org, record.patients, record.operation) == (ORG, (), "goals_of_org")


async def test_a_row_of_somebody_who_is_not_on_the_page_tells_of_nobody(here: Alone, client: httpx.AsyncClient) -> None:
    [record] = await newly_recorded(here, client, f"/clinic/{ORG}/today/row?patient=ghost")

    assert (record.org, record.patients, record.operation) == (ORG, (), "today_row")


async def test_that_a_patient_has_nothing_is_told_of_the_patient_too(here: Alone, client: httpx.AsyncClient) -> None:
    assert told_of(await newly_recorded(here, client, f"{_ORG}/goals?patient=p-g1&status=closed")) == FIRST


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/docs", "/openapi.json", "/v1/projections", "/v1/templates"])
async def test_what_tells_of_no_patient_leaves_no_record(here: Alone, client: httpx.AsyncClient, path: str) -> None:
    assert await newly_recorded(here, client, path) == []


@pytest.mark.parametrize("path", [f"{_P1}/goals/nothing", f"{_P1}/goals?limit=0", f"{_ORG}/nothing", "/fhir/R4/Goal/x"])
async def test_what_was_not_told_leaves_no_record(here: Alone, client: httpx.AsyncClient, path: str) -> None:
    before = len(await access_records(here.nc))

    assert (await client.get(path)).status_code >= 400

    assert len(await access_records(here.nc)) == before


_UNCHANGED = ["read_goal", "one_goal", "goals_of_org", "plan", "caseload", "reviews", "calendar_of_org", "history"]


@pytest.mark.parametrize("name", _UNCHANGED)
async def test_that_nothing_has_changed_is_told_without_telling_it_again(
    here: Alone, client: httpx.AsyncClient, name: str
) -> None:
    path, _ = EXAMPLES[name]
    first = await client.get(path)
    before = len(await access_records(here.nc))

    again = await client.get(path, headers={"if-none-match": f'"another", {first.headers["etag"]}'})

    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["cache-control"]) == (first.headers["etag"], "no-store")
    assert told_of((await access_records(here.nc))[before:]) == told_of((await access_records(here.nc))[:before][-1:])


async def test_what_has_changed_is_told(here: Alone, client: httpx.AsyncClient) -> None:
    path, _ = EXAMPLES["one_goal"]

    answer = await client.get(path, headers={"if-none-match": '"another"'})

    assert (answer.status_code, answer.json()["goal"]) == (200, (await client.get(path)).json()["goal"])


async def test_the_headers_alone_are_recorded_as_the_answer_is(here: Alone, client: httpx.AsyncClient) -> None:
    before = len(await access_records(here.nc))

    assert (await client.head(EXAMPLES["one_goal"][0])).status_code == 200

    assert told_of((await access_records(here.nc))[before:]) == FIRST


async def test_a_request_says_why_it_reads(here: Alone, client: httpx.AsyncClient) -> None:
    [named] = await newly_recorded(here, client, _P1 + "/plan", cairn_purpose="ETREAT")
    [usual] = await newly_recorded(here, client, _P1 + "/plan")

    assert (named.purpose, usual.purpose) == ("ETREAT", "HOPERAT")


@pytest.mark.parametrize("purpose", ["curiosity", "", "TREAT, ETREAT"])
async def test_a_purpose_that_there_is_not_is_refused(client: httpx.AsyncClient, purpose: str) -> None:
    response = await client.get(f"{_P1}/plan", headers={PURPOSE_HEADER: purpose})

    assert response.status_code == 422
    assert [each["field"] for each in response.json()["errors"]] == [PURPOSE_HEADER]


async def test_what_was_searched_for_and_what_was_told_is_in_no_record(here: Alone, client: httpx.AsyncClient) -> None:
    for path, _ in EXAMPLES.values():
        await client.get(path)
    await client.get(f"{_ORG}/goals?text=dread&clinician=carla&status=closed")

    stream = b"".join(message.data for message in await access_messages(here.nc))

    assert b"p-g1" in stream
    for word in (b"vening", b"dread", b"wake", b"carla", b"closed", b"?", b"g1.", b"/"):
        assert word not in stream


@pytest.mark.parametrize("name", ["one_goal", "goals_of_patient", "read_goal", "search_goal", "accesses"])
async def test_a_refusal_is_recorded(here: Alone, client: httpx.AsyncClient, name: str) -> None:
    elsewhere = Principal(id="mallory", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"south"}))
    before = len(await access_records(here.nc))

    response = await client.get(EXAMPLES[name][0], headers=bearing(elsewhere))

    assert response.status_code in (403, 404)
    [record] = (await access_records(here.nc))[before:]
    assert (record.reader, record.outcome, record.code) == ("mallory", "refused", "access.denied")
    assert (record.operation, record.org, record.patients, record.purpose) == (name, ORG, ("p-g1",), "TREAT")


async def test_a_reading_names_its_reader(here: Alone, client: httpx.AsyncClient) -> None:
    dana = Principal(
        id="dana",
        kind="person",
        roles=frozenset({"clinician"}),
        orgs=frozenset({ORG}),
        client="north-app",
        token="8f2c",
    )

    [record] = await newly_recorded(here, client, EXAMPLES["one_goal"][0], **bearing(dana))

    assert (record.reader, record.kind, record.roles) == ("dana", "person", ("clinician",))
    assert (record.client, record.token, record.purpose) == ("north-app", "8f2c", "TREAT")


async def test_a_reading_over_nats_is_recorded_as_such(here: Alone) -> None:
    async with here.reads_over_nats():
        before = len(await access_records(here.nc))
        await here.nc.request("cairn.read", f"{_ORG}/reviews".encode(), timeout=20)
        [record] = (await access_records(here.nc))[before:]

    assert (record.channel, set(record.patients), record.address) == ("nats", BOTH, None)


async def test_an_endpoint_that_does_not_say_of_whom_it_tells_does_not_answer(
    here: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Asking, "saw", lambda *_: None)
    async with here.gateway() as client:
        response = await client.get(f"{_ORG}/goals")

    assert (response.status_code, response.json()["code"]) == (500, "internal.error")


async def test_the_counters_tell_of_records(here: Alone, client: httpx.AsyncClient) -> None:
    await client.get(f"{_P1}/plan")
    metrics = (await client.get("/metrics")).text

    assert "cairn_access_recording 1.0" in metrics
    assert 'cairn_access_records{outcome="recorded"}' in metrics
    assert "p-g1" not in metrics
