"""FHIR search over HTTP: whose resources, what was applied, forms, what comes along, and links that lead on."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class as r4_model

from events.goal.types import Held, Imported
from events.identity import GoalId
from events.log import connect
from events.vocabulary import External
from projections.engine.database import open_database
from services.fhir.ids import digest_of
from services.gateway.app import create_app
from services.gateway.fhir import answers
from services.gateway.gateway import open_gateway
from services.settings import Settings
from tests.builders import active_goal, entry, event, opened, proposed
from tests.integration.gateway.http import Http
from tests.tokens import WrittenOut, asking
from tests.waiting import eventually

STATUS = "http://hl7.org/fhir/goal-status"

# Any below: FHIR resources as JSON.


async def found(http: Http, path: str, headers: dict[str, str] | None = None) -> Any:
    """The Bundle of a search."""
    response = await http.client.get(f"/fhir/R4/{path}", headers=headers)
    assert response.status_code == 200, response.text
    bundle = response.json()
    r4_model("Bundle").model_validate(bundle)
    return bundle


async def refused(http: Http, path: str, status: int = 400, headers: dict[str, str] | None = None) -> Any:
    """The OperationOutcome of a refusal."""
    response = await http.client.get(f"/fhir/R4/{path}", headers=headers)
    assert response.status_code == status, response.text
    outcome = response.json()
    r4_model("OperationOutcome").model_validate(outcome)
    return outcome["issue"][0]


def resources(bundle: Any, mode: str = "match") -> list[Any]:
    return [each["resource"] for each in bundle.get("entry", ()) if each["search"]["mode"] == mode]


def ids(bundle: Any, mode: str = "match") -> list[str]:
    return [each["id"] for each in resources(bundle, mode)]


def links(bundle: Any) -> dict[str, str]:
    return {each["relation"]: each["url"] for each in bundle["link"]}


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """Active with one entry, beside one on hold; the patient p2 has one more."""
    goal = GoalId(org, "p1", "walk")
    other = goal._replace(goal="sing")
    await http.record(*active_goal(goal), event(goal, entry("e1", mood=4)))
    await http.record(*active_goal(other)[1:])
    await http.record(event(other, Held(reason="No voice"), role="clinician", actor="c1"))
    await http.record(*active_goal(GoalId(org, "p2", "cook_it")))
    return goal


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("lifecycle-status=active", 1),
        (f"lifecycle-status={STATUS}%7Cactive", 1),
        ("lifecycle-status=%7Cactive", 1),
        ("lifecycle-status=on-hold&lifecycle-status=active", 0),
        ("lifecycle-status=on-hold,active", 2),
        ("identifier=urn:cairn:goal%7C{org}.p1.walk", 1),
        ("_id={org}.p1.walk,{org}.p2.cook_it", 1),
        ("_lastUpdated=gt2100", 0),
        ("_count=0", 2),
        ("_summary=count", 2),
    ],
)
async def test_the_goals_of_a_patient_are_found(http: Http, goal: GoalId, query: str, total: int) -> None:
    bundle = await found(http, f"Goal?patient={goal.org}.p1&{query.format(org=goal.org)}")

    assert bundle["total"] == total
    assert ("entry" in bundle) == (total > 0 and not query.endswith(("=0", "=count")))


@pytest.mark.parametrize(
    "query",
    [
        "patient={org}.p1&patient={org}.p2",
        "patient={org}.p1&subject={org}.p1",
        "lifecycle-status=active",
        "patient:missing=false",
        "_id:not={org}.p1.walk",
        "patient=http://elsewhere.example/fhir/Patient/{org}.p1",
        "patient:Group={org}.p1",
        "patient:identifier=urn:other%7C1",
        "identifier=urn:cairn:goal%7C",
        "patient={org}.p1&lifecycle-status:exact=active",
    ],
)
async def test_a_search_names_whose_goals_and_one_patient_at_a_time(http: Http, goal: GoalId, query: str) -> None:
    issue = await refused(http, f"Goal?{query.format(org=goal.org)}")

    assert issue["diagnostics"]


async def test_goals_are_found_without_their_patient_by_id_and_by_identifier(http: Http, goal: GoalId) -> None:
    org = goal.org

    assert ids(await found(http, f"Goal?_id={org}.p1.walk,{org}.p2.cook_it,{org}.p9.none")) == [
        f"{org}.p1.walk",
        f"{org}.p2.cook..it",
    ]
    assert ids(await found(http, f"Goal?identifier={org}.p2.cook_it")) == [f"{org}.p2.cook..it"]
    assert ids(await found(http, f"Goal?patient={org}.p1,{org}.p2&lifecycle-status=active")) == [
        f"{org}.p1.walk",
        f"{org}.p2.cook..it",
    ]
    base = http.client.base_url.join("/fhir/R4")
    assert (await found(http, f"Goal?subject={base}/Patient/{org}.p1"))["total"] == 2
    assert (await found(http, f"Goal?patient:Patient={org}.p1"))["total"] == 2
    assert (await found(http, f"Goal?patient:identifier=urn:cairn:patient%7C{org}.p1"))["total"] == 2


async def test_an_imported_goal_is_found_by_what_it_is_called_elsewhere(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    called = (External(system="http://his.example/goals", value=f"{org}/17 %"),)
    imported = Imported(statement="Walk", status="active", external=called)
    await http.record(event(goal.plan, opened(), role="clinician", actor="c1"), event(goal, imported, role="system"))

    async def is_found() -> bool:
        bundle = await found(http, f"Goal?identifier=http://his.example/goals%7C{org}/17%20%25")
        return ids(bundle) == [str(goal)]

    await eventually(is_found)  # it is looked up in the projection
    assert (await found(http, f"Goal?identifier={org}/17%20%25"))["total"] == 1
    assert (await found(http, f"Goal?identifier=http://other.example%7C{org}/17%20%25"))["total"] == 0
    assert (await found(http, f"Goal?identifier={org}/1"))["total"] == 0


async def test_what_is_not_known_is_refused_unless_the_client_is_lenient(http: Http, goal: GoalId) -> None:
    query = f"Goal?patient={goal.org}.p1&mood=good&lifecycle-status=active"

    for headers in (None, {"prefer": "handling=strict"}):
        issue = await refused(http, query, headers=headers)
        assert (issue["code"], issue["details"]["coding"][0]["code"]) == ("invalid", "request.invalid")

    assert await found(http, query, {"prefer": 'handling="lenient"'})
    bundle = await found(http, query, {"prefer": "return=representation; handling=lenient"})
    assert bundle["total"] == 1
    assert ids(bundle) == [str(goal)]
    (outcome,) = resources(bundle, "outcome")
    assert [(each["severity"], each["expression"]) for each in outcome["issue"]] == [("warning", ["mood"])]
    base = str(http.client.base_url.join("/fhir/R4/Goal"))
    assert links(bundle) == {"self": f"{base}?patient={goal.org}.p1&lifecycle-status=active"}


async def test_lenience_does_not_widen_a_search_to_everybody(http: Http) -> None:
    await refused(http, "Goal?mood=good", headers={"prefer": "handling=lenient"})


async def test_a_search_by_form_is_the_same_search(http: Http, goal: GoalId) -> None:
    response = await http.client.post(
        "/fhir/R4/Goal/_search?_count=1", data={"patient": f"{goal.org}.p1", "lifecycle-status": "active,on-hold"}
    )

    assert response.status_code == 200
    bundle = response.json()
    assert ids(bundle) == [f"{goal.org}.p1.sing"]
    following = (await http.client.get(links(bundle)["next"])).json()
    assert (ids(following), following["total"]) == ([str(goal)], 2)
    as_json = await http.client.post("/fhir/R4/Goal/_search", json={"patient": "x"})
    assert (as_json.status_code, as_json.json()["resourceType"]) == (415, "OperationOutcome")


async def test_pages_stay_as_they_are_while_goals_leave_the_list(http: Http, goal: GoalId) -> None:
    query = f"Goal?patient={goal.org}.p1,{goal.org}.p2&lifecycle-status=active&_count=1&_sort=-_id"
    first = await found(http, query)
    assert ids(first) == [f"{goal.org}.p2.cook..it"]

    leaving = GoalId(goal.org, "p2", "cook_it")
    await http.record(event(leaving, Held(reason="No stove"), role="clinician", actor="c1"))

    assert ids((await http.client.get(links(first)["next"])).json()) == [str(goal)]


async def test_the_patient_can_be_read_searched_and_brought_along(http: Http, goal: GoalId) -> None:
    id = f"{goal.org}.p1"
    patient = (await http.client.get(f"/fhir/R4/Patient/{id}")).json()
    r4_model("Patient").model_validate(patient)

    assert patient["identifier"] == [{"system": "urn:cairn:patient", "value": id}]
    for query in (f"_id={id}", f"identifier=urn:cairn:patient%7C{id}", f"identifier={id}"):
        assert resources(await found(http, f"Patient?{query}")) == [patient]
    bundle = await found(http, f"Goal?patient={id}&_include=Goal:patient&_revinclude=Provenance:target&_count=1")
    assert bundle["total"] == 2
    assert patient in resources(bundle, "include")
    told = [each for each in resources(bundle, "include") if each["resourceType"] == "Provenance"]
    assert {each["target"][0]["reference"].partition("/_history")[0] for each in told} == {f"Goal/{goal.org}.p1.sing"}
    assert (await found(http, f"Patient?_id={goal.org}.nobody"))["total"] == 0
    await refused(http, "Patient")


async def test_the_patient_of_a_long_id_is_found_under_the_id_that_goals_refer_to(http: Http, org: str) -> None:
    goal = GoalId(org, "p" * 64, "g1")
    await http.record(event(goal.plan, opened(), role="clinician", actor="c1"), event(goal, proposed()))
    id = digest_of(goal[:2])

    async def known() -> bool:
        return (await http.client.get(f"/fhir/R4/Patient/{id}")).status_code == 200

    await eventually(known)
    assert ids(await found(http, f"Patient?_id={id}")) == [id]
    assert ids(await found(http, f"Patient?identifier=urn:cairn:patient%7C{org}.{goal.patient}")) == [id]
    assert (await found(http, f"Goal?patient={org}.{goal.patient}"))["total"] == 1


async def test_care_plans_and_observations_are_found_by_the_goal(http: Http, goal: GoalId) -> None:
    assert ids(await found(http, f"CarePlan?goal=Goal/{goal}")) == [str(goal.plan)]
    assert ids(await found(http, f"Observation?focus={goal}&date=ge2020")) == [f"{goal}.5"]
    assert ids(await found(http, f"Observation?identifier=urn:cairn:entry%7C{goal}.e1")) == [f"{goal}.5"]
    assert ids(await found(http, f"Observation?_id={goal}.5&_lastUpdated=lt2100")) == [f"{goal}.5"]
    assert ids(await found(http, f"Provenance?target={goal}&recorded=lt2100&_sort=-recorded&_count=1")) == [f"{goal}.5"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+xml", 406),
        ("application/xml, text/html", 406),
        ("application/fhir+json; fhirVersion=5.0", 406),
        ("application/fhir+json;q=0", 406),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/json", 200),
        ("text/html, application/xml;q=0.9, */*;q=0.8", 200),
        ("", 200),
    ],
)
async def test_an_answer_has_a_form_that_the_client_takes_or_there_is_none(
    http: Http, goal: GoalId, accept: str, status: int
) -> None:
    response = await http.client.get(f"/fhir/R4/Goal/{goal}", headers={"accept": accept})

    assert response.status_code == status
    assert response.headers["content-type"] == "application/fhir+json"
    assert (await http.client.get(f"/fhir/R4/Goal/{goal}?_format=xml")).status_code == 406
    asked = await http.client.get(f"/fhir/R4/Goal/{goal}?_format=json", headers={"accept": accept})
    assert asked.status_code == 200


async def test_a_version_that_the_client_has_is_not_sent_again(http: Http, goal: GoalId) -> None:
    for path in (f"Goal/{goal}", f"Patient/{goal.org}.p1", f"CarePlan/{goal.plan}", f"Observation/{goal}.5"):
        first = await http.client.get(f"/fhir/R4/{path}")
        etag = first.headers["etag"]

        for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
            again = await http.client.get(f"/fhir/R4/{path}", headers={"if-none-match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        other = await http.client.get(f"/fhir/R4/{path}", headers={"if-none-match": 'W/"other"'})
        assert (other.status_code, other.content) == (200, first.content)
    await http.record(event(goal, entry("e2", mood=5)))
    changed = await http.client.get(f"/fhir/R4/Goal/{goal}", headers={"if-none-match": 'W/"5"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"6"')


async def test_what_has_not_changed_since_an_instant_is_not_sent_again(
    http: Http, goal: GoalId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_ALONE_AFTER", timedelta(0))
    path = f"/fhir/R4/Goal/{goal}"
    first = await http.client.get(path)
    modified = parsedate_to_datetime(first.headers["last-modified"])
    earlier, later = (format_datetime(modified + timedelta(seconds=by), usegmt=True) for by in (-1, 60))

    async def status(**headers: str) -> int:
        return (await http.client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})).status_code

    assert await status(if_modified_since=first.headers["last-modified"]) == 304
    assert await status(if_modified_since=later) == 304
    assert await status(if_modified_since=earlier) == 200
    # The ETag is more exact, and goes before; what is no date counts for nothing.
    assert await status(if_modified_since=later, if_none_match='W/"other"') == 200
    assert await status(if_modified_since=earlier, if_none_match=first.headers["etag"]) == 304
    for no_date in ("yesterday", "2026-13-01", "", "Mon, 99 Foo 2026 99:99:99 GMT"):
        assert await status(if_modified_since=no_date) == 200
    form, headers = {"_id": str(goal)}, {"if-modified-since": later}
    posted = await http.client.post("/fhir/R4/Goal/_search", data=form, headers=headers)
    assert posted.status_code == 200


async def test_a_version_has_no_date_while_there_may_be_another_of_the_same_second(
    http: Http, goal: GoalId, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/fhir/R4/Goal/{goal}"
    young = await http.client.get(path, headers={"if-modified-since": format_datetime(datetime.now(UTC), usegmt=True)})
    assert (young.status_code, "last-modified" in young.headers) == (200, False)

    monkeypatch.setattr(answers, "_ALONE_AFTER", timedelta(0))
    recorded = datetime.fromisoformat(young.json()["meta"]["lastUpdated"])
    old = await http.client.get(path)
    assert parsedate_to_datetime(old.headers["last-modified"]) == recorded.replace(microsecond=0)


async def test_the_statement_says_which_resources_have_versions_and_dates(
    http: Http, goal: GoalId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_ALONE_AFTER", timedelta(0))
    statement = (await http.client.get("/fhir/R4/metadata")).json()
    stated = {each["type"]: each for each in statement["rest"][0]["resource"]}
    addresses = {
        "Goal": f"Goal/{goal}",
        "Patient": f"Patient/{goal.org}.p1",
        "CarePlan": f"CarePlan/{goal.plan}",
        "Observation": f"Observation/{goal}.5",
        "Provenance": f"Provenance/{goal}.5",
        "AuditEvent": f"AuditEvent/{goal}.5",
    }

    assert stated.keys() == addresses.keys()
    for kind, address in addresses.items():
        read = await http.client.get(f"/fhir/R4/{address}")
        assert read.status_code == 200
        assert ("last-modified" in read.headers) == (stated[kind]["conditionalRead"] == "full-support"), kind
        assert ("versionId" in read.json().get("meta", {})) == (stated[kind]["versioning"] == "versioned"), kind


async def test_links_begin_with_the_address_that_was_asked_whoever_says_it_was_another(
    http: Http, goal: GoalId
) -> None:
    headers = {"x-forwarded-host": "fhir.clinic.example", "x-forwarded-proto": "https"}

    bundle = await found(http, f"Goal?patient={goal.org}.p1", headers)

    base = str(http.client.base_url.join("/fhir/R4/Goal"))
    assert {each["fullUrl"].rpartition("/")[0] for each in bundle["entry"]} == {base}
    assert links(bundle)["self"].startswith(base)


async def test_everything_begins_with_the_public_address_where_one_is_set(settings: Settings, goal: GoalId) -> None:
    public = "https://clinic.example/cairn"
    nc = await connect(settings.nats_address, name="test")
    engine = open_database(settings.database_address)
    async with (
        open_gateway(nc, engine, public_url=public) as gateway,
        asking(create_app(gateway, WrittenOut())) as client,
    ):
        whose = f"patient={public}/fhir/R4/Patient/{goal.org}.p1"
        bundle = (await client.get(f"/fhir/R4/Goal?{whose}&_count=1")).json()
        statement = (await client.get("/fhir/R4/metadata")).json()
        history = (await client.get(f"/fhir/R4/Goal/{goal}/_history")).json()
    engine.dispose()
    await nc.close()

    addresses = [*links(bundle).values(), *links(history).values(), statement["implementation"]["url"]]
    addresses += [each["fullUrl"] for each in (*bundle["entry"], *history["entry"])]
    assert len(bundle["entry"]) == 1
    assert all(each.startswith(f"{public}/fhir/R4") for each in addresses)


async def test_mistakes_of_a_form_are_refusals(http: Http) -> None:
    async def posted(**asked: Any) -> httpx.Response:
        return await http.client.post("/fhir/R4/Goal/_search", **asked)

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await posted(content=b"patient=\xff\xfe", headers=form)).status_code == 400
    assert (await posted(content=b"patient=%00", headers=form)).status_code == 400
    assert (await posted(content=b"a=b&" * 101, headers=form)).status_code == 400
    assert (await posted(content=b"a" * 70_000, headers=form)).status_code == 413
    assert (await posted()).status_code == 400
