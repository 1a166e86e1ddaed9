"""The pages of today and of reviews, as a browser gets them: escaped, in the reader's language, and for staff alone."""

import gzip
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import httpx
import pytest

from events.goal import types as g
from events.identity import GoalId
from services.access.principal import Principal, Role
from services.gateway.projection_status import Standing
from services.gateway.routes.pages import reviews, today
from tests.builders import NOON, active_goal, entry, event, proposed
from tests.integration.gateway.http import Http
from tests.tokens import bearing

HOSTILE = '<script>alert("1")</script> & "so" \u202eright to left\u202c 山'


def this_day() -> date:
    """The day is not the same for all of the tests, if they begin before midnight."""
    return datetime.now(UTC).date()


def somebody(role: Role, org: str, *, words: bool = True) -> dict[str, str]:
    patient = "p1" if role == "patient" else None
    return bearing(
        Principal(id="c1", kind="person", roles=frozenset({role}), orgs=frozenset({org}), patient=patient, words=words)
    )


@pytest.fixture
async def clinic(http: Http, org: str) -> int:
    """p1 told a setback in hostile words; p2 has pushed back; p3's review is moved."""
    walk, call, swim = GoalId(org, "p1", "walk"), GoalId(org, "p2", "call"), GoalId(org, "p3", "swim")
    await http.record(*active_goal(walk), event(walk, entry("e1", this_day(), setback=True, note=HOSTILE)))
    plan, *_ = active_goal(call)
    await http.record(
        plan,
        event(call, proposed(statement=f"Call {HOSTILE}"), role="clinician", actor="c1"),
        event(call, g.Contested(reason="Not my words"), actor="p2"),
    )
    moved = event(
        swim, g.ReviewScheduled(due_on=this_day() + timedelta(days=9), cause="moved"), role="clinician", actor="c1"
    )
    return await http.record(*active_goal(swim, time=NOON), moved)


async def read(http: Http, path: str, position: int, **headers: str) -> httpx.Response:
    org = path.split("/")[2]
    await http.get(f"/v1/orgs/{org}/today", min_position=position)
    await http.get(f"/v1/orgs/{org}/reviews", min_position=position)
    return await http.client.get(path, headers=headers)


async def test_the_page_has_a_row_a_patient_and_says_why(http: Http, org: str, clinic: int) -> None:
    answer = await read(http, f"/clinic/{org}/today", clinic)
    assert answer.status_code == 200
    text = answer.text
    assert text.index('id="row-p2"') < text.index('id="row-p1"') < text.index('id="row-p3"')
    assert "A setback, told today" in text
    assert "Not my words" in text
    assert f'name="min_position" value="{clinic}"' in text
    assert text.count("<h1") == 1


async def test_what_anybody_said_is_text_and_nothing_else(http: Http, org: str, clinic: int) -> None:
    text = (await read(http, f"/clinic/{org}/today", clinic)).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#34;so&#34;" in text
    assert "style=" not in text


