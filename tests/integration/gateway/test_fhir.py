"""FHIR over HTTP: reads, versions, searches in pages, and refusals as OperationOutcome."""

from typing import Any

import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model

from events.goal import fold_goals
from events.goal.types import Changes, Held, Revised
from events.identity import GoalId
from events.log import Log
from services.fhir.ids import digest_of
from tests.builders import active_goal, entry, event, gas, opened, proposed
from tests.integration.gateway.http import Http
from tests.waiting import eventually

FHIR_JSON = "application/fhir+json"
RELEASES = ("R4", "R5")

# Any below: FHIR resources as JSON.


async def get(http: Http, path: str, /, **query: object) -> Any:
    """A resource, checked against the models of its release."""
    response = await http.client.get(f"/fhir/{path}", params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == FHIR_JSON
    resource = response.json()
    model = r5_model if path.startswith("R5") else r4_model
    model(resource["resourceType"]).model_validate(resource)
    return resource


async def refused(http: Http, path: str, status: int, /, **query: object) -> Any:
    """The OperationOutcome of a refusal."""
    response = await http.client.get(f"/fhir/{path}", params={name: str(value) for name, value in query.items()})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == FHIR_JSON
    outcome = response.json()
    r4_model("OperationOutcome").model_validate(outcome)
    return outcome


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """Active, then an entry with a level, a revision, and on hold."""
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    await http.record(
        event(goal, Revised(changes=Changes(gas=gas(baseline=-1)), reason="too_easy"), role="clinician", actor="c1"),
        event(goal, entry("e1", level=1, note="Further than I thought")),
        event(goal, Held(reason="In hospital"), role="clinician", actor="c1"),
    )
    return goal


@pytest.mark.parametrize("release", RELEASES)
async def test_a_goal_is_read_under_its_id(http: Http, goal: GoalId, release: str) -> None:
    response = await http.client.get(f"/fhir/{release}/Goal/{goal}")

    resource = response.json()
    assert resource == await get(http, f"{release}/Goal/{goal}", _format="json")
    assert (resource["id"], resource["lifecycleStatus"]) == (str(goal), "on-hold")
    assert response.headers["etag"] == f'W/"{resource["meta"]["versionId"]}"'


@pytest.mark.parametrize("release", RELEASES)
async def test_history_has_each_version_as_it_stood_the_newest_first(
    http: Http, log: Log, goal: GoalId, release: str
) -> None:
    events = await log.read(goal)

    history = await get(http, f"{release}/Goal/{goal}/_history")

    assert (history["type"], history["total"]) == ("history", len(events))
    for recorded, listed in zip(reversed(events), history["entry"], strict=True):
        state = fold_goals(each for each in events if each.version <= recorded.version)
        assert state is not None
        assert listed["resource"]["meta"]["versionId"] == str(recorded.version)
        assert listed["resource"] == await get(http, f"{release}/Goal/{goal}/_history/{recorded.version}")
    assert [each["request"]["method"] for each in history["entry"]] == ["PUT"] * (len(events) - 1) + ["POST"]


@pytest.mark.parametrize("release", RELEASES)
async def test_a_patients_goals_are_found_page_by_page(http: Http, org: str, release: str) -> None:
    plan = GoalId(org, "p1", "plan")
    names = ["a", "b", "c_d", "e", "f"]
    await http.record(event(plan, opened(), role="clinician", actor="c1"))
    await http.record(*(event(plan._replace(goal=name), proposed()) for name in names))

    found, page = [], await get(http, f"{release}/Goal", patient=f"Patient/{org}.p1", _count=2)
    while True:
        assert page["total"] == 5
        found += [each["resource"]["id"] for each in page["entry"]]
        following = [each["url"] for each in page["link"] if each["relation"] == "next"]
        if not following:
            break
        page = (await http.client.get(following[0])).json()

    assert found == [f"{org}.p1.{name.replace('_', '..')}" for name in names]
    for id in found:
        assert (await get(http, f"{release}/Goal/{id}"))["id"] == id


async def test_goals_are_found_by_their_lifecycle_status(http: Http, goal: GoalId) -> None:
    patient = f"{goal.org}.{goal.patient}"

    assert (await get(http, "R4/Goal", patient=patient, **{"lifecycle-status": "active,on-hold"}))["total"] == 1
    assert (await get(http, "R4/Goal", patient=patient, **{"lifecycle-status": "active"}))["total"] == 0


async def test_nobody_has_no_goals(http: Http, org: str) -> None:
    assert await get(http, "R4/Goal", patient=f"{org}.nobody") == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": str(http.client.base_url.join(f"/fhir/R4/Goal?patient={org}.nobody"))}],
    }


