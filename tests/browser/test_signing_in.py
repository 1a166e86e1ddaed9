"""Somebody signs in with a browser, and out again."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Open
from tests.browser.window import Window
from tests.end_to_end.node import RunningNode
from tests.forked import cairn
from tests.waiting import eventually


async def link(node: RunningNode, *arguments: str) -> str:
    ran = await cairn("sign-in", *arguments, CAIRN_DATA_DIR=node.address["data"])
    assert ran.code == 0, ran.err
    return ran.out.strip().removeprefix(node.http_url)


async def sign_in(seen: Window, to: str) -> None:
    """Press the button, and be where one is led then: the first page that says so goes on by itself."""
    await seen.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await seen.page.wait_for_url(f"{seen.base}{to}")


async def test_the_link_that_a_node_prints_signs_in_a_clinician(window: Open, node: RunningNode) -> None:
    address, _, said = node.look.partition(" ")
    assert said == "signs in cl-11, clinician, northside: once, within 15 minutes"
    async with window(None) as seen:
        await seen.open(address.removeprefix(node.http_url))
        await sign_in(seen, "/clinic/northside/today")
        await expect(seen.page.get_by_role("banner")).to_contain_text("Signed in as cl-11, clinician")

        assert seen.complaints == []
        secrets = [address.rpartition("/")[2], *(each["value"] for each in await seen.page.context.cookies())]
    logged = [file.read_text() for file in (Path(node.address["data"]) / "logs").iterdir()]
    assert len(secrets) == 2
    assert not [secret for secret in secrets for said in (*logged, node.said) if secret in said]


async def test_whoever_signs_out_is_signed_out_everywhere(window: Open, node: RunningNode) -> None:
    async with window(None) as seen, window(None) as copy:
        await seen.open(await link(node, "--role", "operator", "--actor", "op-7"))
        await sign_in(seen, "/operations")
        await expect(seen.page.get_by_role("banner")).to_contain_text("Signed in as op-7, operator")
        copied = await seen.page.context.cookies()
        await copy.page.context.add_cookies([each for each in copied if each["name"].startswith("cairn-session")])  # type: ignore[misc]
        await copy.open("/sign-in")
        await expect(copy.page.get_by_role("banner")).to_contain_text("Signed in as op-7")

        await seen.page.get_by_role("button", name="Sign out").click()
        await expect(seen.page.get_by_role("heading", level=1)).to_have_text("Sign in")
        assert [each["name"] for each in await seen.page.context.cookies() if "session" in each["name"]] == []

        async def is_signed_out() -> bool:
            await copy.open("/sign-in")
            return await copy.page.get_by_role("button", name="Sign out").count() == 0

        await eventually(is_signed_out, within=30)  # revocations are looked at twice a second


async def test_a_used_link_says_what_to_do(window: Open, node: RunningNode) -> None:
    used = await link(node)
    async with window(None) as seen:
        await seen.open(used)
        await sign_in(seen, "/clinic/northside/today")
        await seen.open(used, 403)
        await expect(seen.page.get_by_role("main")).to_contain_text("cairn sign-in")


async def test_the_language_is_chosen_without_scripts_and_stays(window: Open) -> None:
    async with window(java_script_enabled=False) as seen:
        await seen.open("/clinic/northside/nothing?a=b", 404)
        await seen.page.get_by_role("button", name="español").click()

        await expect(seen.page.locator("html")).to_have_attribute("lang", re.compile("^es"))
        await expect(seen.page.get_by_role("heading", level=1)).to_have_text("Aquí no hay nada")
        assert seen.page.url.endswith("/clinic/northside/nothing?a=b")
        await seen.open("/sign-in")
        await expect(seen.page.get_by_role("heading", level=1)).to_have_text("Entrar")


@pytest.mark.parametrize("locale", ["es-MX", "en-US", "de-DE"])
async def test_the_language_is_the_browsers_where_none_was_chosen(window: Open, locale: str) -> None:
    async with window(None, locale=locale) as seen:
        await seen.open("/sign-in")
        told = await seen.page.get_attribute("html", "lang")
        assert told == {"es-MX": "es-MX", "en-US": "en-US", "de-DE": "en-GB"}[locale]
