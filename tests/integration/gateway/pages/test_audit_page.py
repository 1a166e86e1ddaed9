"""The Audit pages over HTTP: found by a form whose address lasts, escaped, judged by the policy, and on record."""

import re

import pytest

from events.goal.types import Changes, Revised
from events.identity import GoalId
from tests.builders import active_goal, event, opened
from tests.integration.gateway.http import Http
from tests.waiting import eventually

HOSTILE = "<script>alert(1)</script> \"'& \u202e\u0644\u0627 \u0623\u062d\u062f"


@pytest.fixture
async def revised(http: Http, org: str) -> int:
    """The position of a revision with hostile words, which the audit has already."""
    goal = GoalId(org, "p1", "g1")
    await http.record(*active_goal(goal))
    changes = Changes(wording=HOSTILE)
    position = await http.record(event(goal, Revised(changes=changes, reason="too_hard", note=HOSTILE)))
    await http.get(f"/v1/orgs/{org}/audit", min_position=position, limit=1)
    return position


async def test_a_search_finds_lines_and_its_address_lasts(http: Http, org: str, revised: int) -> None:
    empty = {"goal": "", "role": "", "since": "", "until": "", "happened_since": "", "happened_until": "", "actor": ""}
    answer = await http.client.get(
        f"/clinic/{org}/audit", params={"patient": "p1", "type": "cairn.goal.revised.v1", **empty}
    )

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '<h2 id="found">One event</h2>' in answer.text
    assert f'href="/clinic/{org}/audit/{revised}?patient=p1"' in answer.text
    assert f'href="/v1/orgs/{org}/audit?patient=p1&amp;type=cairn.goal.revised.v1' in answer.text
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert '<option value="cairn.goal.revised.v1" selected>' in answer.text


async def test_the_links_beside_the_list_answer_with_the_same_list(http: Http, org: str, revised: int) -> None:
    page = (await http.ask(f"/clinic/{org}/audit", patient="p1", since="2020-01-01")).text

    as_json, as_csv = (
        re.search(f'href="([^"]*format={form})"', page).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
        for form in ("json", "csv")
    )

    items = (await http.client.get(as_json)).json()["items"]
    shown = re.findall(r'audit/(\d+)(?:\?patient=[a-z0-9]+)?">', page)
    assert [str(item["position"]) for item in items] == shown
    assert len((await http.client.get(as_csv)).text.splitlines()) == len(shown) + 1


async def test_a_field_that_cannot_be_searched_for_is_said_beside_the_form(http: Http, org: str, revised: int) -> None:
    answer = await http.ask(f"/clinic/{org}/audit", patient="p 1", since="<i>")

    assert answer.status_code == 200
    assert 'id="wrong-patient"' in answer.text
    assert 'id="wrong-since"' in answer.text
    assert "<i>" not in answer.text


async def test_nothing_found_says_what_to_do(http: Http, org: str, revised: int) -> None:
    answer = await http.ask(f"/clinic/{org}/audit", role="supervisor")

    assert "No such event" in answer.text
    assert "Leave a field empty, or choose other days." in answer.text


async def test_one_event_is_shown_with_its_change_and_as_it_is_stored(http: Http, org: str, revised: int) -> None:
    answer = await http.ask(f"/clinic/{org}/audit/{revised}")

    assert answer.status_code == 200
    assert f"<h1>Event {revised}: goal changed</h1>" in answer.text
    assert "This event is " in answer.text  # signed, or not yet
    assert "cairn.goal.revised.v1" in answer.text
    assert "ce-id" in answer.text
    assert "<script" not in answer.text
    assert f'href="/clinic/{org}/patients/p1/goals/g1"' in answer.text


async def test_days_are_those_of_most_plans_and_of_an_event_those_of_its_own_plan(http: Http, org: str) -> None:
    zones = {"a1": "UTC", "p1": "Europe/Dublin", "p2": "Europe/Dublin"}
    plans = [
        await http.record(event(GoalId(org, patient, "g").plan, opened(time_zone=zone), role="clinician"))
        for patient, zone in zones.items()
    ]
    await http.get(f"/v1/orgs/{org}/audit", min_position=plans[-1], limit=1)

    assert "those of Europe/Dublin" in (await http.ask(f"/clinic/{org}/audit")).text
    assert "those of UTC" in (await http.ask(f"/clinic/{org}/audit", patient="a1")).text
    for position, zone in zip(plans, zones.values(), strict=True):
        assert f"those of {zone}" in (await http.ask(f"/clinic/{org}/audit/{position}")).text


async def test_there_is_no_page_of_an_event_that_is_not_there(http: Http, org: str, revised: int) -> None:
    for position in (2**62, "x", -1):
        answer = await http.ask(f"/clinic/{org}/audit/{position}")
        assert answer.status_code in (404, 422)


async def test_spanish_is_whole(http: Http, org: str, revised: int) -> None:
    headers = {"accept-language": "es"}
    answer = await http.client.get(f"/clinic/{org}/audit", headers=headers)

    assert 'lang="es"' in answer.text
    assert "Search" not in answer.text
    assert "What happened" not in answer.text


async def test_looks_at_the_pages_are_on_record(http: Http, org: str, revised: int) -> None:
    await http.ask(f"/clinic/{org}/audit", patient="p1")
    await http.ask(f"/clinic/{org}/audit/{revised}")

    async def recorded() -> bool:
        accesses = (await http.get(f"/v1/orgs/{org}/patients/p1/accesses"))["items"]
        return {each["operation"] for each in accesses} >= {"audit_page", "audited_event_page"}

    await eventually(recorded)