@pytest.mark.parametrize("release", RELEASES)
async def test_an_id_that_is_too_long_for_fhir_has_one_that_leads_to_it(http: Http, org: str, release: str) -> None:
    goal = GoalId(org, "d92a3a52-50c3-446f-a3f9-7d34f7680bcb", "b62f6dd5-26c5-43a6-8033-d6db79155048")
    await http.record(event(goal.plan, opened(), role="clinician", actor="c1"), event(goal, proposed()))
    search = await get(http, f"{release}/Goal", patient=f"{org}.{goal.patient}")
    resource = search["entry"][0]["resource"]

    async def known() -> bool:
        return (await http.client.get(f"/fhir/{release}/Goal/{resource['id']}")).status_code == 200

    assert resource["id"] == digest_of(goal)
    await eventually(known)  # it is looked up in the projection
    assert await get(http, f"{release}/Goal/{resource['id']}") == resource
    assert await get(http, f"{release}/Goal/{goal}") == resource
    (provenance,) = (await get(http, f"{release}/Provenance", target=f"Goal/{resource['id']}"))["entry"]
    assert (await get(http, f"{release}/Provenance/{provenance['resource']['id']}"))["resourceType"] == "Provenance"


async def test_a_patient_whose_id_is_too_long_for_fhir_is_found_by_the_one_that_goals_bear(
    http: Http, org: str
) -> None:
    goal = GoalId(org, "p" * 64, "g_1")
    await http.record(event(goal.plan, opened(), role="clinician", actor="c1"), event(goal, proposed()))
    subject = (await get(http, f"R4/Goal/{goal}"))["subject"]["reference"]

    async def known() -> bool:
        return bool((await get(http, "R4/Goal", patient=subject))["total"])

    assert subject == f"Patient/{digest_of(goal[:2])}"
    await eventually(known)


@pytest.mark.parametrize("release", RELEASES)
async def test_the_plan_is_a_care_plan_with_its_goals(http: Http, goal: GoalId, release: str) -> None:
    plan = await get(http, f"{release}/CarePlan/{goal.plan}")

    assert [each["reference"] for each in plan["goal"]] == [f"Goal/{goal}"]
    found = await get(http, f"{release}/CarePlan", subject=f"Patient/{goal.org}.{goal.patient}")
    assert [each["resource"] for each in found["entry"]] == [plan]


@pytest.mark.parametrize("release", RELEASES)
async def test_scores_are_found_by_patient_goal_and_code(http: Http, goal: GoalId, release: str) -> None:
    of_patient = await get(http, f"{release}/Observation", patient=f"{goal.org}.{goal.patient}")
    of_goal = await get(http, f"{release}/Observation", focus=f"Goal/{goal}")
    by_patient = await get(http, f"{release}/Observation", focus=f"Goal/{goal}", code="http://loinc.org|107334-5")

    assert of_patient["entry"] == of_goal["entry"]
    assert [each["resource"]["code"]["coding"][0]["code"] for each in of_goal["entry"]] == ["112296-9", "107334-5"]
    (score,) = by_patient["entry"]
    assert score["resource"]["valueCodeableConcept"]["coding"][0]["code"] == "LA34480-6"
    assert await get(http, f"{release}/Observation/{score['resource']['id']}") == score["resource"]
    other = await get(http, f"{release}/Observation", focus=f"Goal/{goal}", patient=f"{goal.org}.somebody-else")
    assert other["total"] == 0


@pytest.mark.parametrize("release", RELEASES)
async def test_there_is_a_provenance_for_each_event(http: Http, log: Log, goal: GoalId, release: str) -> None:
    events = await log.read(goal)

    found = await get(http, f"{release}/Provenance", target=f"Goal/{goal}")

    assert found["total"] == len(events)
    for recorded, each in zip(events, found["entry"], strict=True):
        resource = each["resource"]
        assert resource["target"][0]["reference"] == f"Goal/{goal}/_history/{recorded.version}"
        assert resource["activity"]["coding"][0]["code"] == recorded.type_name
        one = await get(http, f"{release}/Provenance", target=resource["target"][0]["reference"])
        assert one["entry"] == [each]
    everything = await get(http, f"{release}/Provenance", patient=f"{goal.org}.{goal.patient}", _count=500)
    assert everything["total"] == len(events) + 1
    of_plan = await get(http, f"{release}/Provenance", target=f"CarePlan/{goal.plan}")
    assert of_plan["entry"][0]["resource"]["target"][0]["reference"] == f"CarePlan/{goal.plan}"


