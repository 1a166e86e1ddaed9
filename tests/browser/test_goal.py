"""The slider over a goal's moments, in a browser: it shows where the goal stood without leaving the page."""

import asyncio
import re

from playwright.async_api import Route, expect

from tests.browser.conftest import Open
from tests.browser.window import NARROW

GOAL = "/clinic/northside/patients/pt-e6a1/goals/people"
_OF_A_MOMENT = re.compile("as_of=")
# The stones of the ladder from the highest down: what is drawn, or the step itself where it is the stone.
_STONES = """() => [...document.querySelectorAll("#then .ladder li")].map((step) => {
  const drawn = step.querySelector("svg").getBoundingClientRect();
  const box = drawn.width > 0 ? drawn : step.getBoundingClientRect();
  return { wide: Math.round(box.width), tall: Math.round(box.height) };
})"""


async def test_the_slider_shows_the_goal_as_it_stood_and_stays_where_it_is(window: Open) -> None:
    async with window() as seen:
        await seen.open(GOAL)
        page = seen.page
        slide, then = page.locator("#slide"), page.locator("#then")
        await expect(slide).to_be_visible()
        await expect(page.locator("#as-of")).to_be_hidden()
        await expect(then).to_contain_text("I meet somebody from there outside")

        await slide.focus()
        await page.keyboard.press("Home")
        await expect(then).to_contain_text("As it stood on")
        await expect(then).to_contain_text("I meet two people who don")
        await expect(then).to_contain_text("Here then")
        assert await page.evaluate("document.activeElement.id") == "slide"
        await expect(slide).to_have_attribute("aria-valuetext", re.compile("^Proposed"))
        await expect(page).to_have_url(_OF_A_MOMENT)

        await page.keyboard.press("End")
        await expect(then).not_to_contain_text("As it stood on")
        await expect(page).to_have_url(re.compile(f"{GOAL}$"))
        assert seen.complaints == []


async def test_the_address_that_the_slider_leaves_shows_the_same(window: Open) -> None:
    async with window() as seen:
        await seen.open(GOAL)
        await seen.page.locator("#slide").focus()
        await seen.page.keyboard.press("Home")
        await expect(seen.page.locator("#then")).to_contain_text("As it stood on")
        await expect(seen.page).to_have_url(_OF_A_MOMENT)
        shown = await seen.page.inner_text("#then")

        await seen.page.reload()

        await expect(seen.page.locator("#then")).to_have_text(shown, use_inner_text=True)


async def test_the_other_time_has_moments_of_its_own(window: Open) -> None:
    async with window() as seen:
        await seen.open(GOAL)
        page, recorded = seen.page, seen.page.get_by_label("as it was recorded")
        await page.evaluate("() => scrollTo(0, 200)")
        await recorded.focus()
        before = await page.evaluate("() => scrollY")
        async with page.expect_response("**by=recorded**"):
            await recorded.check()
        await page.wait_for_url("**by=recorded**")
        await expect(page.locator("#then")).to_have_attribute("aria-busy", "false")

        await expect(recorded).to_be_checked()
        await expect(recorded).to_be_focused()
        assert await page.evaluate("() => scrollY") == before
        jump = page.locator("#jump-1")
        await jump.click()
        await expect(page.locator("#then")).to_contain_text("As it stood on")
        await expect(jump).to_be_focused()
        await expect(jump).to_have_attribute("aria-current", "true")
        assert await page.evaluate("() => scrollY") == before
        await expect(page.locator("#slide-said")).to_have_text(await page.inner_text("#jump-1"), use_inner_text=True)
        await expect(page.locator("#slide")).to_be_visible()
        await expect(page.locator("#as-of")).to_be_hidden()
        assert seen.complaints == []


async def test_while_an_answer_is_under_way_the_label_says_so(window: Open) -> None:
    async with window() as seen:
        await seen.open(GOAL)
        page, gate = seen.page, asyncio.Event()

        async def late(route: Route) -> None:
            await gate.wait()
            await route.continue_()

        await page.route("**part=then**", late)
        await page.locator("#slide").focus()
        await page.keyboard.press("Home")
        await expect(page.locator("#slide-said")).to_have_text(re.compile("^Proposed.* …$"))
        await expect(page.locator("#then")).to_have_attribute("aria-busy", "true")

        gate.set()
        await expect(page.locator("#then")).to_contain_text("As it stood on")
        await expect(page.locator("#slide-said")).not_to_contain_text("…")
        await expect(page.locator("#then")).to_have_attribute("aria-busy", "false")


async def test_without_scripts_a_form_does_the_same(window: Open) -> None:
    async with window(java_script_enabled=False) as seen:
        await seen.open(GOAL)
        await seen.page.select_option("#as-of", index=0)
        await seen.page.get_by_role("button", name="Show that moment").click()

        await expect(seen.page.locator("#then")).to_contain_text("As it stood on")
        await expect(seen.page.locator("#slide")).to_be_hidden()


async def test_a_day_with_a_note_leads_to_the_note(window: Open) -> None:
    async with window() as seen:
        await seen.open(GOAL)
        day = seen.page.locator(".diary td a").last
        anchor = (await day.get_attribute("href") or "").removeprefix("#")
        await day.click()

        await expect(seen.page.locator("tr:target")).to_have_id(anchor)
        await expect(seen.page.locator("tr:target .said")).to_be_visible()


async def test_a_restart_is_told_and_the_slider_can_be_tried_again(window: Open) -> None:
    async with window() as seen:
        await seen.open(GOAL)
        page = seen.page
        await page.route("**part=then**", lambda route: route.abort())
        await page.locator("#slide").focus()
        await page.keyboard.press("ArrowLeft")
        await expect(page.locator("#slide-said")).to_contain_text("could not be loaded")

        await page.unroute("**part=then**")
        await page.keyboard.press("ArrowLeft")

        await expect(page.locator("#then")).to_contain_text("As it stood on")


async def test_on_a_narrow_screen_each_stone_has_its_words_on_it_and_the_cairn_is_widest_at_its_foot(
    window: Open,
) -> None:
    async with window() as seen:
        for width in (NARROW, 390):
            await seen.look("light", width)
            await seen.open(GOAL)

            stones = await seen.page.evaluate(_STONES)

            assert len(stones) == 5
            assert all(stone["wide"] > 2 * stone["tall"] for stone in stones), stones
            assert [stone["wide"] for stone in stones] == sorted(stone["wide"] for stone in stones)


async def test_an_id_goes_to_the_next_line_whole_and_one_that_is_longer_than_a_line_breaks(window: Open) -> None:
    async with window() as seen:
        await seen.look("light", NARROW)
        await seen.open("/clinic/northside/today")
        heights = await seen.page.evaluate(
            '() => [...document.querySelectorAll(".soon .id, .who .id")].map((each) => each.getClientRects().length)'
        )
        await seen.page.evaluate('() => { document.querySelector(".who .id").textContent = "pt-".repeat(40); }')

        assert heights
        assert set(heights) == {1}
        assert await seen.page.evaluate("() => document.documentElement.scrollWidth") == NARROW
