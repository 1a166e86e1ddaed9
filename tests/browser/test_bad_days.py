"""What may go wrong: words that look like a program, a patient whom nobody knows, a page open during a restart."""

import asyncio
import base64
import os
import signal
from datetime import UTC, datetime
from functools import partial

import pytest
from playwright.async_api import Route, expect

from events.identity import GoalId
from events.log import connect
from events.log.client.resilient import ResilientClient
from services.gateway.pages.refused import refused_page
from services.gateway.problems import RequestRefused
from services.sample.clinic import today_there
from tests.browser.conftest import Open
from tests.browser.pages import Looked, is_there
from tests.browser.test_today import tell
from tests.browser.window import NARROW, person
from tests.builders import active_goal, entry, event, gas, opened, proposed, smart
from tests.conftest import submitting_over
from tests.end_to_end.node import RunningNode
from tests.exchange.javascript import JavaScript
from tests.waiting import eventually

ORG, PATIENT = "hostile", "pt-1"
_CLINICIAN = person("clinician", ORG, "c1")
STATEMENT = (
    "</h1><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> & ' \" \u202e{{ 7*7 }}"
)
NOTE = (
    "<svg onload=\"document.title='taken'\"> “quoted” ]]> <!-- \u4f60\u597d \u0645\u0631\u062d\u0628\u0627 "
    + "long" * 900
)
LONG_ID = "cl-" + "kapitaen" * 7
LONG_STEPS = {
    "-2": "\u0623\u0646\u0627\u0645 \u0637\u0648\u0627\u0644 \u0627\u0644\u0644\u064a\u0644",
    "-1": "lentokonesuihkuturbiinimoottoriapumekaanikkoaliupseerioppilas",
    "0": "a" * 300,
    "1": "<b>park</b>",
    "2": "Out",
}
"""Of right-to-left words, of one word that is longer than a line, and of one that is longer than several."""
PAGES = [
    each
    for each in (
        Looked("today", f"/clinic/{ORG}/today", _CLINICIAN),
        Looked("reviews", f"/clinic/{ORG}/reviews", _CLINICIAN),
        Looked("audit", f"/clinic/{ORG}/audit", _CLINICIAN),
        Looked("patient", f"/clinic/{ORG}/patients/{PATIENT}", _CLINICIAN),
        Looked("goal", f"/clinic/{ORG}/patients/{PATIENT}/goals/walk", _CLINICIAN),
        Looked("session", f"/clinic/{ORG}/patients/{PATIENT}/session", _CLINICIAN),
    )
    if is_there(each)
]
WITH_WORDS = [each for each in PAGES if each.name in ("today", "patient", "goal", "session")]


@pytest.fixture(scope="module")
async def hostile(node: RunningNode) -> None:
    """A patient whose words look like a program, recorded over NATS, and shown."""
    goal = GoalId(ORG, PATIENT, "walk")
    usual = active_goal(goal)
    events = [
        event(
            goal.plan,
            opened(clinician=LONG_ID, reasons=({"text": STATEMENT, "whose": "own"},)),
            role="clinician",
            actor="c1",
        ),
        event(goal, proposed(statement=STATEMENT, smart=smart(), gas=gas(levels=LONG_STEPS))),
        *usual[2:],
        event(goal, entry("e1", note=NOTE[:4000], done=True, mood=5)),
    ]
    nc = await connect(node.nats_url, name="tests")
    try:
        submit = submitting_over(nc)
        outcomes = [await submit(each) for each in events]
        assert [outcome.status for outcome in outcomes] == ["recorded"] * len(events), outcomes
        position = outcomes[-1].events[-1].position  # type: ignore[union-attr]  # recorded, as was seen
        for what in (f"patients/{PATIENT}/goals", "reviews?limit=1", "audit?limit=1"):
            joined = "&" if "?" in what else "?"
            await eventually(partial(is_read, nc, f"/v1/orgs/{ORG}/{what}{joined}min_position={position}"))
    finally:
        await nc.close()


