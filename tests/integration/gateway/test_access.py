"""Who is answered what: every operation of the gateway, for every role, about itself, others and other organisations.

What is expected is written here by the policy's table alone: what a role reads, and how far it reaches.
"""

import asyncio
import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, product
from pathlib import Path
from typing import Any, NamedTuple, get_args

import httpx
import pytest

from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from services.access.policy import GRANTS
from services.access.principal import Principal, Role
from services.gateway.access.operations import OPERATIONS, Operation
from services.gateway.pages.addresses import is_page
from services.gateway.refusals import FHIR_ROOT
from tests.builders import active_goal
from tests.fake_notary import ORIGIN
from tests.integration.gateway.http import PLAIN, Http
from tests.tokens import REFUSED, bearing

ROLES: tuple[Role, ...] = get_args(Role)
WORDS = "dread"
"""A word of the goals' statements, which nobody gets to see who may not read what people said."""
_FEED = "/v1/feed"
ADDRESSES = {"log_tile": "0/000", "log_entries": "000"}
"""Of the parts of the transparency log."""
_AT_ONCE = 8
"""Requests of one client; httpx looks through all that wait whenever one is answered."""
_TELLS_PATIENTS_APART = ("patient", "family", "clinician")
"""Roles that are asked about another patient as well. The others reach as far as a clinician, or everybody."""
_clinics = count(1)


class About(NamedTuple):
    """Whom a request is about."""

    org: str
    patient: str


_positions: dict[About, int] = {}
"""Of an event of each patient."""


class Clinics(NamedTuple):
    """Two organisations, with a patient of the same ids in each."""

    own: str
    other: str


@pytest.fixture(scope="module")
async def clinics(http: Http) -> Clinics:
    own, other = (f"clinic{os.getpid()}-{next(_clinics)}" for _ in range(2))
    for org, patient in product((own, other), ("p1", "p2")):
        position = await http.record(*active_goal(GoalId(org, patient, "g1")))
        _positions[About(org, patient)] = position
        await http.get(f"/v1/orgs/{org}/audit", min_position=position, limit=1)
    return Clinics(own, other)


def who(role: Role, org: str, **more: Any) -> Principal:  # Any: fields of a principal
    patient = "p1" if role == "patient" else None
    return Principal(
        id=f"who-{role}", kind="person", roles=frozenset({role}), orgs=frozenset({org}), patient=patient, **more
    )


def expected(role: Role, operation: Operation, clinics: Clinics, about: About, *, words: bool = True) -> str:
    """What a role is answered, by the policy's table: `told`, `forbidden` (403) or `hidden` (404)."""
    reading, grant = operation.reading, GRANTS[role]
    if reading in (None, "open"):
        return "told"
    assert reading is not None
    if reading not in grant.reads or (reading in ("goals", "history") and not words):
        return "forbidden"
    if reading == "checkpoints":  # whoever has a role in an organisation of the log
        return "told"
    if reading == "leaves":  # there is another organisation on the log
        return "forbidden"
    of_all_patients = (operation.fhir is None and operation.patient is None) or operation.interaction == "history-type"
    match grant.reach:
        case "everything":
            reached = True
        case "own organisations":
            # The versions of a whole type are those of the reader's own organisations.
            reached = about.org == clinics.own or operation.interaction == "history-type"
        case "own patient":
            reached = about == (clinics.own, "p1") and not of_all_patients
        case "consent":  # nobody has given one
            reached = False
    return "told" if reached else "hidden" if operation.of_one else "forbidden"


