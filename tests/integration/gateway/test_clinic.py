"""What a clinic looks at over all of its patients: the caseload, what waits for whom, and the evidence."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest

from events.goal.types import ChangeRequested, Closed, Contested, Reviewed, ReviewScheduled
from events.identity import GoalId
from tests.builders import NOON, TODAY, active_goal, entry, event, opened, proposed
from tests.integration.gateway.http import Http

FORMULA = '=HYPERLINK("http://example.org","Click")'


@pytest.fixture
async def clinic(http: Http, org: str) -> int:
    """p1 works on a goal and has asked for a change; p2 has a goal that was contested."""
    walk, call = GoalId(org, "p1", "walk"), GoalId(org, "p2", "call")
    await http.record(*active_goal(walk), event(walk, entry("e1", TODAY, setback=True)))
    await http.record(event(walk, ChangeRequested(request="r1", text="Evenings?")))
    return await http.record(
        event(call.plan, opened(clinician="c2"), role="clinician", actor="c2"),
        event(call, proposed(statement=FORMULA), role="clinician", actor="c2"),
        event(call, Contested(reason="Not my words"), actor="p2"),
    )


async def test_the_caseload_has_every_patient_with_what_asks_for_attention(http: Http, org: str, clinic: int) -> None:
    # The setback was recorded long after that day, so the first review was due sooner than one within seven days.
    found = await http.get(f"/v1/orgs/{org}/caseload", day="2026-03-17", min_position=clinic)

    p1, p2 = found["items"]
    assert [(each["why"], each["goal"], each["since"]) for each in p1["reasons"][:2]] == [
        ("setback", "walk", "2026-03-02"),
        ("review_overdue", "walk", "2026-03-16"),
    ]
    assert (p1["need"], p2["need"]) == ("setback", "waiting_for_clinician")
    assert (p1["patient"], p1["active_goals"], p1["overdue"], p1["due"]) == ("p1", 1, 1, 0)
    assert (p1["setbacks_since_review"], p1["days_since_last_entry"]) == (1, 15)
    assert (p1["waiting"], p1["waiting_for"]) == (1, {"patient": 0, "clinician": 1})
    assert (p2["patient"], p2["active_goals"], p2["days_since_last_entry"]) == ("p2", 0, None)
    assert found["next"] is None


async def test_the_caseload_of_one_clinician(http: Http, org: str, clinic: int) -> None:
    found = await http.get(f"/v1/orgs/{org}/caseload", clinician="c2", min_position=clinic)

    assert [each["patient"] for each in found["items"]] == ["p2"]


async def test_the_most_pressing_need_comes_first_in_the_caseload(http: Http, org: str, clinic: int) -> None:
    walk = GoalId(org, "p9", "walk")
    at = await http.record(*active_goal(walk), event(walk, entry("e1", TODAY, motivation=2)))

    found = await http.get(f"/v1/orgs/{org}/caseload", day="2026-03-10", min_position=at)

    assert [(each["patient"], each["need"]) for each in found["items"]] == [
        ("p1", "setback"),
        ("p9", "motivation_dip"),
        ("p2", "waiting_for_clinician"),
    ]
    raised = await http.get(f"/v1/orgs/{org}/goals", raise_at_next_session="true")
    assert [each["patient"] for each in raised["items"]] == ["p9"]


async def test_today_begins_with_who_waits_for_an_answer(http: Http, org: str, clinic: int) -> None:
    found = await http.get(f"/v1/orgs/{org}/today", day="2026-03-17", min_position=clinic)

    # Both are waited for since the same day.
    assert [(each["patient"], each["need"]) for each in found["items"]] == [
        ("p1", "waiting_for_clinician"),
        ("p2", "waiting_for_clinician"),
    ]
    assert [each["why"] for each in found["items"][0]["reasons"]][:2] == ["waiting_for_clinician", "setback"]
    assert found["counts"]["by_clinician"] == [
        {"clinician": "c1", "patients": 1},
        {"clinician": "c2", "patients": 1},
    ]
    (one,) = (await http.get(f"/v1/orgs/{org}/today", patient="p2", day="2026-03-17"))["items"]
    assert one == found["items"][1]
    assert one["words"]["text"] == "Not my words"


async def test_lists_come_in_pages(http: Http, org: str, clinic: int) -> None:
    for name in ("caseload", "today", "waiting", "evidence"):
        first = await http.get(f"/v1/orgs/{org}/{name}", limit=1, min_position=clinic)
        second = await http.get(f"/v1/orgs/{org}/{name}", limit=1, cursor=first["next"])
        assert {each["patient"] for each in first["items"] + second["items"]} == {"p1", "p2"}
        assert second["next"] is None


async def test_what_waits_for_the_clinician_is_one_question(http: Http, org: str, clinic: int) -> None:
    found = await http.get(f"/v1/orgs/{org}/waiting", role="clinician", min_position=clinic)

    assert {(each["patient"], each["for"], each["text"]) for each in found["items"]} == {
        ("p1", "answer_to_change_request", "Evenings?"),
        ("p2", "answer_to_contest", "Not my words"),
    }
    assert (await http.get(f"/v1/orgs/{org}/waiting", role="patient"))["items"] == []


async def test_the_evidence_is_told_goal_by_goal_and_in_total(http: Http, org: str, clinic: int) -> None:
    found = await http.get(f"/v1/orgs/{org}/evidence", min_position=clinic)

    walk, call = found["items"]
    assert (walk["own_words"], walk["measurable"], walk["reviews"]) == (True, True, 0)
    assert (call["own_words"], call["measurable"]) == (False, False)
    assert (found["total"]["goals"], found["total"]["own_words"], found["total"]["measurable"]) == (2, 1, 1)


async def test_the_evidence_tells_what_became_of_each_review(http: Http, org: str) -> None:
    walk = GoalId(org, "p3", "walk")
    await http.record(*active_goal(walk))
    # The review was due on 16 March; long after, the day is moved to one that is still ahead.
    now = datetime.now(UTC)
    moved = ReviewScheduled(due_on=now.date() + timedelta(days=400), cause="moved")
    review = Reviewed(on=date(2026, 3, 18), participants=("patient",), decision="achieve")
    at = await http.record(
        event(walk, moved, time=now, role="clinician", actor="c2"),
        event(walk, review, time=now, role="clinician", actor="c1"),
    )

    found = await http.get(f"/v1/orgs/{org}/evidence", min_position=at)
    table = await http.ask(f"/v1/orgs/{org}/evidence", format="csv")

    (item,) = found["items"]
    (held,) = item["expected_reviews"]
    assert (held["due_on"], held["held_on"], held["days_late"]) == ("2026-03-16", "2026-03-18", 2)
    assert [(move["by"], move["from"], move["cause"]) for move in held["moves"]] == [("c2", "2026-03-16", "moved")]
    assert (item["late"], item["moved"], item["recorded_later"]) == (1, 1, 1)
    assert found["total"]["late"] == 1
    (row,) = csv.DictReader(StringIO(table.text, newline=""))
    assert (row["late"], row["days_late"], row["moved"], row["never_held"]) == ("1", "2", "1", "0")
    assert row["recorded_days_after"] == str(held["recorded_days_after"])
    assert row["moves"].startswith("2026-03-16 to ")


async def test_reviews_never_held_stay_in_the_evidence_of_a_closed_goal(http: Http, org: str) -> None:
    walk = GoalId(org, "p4", "walk")
    closed = Closed(outcome="retired", reason="moved away")
    eight_weeks_later = NOON + timedelta(weeks=8)
    at = await http.record(
        *active_goal(walk), event(walk, closed, time=eight_weeks_later, role="clinician", actor="c1")
    )

    (item,) = (await http.get(f"/v1/orgs/{org}/evidence", min_position=at))["items"]

    assert (item["reviews_expected"], item["reviews"], item["never_held"], item["overdue"]) == (4, 0, 4, False)


@pytest.mark.parametrize(
    ("query", "accept"),
    [({"format": "csv"}, "*/*"), ({}, "text/csv"), ({}, "application/json;q=0.5, text/csv")],
    ids=["format", "accept", "preferred"],
)
async def test_the_evidence_opens_in_a_spreadsheet(
    http: Http, org: str, clinic: int, query: dict[str, str], accept: str
) -> None:
    await http.get(f"/v1/orgs/{org}/evidence", min_position=clinic)

    response = await http.client.get(f"/v1/orgs/{org}/evidence", params=query, headers={"accept": accept})

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="evidence-{org}.csv"' in response.headers["content-disposition"]
    walk, call = csv.DictReader(StringIO(response.text, newline=""))
    assert (walk["patient"], walk["own_words"], walk["measurable"], walk["outcome"]) == ("p1", "true", "true", "")
    assert call["statement"] == f"'{FORMULA}"


@pytest.mark.parametrize(
    ("query", "accept"),
    [({}, "*/*"), ({}, "text/csv;q=0.5, application/json"), ({"format": "json"}, "text/csv")],
    ids=["anything", "preferred", "format"],
)
async def test_the_evidence_is_json_by_default(
    http: Http, org: str, clinic: int, query: dict[str, str], accept: str
) -> None:
    response = await http.client.get(f"/v1/orgs/{org}/evidence", params=query, headers={"accept": accept})

    assert response.headers["content-type"] == "application/json"


async def test_a_csv_holds_every_goal_unless_a_limit_is_given(http: Http, org: str, clinic: int) -> None:
    whole = await http.ask(f"/v1/orgs/{org}/evidence", format="csv", min_position=clinic)
    part = await http.ask(f"/v1/orgs/{org}/evidence", format="csv", limit=1)

    assert (len(whole.text.splitlines()), len(part.text.splitlines())) == (3, 2)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("waiting?role=family", "role"),
        ("evidence?format=xml", "format"),
        ("evidence?since=soon", "since"),
        ("evidence?cursor=nonsense", "cursor"),
        ("evidence?format=csv&cursor=nonsense", "cursor"),
        ("caseload?limit=0", "limit"),
        ("caseload?clinician=%00", "clinician"),
        ("caseload?as_of=2026-03-01T12:00:00Z", "as_of"),
    ],
)
async def test_a_wrong_parameter_is_named(http: Http, org: str, path: str, field: str) -> None:
    response = await http.client.get(f"/v1/orgs/{org}/{path}")

    assert response.status_code == 422
    assert [each["field"] for each in response.json()["errors"]] == [field]