async def is_read(nc: ResilientClient, path: str) -> bool:
    """Whether a gateway answers with what is there; a projection may be behind for a while."""
    answer = await nc.request("cairn.read", path.encode(), timeout=20)
    return (answer.headers or {}).get("status", "200") == "200"


@pytest.mark.parametrize("looked", PAGES, ids=lambda looked: looked.name)
async def test_words_stay_words_and_are_shown_as_they_were_said(window: Open, hostile: None, looked: Looked) -> None:
    async with window(looked.principal) as seen:
        await seen.open(looked.path)
        title = await seen.page.title()
        await seen.look("light", NARROW)

        assert title != "taken"
        assert seen.complaints == []
        assert await seen.page.locator("main script, main img, main svg[onload]").count() == 0
        beyond = await seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond == 0
        if looked in WITH_WORDS:
            said = await seen.page.inner_text("main")
            assert "</h1><script>" in said
            assert "{{ 7*7 }}" in said


@pytest.mark.parametrize("looked", WITH_WORDS[-1:], ids=lambda looked: looked.name)
async def test_what_is_printed_has_the_words_as_text(
    window: Open, hostile: None, looked: Looked, javascript: JavaScript
) -> None:
    async with window(looked.principal) as seen:
        await seen.open(looked.path)
        for size in ("A4", "Letter"):
            pdf = await seen.page.pdf(format=size, prefer_css_page_size=False)
            pages = javascript.told("pdf_text.mjs", {"pdf": base64.b64encode(pdf).decode()})
            text = " ".join(" ".join(pages).split())

            assert "<script>" in text.replace(" <", "<").replace("> ", ">")
            assert "Sign out" not in text


async def test_a_page_that_cannot_be_shown_now_asks_again_and_comes_by_itself(window: Open) -> None:
    """As while Cairn starts again: it cannot show the page, then nobody answers at all, then it can."""
    path, asked = "/sign-in?to=/clinic", []
    behind = refused_page(
        {"type": "http", "method": "GET", "path": "/clinic/x", "query_string": b"", "headers": []},
        RequestRefused("projection.unavailable", "It is being built."),
    )

    async def away_at_first(route: Route) -> None:
        asked.append(route.request.method)
        match len(asked):
            case 1:
                page = bytes(behind.body).decode()
                await route.fulfill(status=503, body=page, headers={"content-type": "text/html; charset=utf-8"})
            case 2:
                await route.abort("connectionrefused")
            case 3:
                await route.fulfill(status=503)
            case _:
                await route.continue_()

    async with window() as seen:
        await seen.page.clock.install()
        await seen.page.route(f"{seen.base}{path}", away_at_first)
        await seen.open(path, 503)
        await expect(seen.page.get_by_role("status")).to_have_text("Asking again …")
        for _ in range(100):
            if await seen.page.get_by_role("heading", name="Sign in").count():
                break
            await seen.page.clock.run_for(1000)
            await asyncio.sleep(0.02)

        await expect(seen.page.get_by_role("heading", level=1)).to_have_text("Sign in")
        assert asked == ["GET", "HEAD", "HEAD", "HEAD", "GET"]


async def test_a_page_that_is_open_while_the_gateway_is_killed_says_so_and_is_live_again(
    window: Open, node: RunningNode
) -> None:
    goal = GoalId("northside", "pt-e6a1", "people")
    async with window() as seen:
        await seen.open("/clinic/northside/today")
        news = seen.page.get_by_role("status")
        os.kill(node.children()["gateway"], signal.SIGKILL)
        await expect(news).to_contain_text("Not live at the moment")
        await expect(news).to_contain_text("Live again")
        await tell(node, goal, entry("after-the-kill", today_there(datetime.now(UTC)), note="Told after that."))

        await expect(seen.page.locator("#row-pt-e6a1")).to_contain_text("Told after that.")
        assert seen.complaints == []
        await seen.open("/clinic/northside/nothing", 404)
        await expect(seen.page.get_by_role("banner")).to_contain_text("Signed in as cl-11, clinician")
