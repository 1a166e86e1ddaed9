"""What is looked at together in a talk, over HTTP: the sheets of a patient, those of a day, and what went well."""

from datetime import timedelta

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from services.gateway.session_models import Session, SessionList, WinList
from tests.builders import NOON, TODAY, entry, event, gas, opened, proposed
from tests.integration.gateway.http import Http

DAY = timedelta(days=1)
WEEK = TODAY + 14 * DAY


@pytest.fixture
async def treated(http: Http, org: str) -> int:
    """Anna's call leads to home; Ben has another clinician; both have a review in two weeks, by themselves."""
    home, call, walk = GoalId(org, "anna", "home"), GoalId(org, "anna", "call"), GoalId(org, "ben", "walk")
    return await http.record(
        event(home.plan, opened(accommodations=("simplified_language",)), role="clinician", actor="c1"),
        event(home, proposed(statement="Live at home", horizon="long_term")),
        *_activated(call, supports="home", gas=gas(baseline=-2)),
        event(call, entry("e1", TODAY, level=-1, note="Rang her.")),
        event(call, entry("e2", TODAY, done=True, note="Ashamed.", setback=True)),
        event(walk.plan, opened(clinician="c2"), role="clinician", actor="c2"),
        *_activated(walk, gas=gas(baseline=0)),
    )


def _activated(goal_id: GoalId, **fields: object) -> list[Event]:
    return [
        event(goal_id, proposed(**fields)),
        event(goal_id, g.Agreed(), role="clinician", actor="c1"),
        event(goal_id, g.Activated(first_review_on=WEEK), role="clinician", actor="c1", time=NOON),
    ]


async def test_a_patient_has_a_sheet_for_each_goal_that_supports_no_other(http: Http, org: str, treated: int) -> None:
    found = await http.get(f"/v1/orgs/{org}/patients/anna/session", min_position=treated, day=TODAY)

    Session.model_validate(found)
    (home,) = found["sheets"]
    assert (found["accommodations"], home["goal"], home["asks_about"]) == (
        ["simplified_language"],
        "home",
        "setback_told",
    )
    assert [each["note"] for each in home["wins"]] == ["Rang her."]


async def test_a_day_has_the_sheets_of_those_with_a_review(http: Http, org: str, treated: int) -> None:
    path = f"/v1/orgs/{org}/session"
    found = await http.get(path, min_position=treated, day=WEEK)
    of_one = await http.get(path, min_position=treated, day=WEEK, clinician="c2")
    first = await http.get(path, min_position=treated, day=WEEK, limit=1)
    second = await http.get(path, day=WEEK, limit=1, cursor=first["next"])

    SessionList.model_validate(found)
    assert [(each["patient"], [sheet["goal"] for sheet in each["sheets"]]) for each in found["items"]] == [
        ("anna", ["home"]),
        ("ben", ["walk"]),
    ]
    assert [each["patient"] for each in of_one["items"]] == ["ben"]
    assert [each["patient"] for page in (first, second) for each in page["items"]] == ["anna", "ben"]
    assert second["next"] is None
    assert await http.get(path, day=WEEK + DAY) == {"items": [], "next": None}


async def test_wins_are_of_a_goal_and_of_those_that_lead_to_it(http: Http, org: str, treated: int) -> None:
    path = f"/v1/orgs/{org}/patients/anna/wins"
    found = await http.get(path, min_position=treated, goal="home")

    WinList.model_validate(found)
    assert [(each["goal"], each["note"], each["is_step_up"]) for each in found["items"]] == [
        ("call", "Rang her.", True)
    ]
    assert (await http.refused(path, 404, goal="none"))["code"] == "goal.unknown"


async def test_of_a_patient_whom_nobody_knows_there_is_nothing(http: Http, org: str, treated: int) -> None:
    for path in ("session", "wins"):
        problem = await http.refused(f"/v1/orgs/{org}/patients/nobody/{path}", 404, min_position=treated)
        assert problem["code"] == "plan.missing"
