"""What there is to copy on the page of an event type: by a button, by a key where the clipboard is closed, by hand."""

from tests.browser.conftest import Open

_PAGE = "/docs/events/cairn.goal.held.v1"
_CLOSED = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error()) } })"


async def test_a_button_copies_it_and_says_so(window: Open) -> None:
    async with window(None, permissions=["clipboard-read", "clipboard-write"]) as seen:
        await seen.open(_PAGE)
        button = seen.page.get_by_role("button", name="Copy curl")
        await button.focus()
        await seen.page.keyboard.press("Enter")
        await seen.page.get_by_text("Copied", exact=True).wait_for()

        shown = await seen.page.get_by_role("group", name="curl").text_content()
        assert await seen.page.evaluate("navigator.clipboard.readText()") == shown
        assert seen.complaints == []


async def test_where_the_clipboard_is_closed_the_text_is_selected(window: Open) -> None:
    async with window(None) as seen:
        await seen.page.add_init_script(_CLOSED)
        await seen.open(_PAGE)
        await seen.page.get_by_role("button", name="Copy cairn submit").click()
        await seen.page.wait_for_function("getSelection().toString().trim() === 'cairn submit goal-held.json'")


async def test_without_scripts_there_is_the_text_and_no_button(window: Open) -> None:
    async with window(None, java_script_enabled=False) as seen:
        await seen.open(_PAGE)

        assert await seen.page.locator("main").get_by_role("button").count() == 0
        assert "cairn submit goal-held.json" in await seen.page.inner_text("main")


async def test_a_link_to_a_part_of_a_value_opens_it(window: Open) -> None:
    async with window(None) as seen:
        await seen.open("/docs/events/cairn.goal.revised.v1")
        await seen.page.get_by_role("link", name="Changes", exact=True).click()

        await seen.page.get_by_role("group", name="Changes", exact=True).wait_for(state="visible")


async def test_whoever_comes_from_an_organisation_finds_the_way_back_to_it(window: Open) -> None:
    async with window() as seen:
        await seen.open("/docs")
        for name in ("Today", "Reviews", "Audit"):
            link = seen.page.get_by_role("banner").get_by_role("link", name=name)
            assert await link.get_attribute("href") == f"/clinic/northside/{name.lower()}"