def request(operation: Operation, about: About) -> tuple[str, dict[str, str]]:
    """The path and the query of a request about somebody."""
    resource = operation.path.removeprefix(f"{FHIR_ROOT}{{release}}/").split("/")[0]
    patient = f"{about.org}.{about.patient}"
    ids = {"Patient": patient, "CarePlan": f"{patient}.plan", "Goal": f"{patient}.g1"}
    named = {**about._asdict(), "goal": "g1", "release": "R4", "template": "attend-groups", "version": "1"}
    named |= {"digest": "0" * 16, "name": "style.css", "code": "0" * 32}
    named |= {"tag": "read", "type_name": "cairn.goal.proposed.v1"}
    named |= {"origin_id": ORIGIN.rpartition("/")[2], "address": ADDRESSES.get(operation.name, "")}
    named["position"] = str(_positions.get(about, 1))
    query = {}
    if operation.org == "query":
        query["org"] = about.org
    if operation.patient == "query":
        query["patient"] = about.patient
    if operation.fhir is not None and operation.interaction == "search-type":
        query = {"_id": patient} if resource == "Patient" else {"patient": patient}
    if operation.name == "diff":
        query = {"from": "0", "to": "1"}
    if operation.name == "log_consistency":
        query = {"old": "1", "new": "2"}
    return operation.path.format(id=ids.get(resource, f"{patient}.g1.x1"), **named), query


def each_once(operations: Iterable[Operation], abouts: Sequence[About]) -> Iterator[tuple[Operation, About]]:
    """Each operation about each of these, but once where a request does not say whom it is about."""
    for operation in operations:
        asked = []
        for about in abouts:
            if (its := request(operation, about)) not in asked:
                asked.append(its)
                yield operation, about


def code_of(answer: httpx.Response) -> str:
    """Cairn's code in a problem, in an OperationOutcome, or on a page."""
    if answer.headers.get("content-type", "").startswith("text/html"):
        shown = re.search(r"<code>([a-z_.]+)</code>", answer.text)
        return shown[1] if shown else ""
    problem: Mapping[str, Any] = answer.json()
    if "issue" in problem:
        found: str = problem["issue"][0]["details"]["coding"][0]["code"]
        return found
    return str(problem.get("code"))


def outcome(operation: Operation, answer: httpx.Response) -> str:
    """How a request was answered. What is open tells of nobody, also where it refuses something."""
    if operation.reading == "open":
        return "told"
    if answer.status_code in (401, 403):
        return "forbidden" if answer.status_code == 403 else "unknown"
    if answer.status_code == 404 and code_of(answer) == "http.not_found":
        return "hidden"
    return "told"


async def ask(client: httpx.AsyncClient, operation: Operation, about: About, headers: dict[str, str]) -> httpx.Response:
    """The answer; of the feed, which has no end, as much as tells whether there is one."""
    path, query = request(operation, about)
    if operation.path == _FEED:
        async with client.stream("GET", path, params=query, headers=headers) as answer:
            if answer.status_code != 200:
                await answer.aread()
            return answer
    if operation.method == "POST":
        return await client.post(path, data=query, headers=headers)
    return await client.get(path, params=query, headers=headers)


@pytest.fixture
async def client(gateway_url: str) -> Any:
    async with httpx.AsyncClient(base_url=gateway_url, timeout=30, verify=PLAIN) as asking:
        yield asking


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_is_told_what_the_policy_grants_and_nothing_else(
    client: httpx.AsyncClient, clinics: Clinics, role: Role
) -> None:
    headers = bearing(who(role, clinics.own))
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def check(operation: Operation, about: About) -> list[str]:
        async with at_once:
            answer = await ask(client, operation, about, headers)
        wanted = expected(role, operation, clinics, about)
        found = outcome(operation, answer)
        leaks = found != "told" and WORDS in answer.text
        return [f"{operation.name} of {about}: {found}, not {wanted}"] if found != wanted or leaks else []

    abouts = [About(clinics.own, "p1"), About(clinics.other, "p1")]
    if role in _TELLS_PATIENTS_APART:
        abouts.append(About(clinics.own, "p2"))
    # What is open to everybody has no outcome by role; it is asked for without a token below.
    closed = [operation for operation in OPERATIONS if operation.reading != "open"]
    wrong = await asyncio.gather(*(check(*each) for each in each_once(closed, abouts)))

    assert [each for found in wrong for each in found] == []


async def test_a_dashboard_without_words_gets_none(client: httpx.AsyncClient, clinics: Clinics) -> None:
    dashboard = who("dashboard", clinics.own, words=False)
    about = About(clinics.own, "p1")

    for operation in OPERATIONS:
        if operation.path == _FEED:
            continue
        answer = await ask(client, operation, about, bearing(dashboard))

        assert outcome(operation, answer) == expected("dashboard", operation, clinics, about, words=False), (
            operation.name
        )
        assert WORDS not in answer.text, operation.name


