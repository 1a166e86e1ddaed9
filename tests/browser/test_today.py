"""Today in a browser: live without moving what is read, and readable without JavaScript."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from pydantic_core import to_json

from events.envelope import structured
from events.goal.types import ProgressLogged
from events.identity import GoalId
from services.sample.clinic import today_there
from tests.browser.conftest import Open
from tests.browser.window import person
from tests.builders import entry, event
from tests.end_to_end.node import RunningNode
from tests.forked import cairn
from tests.waiting import eventually

TODAY = "/clinic/northside/today"
PEOPLE = GoalId("northside", "pt-e6a1", "people")
MONEY = GoalId("northside", "pt-40d8", "money")
_ROWS = "() => [...document.querySelectorAll('li.row')].map((row) => row.dataset.patient)"
_TOPS = "() => [...document.querySelectorAll('li.row')].map((row) => [row.id, row.getBoundingClientRect().top])"
_TOP = "(patient) => document.getElementById(`row-${patient}`).getBoundingClientRect().top"


async def tell(node: RunningNode, goal: GoalId, logged: ProgressLogged) -> None:
    """Submit an entry over NATS, as an integrating system does."""
    told = event(goal, logged, actor=goal.patient, time=datetime.now(UTC))
    ran = await cairn("submit", "-", "--nats-url", node.nats_url, stdin=to_json(structured(told)))
    assert ran.code == 0, ran.out + ran.err


async def test_a_row_that_stays_where_it_is_is_put_anew_without_moving_anything(
    window: Open, node: RunningNode
) -> None:
    async with window() as seen:
        page = seen.page
        await seen.open(TODAY)
        await page.locator("#row-pt-e6a1 h3 a").focus()
        await page.evaluate("() => scrollTo(0, 400)")
        before = await page.evaluate(_TOP, "pt-e6a1")
        await tell(node, PEOPLE, entry("live-1", today_there(datetime.now(UTC)), note="He <b>picked</b> up."))

        await page.get_by_text("He <b>picked</b> up.").wait_for()
        await expect(page.locator("#row-pt-e6a1")).not_to_have_class(re.compile("htmx-"))  # it is all done

        assert await page.evaluate(_TOP, "pt-e6a1") == before
        assert await page.evaluate("() => document.activeElement.textContent") == "pt-e6a1"
        assert not await page.locator("#news button").is_visible()
        assert seen.complaints == []


async def test_a_row_that_would_move_waits_until_that_is_pressed(window: Open, node: RunningNode) -> None:
    async with window() as seen:
        page = seen.page
        await seen.open(TODAY)
        rows = await page.evaluate(_ROWS)
        await tell(node, MONEY, entry("live-2", today_there(datetime.now(UTC)), setback=True, note="Spent it."))

        await page.get_by_role("button", name="Rows with news: 1").wait_for()
        assert await page.evaluate(_ROWS) == rows
        await page.get_by_role("button", name="Rows with news: 1").click()

        await page.locator("#row-pt-40d8").get_by_text("A setback, told today").wait_for()
        await expect(page.locator("#news button")).to_be_hidden()
        after = await page.evaluate(_ROWS)
        assert sorted(after) == sorted(rows)
        assert after.index("pt-40d8") < rows.index("pt-40d8")


@pytest.mark.parametrize("scrolled", [0, 300])
async def test_no_row_moves_when_news_comes(window: Open, node: RunningNode, scrolled: int) -> None:
    """The row is marked as one of another section, so that it waits; then the line tells of a lost connection."""
    async with window() as seen:
        page = seen.page
        await seen.open(TODAY)
        await page.evaluate("(top) => scrollTo(0, top)", scrolled)
        await page.evaluate("() => document.getElementById('row-pt-e6a1').dataset.section = 'elsewhere'")
        before = await page.evaluate(_TOPS)
        await tell(
            node, PEOPLE, entry(f"still-{scrolled}", today_there(datetime.now(UTC)), note=f"Scrolled {scrolled}.")
        )

        await page.get_by_role("button", name="Rows with news: 1").wait_for()
        assert await page.evaluate(_TOPS) == before

        await page.evaluate(
            "() => document.querySelector('#news p').textContent = document.getElementById('news').dataset.lost"
        )
        assert await page.locator("#news p").is_visible()
        assert await page.evaluate(_TOPS) == before
        box = await page.get_by_role("button", name="Rows with news: 1").bounding_box()
        assert box is not None
        assert box["width"] < 400, "it hides no line of text"


async def test_whoever_may_not_follow_what_happens_is_shown_it_after_a_minute(window: Open, node: RunningNode) -> None:
    """Without words, as a screen on a wall is."""
    async with window(person("dashboard", "northside", "wall")) as seen:
        page, row = seen.page, seen.page.locator("#row-pt-e6a1")
        await page.clock.install()
        await seen.open(TODAY)
        rows, before = await page.evaluate(_ROWS), await row.inner_text()
        day = today_there(datetime.now(UTC)) - timedelta(days=1)
        await tell(node, PEOPLE, entry("live-3", day, mood=2))
        await page.route("**/today", lambda route: route.abort())
        await page.clock.run_for(61_000)
        await expect(page.locator("#news")).to_contain_text("Not live at the moment")
        await page.unroute("**/today")
        await page.clock.run_for(61_000)

        await expect(page.locator("#news")).to_contain_text("Live again")
        await page.clock.run_for(9_000)
        await expect(page.locator("#news p")).to_have_text("")

        async def is_another() -> bool:
            await page.clock.run_for(61_000)  # what was told may be in no projection yet
            return await row.inner_text() != before

        await eventually(is_another)
        assert await page.evaluate(_ROWS) == rows
        assert seen.complaints == []


async def test_it_is_all_there_without_javascript(window: Open) -> None:
    async with window(java_script_enabled=False) as seen:
        await seen.open(TODAY)
        assert await seen.page.locator("li.row").count() == 6
        await seen.page.get_by_role("link", name="Mine, 3").click()
        await expect(seen.page.locator("li.row")).to_have_count(3)
