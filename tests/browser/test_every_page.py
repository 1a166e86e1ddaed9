"""What holds for every page: nothing goes wrong in a browser, and nobody is kept from reading or using it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.access.principal import Principal
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
# Whatever has the focus, each time that a key goes down and has not moved it on yet, and at the end.
_NOTE_FOCUS = """() => {
  window.focused = [];
  window.noteFocus = () => {
    const each = document.activeElement;
    if (!each || each === document.body) return;
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    const there = box.width > 0 && box.right > 0 && box.left < innerWidth;
    window.focused.push({ number: each.dataset.tabbed ?? null, seen: seen && there });
  };
  addEventListener("keydown", window.noteFocus, true);
}"""
_FOCUSED = "() => { window.noteFocus(); return window.focused; }"
_STOPS_OF_A_DATE = 3
"""How often Tab stops in a field for a date beside the first time: at month, year and calendar."""
# By how much the page is wider than the window, and each table and text in it than the place it has.
_SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll("main .scroll, main pre")]
  .map((each) => each.scrollWidth - each.clientWidth).filter((more) => more > 0)"""
# What bears the same id as something before it: whatever is labelled by that id is named by the first of them.
_SAME_IDS = """() => [...document.querySelectorAll("[id]")]
  .filter((each) => document.getElementById(each.id) !== each).map((each) => each.outerHTML.slice(0, 120))"""
_FINDINGS = """async (rules) => {
  const what = rules ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } };
  return (await axe.run({ ...what, resultTypes: ["violations"] })).violations.map((each) =>
    `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""

_WHERE_THINGS_ARE = ("target-size", "scrollable-region-focusable", "meta-viewport", "aria-hidden-focus", "region")
"""What may be otherwise in a narrow window; the other rules look at what is there, and not where."""


# What a page asks for by itself every few seconds would put parts of it anew while they are looked at.
_AS_IT_CAME = 'addEventListener("htmx:before:request", (event) => event.preventDefault(), true);'


class Windows:
    """One window for each person who looks, with the next page where the one before was: a new one takes much longer.

    Args:
        options: As Playwright's `new_context` takes them.
    """

    def __init__(self, window: Open, stack: AsyncExitStack, **options: bool | str):
        self._window, self._stack, self._options = window, stack, options
        self._open: list[tuple[Principal | None, Window]] = []

    async def show(self, looked: Looked) -> Window:
        """The page as it is when somebody has just come to it."""
        seen = next((window for principal, window in self._open if principal == looked.principal), None)
        if seen is None:
            seen = await self._stack.enter_async_context(self._window(looked.principal, **self._options))
            await seen.page.add_init_script(_AS_IT_CAME)
            self._open.append((looked.principal, seen))
        seen.complaints.clear()
        await seen.look("light", WIDE)
        await seen.open(looked.path, looked.status)
        return seen


@pytest.fixture(scope="module")
async def windows(window: Open) -> AsyncIterator[Windows]:
    async with AsyncExitStack() as stack:
        yield Windows(window, stack, reduced_motion="reduce")


@pytest.fixture(scope="module")
async def without_scripts(window: Open) -> AsyncIterator[Windows]:
    async with AsyncExitStack() as stack:
        yield Windows(window, stack, java_script_enabled=False)


@pytest.fixture(scope="module", params=PAGES, ids=lambda looked: looked.name)
async def shown(windows: Windows, request: pytest.FixtureRequest) -> Window:
    """Each page, opened once for two tests: axe looks at it as it comes, and then the keyboard moves about in it."""
    return await windows.show(request.param)


async def test_axe_finds_nothing(shown: Window, axe: str) -> None:
    await shown.page.evaluate(axe)
    found = {"light": await found_by_axe(shown)}
    await shown.look("dark")
    found["dark"] = await found_by_axe(shown, "color-contrast", "link-in-text-block")
    await shown.look("light", NARROW)
    found["narrow"] = await found_by_axe(shown, *_WHERE_THINGS_ARE)

    assert {how: told for how, told in found.items() if told} == {}


async def test_nothing_goes_wrong_on_it_and_the_keyboard_reaches_everything_in_sight(shown: Window) -> None:
    """It complains of nothing, asks nobody else, needs no sideways scroll, neither does anything in it, and no two
    things in it have one id."""
    await shown.look("light", WIDE)
    unreached, unseen = await reached_by_tab(shown)
    beyond = {}
    for width in (WIDE, NARROW):
        await shown.look("light", width)
        beyond[width] = await shown.page.evaluate(_SIDEWAYS)

    assert shown.complaints == []
    assert unreached == []
    assert unseen == set()
    assert beyond == {WIDE: [], NARROW: []}
    assert await shown.page.evaluate(_SAME_IDS) == []
    assert await shown.page.locator("h1").count() == 1
    assert (await shown.page.get_attribute("html", "lang") or "").startswith("en")


@pytest.mark.parametrize("looked", PAGES, ids=lambda looked: looked.name)
async def test_it_is_read_without_scripts(without_scripts: Windows, looked: Looked) -> None:
    seen = await without_scripts.show(looked)

    assert await seen.page.locator("h1").is_visible()
    assert len(await seen.page.inner_text("main")) > 20


async def found_by_axe(window: Window, *rules: str) -> list[str]:
    """What axe finds by these rules, or by all of its own."""
    found: list[str] = await window.page.evaluate(_FINDINGS, list(rules) or None)
    return found


async def reached_by_tab(window: Window) -> tuple[list[str], set[str]]:
    """The controls that Tab does not reach, and those that are not seen to have been reached."""
    controls: list[str] = await window.page.evaluate(_CONTROLS)
    dates = await window.page.locator("input[type=date]").count()
    await window.page.evaluate(_NOTE_FOCUS)
    # Held down it goes on and on, with half the messages of as many presses.
    for _ in range(len(controls) + _STOPS_OF_A_DATE * dates + 1):
        await window.page.keyboard.down("Tab")
    await window.page.keyboard.up("Tab")
    focused = [each for each in await window.page.evaluate(_FOCUSED) if each["number"] is not None]
    reached = {int(each["number"]) for each in focused}
    unseen = {controls[int(each["number"])] for each in focused if not each["seen"]}
    return [control for number, control in enumerate(controls) if number not in reached], unseen