@pytest.mark.parametrize(
    ("headers", "code", "challenge"),
    [
        ({}, "access.token_missing", 'Bearer realm="cairn"'),
        ({"authorization": "Basic dTpw"}, "access.token_missing", 'Bearer realm="cairn"'),
        ({"authorization": "Bearer"}, "access.token_invalid", 'Bearer realm="cairn", error="invalid_token"'),
        ({"authorization": "Bearer nonsense"}, "access.token_invalid", 'Bearer realm="cairn", error="invalid_token"'),
        ({"authorization": "Bearer expired"}, REFUSED["expired"], 'Bearer realm="cairn", error="invalid_token"'),
        ({"authorization": "bearer revoked"}, REFUSED["revoked"], 'Bearer realm="cairn", error="invalid_token"'),
    ],
)
async def test_without_a_token_that_is_accepted_nothing_is_told(
    client: httpx.AsyncClient, clinics: Clinics, headers: dict[str, str], code: str, challenge: str
) -> None:
    for operation in OPERATIONS:
        answer = await ask(client, operation, About(clinics.own, "p1"), headers)

        if operation.reading == "open":
            assert answer.status_code != 401, operation.name
            assert answer.status_code != 403 or code_of(answer) == "access.sign_in_refused", operation.name
            continue
        assert answer.status_code == 401, operation.name
        assert answer.headers["www-authenticate"] == challenge
        # Who looks at a page is shown how to sign in.
        assert code_of(answer) == code or (is_page(operation.path) and "/sign-in" in answer.text), operation.name
        assert WORDS not in answer.text


async def test_whoever_has_no_token_is_led_to_the_page_that_says_how_one_is_made(client: httpx.AsyncClient) -> None:
    refused = (await client.get("/v1/projections", headers={"authorization": ""})).json()

    [page] = re.findall(r"docs/[a-z_]+\.md", refused["detail"])
    assert "cairn token create" in (Path(__file__).parents[3] / page).read_text(encoding="utf-8")


async def test_a_token_that_cannot_be_checked_now_is_not_called_wrong(
    client: httpx.AsyncClient, clinics: Clinics
) -> None:
    answer = await client.get(f"/v1/orgs/{clinics.own}/goals", headers={"authorization": "Bearer unavailable"})

    assert (answer.status_code, answer.json()["code"]) == (503, "access.unavailable")
    assert "www-authenticate" not in answer.headers
    assert answer.headers["retry-after"]


async def test_two_tokens_in_one_request_are_one_too_many(client: httpx.AsyncClient, clinics: Clinics) -> None:
    token = bearing(who("auditor", clinics.own))["authorization"]
    path = f"/v1/orgs/{clinics.own}/goals"
    twice = await client.get(path, headers=[("authorization", token), ("authorization", token)])
    in_the_address = await client.get(path, params={"access_token": "x"}, headers={"authorization": token})
    only_there = await client.get(path, params={"access_token": token.split()[1]})

    for answer in (twice, in_the_address):
        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
        assert 'error="invalid_request"' in answer.headers["www-authenticate"]
    assert only_there.status_code == 401


@pytest.mark.parametrize("role", ROLES)
async def test_reads_over_nats_are_judged_as_over_http(
    client: httpx.AsyncClient, nc: ResilientClient, clinics: Clinics, role: Role
) -> None:
    headers = bearing(who(role, clinics.own))
    reads = [each for each in OPERATIONS if each.method == "GET" and each.path.startswith("/v1/")]
    for operation, about in each_once(reads, (About(clinics.own, "p1"), About(clinics.other, "p1"))):
        if operation.path == _FEED:
            continue
        path, query = request(operation, about)
        written = f"{path}?{httpx.QueryParams(query)}" if query else path

        reply = await nc.request("cairn.read", written.encode(), headers=headers, timeout=20)

        over_http = await ask(client, operation, about, headers)
        assert reply.headers is not None
        assert int(reply.headers["status"]) == over_http.status_code, operation.name


