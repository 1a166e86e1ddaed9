"""A window of a browser, of somebody who is signed in, which notes down all that a page should not do."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from services.access.issuer.signing_key import signing_key
from services.access.issuer.tokens import create_token
from services.access.principal import Principal, Role
from services.gateway.access.sessions import SESSION, cookie_name
from tests.browser.chromium import WAITING_MS
from tests.end_to_end.node import RunningNode

Scheme = Literal["light", "dark"]
WIDE, NARROW = 1280, 320
"""How wide a window is, in CSS pixels: a desk's screen, and what 400 % of it leaves."""
_HEIGHT = 900
_REFUSED = "Failed to load resource"
"""How a browser's console tells of an answer that is a refusal, which a test has asked for."""


def person(role: Role, org: str, id_: str, **more: Any) -> Principal:  # Any: fields of a principal
    """Somebody with a role in an organisation."""
    orgs = frozenset() if role == "operator" else frozenset({org})
    patient = id_ if role == "patient" else None
    return Principal(id=id_, kind="person", roles=frozenset({role}), orgs=orgs, patient=patient, **more)


CLINICIAN = person("clinician", "northside", "cl-11")
"""A clinician of the sample clinic."""


@dataclass
class Window:
    """A window.

    Attributes:
        page: What it shows, for Playwright.
        base: The address of Cairn.
        complaints: Whatever went wrong so far: errors in the console, and requests to elsewhere.
    """

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str, status: int = 200) -> None:
        """Go to a path, which is answered with a status."""
        answer = await self.page.goto(f"{self.base}{path}")
        assert answer is not None
        assert answer.status == status, (path, answer.status, (await self.page.inner_text("body"))[:500])

    async def look(self, scheme: Scheme, width: int = WIDE) -> None:
        """Be so light and so wide from now on."""
        await self.page.emulate_media(color_scheme=scheme)
        await self.page.set_viewport_size({"width": width, "height": _HEIGHT})

    def note(self, message: ConsoleMessage) -> None:
        """Note down what the console says, if it is a complaint."""
        if message.type in ("error", "warning") and not message.text.startswith(_REFUSED):
            self.complaints.append(f"console: {message.text}")

    def note_request(self, request: Request) -> None:
        """Note down a request to elsewhere."""
        if urlsplit(request.url).netloc != urlsplit(self.base).netloc and not request.url.startswith("data:"):
            self.complaints.append(f"request to {request.url}")


@asynccontextmanager
async def opened(
    browser: Browser, node: RunningNode, principal: Principal | None, **options: Any
) -> AsyncIterator[Window]:
    """A window of a principal, or of nobody, who shares no cookie with others.

    Args:
        options: As Playwright's `new_context` takes them, such as `java_script_enabled`.
    """
    context = await browser.new_context(viewport={"width": WIDE, "height": _HEIGHT}, **{"locale": "en-GB", **options})
    context.set_default_timeout(WAITING_MS)
    if principal is not None:
        await sign_in(context, node, principal)
    page = await context.new_page()
    window = Window(page, node.http_url)
    page.on("console", window.note)
    page.on("pageerror", lambda error: window.complaints.append(f"script: {error}"))
    page.on("request", window.note_request)
    yield window
    await context.close()


async def sign_in(context: BrowserContext, node: RunningNode, principal: Principal) -> None:
    """Give a browser the session that a sign-in would give it."""
    key = signing_key(Path(node.address["data"]))
    made = create_token(key, principal, seconds=3600, now=time.time())
    name = cookie_name(SESSION, node.http_url)
    await context.add_cookies(
        [{"name": name, "value": made.text, "url": node.http_url, "httpOnly": True, "sameSite": "Strict"}]
    )