async def test_it_comes_compressed_to_whoever_takes_it_so(http: Http, org: str, clinic: int) -> None:
    request = http.client.build_request("GET", f"/clinic/{org}/today", headers={"accept-encoding": "gzip"})
    answer = await http.client.send(request, stream=True)
    raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"]
    assert b"</html>" in gzip.decompress(raw)
    plain = await http.client.get(f"/clinic/{org}/today", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


async def test_one_row_is_read_anew_and_nothing_where_the_patient_is_not_shown(
    http: Http, org: str, clinic: int
) -> None:
    one = await http.client.get(f"/clinic/{org}/today/row", params={"patient": "p1", "min_position": clinic})
    assert one.text.strip().startswith('<li class="row" id="row-p1"')
    for params in ({"patient": "nobody"}, {"patient": "p1", "clinician": "somebody-else"}):
        none = await http.client.get(f"/clinic/{org}/today/row", params=params)
        assert (none.status_code, none.text) == (204, "")


async def test_a_dashboard_without_words_gets_none_and_no_feed(http: Http, org: str, clinic: int) -> None:
    wall = somebody("dashboard", org, words=False)
    for path in ("today", "today/row?patient=p1", "reviews"):
        answer = await read(http, f"/clinic/{org}/{path}", clinic, **wall)
        assert answer.status_code == 200
        assert not any(word in answer.text for word in ("alert", "Not my words", "dread", "/v1/feed"))


async def test_a_patient_sees_neither_page(http: Http, org: str, clinic: int) -> None:
    for path in ("today", "today/row?patient=p1", "reviews"):
        answer = await http.client.get(f"/clinic/{org}/{path}", headers=somebody("patient", org))
        assert answer.status_code == 403


async def test_the_page_is_in_spanish_for_whoever_asks_for_it(http: Http, org: str, clinic: int) -> None:
    answer = await read(http, f"/clinic/{org}/today", clinic, **{"accept-language": "es-MX,es;q=0.9"})
    assert 'lang="es-MX"' in answer.text
    assert "Hablar primero con" in answer.text


async def test_a_clinic_with_nobody_in_it_says_so(http: Http, org: str) -> None:
    assert "Nobody is in treatment here yet." in (await http.client.get(f"/clinic/{org}/today")).text
    assert "No review is set in these weeks." in (await http.client.get(f"/clinic/{org}/reviews")).text


async def test_a_moved_review_is_told_as_moved(http: Http, org: str, clinic: int) -> None:
    text = (await read(http, f"/clinic/{org}/reviews", clinic)).text
    found = await http.get(f"/v1/orgs/{org}/reviews", patient="p3")
    (review,) = found["items"]
    assert date.fromisoformat(review["moved_from"]) < this_day()
    assert (review["cause"], review["due_on"]) == ("moved", (this_day() + timedelta(days=9)).isoformat())
    assert "moved from" in text
    assert f"/clinic/{org}/patients/p3/goals/swim" in text


async def test_patients_behind_the_first_ones_are_a_link_away(
    http: Http, org: str, clinic: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "ROWS", 2)
    first = (await read(http, f"/clinic/{org}/today", clinic)).text
    assert 'id="row-p3"' not in first
    assert "3 people." in first
    (rest,) = re.findall(r'<p id="rest"><a class="button" href="([^"]+)">Show the one behind these', first)
    second = (await http.client.get(unescape(rest))).text
    assert re.findall(r'id="row-(\w+)"', second) == ["p3"]
    assert "today.js" not in second, "a page of an earlier moment stays as it is"


async def test_reviews_are_counted_truly_though_the_list_is_in_parts(
    http: Http, org: str, clinic: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = await http.record(*active_goal(GoalId(org, "p4", "walk")), *active_goal(GoalId(org, "p5", "walk")))
    monkeypatch.setattr(reviews, "ROWS", 1)
    first = (await read(http, f"/clinic/{org}/reviews", position)).text
    assert "Everyone, 4" in first
    assert "3 reviews are due since an earlier day." in first
    parts = [first]
    while following := re.search(r'href="([^"]+)">Show the reviews behind these', parts[-1]):
        parts.append((await http.client.get(unescape(following[1]))).text)
    assert len(parts) == 4
    assert all("Everyone, 4" in part for part in parts)
    assert ["Seven weeks" in part for part in parts] == [True, False, False, False]


async def test_a_page_whose_projection_is_behind_says_so_above_its_heading(
    http: Http, org: str, clinic: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def status(self: Standing, projection: str, stream: str) -> dict[str, object]:
        return {"name": projection, "stream": stream, "lag": 7, "lag_seconds": 60.0}

    monkeypatch.setattr(Standing, "status", status)
    for page in ("today", "reviews"):
        text = (await http.client.get(f"/clinic/{org}/{page}")).text
        assert text.index("7 recorded events are not shown here yet. They are not lost") < text.index("<h1")
