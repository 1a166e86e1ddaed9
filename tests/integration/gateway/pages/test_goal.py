"""The page of a goal: for whom, with what on it, at which moment, and how large."""

import re
from datetime import timedelta
from html import escape
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from services.access.principal import Principal, Role
from tests.builders import NOON, active_goal, entry, event, gas, proposed, smart
from tests.integration.gateway.http import Http
from tests.tokens import bearing
from tests.waiting import eventually

HOSTILE = "<script>alert('&\"')</script> \u202e\u05e9\u05dc\u05d5\u05dd"
DAY = timedelta(days=1)


def begun(goal: GoalId, **fields: object) -> list[Event]:
    plan, _, *agreed = active_goal(goal)
    return [plan, event(goal, proposed(smart=smart(), **fields), actor=goal.patient), *agreed]


def path(goal: GoalId) -> str:
    return f"/clinic/{goal.org}/patients/{goal.patient}/goals/{goal.goal}"


def person(role: Role, goal: GoalId, **more: object) -> Principal:
    patient = goal.patient if role == "patient" else None
    given = {"id": "p1" if patient else "x", "kind": "person", "roles": {role}, "orgs": {goal.org}, "patient": patient}
    return Principal.model_validate({**given, **more}, strict=False)


async def read(http: Http, goal: GoalId, who: Principal | None = None, **query: object) -> str:
    response = await ask(http, goal, who, **query)
    assert response.status_code == 200, response.text
    return response.text


async def ask(http: Http, goal: GoalId, who: Principal | None = None, **query: object) -> httpx.Response:
    given = {name.rstrip("_"): str(value) for name, value in query.items()}
    return await http.client.get(path(goal), params=given, headers=bearing(who) if who else None)


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """With hostile words everywhere, a scale that was reworded a day later, and a diary."""
    goal = GoalId(org, "p1", "g1")
    scale = gas(baseline=-2)
    reworded = scale.model_copy(update={"levels": {**scale.levels, "0": HOSTILE}})
    revised = g.Revised(changes=g.Changes(gas=reworded, wording=HOSTILE), reason="setback", note=HOSTILE)
    position = await http.record(
        *begun(goal, gas=scale, statement=HOSTILE),
        event(goal, entry("e1", level=-1, note=HOSTILE), time=NOON + timedelta(hours=1)),
        event(goal, revised, time=NOON + DAY),
        event(goal, entry("e2", NOON.date() + DAY, level=0, setback=True), time=NOON + DAY),
    )
    for read_of in ("entries", "moments"):
        await http.get(f"/v1/orgs/{org}/patients/p1/goals/g1/{read_of}", min_position=position)
    return goal


