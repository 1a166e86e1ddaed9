"""What holds for every page: nothing goes wrong in a browser, and nobody is kept from reading or using it."""

from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.browser.pages import PAGES, Looked
from tests.browser.window import NARROW, WIDE, Window

# What is pressed or filled in, as far as Tab reaches it: of buttons of which one is chosen, that one.
_CONTROLS = """() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  const found = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((each) => !each.disabled && each.type !== "hidden" && each.getClientRects().length > 0)
    .filter((each) => each.type !== "radio" || each.checked);
  found.forEach((each, number) => { each.dataset.tabbed = number; });
  return found.map((each) => each.outerHTML.slice(0, 120));
}"""
_FOCUSED = """() => {
  const each = document.activeElement;
  if (!each || each === document.body) return null;
  const style = getComputedStyle(each), box = each.getBoundingClientRect();
  const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return { number: each.dataset.tabbed ?? null, seen, there: box.width > 0 && box.right > 0 && box.left < innerWidth };
}"""
_STOPS_OF_A_DATE = 3
"""How often Tab stops in a field for a date beside the first time: at month, year and calendar."""
_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_FINDINGS = """async (rules) => {
  const what = rules ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } };
  return (await axe.run(what)).violations.map((each) =>
    `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""

_WHERE_THINGS_ARE = ("target-size", "scrollable-region-focusable", "meta-viewport", "aria-hidden-focus", "region")
"""What may be otherwise in a narrow window; the other rules look at what is there, and not where."""

every_page = pytest.mark.parametrize("looked", PAGES, ids=lambda looked: looked.name)


async def found_by_axe(window: Window, *rules: str) -> list[str]:
    """What axe finds by these rules, or by all of its own."""
    found: list[str] = await window.page.evaluate(_FINDINGS, list(rules) or None)
    return found


@every_page
async def test_axe_finds_nothing(window: Open, looked: Looked, axe: str) -> None:
    async with window(looked.principal, bypass_csp=True) as seen:
        await seen.open(looked.path, looked.status)
        await seen.page.evaluate(axe)
        found = {"light": await found_by_axe(seen)}
        await seen.look("dark")
        found["dark"] = await found_by_axe(seen, "color-contrast", "link-in-text-block")
        await seen.look("light", NARROW)
        found["narrow"] = await found_by_axe(seen, *_WHERE_THINGS_ARE)

        assert {how: told for how, told in found.items() if told} == {}


@every_page
async def test_nothing_goes_wrong_on_it_and_the_keyboard_reaches_everything_in_sight(
    window: Open, looked: Looked
) -> None:
    """It complains of nothing, asks nobody else and needs no sideways scroll; one opening of the page tells it all."""
    async with window(looked.principal, reduced_motion="reduce") as seen:
        await seen.open(looked.path, looked.status)
        unreached, unseen = await reached_by_tab(seen)
        beyond: dict[int, Any] = {}
        for width in (WIDE, NARROW):
            await seen.look("light", width)
            beyond[width] = await seen.page.evaluate(_SIDEWAYS)

        assert seen.complaints == []
        assert unreached == []
        assert unseen == set()
        assert beyond == {WIDE: 0, NARROW: 0}
        assert await seen.page.locator("h1").count() == 1
        assert (await seen.page.get_attribute("html", "lang") or "").startswith("en")


async def reached_by_tab(window: Window) -> tuple[list[str], set[str]]:
    """The controls that Tab does not reach, and those that are not seen to have been reached."""
    controls: list[str] = await window.page.evaluate(_CONTROLS)
    reached, unseen = set(), set()
    for _ in range(len(controls) + _STOPS_OF_A_DATE * len(await window.page.locator("input[type=date]").all()) + 1):
        await window.page.keyboard.press("Tab")
        focused = await window.page.evaluate(_FOCUSED)
        if focused is not None and focused["number"] is not None:
            reached.add(int(focused["number"]))
            if not (focused["seen"] and focused["there"]):
                unseen.add(controls[int(focused["number"])])
    return [control for number, control in enumerate(controls) if number not in reached], unseen


@every_page
async def test_it_is_read_without_scripts(window: Open, looked: Looked) -> None:
    async with window(looked.principal, java_script_enabled=False) as seen:
        await seen.open(looked.path, looked.status)

        assert await seen.page.locator("h1").is_visible()
        assert len(await seen.page.inner_text("main")) > 20
