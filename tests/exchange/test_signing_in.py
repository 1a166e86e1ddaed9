"""People sign in to the pages at a certified OpenID Connect issuer, and at nothing that only looks like it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from events.log.client.resilient import ResilientClient
from services.access.tokens.opening import open_authenticator
from services.gateway.access.sessions import SESSION, SIGNING_IN
from services.gateway.app import create_app
from services.gateway.gateway import Gateway
from services.gateway.metrics import Metrics
from services.gateway.signing_in import signing_in_by
from tests.exchange.issuer import Issuer, running_issuer, sent_back
from tests.exchange.javascript import JavaScript

BASE = "http://127.0.0.1:5999"
TO = "/clinic/northside/reviews?status=due"
SECRET = "not-a-secret-only-a-test: +&%"


@pytest.fixture(scope="module")
async def issuer(javascript: JavaScript) -> AsyncIterator[Issuer]:
    async with running_issuer(javascript, "ES256") as running:
        yield running


@asynccontextmanager
async def browser_of(
    issuer: Issuer, public_url: str | None = None, **settings: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that looks at the pages of a Cairn whose people sign in at the issuer."""
    given = {"oidc_client_id": "cairn", "oidc_resource": issuer.audience, **settings}
    set_up = issuer.settings.model_copy(update=given)
    nc = ResilientClient()
    async with open_authenticator(set_up, nc) as authenticator:
        gateway = SimpleNamespace(metrics=Metrics(), public_url=public_url, records=None, logs=None)
        app = create_app(cast(Gateway, gateway), authenticator, signing_in=signing_in_by(set_up, nc, authenticator))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=public_url or BASE) as browser:
            yield browser


async def begun(browser: httpx.AsyncClient, to: str = TO) -> str:
    """The address of the issuer to which a browser is sent."""
    answer = await browser.get(f"/sign-in/start?{urlencode({'to': to})}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def come_back(issuer: Issuer, browser: httpx.AsyncClient, who: str = "cl-1", to: str = TO) -> str:
    """Where the issuer sends a browser back to, whose person has logged in."""
    return await sent_back(issuer, await begun(browser, to), who, str(browser.base_url.join("/sign-in/callback")))


async def refused(browser: httpx.AsyncClient, address: str, status: int = 403) -> None:
    answer = await browser.get(address)
    assert answer.status_code == status, answer.text
    assert not any(name.startswith(SESSION) for name in browser.cookies)


async def test_a_person_signs_in_and_is_where_they_wanted_to_be(issuer: Issuer) -> None:
    async with browser_of(issuer) as browser:
        asked = await browser.get("/sign-in", params={"to": TO})
        assert issuer.url.removeprefix("http://").partition(":")[0] in asked.text
        answer = await browser.get(await come_back(issuer, browser))
        home = await browser.get("/")

    assert answer.status_code == 200
    assert f'content="0; url={TO}"' in answer.text
    assert "Signed in as cl-1, clinician" in answer.text
    kept = answer.headers.get_list("set-cookie")
    assert any("SameSite=Strict" in each and each.startswith(f"{SESSION}-5999=ey") for each in kept)
    assert any(each.startswith(f"{SIGNING_IN}-5999=;") and "Max-Age=0" in each for each in kept)
    assert (home.status_code, home.headers["location"]) == (303, "/clinic/northside/today")


async def test_a_client_with_a_secret_says_it_in_its_header(issuer: Issuer, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    async with browser_of(issuer, oidc_client_id="cairn-with-secret", oidc_client_secret_file=file) as browser:
        assert (await browser.get(await come_back(issuer, browser, "pt-1"))).status_code == 200
        home = await browser.get("/")
    assert home.headers["location"] == "/clinic/northside/patients/pt-1"


async def test_behind_https_the_session_is_of_this_host_alone(issuer: Issuer) -> None:
    public = "https://cairn.example.org"
    async with browser_of(issuer, public) as browser:
        answer = await browser.get("/sign-in/start", headers={"host": "localhost"})
    assert parse_qs(urlsplit(answer.headers["location"]).query)["redirect_uri"] == [f"{public}/sign-in/callback"]
    assert answer.headers["set-cookie"].startswith(f"__Host-{SIGNING_IN}=")
    assert "; Secure" in answer.headers["set-cookie"]


async def test_what_the_issuer_is_asked_is_bound_to_this_browser(issuer: Issuer) -> None:
    async with browser_of(issuer) as browser:
        first, second = [parse_qs(urlsplit(await begun(browser)).query) for _ in range(2)]
    for asked in (first, second):
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["resource"] == [issuer.audience]
    for secret in ("state", "nonce", "code_challenge"):
        assert first[secret] != second[secret]
        assert len(first[secret][0]) >= 43


async def test_an_answer_that_another_browser_has_begun_signs_nobody_in(issuer: Issuer) -> None:
    async with browser_of(issuer) as browser, browser_of(issuer) as other:
        foreign = await come_back(issuer, other)
        await refused(browser, foreign)
        await begun(browser)
        await refused(browser, foreign)


async def test_an_answer_counts_once(issuer: Issuer) -> None:
    async with browser_of(issuer) as browser:
        back = await come_back(issuer, browser)
        kept = dict(browser.cookies)
        assert (await browser.get(back)).status_code == 200
        browser.cookies.clear()
        browser.cookies.update(kept)
        await refused(browser, back)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "another"},
        {"state": None},
        {"code": "another"},
        {"code": None},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"error": "access_denied"},
    ],
    ids=str,
)
async def test_an_answer_that_is_not_whole_signs_nobody_in(issuer: Issuer, change: dict[str, str | None]) -> None:
    async with browser_of(issuer) as browser:
        back = urlsplit(await come_back(issuer, browser))
        told = {name: values[0] for name, values in parse_qs(back.query).items()} | change
        given = {name: value for name, value in told.items() if value is not None}
        await refused(browser, f"/sign-in/callback?{urlencode(given)}")


async def test_somebody_without_a_role_is_not_signed_in(issuer: Issuer) -> None:
    async with browser_of(issuer) as browser:
        await refused(browser, await come_back(issuer, browser, "stranger"))


async def test_the_way_on_leads_nowhere_else(issuer: Issuer) -> None:
    async with browser_of(issuer) as browser:
        answer = await browser.get(await come_back(issuer, browser, to="https://elsewhere.example/"))
    assert 'content="0; url=/"' in answer.text


async def test_an_issuer_that_does_not_answer_is_not_called_a_wrong_sign_in(issuer: Issuer) -> None:
    async with browser_of(issuer, oidc_issuer=f"{issuer.url}/away") as browser:
        answer = await browser.get("/sign-in/start")
    assert (answer.status_code, "set-cookie" in answer.headers) == (503, False)