async def test_whatever_anybody_wrote_is_escaped_wherever_it_stands(http: Http, goal: GoalId) -> None:
    page = await read(http, goal, to=NOON.date() + 3 * DAY)

    assert "<script>alert" not in page
    assert page.count(escape(HOSTILE).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")) >= 5
    assert re.findall(r" style=|<script>|javascript:", page) == []


async def test_a_page_has_what_the_policy_allows_and_no_more(http: Http, goal: GoalId) -> None:
    clinician = await read(http, goal, person("clinician", goal))
    patient = await read(http, goal, person("patient", goal))
    dashboard = await read(http, goal, person("dashboard", goal))

    assert "The way here" in clinician
    assert re.search(rf'href="/clinic/{goal.org}/audit/\d+\?patient=p1"', clinician)
    assert "In your own words" in patient
    assert "The way here" in patient
    assert "The way here" not in dashboard
    assert 'name="as_of"' not in dashboard


@pytest.mark.parametrize("who", ["another clinic", "another patient", "without words"])
async def test_to_others_it_is_not_there(http: Http, goal: GoalId, who: str) -> None:
    principal = {
        "another clinic": person("clinician", goal, orgs={"elsewhere"}),
        "another patient": person("patient", goal, id="p2", patient="p2"),
        "without words": person("dashboard", goal, words=False),
    }[who]
    response = await ask(http, goal, principal)

    assert response.status_code in (403, 404)
    assert "\u05e9\u05dc" not in response.text


async def test_of_a_goal_that_is_not_there_a_page_says_so(http: Http, goal: GoalId) -> None:
    response = await ask(http, goal._replace(goal="nothing"))

    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")


async def test_the_form_shows_the_goal_as_it_stood(http: Http, goal: GoalId) -> None:
    before = (NOON + timedelta(hours=2)).isoformat()
    then = await read(http, goal, as_of=before, by="happened")
    unknown = await read(http, goal, as_of=before, by="recorded")
    now = await read(http, goal, as_of="", by="recorded")

    assert "As it stood on 2 March 2026, 14:00, by what had happened until then." in then
    assert "Goes out three times" in _then(then)
    assert "The goal was not there yet." in _then(unknown)
    assert "As it stood" not in _then(now)
    assert "Goes out three times" not in _then(now)
    assert re.search(r'value="recorded" checked', now)


async def test_the_slider_gets_the_same_parts_as_the_page_has(http: Http, goal: GoalId) -> None:
    before = (NOON + timedelta(hours=2)).isoformat()
    whole = await read(http, goal, as_of=before, by="happened")
    part = await read(http, goal, as_of=before, by="happened", part="then")

    assert part.strip() in whole
    assert set(re.findall(r'<div id="([^"]+)"', part)) == {"then", "then-steps"}


@pytest.mark.parametrize("moment", [{"as_of": (NOON + timedelta(hours=2)).isoformat(), "by": "happened"}, {}])
async def test_what_the_slider_gets_says_where_the_whole_page_is(
    http: Http, goal: GoalId, moment: dict[str, str]
) -> None:
    answer = await http.client.get(path(goal), params={**moment, "part": "then"})
    address = urlsplit(answer.headers["hx-replace-url"])

    assert address.path == path(goal)
    assert dict(parse_qsl(address.query)) == moment


async def test_every_moment_to_choose_from_is_an_address_that_is_answered(http: Http, goal: GoalId) -> None:
    for by in ("happened", "recorded"):
        page = await read(http, goal, as_of="", by=by)
        moments = [value for value in re.findall(r'<option value="([^"]*)"', page) if value]
        assert moments
        for moment in moments:
            assert "The goal was not there yet." not in await read(http, goal, as_of=moment, by=by, part="then")


@pytest.mark.parametrize(
    "query",
    [{"as_of": "yesterday"}, {"by": "chance"}, {"part": "all"}, {"before": "x"}, {"from_": "2026-13-01"}, {"x": 1}],
)
async def test_what_cannot_be_asked_for_is_refused_by_a_page(
    http: Http, goal: GoalId, query: dict[str, object]
) -> None:
    response = await ask(http, goal, None, **query)

    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")


async def test_a_long_diary_makes_no_large_page_and_its_beginning_can_be_reached(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "long")
    days = [NOON.date() + number * DAY for number in range(200)]
    entries = (
        event(
            goal, entry(f"e{at}", day, done=at % 3 > 0, mood=5, level=at % 5 - 2, note="x" * 80), time=NOON + at * DAY
        )
        for at, day in enumerate(days)
    )
    position = await http.record(*begun(goal, gas=gas(baseline=-2)), *entries)
    await http.get(f"/v1/orgs/{org}/patients/p1/goals/long/entries", min_position=position)

    last = await read(http, goal, min_position=position, to=days[-1])
    first = await read(http, goal, to=days[10])

    assert len(last.encode()) <= 100_000
    assert "Of each week the last is drawn." in last
    assert "Earlier weeks" in last
    assert f'id="day-{days[-1]}"' in last
    assert f'id="day-{days[0]}"' in first
    assert "Later weeks" in first


async def test_the_way_goes_on_where_the_page_ends(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "held")
    pauses = [
        event(goal, each, role="clinician", actor="c1")
        for number in range(20)
        for each in (g.Held(reason=f"rest {number}"), g.Resumed(reason=f"back {number}"))
    ]
    position = await http.record(*begun(goal), *pauses)

    newest = await read(http, goal, min_position=position)
    found = re.search(r"\?before=([^#\"]+)#way", newest)
    assert found is not None
    rest = (await http.client.get(f"{path(goal)}?before={found[1]}")).text

    def told(page: str) -> list[int]:
        way = page.partition('id="way"')[2].partition('id="agreed"')[0]
        return [int(number) for number in re.findall(r"rest (\d+)", way)]

    assert [*told(newest), *told(rest)] == list(range(19, -1, -1))
    assert "Proposed by" not in newest
    assert "Proposed by" in rest


async def test_looking_at_the_page_is_on_record(http: Http, goal: GoalId) -> None:
    who = person("clinician", goal, id="reader")
    await read(http, goal, who)

    async def names() -> set[str]:
        found = await http.get(f"/v1/orgs/{goal.org}/patients/p1/accesses", limit=500)
        return {each["operation"] for each in found["items"] if each["reader"] == "reader"}

    async def is_on_record() -> bool:
        return "goal_page" in await names()

    await eventually(is_on_record)


def _then(page: str) -> str:
    return page.partition('<div id="then">')[2].partition('<div id="then-steps">')[0]