async def test_a_wrong_token_over_nats_is_refused(nc: ResilientClient, clinics: Clinics) -> None:
    path = f"/v1/orgs/{clinics.own}/goals".encode()
    for token, status in (("Bearer expired", "401"), ("", "401"), ("Bearer unavailable", "503")):
        reply = await nc.request("cairn.read", path, headers={"Authorization": token}, timeout=20)

        assert reply.headers is not None
        assert reply.headers["status"] == status


class TestWhatToName:
    """A refusal of a list says what to name."""

    async def test_a_patient_names_themself(self, client: httpx.AsyncClient, clinics: Clinics) -> None:
        headers = bearing(who("patient", clinics.own))
        for path in ("goals", "audit", "reviews", "waiting", "evidence"):
            refused = await client.get(f"/v1/orgs/{clinics.own}/{path}", headers=headers)
            told = await client.get(f"/v1/orgs/{clinics.own}/{path}", params={"patient": "p1"}, headers=headers)

            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (403, "patient")
            assert told.status_code == 200

    async def test_nobody_names_two_patients(self, client: httpx.AsyncClient, clinics: Clinics) -> None:
        headers = bearing(who("patient", clinics.own))
        for pair in (("p1", "p2"), ("p2", "p1"), ("p1", "p1")):
            query = {"patient": pair}

            answer = await client.get(f"/v1/orgs/{clinics.own}/goals", params=query, headers=headers)

            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "patient")

    async def test_a_reader_of_the_feed_names_the_organisation(
        self, client: httpx.AsyncClient, clinics: Clinics
    ) -> None:
        answer = await client.get("/v1/feed", headers=bearing(who("auditor", clinics.own)))

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "org")


class TestFhir:
    """FHIR's ids and searches lead nowhere else."""

    async def test_a_search_names_nobody_beyond_reach(self, client: httpx.AsyncClient, clinics: Clinics) -> None:
        headers = bearing(who("patient", clinics.own))
        both = f"{clinics.own}.p1.g1,{clinics.own}.p2.g1"

        answer = await client.get("/fhir/R4/Goal", params={"_id": both}, headers=headers)

        assert answer.status_code == 403
        assert answer.json()["issue"][0]["code"] == "forbidden"

    async def test_a_search_brings_along_only_what_may_be_read(
        self, client: httpx.AsyncClient, clinics: Clinics
    ) -> None:
        query = {"patient": f"{clinics.own}.p1", "_revinclude": "Provenance:target"}
        told: tuple[tuple[Role, bool], ...] = (("clinician", True), ("dashboard", False))
        for role, brought in told:
            answer = await client.get("/fhir/R4/Goal", params=query, headers=bearing(who(role, clinics.own)))

            kinds = {each["resource"]["resourceType"] for each in answer.json()["entry"]}
            assert ("Provenance" in kinds) is brought

    async def test_versions_of_every_goal_are_those_of_the_readers_organisations(
        self, client: httpx.AsyncClient, clinics: Clinics
    ) -> None:
        headers = bearing(who("clinician", clinics.own))
        bundle = (await client.get("/fhir/R4/Goal/_history", params={"_count": 500}, headers=headers)).json()
        counted = (await client.get("/fhir/R4/Goal/_history", params={"_count": 0}, headers=headers)).json()

        assert {each["resource"]["id"].split(".")[0] for each in bundle["entry"]} == {clinics.own}
        assert counted["total"] == len(bundle["entry"])

    async def test_refusals_say_in_fhirs_words_what_is_missing(
        self, client: httpx.AsyncClient, clinics: Clinics
    ) -> None:
        path = f"/fhir/R4/Goal/{clinics.own}.p1.g1"
        for token, word in (("", "login"), ("Bearer expired", "expired"), ("Bearer revoked", "security")):
            answer = await client.get(path, headers={"authorization": token} if token else {})

            assert (answer.status_code, answer.json()["issue"][0]["code"]) == (401, word)


