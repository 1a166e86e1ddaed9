"""A real browser signs in at a certified issuer of another site, and is where it wanted to be."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.chromium import VARIABLE, WAITING_MS, chromium, is_required, running_chromium
from tests.end_to_end.node import RunningNode
from tests.exchange.issuer import running_issuer
from tests.exchange.javascript import JavaScript

pytestmark = pytest.mark.skipif(
    chromium() is None and not is_required(), reason=f"needs Chromium, or {VARIABLE} with the path of a browser"
)


async def test_a_strict_session_survives_the_way_to_another_site_and_back(
    javascript: JavaScript, tmp_path: Path
) -> None:
    async with running_issuer(javascript, "ES256") as issuer, running_chromium() as browser:
        node = await RunningNode.start(
            tmp_path / "data",
            "--no-sample",
            nats_port=0,
            http_port=0,
            CAIRN_OIDC_ISSUER=issuer.url,
            CAIRN_OIDC_AUDIENCE=issuer.audience,
            CAIRN_OIDC_CLIENT_ID="cairn",
            CAIRN_OIDC_RESOURCE=issuer.audience,
        )
        try:
            # The issuer is on 127.0.0.1: to a browser localhost is another site.
            base = node.http_url.replace("127.0.0.1", "localhost")
            context = await browser.new_context(locale="en-GB")
            context.set_default_timeout(WAITING_MS)
            page = await context.new_page()
            await page.goto(f"{base}/sign-in?to=/clinic/northside/nothing")
            await expect(page.get_by_role("main")).to_contain_text("You go to 127.0.0.1, and come back.")
            await page.get_by_role("main").get_by_role("link", name="Sign in").click()
            await page.locator("input[name=login]").fill("cl-1")
            await page.locator("input[name=password]").fill("any")
            await page.locator("button[type=submit]").click()
            await expect(page.locator("input[name=login]")).to_have_count(0)  # another page asks whether they agree
            await page.locator("button[type=submit]").click()
            await page.wait_for_url(f"{base}/clinic/northside/nothing")

            # By the first answer there, which is not asked for anew.
            await expect(page.get_by_role("banner")).to_contain_text("Signed in as cl-1, clinician")
            kept = await page.context.cookies(base)
            assert [(re.sub(r"\d+", "", each["name"]), each["sameSite"], each["httpOnly"]) for each in kept] == [
                ("cairn-session-", "Strict", True)
            ]
        finally:
            await node.stop()
