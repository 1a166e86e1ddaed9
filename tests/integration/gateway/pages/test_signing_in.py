"""A browser signs in by a link, is answered by its session where it only reads, and signs out."""

import re
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from events.identity import GoalId
from services.access.issuer.sign_in_links import SignInLinks
from services.access.issuer.tokens import MadeToken
from services.access.principal import Principal
from services.gateway.access.sessions import SESSION, cookie_name
from services.settings import Settings
from tests.builders import active_goal
from tests.integration.gateway.http import PLAIN, Http
from tests.tokens import ANYONE, bearing


@pytest.fixture
async def browser(gateway_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gateway_url, timeout=30, verify=PLAIN) as client:
        yield client


def clinician(*orgs: str) -> Principal:
    return Principal(id="cl-1", kind="person", roles=frozenset({"clinician"}), orgs=frozenset(orgs))


def link_of(settings: Settings, principal: Principal, text: str | None = None) -> str:
    """The path of a link, whose token is one that the gateway of these tests accepts."""
    made = MadeToken(text or principal.encoded(), principal, int(time.time()) + 3600)
    return f"/sign-in/link/{SignInLinks(settings.data_dir).make(made, time.time())}"


def signed_in(browser: httpx.AsyncClient, token: str) -> None:
    browser.cookies.set(cookie_name(SESSION, str(browser.base_url)), token, domain="127.0.0.1", path="/")


@pytest.fixture
async def goals(http: Http, org: str) -> str:
    """The address of a patient's goals in the API."""
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))
    path = f"/v1/orgs/{org}/patients/p1/goals"
    await http.get(path, min_position=position)
    return path


class TestLinks:
    async def test_a_link_says_whom_it_signs_in_and_a_button_does_it(
        self, browser: httpx.AsyncClient, settings: Settings, org: str
    ) -> None:
        link = link_of(settings, clinician(org))
        for _ in range(3):
            assert (await browser.head(link)).status_code == 200
            looked = await browser.get(link)
            assert "Sign in as cl-1" in looked.text
            assert "set-cookie" not in looked.headers

        signed = await browser.post(link)
        assert (signed.status_code, signed.headers["location"]) == (303, "/")
        home = await browser.get("/")
        assert (home.status_code, home.headers["location"]) == (303, f"/clinic/{org}/today")

    async def test_a_link_signs_in_once(self, browser: httpx.AsyncClient, settings: Settings, org: str) -> None:
        link = link_of(settings, clinician(org))
        assert (await browser.post(link)).status_code == 303
        browser.cookies.clear()
        for again in (await browser.post(link), await browser.get(link)):
            assert again.status_code == 403
            assert "<code>access.sign_in_refused</code>" in again.text
            assert "set-cookie" not in again.headers

    async def test_a_page_elsewhere_cannot_sign_a_browser_in(
        self, browser: httpx.AsyncClient, settings: Settings, org: str
    ) -> None:
        link = link_of(settings, clinician(org))
        for foreign in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://x.example"},
        ):
            refused = await browser.post(link, headers=foreign)
            assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
        assert (await browser.post(link)).status_code == 303

    async def test_a_session_that_a_browser_had_before_is_replaced(
        self, browser: httpx.AsyncClient, settings: Settings, org: str
    ) -> None:
        signed_in(browser, "planted-by-somebody")
        await browser.post(link_of(settings, clinician(org)))

        assert (await browser.get("/")).headers["location"] == f"/clinic/{org}/today"

    async def test_a_token_that_is_not_accepted_any_more_signs_nobody_in(
        self, browser: httpx.AsyncClient, settings: Settings, org: str
    ) -> None:
        refused = await browser.post(link_of(settings, clinician(org), "revoked"))
        assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)

    async def test_a_token_that_a_browser_would_not_keep_is_refused_with_a_sentence(
        self, browser: httpx.AsyncClient, settings: Settings
    ) -> None:
        many = clinician(*(f"organisation-number-{number}" for number in range(200)))
        refused = await browser.post(link_of(settings, many))
        assert "<code>access.sign_in_too_long</code>" in refused.text

    async def test_over_http_nobody_signs_in_from_another_machine(
        self, browser: httpx.AsyncClient, settings: Settings, org: str
    ) -> None:
        link = link_of(settings, clinician(org))
        refused = await browser.post(link, headers={"host": "cairn.example"})
        assert refused.status_code in (403, 421)
        assert (await browser.post(link)).status_code == 303


