"""Operations in a browser: what changes is put in its place every five seconds, and nothing else is touched."""

import re

from playwright.async_api import Route, expect

from tests.browser.conftest import Open
from tests.browser.window import person

_OPERATOR = person("operator", "", "op-1")
_SECONDS = 6_000


async def test_what_changed_is_put_in_place_and_the_rest_stays_as_it_is(window: Open) -> None:
    async with window(_OPERATOR) as seen:
        page = seen.page
        await page.clock.install()
        await seen.open("/operations")
        asked = []

        async def changed(route: Route) -> None:
            asked.append(route.request.url)
            answer = await route.fetch()
            text = (await answer.text()).replace("Projections</h2>", "Projections, told anew</h2>")
            await route.fulfill(response=answer, body=text)

        await page.route("**/operations", changed)
        await page.get_by_role("link", name="Look again").focus()
        await page.evaluate("() => { document.querySelector('[role=status]').kept = true; }")
        await page.clock.run_for(_SECONDS)
        await expect(page.locator("#pr")).to_have_text("Projections, told anew")

        assert await page.evaluate("() => document.querySelector('[role=status]').kept")
        assert await page.evaluate("() => document.activeElement.textContent") == "Look again"
        await page.get_by_role("button", name="Look again by itself").click()
        await expect(page.locator("#look-again")).not_to_have_class(re.compile("htmx-request"))  # nothing is under way
        before = len(asked)
        await page.clock.run_for(5 * _SECONDS)
        assert len(asked) == before
        await page.unroute("**/operations")
        await page.route("**/operations", lambda route: route.abort())
        await page.get_by_role("button", name="Look again by itself").click()
        await page.clock.run_for(5 * _SECONDS)
        await expect(page.locator("#pr")).to_have_text("Projections, told anew")
        assert seen.complaints == []
