"""The browser of the machine: Debian's Chromium, or another one of its kind."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

VARIABLE = "CAIRN_TEST_BROWSER"
"""The path of a browser. Where it is set, as CI does, no test that needs one is skipped."""
WAITING_MS = 60_000
"""How long is waited for what a page is to show; on a busy machine that may take long."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ALONE = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
"""With these it neither asks for anything on the network nor needs what a container does not have."""


def chromium() -> str | None:
    """The path of a browser; None where the machine has none."""
    if told := os.environ.get(VARIABLE):
        return told
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def is_required() -> bool:
    """Whether tests fail, instead of being skipped, where the browser or a package of npm is missing."""
    return bool(os.environ.get(VARIABLE))


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """A browser that runs until the block ends."""
    expect.set_options(timeout=WAITING_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*_ALONE], timeout=2 * WAITING_MS)
        yield browser
        await browser.close()