@pytest.mark.parametrize(("release", "version"), [("R4", "4.0.1"), ("R5", "5.0.0")])
async def test_the_statement_says_what_there_is(http: Http, release: str, version: str) -> None:
    statement = await get(http, f"{release}/metadata")

    assert statement["fhirVersion"] == version
    served = {each["type"]: each for each in statement["rest"][0]["resource"]}
    assert served.keys() == {"Patient", "Goal", "CarePlan", "Observation", "Provenance", "AuditEvent"}
    del served["AuditEvent"]  # its searches are those of tests/integration/gateway/test_fhir_audit_events.py
    for name, each in served.items():
        for parameter in each["searchParam"]:
            named = {"_id": "a.b.c.1", parameter["name"]: "2026" if parameter["type"] == "date" else "x"}
            found = await get(http, f"{release}/{name}", **named)
            assert found["total"] == 0
        for include in [f"_include={value}" for value in each.get("searchInclude", ())] + [
            f"_revinclude={value}" for value in each.get("searchRevInclude", ())
        ]:
            assert (await http.client.get(f"/fhir/{release}/{name}?_id=a.b.c.1&{include}")).status_code == 200
        interactions = {interaction["code"] for interaction in each["interaction"]}
        history = await http.client.get(f"/fhir/{release}/{name}/_history?_count=1")
        assert (history.status_code == 200) == ("history-type" in interactions)


@pytest.mark.parametrize(
    ("query", "status"),
    [("mode=full", 200), ("mode=normative", 200), ("mode=terminology", 200), ("mode=x", 400), ("mode=full&x=1", 400)],
)
async def test_the_statement_is_given_in_every_mode_that_fhir_knows(http: Http, query: str, status: int) -> None:
    answer = await http.client.get(f"/fhir/R4/metadata?{query}")

    assert answer.status_code == status
    assert answer.json()["resourceType"] == ("CapabilityStatement" if status == 200 else "OperationOutcome")


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("Goal/northside.nobody.nothing", {}, 404),
        ("Goal/northside.nobody.plan", {}, 404),
        ("Goal/no-id", {}, 404),
        (f"Goal/h{'0' * 40}", {}, 404),
        ("Goal/northside.nobody.nothing/_history", {}, 404),
        ("Goal/northside.nobody.nothing/_history/1", {}, 404),
        ("CarePlan/northside.nobody.plan", {}, 404),
        ("CarePlan/northside.nobody.goal", {}, 404),
        ("Observation/northside.nobody.goal.1", {}, 404),
        ("Provenance/northside.nobody.goal.1", {}, 404),
        ("Patient/northside.nobody", {}, 404),
        ("Goal", {}, 400),
        ("Goal", {"patient": "Goal/a.b.c"}, 400),
        ("Goal", {"patient": "a.b", "subject": "a.b"}, 400),
        ("Goal", {"patient": "a.b", "mood": "good"}, 400),
        ("Goal", {"patient": "a.b", "_count": "some"}, 400),
        ("Goal", {"patient": "a.b", "_after": "gone"}, 400),
        ("Goal", {"patient": "a.b", "_format": "xml"}, 406),
        ("Provenance", {}, 400),
        ("Provenance", {"target": "Patient/a.b"}, 400),
    ],
)
async def test_refusals_are_operation_outcomes(http: Http, path: str, query: dict[str, object], status: int) -> None:
    outcome = await refused(http, f"R4/{path}", status, **query)

    assert outcome["issue"][0]["severity"] == "error"
    assert outcome["issue"][0]["diagnostics"]


async def test_an_unknown_release_is_refused_as_fhir_does(http: Http) -> None:
    outcome = await refused(http, "STU3/Goal", 400, patient="a.b")

    assert outcome["issue"][0]["code"] == "invalid"
    response = await http.client.post("/fhir/R4/Goal", json={})
    assert (response.status_code, response.json()["resourceType"]) == (405, "OperationOutcome")
