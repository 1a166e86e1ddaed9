"""Calendars of reviews over HTTP: they move, fall away, and say nothing of anybody's words."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from events.goal.types import Changes, Closed, ReviewScheduled, Revised
from events.identity import GoalId
from services.gateway.ics import EDITION
from tests.builders import TODAY, active_goal, event, opened
from tests.integration.gateway.http import Http

DUE = TODAY + timedelta(days=14)


async def calendar(http: Http, path: str, position: int, **query: object) -> dict[str, Any]:
    """The events of a feed by their UIDs; Any: components have no types of their own."""
    answer = await http.ask(path, min_position=position, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return {str(each["uid"]): each for each in Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_the_reviews_of_an_organisation_and_of_a_patient(http: Http, org: str) -> None:
    await http.record(*active_goal(GoalId(org, "p1", "g1")))
    position = await http.record(*active_goal(GoalId(org, "p2", "g1")))

    everybody = await calendar(http, f"/v1/orgs/{org}/reviews.ics", position)
    one = await calendar(http, f"/v1/orgs/{org}/patients/p2/reviews.ics", position)

    assert list(everybody) == [f"{org}.p1.g1.review@cairn", f"{org}.p2.g1.review@cairn"]
    assert list(one) == [f"{org}.p2.g1.review@cairn"]
    assert one[f"{org}.p2.g1.review@cairn"]["dtstart"].dt == DUE


async def test_a_clinician_subscribes_to_their_own_patients_reviews(http: Http, org: str) -> None:
    theirs, others = GoalId(org, "p1", "g1"), GoalId(org, "p2", "g1")
    await http.record(*active_goal(theirs))
    await http.record(event(others.plan, opened(clinician="c 2"), role="clinician", actor="c 2"))
    position = await http.record(*active_goal(others)[1:])
    path = f"/v1/orgs/{org}/reviews.ics"

    assert list(await calendar(http, path, position, clinician="c1")) == [f"{theirs}.review@cairn"]
    assert list(await calendar(http, path, position, clinician="c 2")) == [f"{others}.review@cairn"]
    assert await calendar(http, f"/v1/orgs/{org}/patients/p1/reviews.ics", position, clinician="c 2") == {}


async def test_a_patient_without_reviews_has_a_calendar_without_events(http: Http, org: str) -> None:
    position = await http.record(event(GoalId(org, "p1", "plan"), opened(), role="clinician", actor="c1"))

    assert await calendar(http, f"/v1/orgs/{org}/patients/p1/reviews.ics", position) == {}


async def test_nobody_has_no_calendar(http: Http, org: str) -> None:
    unknown = await http.refused(f"/v1/orgs/{org}/reviews.ics", 404)
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))
    patient = await http.refused(f"/v1/orgs/{org}/patients/p2/reviews.ics", 404, min_position=position)

    assert (unknown["code"], patient["code"]) == ("org.unknown", "plan.missing")


async def test_nobody_s_words_are_in_it(http: Http, org: str) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))

    feed = (await http.ask(f"/v1/orgs/{org}/reviews.ics", min_position=position)).text

    assert "dread" not in feed
    assert "groups" not in feed


async def test_a_review_that_moves_and_falls_away_keeps_its_uid(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g1")
    path, uid = f"/v1/orgs/{org}/reviews.ics", f"{org}.p1.g1.review@cairn"
    begun = (await calendar(http, path, await http.record(*active_goal(goal))))[uid]
    later = ReviewScheduled(due_on=DUE + timedelta(days=300), cause="moved")
    moved = (await calendar(http, path, await http.record(event(goal, later, role="clinician", actor="c1"))))[uid]
    over = Closed(outcome="achieved", reason="Done")
    gone = (await calendar(http, path, await http.record(event(goal, over, role="clinician", actor="c1"))))[uid]

    assert [each["sequence"] for each in (begun, moved, gone)] == [2, 4, 5]
    assert [str(each["status"]) for each in (begun, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert gone["dtstart"].dt == moved["dtstart"].dt == later.due_on


async def test_the_same_reviews_are_the_same_calendar_and_need_not_be_sent_again(
    http: Http, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    goal = GoalId(org, "p1", "g1")
    path = f"/v1/orgs/{org}/reviews.ics"
    position = await http.record(*active_goal(goal))
    first = await http.ask(path, min_position=position)
    revised = Revised(changes=Changes(wording="Up at eight"), reason="patient_request")
    position = await http.record(event(goal, revised))
    again = await http.ask(path, min_position=position)
    has_it = {"if-none-match": first.headers["etag"]}
    unchanged = await http.client.get(path, headers=has_it)

    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    with monkeypatch.context() as later_version:
        later_version.setattr("services.gateway.routes.calendars.EDITION", EDITION + 1)
        assert (await http.client.get(path, headers=has_it)).status_code == 200

    moved = ReviewScheduled(due_on=DUE + timedelta(days=7), cause="moved")
    position = await http.record(event(goal, moved, role="clinician", actor="c1"))
    changed = await http.client.get(path, headers=has_it, params={"min_position": position})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert f"DTSTART;VALUE=DATE:{moved.due_on:%Y%m%d}" in changed.text


async def test_a_wrong_parameter_is_named(http: Http, org: str) -> None:
    problem = await http.refused(f"/v1/orgs/{org}/reviews.ics", 422, limit=3)

    assert [each["field"] for each in problem["errors"]] == ["limit"]