class TestSessions:
    async def test_what_is_read_is_answered_by_the_session_as_by_the_token(
        self, browser: httpx.AsyncClient, goals: str, org: str
    ) -> None:
        principal = clinician(org)
        signed_in(browser, principal.encoded())
        by_session = await browser.get(goals)
        browser.cookies.clear()
        by_token = await browser.get(goals, headers=bearing(principal))

        assert by_session.status_code == 200
        assert by_session.json() == by_token.json()

    @pytest.mark.parametrize("token", ["expired", "revoked", "nonsense"])
    async def test_a_session_ends_when_its_token_does(
        self, browser: httpx.AsyncClient, goals: str, org: str, token: str
    ) -> None:
        signed_in(browser, token)
        of_program, of_page = await browser.get(goals), await browser.get("/operations")

        assert of_program.status_code == 401
        assert of_program.headers["content-type"] == "application/problem+json"
        assert (await browser.get("/")).headers["location"] == "/sign-in"
        assert of_page.status_code in (401, 404)

    async def test_a_session_submits_nothing(self, browser: httpx.AsyncClient, org: str) -> None:
        signed_in(browser, clinician(org).encoded())
        for path in ("/v1/events", "/fhir/R4/Goal/_search"):
            refused = await browser.post(path, headers={"content-type": "application/json"}, content=b"{}")
            assert refused.status_code == 401, path

    async def test_beside_a_token_a_session_counts_for_nothing(
        self, browser: httpx.AsyncClient, goals: str, org: str
    ) -> None:
        signed_in(browser, clinician(org).encoded())
        for other in ({"authorization": "Bearer nonsense"}, bearing(clinician("elsewhere"))):
            assert (await browser.get(goals, headers=other)).status_code in (401, 403, 404)

    async def test_a_page_of_another_port_of_this_machine_reads_nothing(
        self, browser: httpx.AsyncClient, goals: str, org: str
    ) -> None:
        signed_in(browser, clinician(org).encoded())
        foreign = {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}

        assert (await browser.get(goals, headers=foreign)).status_code == 401

    async def test_the_feed_is_followed_by_a_session(self, browser: httpx.AsyncClient, goals: str, org: str) -> None:
        signed_in(browser, clinician(org).encoded())
        async with browser.stream("GET", "/v1/feed", params={"org": org}) as feed:
            assert feed.status_code == 200
            assert feed.headers["content-type"].startswith("text/event-stream")

    async def test_signing_out_takes_the_cookie_away(self, browser: httpx.AsyncClient, org: str) -> None:
        signed_in(browser, clinician(org).encoded())
        foreign = await browser.post("/sign-out", headers={"sec-fetch-site": "cross-site"})
        out = await browser.post("/sign-out")

        assert (foreign.status_code, "set-cookie" in foreign.headers) == (403, False)
        assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
        assert "Max-Age=0" in out.headers["set-cookie"]
        assert (await browser.get("/sign-out")).status_code == 405


class TestWhereToBegin:
    @pytest.mark.parametrize(
        ("principal", "leads_to"),
        [
            (clinician("northside"), "/clinic/northside/today"),
            (
                Principal(
                    id="x", kind="person", roles=frozenset({"patient"}), orgs=frozenset({"northside"}), patient="pt-1"
                ),
                "/clinic/northside/patients/pt-1",
            ),
            (Principal(id="x", kind="person", roles=frozenset({"operator"})), "/operations"),
            (
                Principal(
                    id="x", kind="person", roles=frozenset({"dashboard"}), orgs=frozenset({"north"}), words=False
                ),
                "/clinic/north/today",
            ),
        ],
        ids=["clinician", "patient", "operator", "dashboard"],
    )
    async def test_somebody_begins_at_their_own_page(
        self, browser: httpx.AsyncClient, principal: Principal, leads_to: str
    ) -> None:
        signed_in(browser, principal.encoded())
        answer = await browser.get("/")

        assert (answer.status_code, answer.headers["location"]) == (303, leads_to)

    async def test_of_several_organisations_one_is_chosen(self, browser: httpx.AsyncClient) -> None:
        signed_in(browser, clinician("northside", "riverside").encoded())
        page = (await browser.get("/")).text

        assert re.findall(r'<li><a href="(/clinic/[^"]+)"', page) == [
            "/clinic/northside/today",
            "/clinic/riverside/today",
        ]

    async def test_a_relative_is_told_to_open_the_address_they_were_given(self, browser: httpx.AsyncClient) -> None:
        relative = Principal(id="f1", kind="person", roles=frozenset({"family"}), orgs=frozenset({"northside"}))
        signed_in(browser, relative.encoded())
        answer = await browser.get("/")

        assert answer.status_code == 200
        assert "has agreed to show you" in answer.text

    async def test_nobody_begins_at_the_sign_in(self, browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/")).headers["location"] == "/sign-in"


class TestLanguages:
    async def test_a_choice_is_kept_and_the_page_shown_again(self, browser: httpx.AsyncClient) -> None:
        chosen = await browser.post("/language", data={"language": "es", "to": "/docs?a=b"})
        page = await browser.get("/sign-in", headers={"accept-language": "en"})

        assert (chosen.status_code, chosen.headers["location"]) == (303, "/docs?a=b")
        assert '<html lang="es">' in page.text
        assert page.headers["content-language"] == "es"

    @pytest.mark.parametrize("language", ["xx", "", "es; Path=/x", "../es"])
    async def test_any_other_language_is_refused(self, browser: httpx.AsyncClient, language: str) -> None:
        refused = await browser.post("/language", data={"language": language, "to": "/"})

        assert (refused.status_code, "set-cookie" in refused.headers) == (422, False)

    async def test_it_leads_nowhere_else(self, browser: httpx.AsyncClient) -> None:
        chosen = await browser.post("/language", data={"language": "en", "to": "//elsewhere.example/"})

        assert urlsplit(chosen.headers["location"]).netloc == ""
        assert chosen.headers["location"] == "/"

    @pytest.mark.parametrize(("body", "status"), [(b"language", 422), (b"\xff", 422), (b"a=" + b"b" * 9000, 413)])
    async def test_what_is_no_form_is_refused(self, browser: httpx.AsyncClient, body: bytes, status: int) -> None:
        assert (await browser.post("/language", content=body)).status_code == status


async def test_a_token_in_the_header_still_answers_pages(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/clinic/northside/nothing", headers=ANYONE)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