class TestScopes:
    """The scopes of a token are a ceiling."""

    async def test_they_reach_what_they_name(self, client: httpx.AsyncClient, clinics: Clinics) -> None:
        headers = bearing(who("clinician", clinics.own, scopes=frozenset({"user/Goal.rs"})))
        goal = f"{clinics.own}.p1.g1"

        for path, status in (
            (f"/fhir/R4/Goal/{goal}", 200),
            (f"/fhir/R4/Goal?patient={clinics.own}.p1", 200),
            (f"/fhir/R4/Goal/{goal}/_history", 200),
            (f"/fhir/R4/CarePlan?patient={clinics.own}.p1", 403),
            (f"/fhir/R4/Patient/{clinics.own}.p1", 403),
            (f"/v1/orgs/{clinics.own}/goals", 403),
            (f"/fhir/R4/Goal/{clinics.other}.p1.g1", 404),
        ):
            assert (await client.get(path, headers=headers)).status_code == status, path

    async def test_of_a_patient_they_reach_no_other(self, client: httpx.AsyncClient, clinics: Clinics) -> None:
        clinician = who("clinician", clinics.own, scopes=frozenset({"patient/Goal.rs"}))
        headers = bearing(clinician.model_copy(update={"patient": "p1"}))

        own = await client.get(f"/fhir/R4/Goal/{clinics.own}.p1.g1", headers=headers)
        other = await client.get(f"/fhir/R4/Goal/{clinics.own}.p2.g1", headers=headers)

        assert own.status_code == 200
        assert other.status_code == 403
        challenge = 'Bearer realm="cairn", error="insufficient_scope", scope="user/Goal.r"'
        assert other.headers["www-authenticate"] == challenge

    async def test_what_a_search_brings_along_is_below_it_too(
        self, client: httpx.AsyncClient, clinics: Clinics
    ) -> None:
        headers = bearing(who("clinician", clinics.own, scopes=frozenset({"user/Goal.rs"})))
        query = {"patient": f"{clinics.own}.p1", "_revinclude": "Provenance:target"}

        bundle = (await client.get("/fhir/R4/Goal", params=query, headers=headers)).json()

        assert {each["resource"]["resourceType"] for each in bundle["entry"]} == {"Goal"}


async def test_a_patient_gets_what_is_for_patients_whatever_they_ask_for(
    client: httpx.AsyncClient, clinics: Clinics
) -> None:
    path = f"/v1/orgs/{clinics.own}/patients/p1/plan"

    async def plan(role: Role, audience: str) -> Any:
        answer = await client.get(path, params={"audience": audience}, headers=bearing(who(role, clinics.own)))
        return answer.json()

    assert await plan("patient", "staff") == await plan("clinician", "patient")


async def test_a_role_that_reads_no_goals_shows_a_patient_nothing_that_is_for_staff(
    client: httpx.AsyncClient, clinics: Clinics
) -> None:
    patient = who("patient", clinics.own)
    also_operator = patient.model_copy(update={"roles": patient.roles | {"operator"}})

    for path in ("goals/g1", "plan"):
        told, told_as_operator = [
            (await client.get(f"/v1/orgs/{clinics.own}/patients/p1/{path}", headers=bearing(each))).json()
            for each in (patient, also_operator)
        ]

        assert told_as_operator == told


async def test_evidence_tells_a_patient_nothing_of_what_others_have_in_common(
    client: httpx.AsyncClient, clinics: Clinics
) -> None:
    path, query = f"/v1/orgs/{clinics.own}/evidence", {"patient": "p1"}
    told: tuple[tuple[Role, int | None], ...] = (("clinician", 1), ("patient", None))
    for role, copies in told:
        headers = bearing(who(role, clinics.own))

        answer = await client.get(path, params=query, headers=headers)
        table = await client.get(path, params={**query, "format": "csv"}, headers=headers)

        assert [each["copies"] for each in answer.json()["items"]] == [copies]
        (row,) = csv.DictReader(table.text.splitlines())
        assert row["copies"] == ("" if copies is None else str(copies))


async def test_an_earlier_moment_is_a_part_of_the_history(client: httpx.AsyncClient, clinics: Clinics) -> None:
    path = f"/v1/orgs/{clinics.own}/patients/p1/plan"
    moment = {"as_of": "2100-01-01T00:00:00Z"}
    answered: tuple[tuple[Role, int], ...] = (("clinician", 200), ("dashboard", 403))
    for role, status in answered:
        answer = await client.get(path, params=moment, headers=bearing(who(role, clinics.own)))

        assert answer.status_code == status
